"""Report pages full of hostile text in a real browser, and hostile pages as a browser shows them.

Two promises. A report never runs a script and never asks for anything but itself, whatever a page, a maker or a model
wrote. And what we take for hidden is hidden in Chromium too: our reading of styles is held against its own.
"""

from pathlib import Path
from typing import Any

import pytest
from tests.support import page_records
from tests.support.browser import TRACES, Visit, needs_chromium
from tests.support.hostile_text import corpora
from tests.support.hostile_text.planting import OWN, batches, hostile_comparison
from tests.support.pages import visible_and_hidden

from panel.pages import comparison_html, review_html

HOSTILE = sorted((Path(__file__).parents[2] / "support" / "web" / "pages" / "hostile").glob("*.html"))
ATTACKS = (*OWN, *corpora.nasty())
# Text a reader can make out: boxes with a size, on the screen, not faint, not in the colour of what is behind.
SEEN = """() => {
    const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
    while (nodes.nextNode()) {
        const text = nodes.currentNode, element = text.parentElement, range = document.createRange();
        range.selectNodeContents(text);
        const shown = element.checkVisibility({opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true});
        const boxes = [...range.getClientRects()].some(b => b.width > 1 && b.height > 1 && b.right > 0 && b.bottom > 0 && b.left < innerWidth);
        if (shown && boxes) found.push(text.data);
    }
    return found.join(' ');
}"""

# Ways of hiding that leave a box on the screen.
NOT_PROBED = (
    "colour of the background", "aria-hidden", "font size", "invisible", "tag", "clip", "transform", "object",
    "no width or height", "content-visibility", "opacity", "transparent letters", "text indent", "text security",
    "letter spacing", "filter: blur",
)  # fmt: skip

pytestmark = needs_chromium


@pytest.mark.parametrize("texts", batches(ATTACKS, 60), ids=lambda texts: ascii(texts[0])[:20])
def test_no_script_runs_and_no_request_leaves(browser: Any, tmp_path: Path, texts: tuple[str, ...]) -> None:
    for n, group in enumerate(batches(texts)):
        path = tmp_path / f"{n}.html"
        path.write_text(comparison_html(hostile_comparison(group)), encoding="utf-8")
        with Visit(browser, path, 1280, 900) as visit:
            visit.page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
            visit.page.mouse.move(300, 300)
            assert visit.said == []
            assert [url for url in visit.asked if not url.startswith("data:image/svg+xml,")] == [path.as_uri()]
            traces = visit.page.evaluate(TRACES)
            assert traces.pop("title").startswith("Universal Retrieval-Augmented")
            assert traces == {"owned": "undefined", "elements": 0, "handlers": 0, "links": 0}


def test_every_place_a_live_dossier_fills_holds_the_attack_as_text(browser: Any, tmp_path: Path) -> None:
    """Words for reviewers, costs, facts, sources and hidden text: the attack is read there, and nothing came of it."""
    path = tmp_path / "hostile.html"
    path.write_text(review_html(hostile_comparison([page_records.HOSTILE]).review_a), encoding="utf-8")
    with Visit(browser, path, 390, 844) as visit:
        visit.page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
        for section in ("held", "costs", "facts", "read", "hidden"):
            assert "<img src=x onerror=alert(1)>" in visit.page.locator(f"#{section}").inner_text()
        assert visit.page.locator("#hidden dd").first.inner_text().count("⟨U+001B⟩") == 2
        traces = visit.page.evaluate(TRACES)
        traces.pop("title")
        assert traces == {"owned": "undefined", "elements": 0, "handlers": 0, "links": 0}
        assert visit.said == []


def test_the_policy_stops_what_escaping_would_miss(browser: Any, tmp_path: Path) -> None:
    """The second line: a script set into the finished page by hand does not run, and its image is not asked for."""
    text = comparison_html(hostile_comparison(OWN))
    planted = (
        "<script>document.title = 'owned'</script><img src='https://evil.example/x.png' onerror='window.owned = 1'>"
    )
    path = tmp_path / "planted.html"
    path.write_text(text.replace("</main>", f"{planted}</main>"), encoding="utf-8")
    stopped: list[tuple[str, str]] = []
    context = browser.new_context()  # not offline: the policy alone has to stop it
    context.on("requestfailed", lambda request: stopped.append((request.url, request.failure)))
    page = context.new_page()
    page.goto(path.as_uri())
    traces = page.evaluate(TRACES)
    context.close()
    assert traces["title"] != "owned"
    assert traces["owned"] == "undefined"
    assert stopped == [("https://evil.example/x.png", "csp")]


@pytest.mark.parametrize("path", HOSTILE, ids=lambda path: path.stem)
def test_what_jurors_read_is_what_a_browser_shows(browser: Any, path: Path) -> None:
    """Every word we keep is drawn by Chromium, but those marked as missed by our few rules. Colours it can't tell us about
    stay with the unit tests."""
    with Visit(browser, path, 1280, 900) as visit:
        drawn = "".join(visit.page.evaluate(SEEN).split())
    blocks, _ = visible_and_hidden(path.read_text("utf-8"))
    for block in blocks:
        for piece in block.text.split(" | "):
            assert "".join(piece.split()) in drawn or piece.startswith("missed-")


@pytest.mark.parametrize("path", HOSTILE, ids=lambda path: path.stem)
def test_what_a_browser_shows_is_not_taken_for_hidden(browser: Any, path: Path) -> None:
    """The other way round: what we took out is not drawn, but for the ways a probe of boxes can't see."""
    _, hidden = visible_and_hidden(path.read_text("utf-8"))
    with Visit(browser, path, 1280, 900) as visit:
        drawn = "".join(visit.page.evaluate(SEEN).split())
    wrong = [found for found in hidden if "".join(found.text.split()) in drawn]
    assert not [found for found in wrong if not found.where.startswith(NOT_PROBED)]
