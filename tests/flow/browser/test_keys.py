"""The draft page by keys and by mouse: each key, each act beside a sentence, what is heard, what is refused."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.browser import needs_chromium
from tests.support.desk_windows import BOTH, LARK, Seeds, Window, desk_on, expect, window
from tests.support.desks import Desk

from panel.records.desk import Decision

pytestmark = needs_chromium
WHO = f"{LARK}/developer-experience"
STOPS = (f"{WHO}:0", f"{WHO}:1", f"{WHO}:2", f"{WHO}:3", f"{WHO}:views")
WHOLE, PAIRED = 29, 57


@pytest.fixture
def desk(seeds: Seeds, tmp_path: Path) -> Iterator[Desk]:
    with desk_on(seeds.specimen, tmp_path) as made:
        yield made


@pytest.fixture
def me(browser: Any, desk: Desk) -> Iterator[Window]:
    with window(browser, desk) as opened:
        opened.open(f"/drafts/{LARK}")
        opened.left(WHOLE)
        yield opened


def decisions(desk: Desk, draft_id: str = LARK) -> list[Decision]:
    return list(desk.deps.desk.history(desk.account("editor"), draft_id).decisions)


def item(me: Window, name: str) -> Any:
    return me.page.locator(f'[data-item="{name}"]')


def test_j_and_k_move_and_show_the_passage_beside_its_sentence(me: Window) -> None:
    seen = [me.at]
    for key in ("j", "j", "j", "j", "k", "k"):
        me.press(key)
        seen.append(me.at)
        assert item(me, me.at).get_attribute("class").split()[-1] == "here"
        assert me.page.locator(".stop:visible").count() == 1
    assert seen == [*STOPS, STOPS[3], STOPS[2]]
    assert me.page.url.endswith(f"?at={STOPS[2].replace('/', '%2F').replace(':', '%3A')}")
    me.page.reload()
    assert me.at == STOPS[2]
    assert me.page.locator(".stop:visible mark").count() == 1
    expect(me.page.locator("#live")).to_have_text("")
    me.press("k")
    expect(me.page.locator("#live")).to_contain_text("Evidence: Error LS-104 means")
    item(me, STOPS[0]).locator(".words").click()
    assert me.at == STOPS[0]


def test_each_deciding_key_decides_what_it_says_and_u_takes_it_back(me: Window, desk: Desk) -> None:
    for left, key in zip((28, 27, 26), "amx", strict=True):
        me.press(key)
        me.left(left)
    marks = [item(me, name).locator(".m").first for name in STOPS[:3]]
    assert [mark.get_attribute("title") for mark in marks] == ["Decided", "The maker's word", "Removed"]
    assert item(me, STOPS[1]).locator(".words").inner_text().startswith("By the maker's account: ")
    assert [(d.decision, d.source_seen) for d in decisions(desk)] == [
        ("accurate", True), ("attributed", True), ("removed", True),
    ]  # fmt: skip
    expect(me.page.locator("#live")).to_contain_text("21 claims left, 5 critics' views.")
    for left in (27, 28, 29):
        me.press("u")
        me.left(left)
    expect(me.page.locator(".bar .done")).to_have_text("Taken back.")
    assert [d.decision for d in decisions(desk)[3:]] == ["undone"] * 3
    me.press("u")
    expect(me.page.locator("#live")).to_have_text("That key does nothing here.")
    assert me.page.get_by_role("button", name="Undo").count() == 0


def test_a_bounced_key_decides_of_no_sentence_that_just_came_up(me: Window, desk: Desk) -> None:
    for _ in range(2):
        me.press("a")
        me.page.wait_for_function("n => document.querySelectorAll('.item.is-left').length === n", arg=WHOLE - 1)
    me.left(WHOLE - 1)
    assert [d.decision for d in decisions(desk)] == ["accurate"]
    me.press("a")
    me.left(WHOLE - 2)
    assert len(decisions(desk)) == 2


def test_a_passage_that_was_off_the_screen_is_told_as_shown_not_as_seen(browser: Any, desk: Desk) -> None:
    def below(route: Any) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text() + ".stop .passage { margin-top: 4000px }")

    with window(browser, desk) as me:
        me.page.route("**/draft*.css", below)
        me.open(f"/drafts/{LARK}")
        me.left(WHOLE)
        me.press("a")
        me.left(WHOLE - 1)
        me.page.locator(".stop:visible mark").first.scroll_into_view_if_needed()
        me.page.locator(".stop:visible .decide input[name=seen][value=seen]").wait_for(state="attached")
        me.press("a")
        me.left(WHOLE - 2)
    assert [d.source_seen for d in decisions(desk)] == ["shown", True]


def test_e_edits_in_place_with_a_live_change_and_escape_leaves(me: Window, desk: Desk) -> None:
    me.press("e")
    field = me.page.locator(":focus")
    assert field.input_value().startswith("No configuration file is needed")
    me.page.keyboard.type(" Every day.")
    change = me.page.locator(".stop:visible .diff")
    expect(change.locator("ins")).to_have_text("Every day.")
    assert change.locator("del").count() == 0
    me.press("Escape")
    assert not me.page.locator(".stop:visible .edit").evaluate("fold => fold.open")
    me.press("j")
    me.press("k")
    me.press("e")
    assert me.page.locator(":focus").input_value().endswith("Every day.")
    me.press("Control+Enter")
    me.left(WHOLE - 1)
    expect(me.page.locator(".bar .done")).to_have_text("Saved as a new revision.")
    assert item(me, STOPS[0]).locator(".diff ins").inner_text() == "Every day."
    assert item(me, STOPS[0]).locator(".m").first.get_attribute("title") == "Amended"
    assert [(d.decision, d.source_seen) for d in decisions(desk)] == [("amended", True)]


def test_a_view_is_edited_with_the_critic_s_views(browser: Any, desk: Desk) -> None:
    with window(browser, desk) as me:
        me.open(f"/drafts/{LARK}?at={LARK}/futurist:views")
        row = me.page.locator(".stop:visible .fields > div", has_text="View").last
        row.locator("summary").click()
        row.locator("textarea").fill("It suits whoever has to read many patches.")
        row.locator("textarea").press("Control+Enter")
        me.left(WHOLE - 1)
        assert me.page.locator(".item.view .words", has_text="many patches").count() == 1


def test_keys_do_nothing_while_typing_or_held_down_or_switched_off(me: Window, desk: Desk) -> None:
    me.page.locator("#t-note").focus()
    me.page.keyboard.type("jamxu")
    assert me.page.locator("#t-note").input_value() == "jamxu"
    me.press("Escape")
    me.page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'a', repeat: true, bubbles: true}))"
    )
    me.page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'a', ctrlKey: true, bubbles: true}))"
    )
    me.press("?")
    me.page.get_by_label("Keys act on this page").uncheck()
    for key in "jamxe":
        me.press(key)
    assert me.at == STOPS[0]
    me.page.reload()
    me.press("a")
    me.press("j")
    assert me.at == STOPS[0]
    me.press("k")
    assert decisions(desk) == []
    me.left(WHOLE)
    me.page.locator(".keys summary").click()
    me.page.get_by_label("Keys act on this page").check()
    me.press("a")
    me.left(WHOLE - 1)


def test_a_sentence_is_set_aside_and_printed_again(me: Window) -> None:
    words = item(me, STOPS[0]).locator(".words").inner_text()
    me.page.locator(".stop:visible").get_by_role("button", name="Set aside").click()
    me.left(WHOLE - 1)
    assert me.at == STOPS[1]
    aside = me.page.locator(f"#c-{LARK}-developer-experience .aside")
    expect(aside.locator("summary")).to_have_text("1 set aside")
    aside.locator("summary").click()
    aside.locator("li", has_text=words).get_by_role("button", name="Print it").click()
    me.left(WHOLE)
    assert me.at == STOPS[0]
    assert item(me, STOPS[0]).locator(".words").inner_text() == words


def test_an_opinion_is_struck_with_a_reason_and_counted_again(me: Window) -> None:
    critic = me.page.locator(f"#c-{LARK}-futurist")
    critic.get_by_text("Strike this opinion").click()
    critic.get_by_label("Why").select_option("off_its_lens")
    critic.get_by_label("In your words").fill("It wrote of prices.")
    critic.get_by_role("button", name="Strike").click()
    expect(critic.locator(".note")).to_have_text("Struck: It left its own question. It wrote of prices.")
    expect(me.page.locator("h1")).to_contain_text("1 of 3")
    expect(me.page.locator(".lenses tr", has_text="Futurist").locator(".stand")).to_have_text("Struck")
    critic.get_by_role("button", name="Count it again").click()
    expect(me.page.locator("h1")).to_contain_text("2 of 4")
    me.left(WHOLE)


def test_the_live_page_is_a_second_fact(me: Window, desk: Desk) -> None:
    me.page.get_by_label("I opened the live page").first.check()
    me.press("a")
    me.left(WHOLE - 1)
    me.press("a")
    me.left(WHOLE - 2)
    assert [d.page_opened for d in decisions(desk)] == [True, False]


def test_an_editor_s_note_is_counted_saved_and_printed_first(me: Window) -> None:
    note = me.page.locator("#t-note")
    note.fill("We ran none of this. " * 25)
    count = me.page.locator(".own-words [data-count]")
    expect(count).to_have_text("125 of 120 words.")
    assert "over" in count.get_attribute("class")
    me.page.locator(".own-words button", has_text="Save").click()
    expect(me.page.get_by_role("alert")).to_contain_text("125 words; 120 at most")
    assert note.input_value().startswith("We ran none of this.")
    note.fill("We ran none of this.")
    expect(count).to_have_text("5 of 120 words.")
    note.press("Control+Enter")
    expect(me.page.locator(".bar .done")).to_have_text("Saved as a new revision.")
    expect(me.page.locator(".own-words")).to_contain_text("By Editor Person.")
    me.left(WHOLE)
    me.open(f"/drafts/{LARK}/page")
    assert "We ran none of this." in me.page.locator("body").inner_text()


def test_a_comparison_decides_of_its_reviews_and_undo_follows(browser: Any, desk: Desk) -> None:
    with window(browser, desk) as me:
        me.open(f"/drafts/{BOTH}")
        me.left(PAIRED)
        me.press("a")
        me.left(PAIRED - 1)
        assert [d.decision for d in decisions(desk)] == ["accurate"]
        me.press("u")
        me.left(PAIRED)
        assert me.page.url.partition("?")[0].endswith(f"/drafts/{BOTH}")
        assert [d.decision for d in decisions(desk)] == ["accurate", "undone"]


@pytest.mark.parametrize("script", [True, False])
def test_words_for_reviewers_come_first_and_flags_take_a_reason(
    browser: Any, seeds: Seeds, tmp_path: Path, script: bool
) -> None:
    """Words for reviewers are read first, and flags are dismissed with a reason."""
    with desk_on(seeds.wordy, tmp_path) as desk, window(browser, desk, java_script_enabled=script) as me:
        me.open("/drafts/heldback-3")
        assert me.at == "held"
        assert "Ignore all previous instructions" in me.page.locator("#held").inner_text()
        assert "1 held span" in me.told
        me.press("a") if script else me.page.get_by_role("button", name="I read these words").click()
        expect(me.page.locator(".bar .left")).not_to_contain_text("held")
        assert me.at != "held"
        me.page.locator(".mini.high").first.wait_for()
        flagged = me.page.locator(".item.is-left", has=me.page.locator(".mini.high")).first
        flagged.locator(".words").click()
        flag = me.page.locator(".stop:visible .flag.high", has_text="Settle").first
        flag.get_by_label("Why it may stay").select_option("kept_on_purpose")
        flag.get_by_role("button", name="Dismiss").click()
        expect(me.page.locator(".mini.settled").first).to_contain_text("Dismissed by Editor Person: kept on purpose")
        assert "flag" not in me.told
