"""Two texts of a draft held against each other, word by word. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from panel.desk.drafts.text_fields import PHRASES
from panel.records import DraftText, EditedWords

WORD = re.compile(r"\s+|[^\s]+")
DiffKind = Literal["same", "gone", "new"]


@dataclass(frozen=True)
class DiffRun:
    """Words that stand in both texts, or in one."""

    kind: DiffKind
    text: str


@dataclass(frozen=True)
class Difference:
    """A field that differs: what it said, what it says, and the runs of words that lead from one to the other."""

    field: str
    was: str
    now: str

    @property
    def runs(self) -> tuple[DiffRun, ...]:
        return tuple(word_runs(self.was, self.now))


def word_runs(was: str, now: str) -> Iterator[DiffRun]:
    """The words of both, in order; what is gone stands before what is new."""
    a, b = WORD.findall(was), WORD.findall(now)
    for what, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if what == "equal":
            yield DiffRun("same", "".join(a[i:j]))
            continue
        if i < j:
            yield DiffRun("gone", "".join(a[i:j]))
        if k < m:
            yield DiffRun("new", "".join(b[k:m]))


def mark_changes(difference: Difference) -> str:
    """`It is [-fast-]{+quick at copying+}.`"""
    shown = {"same": "{}", "gone": "[-{}-]", "new": "{{+{}+}}"}
    return "".join(shown[run.kind].format(run.text) for run in difference.runs)


def differences(one: DraftText, other: DraftText) -> tuple[Difference, ...]:
    """Fields that differ, in page order. A removed sentence is gone, one set aside says so."""
    a, b = dict(_fields(one)), dict(_fields(other))
    names = list(dict.fromkeys([*a, *b]))
    pairs = ((name, a.get(name, ""), b.get(name, "")) for name in names)
    return tuple(Difference(name, was, now) for name, was, now in pairs if was != now)


def _fields(text: DraftText) -> Iterator[tuple[str, str]]:
    yield "note", text.note
    for words in text.critics:
        yield from _critic(words)
    yield from ((f"strike:{s.persona_id}", f"{s.reason}: {s.why}".rstrip(": ")) for s in text.struck)


def _critic(words: EditedWords) -> Iterator[tuple[str, str]]:
    who = words.persona_id
    for sentence in words.sentences:
        as_it_stands = {"printed": sentence.text, "removed": "", "set_aside": f"(set aside) {sentence.text}"}
        whose = "(the maker's word) " if sentence.attributed else ""
        yield f"{who}:{sentence.place}", whose + as_it_stands[sentence.standing]
    yield from ((f"{who}:{pick.number}", "" if pick.standing == "removed" else pick.standing) for pick in words.picks)
    yield f"{who}:views", "" if words.views == "removed" else "printed"
    yield from ((f"{who}:{name}", getattr(words, name)) for name in PHRASES)
    yield from ((f"{who}:reply:{reply.ask_id}", reply.answer) for reply in words.replies)
    yield f"{who}:prediction", words.prediction.statement if words.prediction else ""
