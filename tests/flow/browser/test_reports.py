"""The HTML page in a real browser: quiet console, nothing leaves, reachable by keyboard, no sideways scrolling.

One Chromium for the file; every page is opened from disk with the network refused and every request noted.
"""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.support import page_records
from tests.support.browser import CHROMIUM, SPLIT_WORDS, Visit, needs_chromium

from panel.pages import comparison_html, review_html

PAGES = {
    "full": lambda: comparison_html(page_records.comparison()),
    "trial": lambda: comparison_html(page_records.comparison("trial")),
    "specimen": lambda: comparison_html(page_records.comparison("specimen")),
    "wordy": lambda: comparison_html(page_records.wordy()),
    "wordy-trial": lambda: comparison_html(page_records.wordy("trial")),
    "hostile": lambda: comparison_html(page_records.hostile()),
    "review": lambda: review_html(page_records.review_a()),
    "troubled": lambda: review_html(page_records.troubled_review()),
    "held": lambda: review_html(page_records.live_review()),
    "troubled-pair": lambda: comparison_html(page_records.comparison(a=page_records.troubled_review())),
    "unasked": lambda: review_html(page_records.unasked_review()),
    "live": lambda: comparison_html(page_records.live_comparison()),
}

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("pages")
    for name, render in PAGES.items():
        (made / f"{name}.html").write_text(render(), encoding="utf-8")
    return made


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_is_quiet_and_asks_for_nothing_but_itself(browser: Any, folder: Path, name: str, scheme: str) -> None:
    with Visit(browser, folder / f"{name}.html", 1440, 900, color_scheme=scheme) as visit:
        assert visit.said == []
        assert [url for url in visit.asked if not url.startswith("data:image/svg+xml,")] == [
            (folder / f"{name}.html").as_uri()
        ]


def test_hostile_text_runs_no_script(browser: Any, folder: Path) -> None:
    with Visit(browser, folder / "hostile.html", 1440, 900) as visit:
        assert visit.page.title().startswith("Universal Retrieval-Augmented")
        assert visit.page.evaluate("document.querySelectorAll('img, script:not([type])').length") == 0


def has_the_pages_letters() -> bool:
    """Whether a font of the style's stack is here. Others are wider, and what fits a screen says nothing then."""
    listed = subprocess.run(["fc-list", ":", "family"], capture_output=True, text=True, check=False)
    stack = ("Liberation Serif", "Georgia", "Charter", "Palatino", "Source Serif 4")
    return any(name in listed.stdout for name in stack)


@pytest.mark.skipif(
    CHROMIUM is None or shutil.which("fc-list") is None or not has_the_pages_letters(),
    reason="no font of the pages' style on this machine (fonts-liberation): what fits a screen is not measured",
)
@pytest.mark.parametrize(
    "name", ["full", "trial", "specimen", "wordy", "wordy-trial", "review", "troubled", "held", "live"]
)
def test_the_first_screen_holds_answer_tallies_lines_picture_and_depth(browser: Any, folder: Path, name: str) -> None:
    with Visit(browser, folder / f"{name}.html", 1440, 900) as visit:
        assert visit.page.locator("h1").is_visible()
        for selector in ("h1", ".picture", ".depth", ".board thead .count", ".board tbody tr:last-child"):
            assert visit.bottom(selector) <= 900


LABELS_OUTSIDE = """() => { const box = document.querySelector('.picture').getBoundingClientRect();
  return [...document.querySelectorAll('.picture text')].filter((e) => { const b = e.getBoundingClientRect();
    return b.left < box.left - 1 || b.right > box.right + 1 }).map((e) => e.textContent) }"""


@pytest.mark.parametrize("name", ["full", "wordy", "live", "review", "troubled", "troubled-pair"])
def test_no_word_leaves_the_figure(browser: Any, folder: Path, name: str) -> None:
    with Visit(browser, folder / f"{name}.html", 1440, 900) as visit:
        for width in (390, 834, 1440):
            visit.page.set_viewport_size({"width": width, "height": 900})
            assert visit.page.evaluate(LABELS_OUTSIDE) == []


@pytest.mark.parametrize("name", ["full", "specimen", "live"])
def test_no_name_in_a_tables_head_is_split(browser: Any, folder: Path, name: str) -> None:
    with Visit(browser, folder / f"{name}.html", 1440, 900) as visit:
        visit.page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
        for width in (390, 700, 1440):
            visit.page.set_viewport_size({"width": width, "height": 900})
            assert visit.page.evaluate(SPLIT_WORDS, "th, h1, h2, h3, h4") == []
        visit.page.emulate_media(media="print")
        assert visit.page.evaluate(SPLIT_WORDS, "th, h1, h2, h3, h4") == []


@pytest.mark.parametrize("name", PAGES)
def test_no_page_scrolls_sideways_at_any_width(browser: Any, folder: Path, name: str) -> None:
    with Visit(browser, folder / f"{name}.html", 1440, 800) as visit:
        for width in (320, 360, 500, 768, 1024, 1440):
            visit.page.set_viewport_size({"width": width, "height": 800})
            assert visit.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", ["hostile", "held", "live"])
def test_no_page_scrolls_sideways_with_every_fold_open(browser: Any, folder: Path, name: str) -> None:
    with Visit(browser, folder / f"{name}.html", 1440, 800) as visit:
        visit.page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
        for width in (320, 390, 768, 1440):
            visit.page.set_viewport_size({"width": width, "height": 800})
            assert visit.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [390, 1440])
