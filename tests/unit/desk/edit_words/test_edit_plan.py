"""What a changed file asks for: each change is one wish, and what can't be meant is a problem."""

from dataclasses import replace

import pytest

from panel.desk.edit_words.edit_plan import EditPlan, PlannedEdit, plan_edit
from panel.desk.edit_words.words_file import FileItem, Taken

FORM = (
    FileItem("note", text="A note."),
    FileItem("held", ""),
    FileItem("strike:futurist"),
    FileItem("futurist:0", "", "", "Undecided."),
    FileItem("futurist:1", "a", "accurate", "Decided."),
    FileItem("futurist:2", "-", "set aside", "Aside."),
    FileItem("futurist:3", "x", "removed", "Gone."),
    FileItem("futurist:4", "m", "attributed", "Theirs."),
    FileItem("futurist:views", "", ""),
    FileItem("futurist:line", text="A line."),
    FileItem("futurist:5", text="A view."),
    FileItem("pragmatist:1", ""),  # a pick: it has no words
    FileItem("dismiss:0123456789"),
)


def plan(**changes: FileItem | None) -> EditPlan:
    """changes: by name with `_` for `:`; None leaves the item out."""
    given = {item.name: item for item in FORM}
    for key, item in changes.items():
        given[key.replace("__", ":")] = item  # type: ignore[assignment]
    items = tuple(item for item in given.values() if item is not None)
    return plan_edit(Taken("d", 0, items, ()), FORM)


def changed(name: str, **fields: str) -> EditPlan:
    item = next(item for item in FORM if item.name == name)
    return plan(**{name.replace(":", "__"): replace(item, **fields)})


def test_an_unchanged_file_asks_for_nothing() -> None:
    assert plan() == EditPlan((), ())


@pytest.mark.parametrize(
    ("name", "fields", "asked"),
    [
        ("futurist:0", {"mark": "a"}, ["accurate"]),
        ("futurist:0", {"mark": "m"}, ["attributed"]),
        ("futurist:0", {"mark": "x"}, ["removed"]),
        ("futurist:0", {"mark": "-"}, ["set_aside"]),
        ("futurist:0", {"text": "Other."}, ["words"]),
        ("futurist:0", {"text": "Other.", "mark": "a"}, ["words"]),
        ("futurist:0", {"text": "Other.", "mark": "m"}, ["words", "attributed"]),
        ("futurist:1", {"mark": "m"}, ["attributed"]),
        ("futurist:1", {"text": "Other."}, ["words"]),
        ("futurist:2", {"mark": ""}, ["printed"]),
        ("futurist:2", {"mark": "a"}, ["printed", "accurate"]),
        ("futurist:2", {"mark": "", "text": "Other."}, ["printed", "words"]),
        ("futurist:2", {"mark": "x"}, ["removed"]),
        ("futurist:3", {"mark": "a"}, ["printed", "accurate"]),
        ("futurist:4", {"text": "Other."}, ["words", "attributed"]),
        ("futurist:4", {"mark": "a"}, ["accurate"]),
        ("futurist:views", {"mark": "a"}, ["accurate"]),
        ("futurist:views", {"mark": "x"}, ["removed"]),
        ("futurist:line", {"text": "Another line."}, ["words"]),
        ("futurist:line", {"text": ""}, ["words"]),
        ("note", {"text": ""}, ["words"]),
        ("held", {"mark": "c"}, ["confirm"]),
        ("strike:futurist", {"text": "off its lens: prices"}, ["strike"]),
        ("pragmatist:1", {"mark": "x"}, ["removed"]),
        ("dismiss:0123456789", {"text": "Kept on purpose."}, ["dismiss"]),
    ],
)  # fmt: skip
def test_a_change_asks_for_these_acts(name: str, fields: dict[str, str], asked: list[str]) -> None:
    found = changed(name, **fields)
    assert found.problems == ()
    assert [request.what for request in found.requests] == asked
    assert {request.name for request in found.requests} == {name}


@pytest.mark.parametrize(
    ("name", "fields", "why"),
    [
        ("futurist:0", {"mark": "z"}, "is no mark"),
        ("futurist:0", {"mark": "x", "text": "Other."}, "marked [x] and rewritten"),
        ("futurist:0", {"text": ""}, "without words"),
        ("futurist:1", {"mark": ""}, "taking its mark away"),
        ("futurist:2", {"text": "Other."}, "set aside and rewritten"),
        ("futurist:views", {"mark": "m"}, "is no mark"),
        ("futurist:views", {"text": "Words in the wrong place."}, "no words to change"),
        ("futurist:5", {"text": ""}, "without words"),
        ("futurist:line", {"mark": "a"}, "with others"),
        ("futurist:line", {"text": "w" * 2001}, "2000 at most"),
        ("note", {"text": "word " * 121}, "120 at most"),
        ("held", {"mark": "a"}, "is no mark"),
        ("pragmatist:1", {"mark": "m"}, "is no mark"),
        ("pragmatist:1", {"text": "Words."}, "no words to change"),
        ("strike:futurist", {"text": "because"}, "no reason on the list"),
        ("dismiss:0123456789", {"text": "I know better"}, "no reason on the list"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_a_problem_that_names_the_item(name: str, fields: dict[str, str], why: str) -> None:
    found = changed(name, **fields)
    assert found.requests == ()
    assert len(found.problems) == 1
    assert str(found.problems[0]).startswith(name)
    assert why in str(found.problems[0])


def test_an_item_that_was_deleted_is_a_problem_and_no_removal() -> None:
    found = plan(futurist__0=None)
    assert found.requests == ()
    assert "mark it [x]" in str(found.problems[0])


def test_an_item_nobody_wrote_is_a_problem() -> None:
    assert "futurist:9" in str(plan(futurist__9=FileItem("futurist:9", "a")).problems[0])


def test_words_of_views_that_are_removed_are_not_rewritten_too() -> None:
    found = plan(
        futurist__views=FileItem("futurist:views", "x"), futurist__line=FileItem("futurist:line", text="Other.")
    )
    assert "Do one of both" in str(found.problems[0])


def test_room_is_made_before_it_is_taken() -> None:
    found = plan(
        futurist__2=FileItem("futurist:2", "", "", "Aside."), futurist__4=FileItem("futurist:4", "x", "", "Theirs.")
    )
    assert [request.what for request in found.requests] == ["removed", "printed"]


def test_a_strike_has_its_reason_and_why() -> None:
    found = changed("strike:futurist", text="off_its_lens: it speaks: of prices")
    assert found.requests == (PlannedEdit("strike", "strike:futurist", "off_its_lens", "it speaks: of prices"),)
