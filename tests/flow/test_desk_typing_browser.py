"""What is typed at the desk and not saved: kept over a pause, a reload, a second window, a killed server."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.desk import PASSWORD, Desk
from tests.flow import desk_browsing as at
from tests.flow.desk_browsing import DESKTOP, LARK, Seeds, Window, desk_on, expect, watched, window
from tests.flow.outside import command, environment

browser, seeds, pytestmark = at.browser, at.seeds, at.pytestmark
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


def kept(desk: Desk) -> list[str]:
    """What the desk keeps of the editor's typing."""
    return [typed.text for typed in desk.deps.desk.unsaved(desk.account("editor"), LARK)]


def type_more(me: Window, text: str, told: str = "Kept, not saved.") -> None:
    me.press("e")
    me.page.keyboard.type(text)
    expect(me.page.locator(".stop:visible [data-kept]").first).to_have_text(told)


def test_what_is_typed_is_there_after_a_reload_and_in_another_browser(browser: Any, desk: Desk) -> None:
    with window(browser, desk) as me:
        me.open(f"/drafts/{LARK}")
        type_more(me, TYPED)
        assert [text.endswith(TYPED) for text in kept(desk)] == [True]
        me.page.reload()
        expect(me.page.locator(FIELD)).to_have_value(kept(desk)[0])
        assert me.page.locator(".stop:visible .note").inner_text().endswith("UTC and not saved.")
        assert me.page.locator(".stop:visible .diff ins").inner_text() == TYPED.strip()
    with window(browser, desk) as elsewhere:
        elsewhere.open(f"/drafts/{LARK}")
        expect(elsewhere.page.locator(FIELD)).to_have_value(kept(desk)[0])
    with window(browser, desk, "writer") as other:
        other.open(f"/drafts/{LARK}")
        assert "Typed" not in other.page.locator("main").inner_text()


def test_two_windows_of_one_person_keep_both_texts(browser: Any, desk: Desk) -> None:
    with window(browser, desk) as me:
        me.open(f"/drafts/{LARK}")
        second = watched(me.page.context, desk.deps.origin)
        second.open(f"/drafts/{LARK}")
        type_more(me, TYPED)
        desk.clock.pass_s(60)
        type_more(second, MORE)
        assert sorted(text[-10:] for text in kept(desk)) == sorted((TYPED[-10:], MORE[-10:]))
        me.page.reload()
        expect(me.page.locator(".stop:visible .note", has_text="another window")).to_contain_text(TYPED.strip())
        expect(me.page.locator(FIELD)).to_have_value(kept(desk)[0])
        field = second.page.locator(FIELD)
        field.fill(field.input_value().removesuffix(MORE))
        expect(second.page.locator(".stop:visible .diff")).to_be_hidden()
        second.page.wait_for_function("document.querySelector('.stop:not([hidden]) [data-kept]').textContent !== ''")
        assert second.complaints == []


def test_leaving_a_field_as_it_was_drops_only_what_this_window_typed(browser: Any, desk: Desk) -> None:
    with window(browser, desk) as me:
        me.open(f"/drafts/{LARK}")
        second = watched(me.page.context, desk.deps.origin)
        second.open(f"/drafts/{LARK}")
        type_more(me, TYPED)
        second.press("e")
        with second.page.expect_response("**/unsaved"):
            second.page.keyboard.type("!")
        with second.page.expect_response("**/unsaved"):
            second.page.keyboard.press("Backspace")
        assert [text.endswith(TYPED) for text in kept(desk)] == [True]


def test_discard_throws_it_away_with_and_without_script(browser: Any, desk: Desk) -> None:
    with window(browser, desk) as me:
        me.open(f"/drafts/{LARK}")
        for script in (True, False):
            type_more(me, TYPED)
            assert len(kept(desk)) == 1
            if script:
                me.page.locator(".stop:visible .edit button", has_text="Discard").click()
                expect(me.page.locator(".bar .done")).to_contain_text("Thrown away.")
                assert me.page.locator(".stop:visible textarea").count() == 1
            else:
                with window(browser, desk, java_script_enabled=False) as plain:
                    plain.open(f"/drafts/{LARK}")
                    plain.page.locator(".stop:visible .edit button", has_text="Discard").click()
                    expect(plain.page.locator(".said")).to_contain_text("Thrown away.")
                me.page.reload()
            assert kept(desk) == []
            me.press("e")
            assert not me.page.locator(FIELD).input_value().endswith(TYPED)
            me.press("Escape")


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
        me.page.get_by_label("Name").fill("editor")
        me.page.get_by_label("Password").fill(PASSWORD)
        me.press("Enter")
        me.left(WHOLE)
        assert me.page.locator(FIELD).input_value().endswith(TYPED)
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
        expect(me.page.locator(".stop:visible [data-kept]").first).to_contain_text("Kept in this browser")
        me.press("Control+Enter")
        expect(me.page.get_by_role("alert")).to_contain_text("The desk does not answer.")
        words = me.page.locator(FIELD).input_value()
        assert words.endswith(TYPED + MORE)
    with served(place, int(origin.rpartition(":")[2])):
        me.open(f"/drafts/{LARK}")
        me.left(WHOLE - 1)
        expect(me.page.locator(FIELD)).to_have_value(words)
        expect(me.page.locator(".stop:visible [data-kept]").first).to_have_text("Kept, not saved.")
        me.page.locator(FIELD).press("Control+Enter")
        me.left(WHOLE - 2)
        assert me.page.locator(".item.is-left").count() == WHOLE - 2
        me.page.reload()
        assert (TYPED + MORE).strip() in me.page.locator("#text").inner_text()
    context.close()


def test_words_the_desk_never_got_are_shown_to_nobody_who_signs_in_later_in_the_same_browser(
    browser: Any, desk: Desk
) -> None:
    with window(browser, desk) as me:
        me.open(f"/drafts/{LARK}")
        me.page.route("**/unsaved", lambda route: route.fulfill(status=503))
        with me.page.expect_response("**/unsaved"):
            me.press("e")
            me.page.keyboard.type(TYPED)
        assert kept(desk) == []
        me.page.reload()
        assert me.page.locator(FIELD).input_value().endswith(TYPED)
        token = desk.deps.accounts.start_session(desk.account("writer"), now=desk.clock()).token
        me.page.context.add_cookies([{"name": desk.deps.cookie, "value": token, "url": desk.deps.origin}])
        me.page.reload()
        me.press("e")
        assert not me.page.locator(FIELD).input_value().endswith(TYPED)
        me.said.clear()  # the browser names the 503 we made
