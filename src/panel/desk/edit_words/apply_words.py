"""Carry out what somebody changed in a draft's file, act by act. What others changed meanwhile is kept, and said.

Each wish is held against the draft as it lies now: what stands as wished is left alone, so that a file may be taken
again; what is no longer as the file had it is a conflict with both texts, and the next wish is carried out even so.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from panel.desk.acts.decide import Spot, spot_of, spot_standing, spotted
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
from panel.desk.edit_words.edit_plan import Wish
from panel.desk.edit_words.words_form import flag_name
from panel.errors import EditConflict, Mistake
from panel.records import Answered, Written, canonical_json
from panel.records.desk import Account, Decided, Decision, DraftText, EditedWords, Point

DECIDED: dict[str, Decided] = {"accurate": "accurate", "attributed": "attributed", "removed": "removed"}
TOLD = {
    "accurate": "accurate", "attributed": "the maker's word", "words": "amended", "removed": "removed",
    "set_aside": "set aside", "printed": "printed again", "dismiss": "dismissed", "confirm": "read",
    "strike": "struck", "unstrike": "counted again", "note": "note saved",
}  # fmt: skip


@dataclass(frozen=True)
class Refused:
    """A wish that was not carried out, and why. yours, theirs: both texts of a conflict."""

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
    refused: tuple[Refused, ...]

    @property
    def summary(self) -> str:
        """ "9 accurate, 1 amended, 2 removed"; "" when nothing was done."""
        told = [f"{count} {word}" for word, count in self.done.items() if word != TOLD["note"]]
        return ", ".join([*told, *([TOLD["note"]] if TOLD["note"] in self.done else [])])


def carry_out(desk: Desk, who: Account, opened: Opened, base: Opened, wishes: Sequence[Wish]) -> Edited:
    """Do what the wishes say, in their order. base: the draft as it was when the file was written."""
    run = _Run(desk.taking_back(), who, opened, base)
    for wish in wishes:
        run.do(wish)
    counted = Counter(run.done)
    return Edited(run.opened, {word: counted[word] for word in TOLD.values() if counted[word]}, tuple(run.refused))


class _Run:
    def __init__(self, desk: Desk, who: Account, opened: Opened, base: Opened) -> None:
        self.desk, self.who, self.opened = desk, who, opened
        self.expected, self.base = base.text, base  # the text as the file had it, with what this run did to it
        self.done: list[str] = []
        self.refused: list[Refused] = []

    @property
    def draft_id(self) -> str:
        return self.opened.draft.draft_id

    @property
    def number(self) -> int:
        return self.opened.draft.head

    def do(self, wish: Wish) -> None:
        try:
            if getattr(self, f"_{wish.what}")(wish):
                self.done.append(TOLD["note"] if wish.name == "note" else TOLD[wish.what])
        except EditConflict as err:
            yours, theirs = err.yours or wish.value, err.theirs
            self.refused.append(Refused(wish.name, str(err), conflict=True, yours=yours, theirs=theirs))
            self.opened = self.desk.open(self.who, self.draft_id)
        except Mistake as err:
            self.refused.append(Refused(wish.name, f"{err} {err.hint}".strip(), yours=wish.value))

    def _words(self, wish: Wish) -> bool:
        field, kept = read_field(wish.name), plain_lines if wish.name == "note" else plain
        theirs = text_at(self.opened.text, field)
        if kept(theirs) == wish.value:
            return False
        if theirs != text_at(self.expected, field):
            raise EditConflict("Somebody saved these words first.", yours=wish.value, theirs=theirs)
        self._took(
            self.desk.save(self.who, self.draft_id, wish.name, wish.value, number=self.number, seen="shown"), wish.name
        )
        return True

    def _removed(self, wish: Wish) -> bool:
        if not wish.name.endswith(":views"):
            standing = self._standing(wish, self.opened.text)
            if standing == "removed":
                return False
            if standing == "set_aside":
                self._printed(wish)
        return self._decide(wish)

    def _decide(self, wish: Wish) -> bool:
        spot = spot_of(wish.name)
        self._refuse_changed(wish)
        point = spotted(self.opened.points, spot)
        decision = self.opened.decision(point) if point else None
        if self._is_decided(spot, point, decision, wish.what):
            return False
        if decision and decision.by != self.who.account_id and decision.decision != wish.decided:
            raise EditConflict(
                f"Somebody decided this meanwhile: {decision.decision}.", yours=TOLD[wish.what], theirs=decision.text
            )
        decided = DECIDED[wish.what]
        self._took(
            self.desk.decide(self.who, self.draft_id, spot, decided, number=self.number, seen="shown"), wish.name
        )
        return True

    _accurate = _attributed = _decide

    def _is_decided(self, spot: Spot, point: Point | None, decision: Decision | None, what: str) -> bool:
        if point is None:
            return spot.views and what == "removed"
        return decision is not None and self.opened.is_settled(point) and decision.decision == what

    def _refuse_changed(self, wish: Wish) -> None:
        """Raises EditConflict when what is decided on is no longer what the file showed."""
        theirs, mine = (_under(self.opened, text, wish.name) for text in (self.opened.text, self.expected))
        if theirs != mine:
            raise EditConflict(
                "Somebody changed these words while you read them.", yours=f"{TOLD[wish.what]}: {mine}", theirs=theirs
            )

    def _set_aside(self, wish: Wish) -> bool:
        return self._stand(wish, "set_aside")

    def _printed(self, wish: Wish) -> bool:
        return self._stand(wish, "printed")

    def _stand(self, wish: Wish, standing: str) -> bool:
        if self._standing(wish, self.opened.text) == standing:
            return False
        self._refuse_changed(wish)
        spot = spot_of(wish.name)
        self._took(self.desk.set_standing(self.who, self.draft_id, spot, standing, number=self.number), wish.name)
        return True

    def _standing(self, wish: Wish, text: DraftText) -> str:
        standing = spot_standing(text, spot_of(wish.name))
        return "printed" if standing == "attributed" else standing

    def _dismiss(self, wish: Wish) -> bool:
        meant = next(p for p in self.base.points if p.kind == "flag" and flag_name(p) == wish.name)
        point = _flag_now(self.opened, meant)
        if point is None or self.opened.decision(point):
            return False  # mended by other words, or dismissed already
        self._took(self.desk.dismiss(self.who, self.draft_id, point.key, wish.value))
        return True

    def _confirm(self, wish: Wish) -> bool:
        point = next((p for p in self.opened.points if p.kind == "held"), None)
        if point and self.opened.is_settled(point):
            return False
        self._took(self.desk.confirm_held(self.who, self.draft_id))
        return True

    def _strike(self, wish: Wish) -> bool:
        persona_id = wish.name.removeprefix("strike:")
        if any(s.persona_id == persona_id and s.reason == wish.value for s in self.opened.text.struck):
            return False
        self._took(self.desk.strike(self.who, self.draft_id, persona_id, wish.value, wish.why))
        return True

    def _unstrike(self, wish: Wish) -> bool:
        persona_id = wish.name.removeprefix("strike:")
        if all(s.persona_id != persona_id for s in self.opened.text.struck):
            return False
        self._took(self.desk.unstrike(self.who, self.draft_id, persona_id))
        return True

    def _took(self, opened: Opened, name: str = "") -> None:
        """Go on with the draft as our act left it. Only what the act was about is expected to have changed by it."""
        self.opened = opened
        if name.endswith(":views"):
            self.expected = _with_views(self.expected, opened.text, spot_of(name).persona_id)
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
    spot = spot_of(name)
    words = text.words_of(spot.persona_id)
    if words is None:
        return ""
    if spot.views:
        return _views_of(opened, words)
    if spot.phrase:
        return str(getattr(words, spot.phrase))
    pick = next((p for p in words.picks if p.number == spot.place), None)
    if pick:
        return pick.standing
    sentence = sentence_at(text, spot.persona_id, spot.place)
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
