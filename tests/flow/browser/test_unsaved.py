"""What is typed at the desk and not saved: kept by the browser over a reload, a second window, a killed server."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.support import desk_windows as at
from tests.support.browser import needs_chromium
from tests.support.command import command, environment
from tests.support.desk_windows import DESKTOP, LARK, Seeds, Window, desk_on, expect, watched, window
from tests.support.desks import PASSWORD, Desk

from panel.desk import Decide, Save
from panel.desk.acts.decide import target_of

pytestmark = needs_chromium
WHOLE = 29
TYPED, MORE = " Typed and not saved.", " And more."
FIELD = ".stop:visible .edit textarea"


@pytest.fixture
def desk(seeds: Seeds, tmp_path: Path) -> Iterator[Desk]:
    with desk_on(seeds.specimen, tmp_path) as made:
        yield made


@contextmanager
def served(at_folder: Path, port: int = 0) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """`panel desk` as a process of its own: the link it printed, and the process."""
    started = subprocess.Popen(
        command("desk", "--port", str(port), "--no-browser"), cwd=at_folder, env=environment(), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert started.stdout
    try:
        yield started.stdout.readline().strip(), started
    finally:
        started.kill()
        started.wait()
        started.stdout.close()


KEPT = """() => Object.keys(localStorage).filter((key) => key.startsWith("panel-typed:"))
  .map((key) => JSON.parse(localStorage.getItem(key)).text)"""
SAID = "Kept in this browser, not saved."
BESIDE = ".stop:visible .typed-beside"
THEIRS = "The figure was wrong: it is 12 percent."


def kept(me: Window) -> list[str]:
    """What this browser keeps of somebody's typing."""
    return list(me.page.evaluate(KEPT))


def type_more(me: Window, text: str, told: str = SAID) -> None:
    me.press("e")
    me.page.keyboard.type(text)
    expect(me.page.locator(".stop:visible [data-kept]").first).to_have_text(told)


def save_as_colleague(desk: Desk, text: str, field: str = "", draft: str = LARK) -> None:
    """Somebody else saves other words there; "": where the editor begins."""
    acts, who = desk.deps.desk, desk.account("writer")
    opened = acts.open(who, draft)
    point = next(p for p in opened.points if p.kind == "claim")
    name = field or f"{point.persona_id}:{point.place}"
    acts.act(who, draft, Save(name, text, number=opened.draft.head, seen=True))


def words_now(desk: Desk) -> str:
    """The sentence the editor begins at, as it is saved."""
    opened = desk.deps.desk.open(desk.account("writer"), LARK)
    first = desk.deps.desk.open_at(desk.account("writer"), LARK, 0)
    point = next(p for p in first.points if p.kind == "claim")
    words = opened.text.words_of(point.persona_id)
    assert words
    return next(s.text for s in words.sentences if s.place == point.place)


def test_what_is_typed_is_there_after_a_reload_and_the_desk_never_has_it(browser: Any, desk: Desk) -> None:
    with window(browser, desk) as me:
        me.open(f"/drafts/{LARK}")
        type_more(me, TYPED)
        (words,) = kept(me)
        me.page.reload()
        expect(me.page.locator(FIELD)).to_have_value(words)
        assert me.page.locator(".stop:visible .diff ins").inner_text() == TYPED.strip()
        assert [url for url in me.asked if "unsaved" in url and "/static/" not in url] == []
        me.press("Escape")
        me.press("j")
        me.press("a")
        me.left(WHOLE - 1)
        me.press("j")
        me.press("x")  # a revision of other words
        me.left(WHOLE - 1)
        me.open(f"/drafts/{LARK}")
        expect(me.page.locator(FIELD)).to_have_value(words)
        assert me.page.locator(".typed-beside").count() == 0
        me.page.locator(FIELD).press("Control+Enter")
        me.left(WHOLE - 2)
        assert kept(me) == []
    with window(browser, desk, "writer") as other:
        other.open(f"/drafts/{LARK}")
        assert "Typed over" not in other.page.locator("main").inner_text()


def test_words_typed_before_a_colleague_saved_stand_beside_theirs(browser: Any, desk: Desk) -> None:
    with window(browser, desk) as me:
        me.open(f"/drafts/{LARK}")
        type_more(me, TYPED)
        (mine,) = kept(me)
        save_as_colleague(desk, THEIRS)
        me.page.reload()
        expect(me.page.locator(BESIDE)).to_contain_text("Typed over revision 0 and not saved.")
        expect(me.page.locator(BESIDE)).to_contain_text(mine)
        expect(me.page.locator(FIELD)).to_have_value(THEIRS)
        me.page.locator(BESIDE).get_by_role("button", name="Put mine into the field").click()
        expect(me.page.locator(FIELD)).to_have_value(mine)
        me.page.locator(FIELD).press("Control+Enter")
        expect(me.page.locator("h1")).to_have_text("Somebody saved these words first.")
        assert words_now(desk) == THEIRS
        assert kept(me) == [mine]
        me.page.get_by_label("Both, put together").fill("The figure was wrong. Typed and not saved.")
        me.page.get_by_role("button", name="Save over theirs").click()
        me.page.locator("#work").wait_for()
        assert words_now(desk) == "The figure was wrong. Typed and not saved."
        me.page.reload()
        assert me.page.locator(".typed-beside").count() == 0


