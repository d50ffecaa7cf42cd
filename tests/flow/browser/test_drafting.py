"""From the queue to approved in a real browser: two people and a conflict, keystrokes counted, and without script."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.browser import needs_chromium
from tests.support.desk_windows import BOTH, FERN, LARK, Seeds, desk_on, expect, window
from tests.support.desks import Desk, sign

from panel.records.desk import Draft

pytestmark = needs_chromium
FIRST = f"{LARK}/developer-experience:0"
WHOLE, SHORT, SHORTER = 29, 20, 19  # items to decide: 24, 15 and 14 claims, and the views of five critics


@pytest.fixture
def team(seeds: Seeds, tmp_path: Path) -> Iterator[Desk]:
    with desk_on(seeds.specimen, tmp_path) as desk:
        yield desk


@pytest.fixture
def short(seeds: Seeds, tmp_path: Path) -> Iterator[Desk]:
    with desk_on(seeds.short, tmp_path) as desk:
        yield desk


def draft(desk: Desk, draft_id: str) -> Draft:
    return desk.deps.desk.open(desk.account("editor"), draft_id).draft


def test_two_people_meet_on_one_sentence_and_neither_loses_a_word(browser: Any, team: Desk) -> None:
    with window(browser, team, "writer") as first, window(browser, team, "editor") as second:
        for each in (first, second):
            each.open("/")
            each.page.get_by_role("link", name="Larkspindle 2.0").click()
            each.left(WHOLE)
            each.press("e")
        first.page.keyboard.type(" Writer was here.")
        second.page.keyboard.type(" Editor was here.")
        first.press("Control+Enter")
        first.left(WHOLE - 1)
        second.press("Control+Enter")
        expect(second.page.locator("h1")).to_have_text("Somebody saved these words first.")
        theirs, yours = second.page.locator(".both.theirs").inner_text(), second.page.locator("#both").input_value()
        assert theirs.endswith("that comes in. Writer was here.")
        assert yours.endswith("that comes in. Editor was here.")
        assert second.page.locator(".both ins").inner_text().strip() == "Editor"
        second.page.get_by_role("link", name="Back to the draft").click()
        field = second.page.locator(".stop:visible details.edit textarea").first
        expect(field).to_have_value(theirs)
        expect(second.page.locator(".stop:visible .typed-beside .both")).to_have_text(yours)
        assert second.page.locator(".stop:visible .said-again").inner_text() == theirs
        field.fill(f"{theirs} Editor was here.")
        field.press("Control+Enter")
        expect(second.page.locator(f'[data-item="{FIRST}"] .words')).to_have_text(f"{theirs} Editor was here.")
        second.clear(WHOLE - 1)
        second.press("Enter")
        expect(second.page.locator(".bar .left")).to_contain_text("Approved by Editor Person")
        first.open("/?which=approved")
        expect(first.page.get_by_role("link", name="Larkspindle 2.0")).to_be_visible()
        first.open(f"/drafts/{LARK}/history")
        steps = first.page.locator(".steps li").all_inner_texts()
        assert [step.split(",")[1].strip() for step in steps[:2]] == ["Editor Person", "Writer Person"]
        assert [mark.inner_text().strip() for mark in first.page.locator("section").first.locator("ins").all()] == [
            "Writer was here. Editor was here."
        ]
    assert draft(team, LARK).state == "approved"


def test_a_clean_draft_takes_one_key_press_an_item_and_one_to_sign(browser: Any, short: Desk) -> None:
    assert draft(short, LARK).shown.claims_left == 15
    with window(browser, short) as me:
        me.open(f"/drafts/{LARK}")
        me.clear(SHORT)
        expect(me.page.locator("#approve")).to_be_focused()
        me.press("Enter")
        expect(me.page.locator(".bar .left")).to_contain_text("Approved by Editor Person")
        assert me.keys <= SHORT + 1
    assert draft(short, LARK).state == "approved"


def test_a_draft_is_cleared_by_keyboard_alone(browser: Any, short: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """From the queue to the signature, mending one sentence and attributing one; prints what it took."""
    with window(browser, short) as me:
        me.open("/")
        began = time.monotonic()
        me.press("j")
        me.press("j")
        me.press("Enter")
        me.left(SHORTER)
        assert me.page.url.endswith(f"/drafts/{FERN}")
        while not me.page.locator(".stop:visible [data-key=m]").count():
            me.press("j")  # only what rests on a passage of the maker's can be the maker's word
        me.press("m")
        me.left(SHORTER - 1)
        me.press("e")
        for key in ("Backspace", *" today."):
            me.press(key)
        me.press("Control+Enter")
        me.left(SHORTER - 2)
        me.clear(SHORTER - 2)
        me.press("Enter")
        expect(me.page.locator(".bar .left")).to_contain_text("Approved by Editor Person")
        took_s = time.monotonic() - began
    signed = draft(short, FERN)
    assert (signed.state, signed.shown.claims) == ("approved", 14)
    with capsys.disabled():
        print(f"\n8 claims cleared by keyboard alone: {me.keys} keystrokes, {took_s:.1f} seconds of the program's time")


def test_a_comparison_of_two_approved_reviews_takes_six_key_presses(browser: Any, short: Desk) -> None:
    for draft_id in (LARK, FERN):
        sign(short, draft_id)
    with window(browser, short) as me:
        me.open("/comparisons")
        me.press("j")
        me.press("Enter")
        expect(me.page.locator("#approve")).to_be_focused()
        me.press("Enter")
        expect(me.page.locator(".bar .left")).to_contain_text("Approved by Editor Person")
        assert me.keys <= 6
    assert draft(short, BOTH).state == "approved"


def test_without_script_everything_is_decided_edited_and_approved(browser: Any, short: Desk) -> None:
    with window(browser, short, java_script_enabled=False) as me:
        page = me.page
        me.open("/")
        page.get_by_role("link", name="Oddfern 1.4").click()
        page.locator(".stop:visible summary", has_text="Edit").click()
        page.locator(".stop:visible textarea").fill("The program may end with the word Killed on a laptop of 16 GB.")
        page.locator(".stop:visible .edit button", has_text="Save").click()
        expect(page.locator(".said")).to_have_text("Saved as a new revision.")
        me.left(SHORTER - 1)
        for left in reversed(range(SHORTER - 1)):
            page.locator(".stop:visible button[value=accurate]").click()
            me.left(left)
        page.get_by_role("button", name="Approve as Editor Person").click()
        expect(page.locator(".said")).to_contain_text("Approved.")
        assert page.locator(".bar .left").inner_text().startswith("Approved by Editor Person")
    assert draft(short, FERN).state == "approved"


def test_approving_and_publishing_alone_is_one_press_and_two_lines(browser: Any, seeds: Seeds, tmp_path: Path) -> None:
    """Approving and publishing alone is one press and two lines of the log."""
    with desk_on(seeds.short, tmp_path, team=False) as desk, window(browser, desk, "admin") as me:
        me.open(f"/drafts/{FERN}")
        me.clear(SHORTER)
        me.page.get_by_role("button", name="Approve and publish").click()
        expect(me.page.locator(".state")).to_have_text("Published")
        me.open("/log")
        rows = me.page.locator(".log tbody tr td:nth-child(4)").all_inner_texts()[:2]
        assert [row.split(" revision")[0].split(" edition")[0] for row in rows] == ["was published", "was approved"]
