"""Carry out what somebody changed in a draft's file, act by act. What others changed meanwhile is kept, and said.

Each edit is held against the draft as it lies now: what stands as wanted is left alone, so that a file may be taken
again; what is no longer as the file had it is a conflict with both texts, and the next edit is carried out even so.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from panel.desk.acts.change import DeskAct
from panel.desk.acts.decide import Confirm, Decide, Dismiss, Save, SetStanding, point_of, target_of, target_standing
from panel.desk.acts.strike import Strike, Unstrike
from panel.desk.desk import Desk
from panel.desk.drafts.opened import Opened, OpenReview
from panel.desk.drafts.overlay import as_printed
from panel.desk.drafts.points import VIEW_FIELDS
from panel.desk.drafts.text_fields import (
    put_sentence,
    put_text,
    put_words,
    read_field,
    sentence_at,
    text_at,
)
from panel.desk.edit_words.draft_as_words import flag_name
from panel.desk.edit_words.edit_plan import PlannedEdit
from panel.errors import EditConflict, Mistake
from panel.records import Account, Answered, Decided, DraftText, EditedWords, Point, Written, canonical_json

ASIDE = "set_aside"
DECIDED: dict[str, Decided] = {"accurate": "accurate", "attributed": "attributed", "removed": "removed"}
TOLD = {
    "accurate": "accurate", "attributed": "the maker's word", "words": "amended", "removed": "removed",
    "set_aside": "set aside", "printed": "printed again", "dismiss": "dismissed", "confirm": "read",
    "strike": "struck", "unstrike": "counted again", "note": "note saved",
}  # fmt: skip


@dataclass(frozen=True)
class RefusedWords:
    """An edit that was not carried out, and why. yours, theirs: both texts of a conflict."""

    name: str
    why: str
    conflict: bool = False
    yours: str = ""
    theirs: str = ""


@dataclass(frozen=True)
class Edited:
    """What came of a file."""

    opened: Opened
    done: dict[str, int]  # by word of `TOLD`
    refused: tuple[RefusedWords, ...]

    @property
    def summary(self) -> str:
        """ "9 accurate, 1 amended, 2 removed"; "" when nothing was done."""
        told = [f"{count} {word}" for word, count in self.done.items() if word != TOLD["note"]]
        return ", ".join([*told, *([TOLD["note"]] if TOLD["note"] in self.done else [])])


def apply_edits(desk: Desk, who: Account, opened: Opened, base: Opened, requests: Sequence[PlannedEdit]) -> Edited:
    """Carry out the edits in their order. base: the draft as it was when the file was written."""
    run = _Run(desk.taking_back(), who, opened, base)
    for request in requests:
        run.do(request)
    counted = Counter(run.done)
    return Edited(run.opened, {word: counted[word] for word in TOLD.values() if counted[word]}, tuple(run.refused))


class _Run:
    def __init__(self, desk: Desk, who: Account, opened: Opened, base: Opened) -> None:
        self.desk, self.who, self.opened = desk, who, opened
        self.expected, self.base = base.text, base  # the text as the file had it, with what this run did to it
        self.done: list[str] = []
        self.refused: list[RefusedWords] = []

    @property
    def draft_id(self) -> str:
        return self.opened.draft.draft_id

    @property
    def number(self) -> int:
        return self.opened.draft.head

    def do(self, request: PlannedEdit) -> None:
        try:
            if self._do(request):
                self.done.append(TOLD["note"] if request.name == "note" else TOLD[request.what])
        except EditConflict as err:
            yours, theirs = err.yours or request.value, err.theirs
            self.refused.append(RefusedWords(request.name, str(err), conflict=True, yours=yours, theirs=theirs))
            self.opened = self.desk.open(self.who, self.draft_id)
        except Mistake as err:
            self.refused.append(RefusedWords(request.name, f"{err} {err.hint}".strip(), yours=request.value))

    def _do(self, request: PlannedEdit) -> bool:
        """Whether anything was done: what stands as it is wished is left alone."""
        act = self._act_of(request)
        if act is None or not act.changes(self.opened):
            return False
        self._refuse_changed(request, act)
        if isinstance(act, Decide) and not act.target.views and target_standing(self.opened.text, act.target) == ASIDE:
            self._take(SetStanding(act.target, "printed", number=act.number), request.name)
            act = replace(act, number=self.number)
        self._take(act, request.name)
        return True

    def _act_of(self, request: PlannedEdit) -> DeskAct | None:
        """The act that an edit asks for; None where a flag was mended by other words, or somebody dismissed it."""
        what, value, persona_id = request.what, request.value, request.name.removeprefix("strike:")
        if what == "words":
            return Save(request.name, value, number=self.number, seen="shown")
        if what in ("set_aside", "printed"):
            return SetStanding(target_of(request.name), what, number=self.number)
        if what == "dismiss":
            meant = next(p for p in self.base.points if p.kind == "flag" and flag_name(p) == request.name)
            point = _flag_now(self.opened, meant)
            return Dismiss(point.key, value) if point else None
        if what == "confirm":
            return Confirm()
        if what == "strike":
            return Strike(persona_id, value, request.why)
        if what == "unstrike":
            return Unstrike(persona_id)
        return Decide(target_of(request.name), DECIDED[what], number=self.number, seen="shown")

    def _refuse_changed(self, request: PlannedEdit, act: DeskAct) -> None:
        """Raises EditConflict when what an edit is about is no longer as the file showed it."""
        if isinstance(act, Save):
            theirs, mine = (text_at(text, read_field(request.name)) for text in (self.opened.text, self.expected))
            if theirs != mine:
                raise EditConflict("Somebody saved these words first.", yours=request.value, theirs=theirs)
        elif isinstance(act, Decide | SetStanding):
            theirs, mine = (_under(self.opened, text, request.name) for text in (self.opened.text, self.expected))
            if theirs != mine:
                raise EditConflict(
                    "Somebody changed these words while you read them.",
                    yours=f"{TOLD[request.what]}: {mine}",
                    theirs=theirs,
                )
        if isinstance(act, Decide):
            point = point_of(self.opened.points, act.target)
            made = self.opened.decision(point) if point else None
            if made and made.by != self.who.account_id and made.decision != request.decided:
                raise EditConflict(
                    f"Somebody decided this meanwhile: {made.decision}.", yours=TOLD[request.what], theirs=made.text
                )

    def _take(self, act: DeskAct, name: str) -> None:
        """Go on with the draft as our act left it. Only what the act was about is expected to have changed by it."""
        self.opened = opened = self.desk.act(self.who, self.draft_id, act)
        if not isinstance(act, Save | Decide | SetStanding):
            return
        if name.endswith(":views"):
            self.expected = _with_views(self.expected, opened.text, target_of(name).persona_id)
        else:
            self.expected = _with_place(self.expected, opened.text, name)


def _with_views(expected: DraftText, now: DraftText, persona_id: str) -> DraftText:
    mine, theirs = expected.words_of(persona_id), now.words_of(persona_id)
    assert mine
    assert theirs
    return put_words(expected, mine.model_copy(update={"views": theirs.views}))


def _with_place(expected: DraftText, now: DraftText, name: str) -> DraftText:
    """The expected text with one place as it is now."""
    field = read_field(name)
    words, found = expected.words_of(field.persona_id), now.words_of(field.persona_id)
    if field.part == "sentence" and words and found and words.picks:
        pick = next(p for p in found.picks if p.number == field.place)
        picks = tuple(pick if p.number == field.place else p for p in words.picks)
        return put_words(expected, words.model_copy(update={"picks": picks}))
    if field.part == "sentence":
        return put_sentence(expected, field.persona_id, sentence_at(now, field.persona_id, field.place))
    return put_text(expected, field, text_at(now, field), by=now.note_by, role=now.note_role)


def _under(opened: Opened, text: DraftText, name: str) -> str:
    """What a decision is about, as it is printed."""
    target = target_of(name)
    words = text.words_of(target.persona_id)
    if words is None:
        return ""
    if target.views:
        return _views_of(opened, words)
    if target.phrase:
        return str(getattr(words, target.phrase))
    pick = next((p for p in words.picks if p.number == target.place), None)
    if pick:
        return pick.standing
    sentence = sentence_at(text, target.persona_id, target.place)
    return as_printed(sentence) if sentence.standing == "printed" else f"({sentence.standing}) {sentence.text}"


def _views_of(opened: Opened, words: EditedWords) -> str:
    assert isinstance(opened, OpenReview)
    opinion = opened.review.opinion(words.persona_id)
    model = opinion.words if isinstance(opinion, Answered) else None
    views = [s.text for s in words.sentences if isinstance(model, Written) and model.quote[s.place].rests_on == "view"]
    named = words.model_dump(mode="json", include=VIEW_FIELDS)
    return canonical_json([words.views, words.line, views, named])


def _flag_now(opened: Opened, meant: Point) -> Point | None:
    """The flag somebody meant, which may be on other words by now but says the same; None when it is gone."""
    flags = [p for p in opened.points if p.kind == "flag"]
    same = next((p for p in flags if p.key == meant.key), None)
    at = (meant.check, meant.persona_id, meant.place, meant.text)
    return same or next((p for p in flags if (p.check, p.persona_id, p.place, p.text) == at), None)
