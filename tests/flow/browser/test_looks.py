"""How the desk's pages look and read: the first screen, a phone, the dark, double size, axe, and hostile text."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.browser import SPLIT_WORDS, TRACES, axe_violations, needs_axe, needs_chromium, overflow, too_small
from tests.support.desk_windows import BOTH, DESKTOP, FERN, LARK, PHONE, Seeds, Window, desk_on, expect, window
from tests.support.desks import Desk, sign

from panel.desk import Save

pytestmark = needs_chromium
FIRST = f"{LARK}/developer-experience:0"
PATHS = {
    "queue": "/", "approved": "/?which=approved", "comparisons": "/comparisons", "draft": f"/drafts/{LARK}",
    "views": f"/drafts/{LARK}?at={LARK}/futurist:views", "comparison": f"/drafts/{BOTH}", "signed": f"/drafts/{FERN}",
    "history": f"/drafts/{FERN}/history", "log": "/log", "checked": "/log?check=true", "accounts": "/accounts",
    "printed": f"/drafts/{FERN}/page",
}  # fmt: skip
UNFOLD = "document.querySelectorAll('details').forEach((fold) => (fold.open = true))"
ON_SCREEN = """(selector) => [...document.querySelectorAll(selector)].filter((e) => e.checkVisibility())
  .map((e) => e.getBoundingClientRect()).map((r) => r.top >= 0 && r.left >= 0 && r.right <= innerWidth && r.bottom <= innerHeight)"""


@pytest.fixture(scope="module")
def desk(seeds: Seeds, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The specimen, with one review amended and signed and one as it came."""
    with desk_on(seeds.specimen, tmp_path_factory.mktemp("looks")) as made:
        editor, acts = made.account("editor"), made.deps.desk
        acts.act(
            editor, FERN, Save("futurist:0", "Its rules are plain files, in a folder of your own.", number=0, seen=True)
        )
        sign(made, FERN)
        yield made


