"""Carry out what somebody changed in a draft's file, act by act. What others changed meanwhile is kept, and said.

Each edit is held against the draft as it lies now: what stands as wanted is left alone, so that a file may be taken
again; what is no longer as the file had it is a conflict with both texts, and the next edit is carried out even so.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from panel.desk.acts.decide import Target, point_of, target_of, target_standing
from panel.desk.desk import Desk
from panel.desk.drafts.opened import Opened, OpenReview
from panel.desk.drafts.overlay import as_printed
from panel.desk.drafts.points import VIEW_FIELDS
from panel.desk.drafts.text_fields import (
    plain,
    plain_lines,
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
from panel.records import Account, Answered, Decided, Decision, DraftText, EditedWords, Point, Written, canonical_json

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
            if getattr(self, f"_{request.what}")(request):
                self.done.append(TOLD["note"] if request.name == "note" else TOLD[request.what])
        except EditConflict as err:
            yours, theirs = err.yours or request.value, err.theirs
            self.refused.append(RefusedWords(request.name, str(err), conflict=True, yours=yours, theirs=theirs))
            self.opened = self.desk.open(self.who, self.draft_id)
        except Mistake as err:
            self.refused.append(RefusedWords(request.name, f"{err} {err.hint}".strip(), yours=request.value))

    def _words(self, request: PlannedEdit) -> bool:
        field, kept = read_field(request.name), plain_lines if request.name == "note" else plain
        theirs = text_at(self.opened.text, field)
        if kept(theirs) == request.value:
            return False
        if theirs != text_at(self.expected, field):
            raise EditConflict("Somebody saved these words first.", yours=request.value, theirs=theirs)
        self._took(
            self.desk.save(self.who, self.draft_id, request.name, request.value, number=self.number, seen="shown"),
            request.name,
        )
        return True

    def _removed(self, request: PlannedEdit) -> bool:
        if not request.name.endswith(":views"):
            standing = self._standing(request, self.opened.text)
            if standing == "removed":
                return False
            if standing == "set_aside":
                self._printed(request)
        return self._decide(request)

    def _decide(self, request: PlannedEdit) -> bool:
        target = target_of(request.name)
        self._refuse_changed(request)
        point = point_of(self.opened.points, target)
        decision = self.opened.decision(point) if point else None
        if self._is_decided(target, point, decision, request.what):
            return False
        if decision and decision.by != self.who.account_id and decision.decision != request.decided:
            raise EditConflict(
                f"Somebody decided this meanwhile: {decision.decision}.", yours=TOLD[request.what], theirs=decision.text
            )
        decided = DECIDED[request.what]
        self._took(
            self.desk.decide(self.who, self.draft_id, target, decided, number=self.number, seen="shown"), request.name
        )
        return True

    _accurate = _attributed = _decide

    def _is_decided(self, target: Target, point: Point | None, decision: Decision | None, what: str) -> bool:
        if point is None:
            return target.views and what == "removed"
        return decision is not None and self.opened.is_settled(point) and decision.decision == what

    def _refuse_changed(self, request: PlannedEdit) -> None:
        """Raises EditConflict when what is decided on is no longer what the file showed."""
        theirs, mine = (_under(self.opened, text, request.name) for text in (self.opened.text, self.expected))
        if theirs != mine:
            raise EditConflict(
                "Somebody changed these words while you read them.",
                yours=f"{TOLD[request.what]}: {mine}",
                theirs=theirs,
            )

    def _set_aside(self, request: PlannedEdit) -> bool:
        return self._stand(request, "set_aside")

    def _printed(self, request: PlannedEdit) -> bool:
        return self._stand(request, "printed")

    def _stand(self, request: PlannedEdit, standing: str) -> bool:
        if self._standing(request, self.opened.text) == standing:
            return False
        self._refuse_changed(request)
        target = target_of(request.name)
        self._took(self.desk.set_standing(self.who, self.draft_id, target, standing, number=self.number), request.name)
        return True

    def _standing(self, request: PlannedEdit, text: DraftText) -> str:
        standing = target_standing(text, target_of(request.name))
        return "printed" if standing == "attributed" else standing

    def _dismiss(self, request: PlannedEdit) -> bool:
        meant = next(p for p in self.base.points if p.kind == "flag" and flag_name(p) == request.name)
        point = _flag_now(self.opened, meant)
        if point is None or self.opened.decision(point):
            return False  # mended by other words, or dismissed already
        self._took(self.desk.dismiss(self.who, self.draft_id, point.key, request.value))
        return True

    def _confirm(self, request: PlannedEdit) -> bool:
        point = next((p for p in self.opened.points if p.kind == "held"), None)
        if point and self.opened.is_settled(point):
            return False
        self._took(self.desk.confirm_held(self.who, self.draft_id))
        return True

    def _strike(self, request: PlannedEdit) -> bool:
        persona_id = request.name.removeprefix("strike:")
        if any(s.persona_id == persona_id and s.reason == request.value for s in self.opened.text.struck):
            return False
        self._took(self.desk.strike(self.who, self.draft_id, persona_id, request.value, request.why))
        return True

    def _unstrike(self, request: PlannedEdit) -> bool:
        persona_id = request.name.removeprefix("strike:")
        if all(s.persona_id != persona_id for s in self.opened.text.struck):
            return False
        self._took(self.desk.unstrike(self.who, self.draft_id, persona_id))
        return True

    def _took(self, opened: Opened, name: str = "") -> None:
        """Go on with the draft as our act left it. Only what the act was about is expected to have changed by it."""
        self.opened = opened
        if name.endswith(":views"):
            self.expected = _with_views(self.expected, opened.text, target_of(name).persona_id)
        elif name:
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
