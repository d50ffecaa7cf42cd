"""What somebody changed in a draft's file, as edits to be carried out one act at a time. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from panel.desk.drafts.text_fields import plain, plain_lines, read_field, typed
from panel.desk.edit_words.words_file import FileItem, FileProblem, Part, Taken, one_line
from panel.desk.reasons import DISMISS_REASONS, STRIKE_REASONS
from panel.errors import Mistake

KEEP_LINES = frozenset({"note"})
DECIDES = {"a": "accurate", "m": "attributed", "x": "removed"}
SAYS = {"": "[ ]", "a": "[a]", "m": "[m]", "x": "[x]", "-": "[-]", "c": "[c]"}
# standing first; words before decisions on them; strikes last
ORDER = (
    "unstrike", "removed", "set_aside", "printed", "words", "attributed", "accurate", "dismiss", "confirm", "strike",
)  # fmt: skip


@dataclass(frozen=True)
class PlannedEdit:
    """One act that somebody asks for. what: one of `ORDER`."""

    what: str
    name: str  # the item's
    value: str = ""  # new words, or a reason
    why: str = ""  # of a strike
    was: str = ""  # words as they stood in the file
    decided: str = ""  # what was decided of it before, as the file said


@dataclass(frozen=True)
class EditPlan:
    requests: tuple[PlannedEdit, ...]
    problems: tuple[FileProblem, ...]


def plan_edit(taken: Taken, form: Sequence[Part]) -> EditPlan:
    """What a file asks for, compared with what it was written from. Edits are in the order they are carried out."""
    base = {part.name: part for part in form if isinstance(part, FileItem)}
    given = {item.name: item for item in one_line(taken.items, keeps_lines=KEEP_LINES)}
    problems = list(taken.problems)
    problems += [FileProblem(0, f"Nothing in this draft is called {name!r}.") for name in given if name not in base]
    problems += [
        FileProblem(0, f"{name} is missing. {_instead(item)}") for name, item in base.items() if name not in given
    ]
    requests: list[PlannedEdit] = []
    groups = _groups(base)
    for name in (n for n in base if n in given):
        try:
            requests += _wishes(base[name], given[name], _mark_over(name, groups, given))
        except Mistake as err:
            problems.append(FileProblem(0, f"{name}: {err} {err.hint}".strip()))
    return EditPlan(tuple(sorted(requests, key=lambda request: ORDER.index(request.what))), tuple(problems))


def _instead(item: FileItem) -> str:
    return "To remove it, mark it [x]." if item.mark is not None else "To take words away, leave its name and empty it."


def _groups(base: Mapping[str, FileItem]) -> dict[str, str]:
    """Names of words that a critic's views hold -> the name of those views."""
    views = [name for name in base if name.endswith(":views")]
    held = {n for n, item in base.items() if item.mark is None and not n.startswith(("strike:", "dismiss:"))}
    return {n: v for v in views for n in held if n.startswith(v.removesuffix("views"))}


def _mark_over(name: str, groups: Mapping[str, str], given: Mapping[str, FileItem]) -> str:
    """How the views that hold these words are marked; "" of what no views hold."""
    over = given.get(groups.get(name, ""))
    return (over.mark or "") if over else ""


def _wishes(base: FileItem, given: FileItem, over: str) -> Iterator[PlannedEdit]:
    kind = _kind(base)
    if kind != "words" and (given.mark is None) != (base.mark is None):
        raise Mistake(f"It begins with {'[ ]' if base.mark is not None else '*'} in this file.")
    if kind == "dismiss":
        yield from _dismissal(given)
    elif kind == "strike":
        yield from _strike(plain(base.text), given)
    elif kind == "held":
        yield from _held(base, given)
    elif kind == "views":
        yield from _views(base, given)
    elif kind == "words":
        yield from _words(base, given, over)
    else:
        yield from _claim(base, given)


def _kind(item: FileItem) -> Literal["dismiss", "strike", "held", "views", "words", "claim"]:
    if item.name == "held":
        return "held"
    if item.name.startswith("dismiss:"):
        return "dismiss"
    if item.name.startswith("strike:"):
        return "strike"
    if item.mark is None:
        return "words"
    return "views" if item.name.endswith(":views") else "claim"


def _dismissal(given: FileItem) -> Iterator[PlannedEdit]:
    if given.text:
        yield PlannedEdit("dismiss", given.name, _reason(given.text.rstrip(".:,;"), DISMISS_REASONS))


def _reason(text: str, reasons: Mapping[str, str]) -> str:
    found = text.strip().lower().replace(" ", "_")
    if found not in reasons:
        raise Mistake(f"{text!r} is no reason on the list.", hint="Give one of: " + ", ".join(reasons) + ".")
    return found