def test_saving_while_a_colleague_saved_is_a_conflict_that_leads_back(browser: Any, desk: Desk) -> None:
    """On a comparison, too: back to where one was, with theirs in the field and mine beside it."""
    for draft, path in ((LARK, f"/drafts/{LARK}"), (LARK, f"/drafts/{at.BOTH}")):
        with window(browser, desk) as me:
            me.open(path)
            type_more(me, TYPED)
            (mine,) = kept(me)
            theirs = f"{THEIRS} Seen on {path}."
            save_as_colleague(desk, theirs, draft=draft)
            me.page.locator(FIELD).press("Control+Enter")
            expect(me.page.locator(".theirs")).to_have_text(theirs)
            expect(me.page.get_by_label("Both, put together")).to_have_value(mine)
            me.page.get_by_role("link", name="Back to the draft").click()
            me.page.locator("#work").wait_for()
            assert me.page.url.partition("?")[0].endswith(path)
            expect(me.page.locator(FIELD)).to_have_value(theirs)
            expect(me.page.locator(BESIDE)).to_contain_text(mine)
            me.page.locator(BESIDE).get_by_role("button", name="Throw mine away").click()
            assert kept(me) == []


def test_without_script_the_conflict_page_holds_what_was_typed(browser: Any, desk: Desk) -> None:
    with window(browser, desk, java_script_enabled=False) as me:
        me.open(f"/drafts/{LARK}")
        save_as_colleague(desk, THEIRS)
        me.page.locator(".stop:visible .edit summary").click()
        me.page.locator(FIELD).fill("Mine, typed in full.")
        me.page.locator(".stop:visible .edit button", has_text="Save").click()
        field = me.page.get_by_label("Both, put together")
        expect(field).to_have_value("Mine, typed in full.")
        me.page.get_by_role("button", name="Save over theirs").click()
        expect(me.page.locator(".said")).to_contain_text("Saved")
        assert words_now(desk) == "Mine, typed in full."


def test_saving_in_one_window_keeps_what_is_typed_in_another(browser: Any, desk: Desk) -> None:
    with window(browser, desk) as me:
        me.open(f"/drafts/{LARK}")
        second = watched(me.page.context, desk.deps.origin)
        second.open(f"/drafts/{LARK}")
        me.page.locator("#t-note").fill("A long note, typed in window one and not saved.")
        second.page.locator("#t-note").fill("A short note from window two.")
        assert len(kept(me)) == 2
        second.page.locator("#t-note").press("Control+Enter")
        expect(second.page.locator(".bar .done")).to_have_text("Saved as a new revision.")
        assert kept(me) == ["A long note, typed in window one and not saved."]
        me.page.reload()
        expect(me.page.locator("#t-note")).to_have_value("A short note from window two.")
        expect(me.page.locator(".own-words .typed-beside")).to_contain_text("typed in window one")
        assert second.complaints == []


def test_a_save_that_changes_nothing_leaves_no_words_behind(browser: Any, desk: Desk) -> None:
    with window(browser, desk) as me:
        me.open(f"/drafts/{LARK}")
        me.press("e")
        me.page.locator(FIELD).fill(THEIRS)
        save_as_colleague(desk, THEIRS)  # the very same words
        me.page.locator(FIELD).press("Control+Enter")
        expect(me.page.locator(".bar .done")).to_have_text("Nothing was changed.")
        assert kept(me) == []
        save_as_colleague(desk, "It is 13 percent.", field=me.at.partition("/")[2] if ":" in me.at else "")
        me.page.reload()
        assert me.page.locator(".typed-beside").count() == 0


def test_text_that_is_too_long_is_told_beside_the_field_with_its_limit(browser: Any, desk: Desk) -> None:
    with window(browser, desk) as me:
        me.open(f"/drafts/{LARK}")
        me.press("e")
        me.page.locator(FIELD).fill("word " * 4200)
        count = me.page.locator(".stop:visible .edit [data-count]")
        expect(count).to_have_text("21000 of 2000 characters: too long to be saved.")
        me.page.locator(FIELD).press("Control+Enter")
        expect(me.page.get_by_role("alert")).to_contain_text("characters; 2000 at most")
        assert len(kept(me)[0]) == 21000
        me.page.reload()
        expect(count).to_contain_text("too long")