@pytest.fixture(scope="module")
def strained(seeds: Seeds, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk_on(seeds.wordy, tmp_path_factory.mktemp("strained")) as made:
        yield made


TYPE = """([draft, field, text]) => localStorage.setItem(
  `panel-typed:${document.body.dataset.me}:${draft}:${field}:0:elsewhere`,
  JSON.stringify({ field, number: "0", text, base: "", win: "elsewhere", at: Date.now() }))"""  # words of another window


def on_screen(me: Window, selector: str) -> list[bool]:
    """Whether each visible element of this selector lies wholly within the window, unscrolled."""
    assert me.page.evaluate("scrollY") == 0
    return list(me.page.evaluate(ON_SCREEN, selector))


def drafts(desk: Desk) -> list[str]:
    return [draft.draft_id for draft in desk.deps.desk.queue().drafts]


@pytest.mark.parametrize(("draft_id", "tools"), [(LARK, 1), (BOTH, 2)])
def test_the_first_screen_holds_what_an_editor_begins_with(browser: Any, desk: Desk, draft_id: str, tools: int) -> None:
    with window(browser, desk) as me:
        me.open(f"/drafts/{draft_id}")
        assert on_screen(me, "h1, .bar .left, #approve") == [True] * 3
        assert on_screen(me, ".lenses .stand") == [True] * 4 * tools
        assert on_screen(me, ".lenses .line-said") == [True] * 4 * tools
        assert on_screen(me, ".item.here, .stop .said-again, .stop .passage, .stop mark") == [True] * 4
        assert on_screen(me, ".stop .decide button") == [True] * 3
        assert me.at == FIRST
        assert me.told.startswith("24 claims left, 5 critics' views")


def test_the_first_screen_holds_the_same_under_long_names_and_lines(browser: Any, strained: Desk) -> None:
    with window(browser, strained) as me:
        for draft_id in (name for name in drafts(strained) if "heldback" not in name):
            me.open(f"/drafts/{draft_id}")
            assert set(on_screen(me, "h1, .bar .left, #approve, .lenses .stand, .lenses .line-said")) == {True}
            assert set(on_screen(me, ".item.here, .stop .said-again, .stop .passage")) == {True}


@pytest.mark.parametrize("width", [390, 834, 1280, 1440])
def test_the_box_for_a_time_opens_on_the_screen(browser: Any, desk: Desk, width: int) -> None:
    with window(browser, desk, "publisher", (width, 900)) as me:
        me.open(f"/drafts/{FERN}")
        me.page.locator(".publish summary").click()
        inside = "(e) => ((r) => r.left >= 0 && r.right <= innerWidth)(e.getBoundingClientRect())"
        for selector in (".publish input[type=datetime-local]", ".publish label", ".publish button"):
            assert me.page.locator(selector).first.evaluate(inside), selector


def test_a_comparison_stacks_on_a_phone(browser: Any, desk: Desk) -> None:
    with window(browser, desk, "editor", PHONE) as me:
        me.open(f"/drafts/{BOTH}")
        answer, lenses = (me.page.locator(selector).bounding_box() for selector in (".answer", ".lenses"))
        assert answer and lenses
        assert lenses["y"] >= answer["y"] + answer["height"]
        assert me.page.evaluate(SPLIT_WORDS, ".lenses th") == []


@needs_axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong_on_any_page(browser: Any, desk: Desk, scheme: str) -> None:
    with window(browser, desk, "admin", color_scheme=scheme) as me:
        for name, path in PATHS.items():
            me.open(path)
            me.page.evaluate(UNFOLD)
            assert (name, axe_violations(me.page)) == (name, [])


@needs_axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_flags_held_words_conflict_and_refusal(
    browser: Any, strained: Desk, desk: Desk, scheme: str
) -> None:
    with window(browser, strained, "admin", color_scheme=scheme) as me:
        for draft_id in drafts(strained):
            me.open(f"/drafts/{draft_id}")
            me.page.evaluate(UNFOLD)
            assert (draft_id, axe_violations(me.page)) == (draft_id, [])
    with window(browser, desk, "admin", color_scheme=scheme) as me:
        me.open(f"/drafts/{LARK}")
        editor, acts = desk.account("editor"), desk.deps.desk
        number, here = acts.open(editor, LARK).draft.head, me.at.removeprefix(f"{LARK}/")
        acts.act(editor, LARK, Save(here, f"Other words, in the {scheme}.", number=number, seen=True))
        me.press("a")
        expect(me.page.locator("h1")).to_have_text("Somebody changed these words while you read them.")
        assert axe_violations(me.page) == []
        me.open(f"/drafts/{LARK}")
        number = acts.open(editor, LARK).draft.head
        theirs = f"We ran none of this in the {scheme}."
        acts.act(editor, LARK, Save("note", theirs, number=number))
        me.page.locator("#t-note").fill("We read all of it.")
        me.page.locator("#t-note").press("Control+Enter")
        expect(me.page.locator("h1")).to_have_text("Somebody saved these words first.")
        assert axe_violations(me.page) == []
        assert me.page.locator(".both.theirs").inner_text() == theirs


def test_on_a_phone_nothing_overflows_and_every_target_can_be_hit(browser: Any, desk: Desk, strained: Desk) -> None:
    for where, paths in ((desk, PATHS.values()), (strained, [f"/drafts/{name}" for name in drafts(strained)])):
        with window(browser, where, "admin", PHONE, has_touch=True) as me:
            for path in paths:
                me.open(path)
                if "/page" not in path:
                    me.page.evaluate(UNFOLD)
                    assert (path, too_small(me.page)) == (path, [])
                assert (path, overflow(me.page)) == (path, 0)


def test_on_a_phone_a_draft_is_decided_by_touch(browser: Any, seeds: Seeds, tmp_path: Path) -> None:
    with desk_on(seeds.short, tmp_path) as desk, window(browser, desk, "editor", PHONE, has_touch=True) as me:
        me.open(f"/drafts/{FERN}")
        me.page.locator(".item .words").nth(5).tap()
        assert me.page.locator(".stop:visible").bounding_box()["y"] >= 0
        for left in (18, 17):
            me.page.locator(".stop:visible button[value=accurate]").tap()
            me.left(left)
            top = me.page.locator(".stop:visible").bounding_box()
            assert 0 <= top["y"] < PHONE[1] / 2


def test_at_double_size_the_page_is_one_column_and_nothing_is_covered(browser: Any, desk: Desk) -> None:
    """1440 by 900 at 200 % is a window of 720 by 450 CSS pixels."""
    with window(browser, desk, "editor", (DESKTOP[0] // 2, DESKTOP[1] // 2)) as me:
        for path in (PATHS["draft"], PATHS["comparison"], PATHS["history"], PATHS["queue"]):
            me.open(path)
            assert (path, overflow(me.page)) == (path, 0)
        me.open(PATHS["draft"])
        for _ in range(6):
            me.press("j")
            box = me.page.locator(".stop:visible .said-again, .stop:visible .decide").first.bounding_box()
            assert box["y"] >= 0
        for _ in range(40):
            me.page.keyboard.press("Tab")
            covered = me.page.evaluate(
                """() => { const r = document.activeElement.getBoundingClientRect();
                  const seen = document.elementFromPoint(Math.max(0, r.left + r.width / 2), Math.max(0, r.top + r.height / 2));
                  return !!seen && !document.activeElement.contains(seen) && !seen.contains(document.activeElement)
                    && !!seen.closest('.bar') && !document.activeElement.closest('.bar'); }"""
            )
            assert not covered


def test_nothing_moves_for_who_asked_for_less_motion(browser: Any, desk: Desk) -> None:
    with window(browser, desk, "editor", reduced_motion="reduce") as me:
        me.open(PATHS["draft"])
        moving = """() => [...document.querySelectorAll('*')].map((e) => getComputedStyle(e))
          .filter((s) => s.transitionDuration !== '0s' || s.animationName !== 'none' || s.scrollBehavior === 'smooth').length"""
        assert me.page.evaluate(moving) == 0


def test_the_passage_comes_before_the_whole_text_for_who_listens(browser: Any, desk: Desk) -> None:
    with window(browser, desk) as me:
        me.open(PATHS["draft"])
        order = me.page.evaluate(
            """() => [...document.querySelectorAll('h1, .lenses, .bar, .said-again, .passage, .decide, #text')]
              .filter((e) => e.checkVisibility()).map((e) => e.id || e.className.split(' ')[0] || e.tagName)"""
        )
        assert order == ["H1", "lenses", "bar", "said-again", "passage", "decide", "text"]


def test_a_decision_moves_the_focus_to_the_next_sentence(browser: Any, seeds: Seeds, tmp_path: Path) -> None:
    """After a decision the focus stands at the next sentence, and it is read out."""
    with desk_on(seeds.short, tmp_path) as desk, window(browser, desk) as me:
        me.open(f"/drafts/{FERN}")
        assert me.page.locator("#live[role=status]").inner_text() == ""
        me.page.locator(".stop:visible button[value=accurate]").focus()
        me.press("Enter")
        me.left(18)
        focused = me.page.locator(":focus")
        assert focused.get_attribute("data-at") == me.at == f"{FERN}/developer-experience:1"
        said = me.page.locator("#live").inner_text()
        assert said.startswith(
            "13 claims left, 5 critics' views. Developer experience AI critic. Somebody on an ordinary"
        )
        assert "Evidence: " in said
        me.press("Enter")
        me.page.keyboard.press("Tab")
        assert me.page.locator(".stop:visible :focus").count() == 1
        me.left(18)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_hostile_text_stays_text_on_every_page_and_after_a_swap(
    browser: Any, seeds: Seeds, tmp_path: Path, scheme: str
) -> None:
    """`window` holds that no dialog opened, nothing was said on the console, and no request left for elsewhere."""
    with desk_on(seeds.hostile, tmp_path) as desk, window(browser, desk, "admin", color_scheme=scheme) as me:
        editor, acts = desk.account("editor"), desk.deps.desk
        for draft_id in drafts(desk):
            opened = acts.open(editor, draft_id)
            if opened.draft.kind == "review":
                place = next(point for point in opened.points if point.kind == "claim" and not point.field)
                attack = f"{place.text[:200]} <img src=x onerror=alert(1)>"
                acts.act(editor, draft_id, Save(f"{place.persona_id}:{place.place}", attack, number=0, seen=True))
                typed = f"{attack}</textarea><script>alert(2)</script>"
                me.open(f"/drafts/{draft_id}")
                me.page.evaluate(TYPE, [draft_id, f"{place.persona_id}:{place.place}", typed])
            for path in (f"/drafts/{draft_id}", f"/drafts/{draft_id}/history", f"/drafts/{draft_id}/page"):
                me.open(path)
                me.page.evaluate(UNFOLD)
                inert(me, forms="/page" not in path)
                if opened.draft.kind == "review":
                    assert "onerror=alert(1)" in me.page.locator("main").inner_text()
        me.open(f"/drafts/{draft_id}")
        before = me.page.locator(".item.is-left").count()
        me.press("j")
        me.press("e")
        me.page.keyboard.type("<img src=x onerror=alert(3)>")
        inert(me)
        me.press("Control+Enter")
        expect(me.page.locator(".bar .done")).to_be_visible()
        assert me.page.locator(".item.is-left").count() <= before
        inert(me)
        for path in ("/", "/comparisons", "/log"):
            me.open(path)
            inert(me)


def inert(me: Window, *, forms: bool = True) -> None:
    """Nothing that a script could have left: no element, handler, link or global of theirs."""
    traces = me.page.evaluate(TRACES)
    own = me.page.evaluate("document.querySelectorAll('form').length") if forms else 0
    assert "owned" not in traces.pop("title").split()
    assert traces == {"owned": "undefined", "elements": own, "handlers": 0, "links": 0}
    assert me.page.evaluate(
        "[...document.scripts].every((s) => s.src.startsWith(origin) || s.type === 'application/ld+json')"
    )