def _strike(was: str, given: FileItem) -> Iterator[PlannedEdit]:
    if given.text == was:
        return
    if was:
        yield PlannedEdit("unstrike", given.name)
    if given.text:
        reason, _, why = given.text.partition(":")
        yield PlannedEdit("strike", given.name, _reason(reason, STRIKE_REASONS), why.strip())


def _held(base: FileItem, given: FileItem) -> Iterator[PlannedEdit]:
    _refuse_words(given)
    if given.mark in ("", base.mark):
        return
    if given.mark != "c":
        raise Mistake(f"{_says(given.mark)} is no mark for it.", hint="Mark it [c] when you have read the words.")
    yield PlannedEdit("confirm", given.name)


def _refuse_words(given: FileItem) -> None:
    if given.text:
        raise Mistake("It has no words to change.", hint="Take the lines below it away.")


def _views(base: FileItem, given: FileItem) -> Iterator[PlannedEdit]:
    _refuse_words(given)
    _refuse_mark(base, given, ("", "a", "x"))
    if given.mark in ("", base.mark):
        return
    if base.mark == "x":
        raise Mistake("Views that were removed come back by undoing.", hint="panel drafts undo DRAFT")
    yield PlannedEdit(DECIDES[given.mark or ""], given.name, decided=given.was)


def _refuse_mark(base: FileItem, given: FileItem, allowed: tuple[str, ...]) -> None:
    if given.mark not in allowed:
        raise Mistake(f"{_says(given.mark)} is no mark for it.", hint="Mark it " + ", ".join(map(_says, allowed)) + ".")
    if base.mark in ("a", "m", "x") and not given.mark and given.was:  # the file said that it was decided
        raise Mistake("A decision is not taken back by taking its mark away.", hint="Use: panel drafts undo DRAFT")


def _says(mark: str | None) -> str:
    return SAYS.get(mark or "", f"[{mark}]")


def _words(base: FileItem, given: FileItem, over: str) -> Iterator[PlannedEdit]:
    if given.mark:
        raise Mistake(f"{_says(given.mark)} marks what is decided with others here.", hint="Mark its views instead.")
    new = _new_words(base, given)
    if new is None:
        return
    if over == "x":
        raise Mistake("The views are removed, and words in them rewritten.", hint="Do one of both.")
    if not new and read_field(base.name).part == "sentence":
        raise Mistake("A sentence without words can't stand.", hint="Remove the critic's views, or write something.")
    yield PlannedEdit("words", base.name, new, was=base.text)


def _new_words(base: FileItem, given: FileItem) -> str | None:
    """The words as they will be kept, None when they are as they were. Raises Mistake for words too long."""
    was = plain_lines(base.text) if base.name in KEEP_LINES else plain(base.text)
    return None if given.text == was else typed(given.text, read_field(base.name))


def _claim(base: FileItem, given: FileItem) -> Iterator[PlannedEdit]:
    is_pick = not base.text
    is_phrase = read_field(base.name).part == "phrase"
    marks = ("", "a", "x", *("-" * (not is_phrase)), *("m" * (not is_phrase and not is_pick)))
    _refuse_mark(base, given, marks)
    if is_pick:
        _refuse_words(given)
    new = None if is_pick else _new_words(base, given)
    if new is not None:
        _refuse_odd_words(given, new)
    yield from _standing(base, given)
    if new:
        yield PlannedEdit("words", base.name, new, was=base.text)
    if given.mark in ("a", "m") and _is_decided_anew(base, given, new):
        yield PlannedEdit(DECIDES[given.mark], base.name, was=base.text, decided=given.was)


def _refuse_odd_words(given: FileItem, new: str) -> None:
    if given.mark == "x":
        raise Mistake("It is marked [x] and rewritten.", hint="Do one of both.")
    if given.mark == "-":
        raise Mistake("It is set aside and rewritten.", hint="Mark it [ ] to print it.")
    if not new:
        raise Mistake("A sentence without words can't stand.", hint="To remove it, mark it [x].")


def _standing(base: FileItem, given: FileItem) -> Iterator[PlannedEdit]:
    """What prints it, sets it aside or removes it."""
    if given.mark == base.mark:
        return
    if given.mark == "x":
        yield PlannedEdit("removed", base.name, was=base.text, decided=given.was)
    elif given.mark == "-":
        yield PlannedEdit("set_aside", base.name)
    elif base.mark in ("-", "x"):
        yield PlannedEdit("printed", base.name)


def _is_decided_anew(base: FileItem, given: FileItem, new: str | None) -> bool:
    """Whether the mark is a decision of its own: rewritten words are decided by whoever rewrites them."""
    if given.mark == "m":
        return base.mark != "m" or new is not None
    return base.mark != "a" and new is None