def test_words_for_a_sentence_that_went_meanwhile_are_still_shown(browser: Any, desk: Desk) -> None:
    with window(browser, desk) as me:
        me.open(f"/drafts/{LARK}")
        type_more(me, TYPED)
        (mine,) = kept(me)
        target = target_of(me.at.partition("/")[2])
        desk.deps.desk.act(desk.account("writer"), LARK, Decide(target, "removed", number=0, seen=True))
        me.page.locator(FIELD).press("Control+Enter")
        expect(me.page.locator("h1")).to_have_text("Somebody changed how these words are printed.")
        expect(me.page.locator(".yours")).to_have_text(mine)
        me.page.get_by_role("link", name="Back to the draft").click()
        expect(me.page.locator("#text .typed-beside")).to_contain_text("Its words are no longer printed.")
        expect(me.page.locator("#text .typed-beside")).to_contain_text(mine)


def test_discard_throws_away_what_was_typed(browser: Any, desk: Desk) -> None:
    with window(browser, desk) as me:
        me.open(f"/drafts/{LARK}")
        discard = me.page.locator(".stop:visible .edit button", has_text="Discard")
        me.press("e")
        expect(discard).to_be_hidden()
        me.press("Escape")
        type_more(me, TYPED)
        discard.click()
        assert kept(me) == []
        assert not me.page.locator(FIELD).input_value().endswith(TYPED)
        expect(discard).to_be_hidden()


def test_a_refused_save_leaves_the_words_in_the_field(browser: Any, desk: Desk) -> None:
    with window(browser, desk) as me:
        me.open(f"/drafts/{LARK}")
        me.press("e")
        me.page.locator(FIELD).fill("")
        me.press("Control+Enter")
        expect(me.page.get_by_role("alert")).to_contain_text("Not saved: the sentence is empty.")
        me.page.locator(FIELD).fill("The first review needs no file.")
        me.press("Control+Enter")
        me.left(WHOLE - 1)
        expect(me.page.get_by_role("alert")).to_have_count(0)


def test_signed_out_meanwhile_one_comes_back_to_the_words(browser: Any, desk: Desk) -> None:
    with window(browser, desk) as me:
        me.open(f"/drafts/{LARK}")
        me.press("e")
        me.page.context.clear_cookies()
        me.page.keyboard.type(TYPED)
        me.press("Control+Enter")
        name = me.page.get_by_label("Name", exact=True)  # fields of the draft ask for names, too
        expect(name).to_be_focused()
        name.fill("editor")
        me.page.get_by_label("Password").fill(PASSWORD)
        me.press("Enter")
        me.left(WHOLE)
        expect(me.page.locator(FIELD)).to_have_value(re.compile(re.escape(TYPED) + "$"))
        me.page.locator(FIELD).press("Control+Enter")
        me.left(WHOLE - 1)


def test_a_killed_desk_loses_nothing_that_was_typed(browser: Any, seeds: Seeds, tmp_path: Path) -> None:
    """kill -9 while somebody types, a try to save with nobody there, and the same desk started again."""
    place = tmp_path / "place"
    shutil.copytree(seeds.specimen.parents[1], place)
    context = browser.new_context(viewport={"width": DESKTOP[0], "height": DESKTOP[1]})
    context.set_default_timeout(at.PATIENCE_MS)
    with served(place) as (link, first):
        origin, _, rest = link.partition("/enter/")
        assert rest
        me = watched(context, origin)
        me.page.goto(link)
        me.open(f"/drafts/{LARK}")
        me.press("a")
        me.left(WHOLE - 1)
        type_more(me, TYPED)
        first.kill()
        first.wait()
        me.page.keyboard.type(MORE)
        me.press("Control+Enter")
        expect(me.page.get_by_role("alert")).to_contain_text("The desk does not answer.")
        words = me.page.locator(FIELD).input_value()
        assert words.endswith(TYPED + MORE)
    with served(place, int(origin.rpartition(":")[2])):
        me.open(f"/drafts/{LARK}")
        me.left(WHOLE - 1)
        expect(me.page.locator(FIELD)).to_have_value(words)
        expect(me.page.locator(".stop:visible [data-kept]").first).to_have_text(SAID)
        me.page.locator(FIELD).press("Control+Enter")
        me.left(WHOLE - 2)
        assert me.page.locator(".item.is-left").count() == WHOLE - 2
        me.page.reload()
        assert (TYPED + MORE).strip() in me.page.locator("#text").inner_text()
    context.close()


def test_words_not_saved_are_hidden_from_who_signs_in_next(browser: Any, desk: Desk) -> None:
    """Words not saved are shown to nobody who signs in later in the same browser."""
    with window(browser, desk) as me:
        me.open(f"/drafts/{LARK}")
        type_more(me, TYPED)
        me.page.reload()
        assert me.page.locator(FIELD).input_value().endswith(TYPED)
        token = desk.deps.accounts.start_session(desk.account("writer"), now=desk.clock()).token
        me.page.context.add_cookies([{"name": desk.deps.cookie, "value": token, "url": desk.deps.origin}])
        me.page.reload()
        me.press("e")
        assert not me.page.locator(FIELD).input_value().endswith(TYPED)