def test_the_banner_leads_to_the_words_and_hidden_text_is_folded(browser: Any, folder: Path, width: int) -> None:
    with Visit(browser, folder / "held.html", width, 844) as visit:
        assert not visit.page.locator("#hidden dd").first.is_visible()
        visit.page.locator(".notice-held a").click()
        assert 0 <= visit.page.locator("#held h2").bounding_box()["y"] < 844
        visit.page.locator("#hidden summary").click()
        assert visit.page.locator("#hidden dd").first.is_visible()


@pytest.mark.parametrize("width", [390, 1440])
def test_a_row_of_facts_reads_whole_at_any_width(browser: Any, folder: Path, width: int) -> None:
    """A short label stays on one line: no column is squeezed to letters."""
    with Visit(browser, folder / "held.html", width, 844) as visit:
        tall = """() => [...document.querySelectorAll('.rows tbody th')].filter(cell => {
            const words = document.createRange();
            words.selectNodeContents(cell);
            return words.getBoundingClientRect().height > 30;
        }).map(cell => cell.textContent)"""
        assert visit.page.evaluate(tall) == []


def test_the_first_key_press_offers_to_skip_to_the_answer(browser: Any, folder: Path) -> None:
    with Visit(browser, folder / "full.html", 1440, 900) as visit:
        visit.page.keyboard.press("Tab")
        assert visit.page.evaluate("document.activeElement.textContent") == "Skip to the answer"
        assert visit.page.locator(".jump").bounding_box()["y"] >= 0
        visit.page.keyboard.press("Enter")
        assert visit.page.evaluate("document.activeElement.id") == "main"


def test_evidence_opens_and_closes_by_keyboard_alone(browser: Any, folder: Path) -> None:
    with Visit(browser, folder / "full.html", 1440, 900) as visit:
        for _ in range(60):
            visit.page.keyboard.press("Tab")
            if visit.page.evaluate("document.activeElement.matches('#scorecard .mark')"):
                break
        target = visit.page.evaluate("document.activeElement.getAttribute('popovertarget')")
        note = visit.page.locator(f"#{target}")
        assert not note.is_visible()
        visit.page.keyboard.press("Enter")
        assert note.is_visible()
        assert "Quoted word for word" in note.inner_text()
        visit.page.keyboard.press("Tab")
        assert visit.page.evaluate(f"document.getElementById('{target}').contains(document.activeElement)")
        visit.page.keyboard.press("Escape")
        assert not note.is_visible()


@pytest.mark.parametrize("width", [360, 1440])
def test_evidence_opens_by_tap_inside_the_window(browser: Any, folder: Path, width: int) -> None:
    with Visit(browser, folder / "full.html", width, 800, has_touch=True) as visit:
        mark = visit.page.locator("#scorecard .mark").nth(2)
        mark.tap()
        box = visit.page.locator(f"#{mark.get_attribute('popovertarget')}").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= 800


def test_evidence_shows_on_hover(browser: Any, folder: Path) -> None:
    with Visit(browser, folder / "full.html", 1440, 900) as visit:
        mark = visit.page.locator("#scorecard .mark").first
        note = visit.page.locator(f"#{mark.get_attribute('popovertarget')}")
        mark.hover()
        assert note.is_visible()
        visit.page.locator("h2").first.hover()
        assert not note.is_visible()


def test_paper_shows_the_article_with_its_evidence_and_no_hashes(browser: Any, folder: Path) -> None:
    with Visit(browser, folder / "live.html", 700, 990) as visit:
        visit.page.emulate_media(media="print")
        shown = "(selector) => [...document.querySelectorAll(selector)].map((e) => e.getClientRects().length > 0)"
        assert set(visit.page.evaluate(shown, ".note, .fold th, .fold td")) == {True}
        assert set(visit.page.evaluate(shown, ".hashes, .ledger, .veiled")) == {False}
        assert visit.page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


CONTRAST = """() => {
  const lum = c => { const [r, g, b] = c.map(v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4 });
    return .2126 * r + .7152 * g + .0722 * b };
  const rgb = s => s.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const solid = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
    if (/^rgb\\(/.test(c)) return rgb(c) } return [255, 255, 255] };
  const bad = [];
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) || !e.getClientRects().length) continue;
    if (e.closest('svg, .vh, .jump')) continue;
    const a = lum(rgb(getComputedStyle(e).color)), b = lum(solid(e));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) bad.push([e.className, e.textContent.trim().slice(0, 30), ratio.toFixed(2)]);
  }
  return bad;
}"""


@pytest.mark.parametrize("name", ["full", "specimen", "troubled", "held", "live"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground_by_4_5_to_1(browser: Any, folder: Path, name: str, scheme: str) -> None:
    with Visit(browser, folder / f"{name}.html", 1440, 900, color_scheme=scheme) as visit:
        assert visit.page.evaluate(CONTRAST) == []


def test_landmarks_and_table_are_there_for_a_screen_reader(browser: Any, folder: Path) -> None:
    with Visit(browser, folder / "full.html", 360, 800) as visit:
        tree = visit.page.locator("body").aria_snapshot()
        for role in (
            "banner",
            "main",
            "contentinfo",
            "navigation",
            "complementary",
            "table",
            "rowheader",
            "columnheader",
        ):
            assert f"- {role}" in tree
        assert 'img "The split: Quillbase beside Ledgerline Cloud Developer experience: ship on Quillbase' in tree
