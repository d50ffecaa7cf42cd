"""Decide on claims, views, flags and held spans, and change words. Each is one act on one draft. Pure."""

from dataclasses import KW_ONLY, dataclass, replace
from datetime import datetime
from typing import ClassVar

from panel.desk.acts.change import (
    Before,
    Change,
    DeskAct,
    decision_on,
    refuse_put_away,
    review_in,
)
from panel.desk.drafts.opened import Opened, OpenReview
from panel.desk.drafts.overlay import standing_of
from panel.desk.drafts.points import points_of
from panel.desk.drafts.text_fields import (
    Field,
    put_sentence,
    put_text,
    put_words,
    read_field,
    sentence_at,
    text_at,
    told,
    typed,
)
from panel.desk.reasons import DISMISS_REASONS, ONLY_MENDED, one_of
from panel.errors import EditConflict, Mistake
from panel.records import Account, Answered, Decided, Decision, DraftText, PassageSeen, Point, Review, Written
from panel.store import Detail

PRINTED_AS = {"accurate": "printed"}  # decisions whose standing has another name


class Unchanged(Mistake):
    """What was sent to be saved stands there already."""


@dataclass(frozen=True)
class Target:
    """What an act is about: a critic's sentence or pick by its place, one of its short texts, or all its views."""

    persona_id: str
    place: int = -1
    views: bool = False
    phrase: str = ""  # one of `points.APART`


def target_of(name: str) -> Target:
    """The target of a name: "futurist:2", "futurist:line" or "futurist:views". Raises Mistake for another."""
    persona_id, _, rest = name.partition(":")
    if rest == "views":
        return Target(persona_id, views=True)
    field = read_field(name)
    if field.part not in ("sentence", "phrase"):
        raise Mistake(f"Nobody decides of {name!r} by itself.", hint="Decide the critic's views.")
    return Target(persona_id, field.place, phrase=field.name)


@dataclass(frozen=True)
class Decide(DeskAct):
    """Decide `accurate`, `attributed` or `removed` of a claim or pick, `accurate` or `removed` of a critic's views.

    number: of the revision the form showed; known: the newest decision that stood beside it, 0 for none. An
    EditConflict when the words were changed since, or somebody decided otherwise.
    """

    may: ClassVar[str] = "decide"
    target: Target
    decided: Decided
    _: KW_ONLY
    number: int
    seen: PassageSeen
    opened_page: bool = False
    known: int | None = None

    def decide(self, before: Before, who: Account, now: datetime) -> Change:
        opened, target, decided = review_in(before), self.target, self.decided
        _refuse_stale(before, opened, target)
        point = target_point(opened, target)
        if self.known is not None:
            _refuse_decided(_newest(before, point), point, decided, self.known, who)
        if decided not in ("accurate", "attributed", "removed"):
            raise Mistake(f"Nobody can decide {decided!r} of that.", hint="Decide accurate, attributed or removed.")
        if decided == "attributed":
            _refuse_unless_the_makers(point)
        was = target_standing(opened.text, target)
        if was == "set_aside":
            raise Mistake("That is set aside.", hint="Print it first, then decide.")
        if target.phrase and decided == "removed":
            was = point.text
        if decided == "accurate" and _is_amended_by(opened, point, who.account_id):
            return Change()  # whoever wrote it has said so: a second decision would stand in the way of undoing it
        text = put_standing(opened.text, target, PRINTED_AS.get(decided, decided))
        changed = text != opened.text
        if changed and decided != "removed":  # as it is printed from now on; what is removed, as it was before
            point = find_point(opened.review, text, target, opened.draft.scope)
        made = decision_on(
            point, decided, draft_id=opened.draft.draft_id, who=who, now=now, seen=self.seen,
            opened_page=self.opened_page, was=was,
        )  # fmt: skip
        if not changed:
            return Change(decisions=(made,))
        detail: Detail = {"persona": target.persona_id, "place": target.place}
        return Change(text=text, what=decided, detail=detail, decisions=(made,))


def _newest(before: Before, point: Point) -> Decision | None:
    """The newest decision on a point, also on one that is not printed, taken back or not."""
    at = (point.scope, point.key)
    return before.opened.decided.get(at) or before.decided.get(at)


def _refuse_decided(newest: Decision | None, point: Point, decided: Decided, known: int, who: Account) -> None:
    """Raises EditConflict when somebody else decided otherwise since."""
    if newest and newest.decision_id > known and newest.by != who.account_id and newest.decision != decided:
        raise EditConflict(
            f"Somebody decided this meanwhile: {newest.decision}.", theirs="" if point.kind == "views" else point.text,
            hint="Look at it again, then decide.",
        )  # fmt: skip


def _refuse_unless_the_makers(point: Point) -> None:
    """Raises Mistake for what no passage of the maker's says: the page would tell a falsehood of the maker."""
    if point.kind != "claim" or point.field:
        raise Mistake("Only a sentence can be attributed to the maker.")
    if all(passage.voice != "maker" for passage in point.passages):
        raise Mistake("None of its passages is the maker's.", hint="Decide accurate, amend it or remove it.")


def _is_amended_by(opened: OpenReview, point: Point, account_id: str) -> bool:
    made = opened.decision(point)
    return made is not None and made.settles and made.decision == "amended" and made.by == account_id


def target_standing(text: DraftText, target: Target) -> str:
    """How what a target names is printed (`overlay.standing_of`); of views printed or removed."""
    words = text.words_of(target.persona_id)
    if words and target.views:
        return words.views
    if words and target.phrase:
        return "printed" if getattr(words, target.phrase) else "removed"
    pick = next((p for p in words.picks if p.number == target.place), None) if words else None
    return standing_of(pick or sentence_at(text, target.persona_id, target.place))


def put_standing(text: DraftText, target: Target, standing: str) -> DraftText:
    """The text with a sentence, pick or a critic's views printed otherwise. Raises Mistake for a target of nothing."""
    words = text.words_of(target.persona_id)
    if words is None:
        raise Mistake(f"No critic {target.persona_id!r} wrote for this draft.")
    if target.views:
        return put_words(text, words.model_copy(update={"views": standing}))
    if target.phrase:
        return put_words(text, words.model_copy(update={target.phrase: ""})) if standing == "removed" else text
    if words.picks:
        picks = tuple(
            p.model_copy(update={"standing": standing}) if p.number == target.place else p for p in words.picks
        )
        return put_words(text, words.model_copy(update={"picks": picks}))
    attributed = standing == "attributed"
    update = {"standing": "printed" if attributed else standing, "attributed": attributed}
    return put_sentence(
        text, target.persona_id, sentence_at(text, target.persona_id, target.place).model_copy(update=update)
    )


@dataclass(frozen=True)
class Save(DeskAct):
    """Change the words of one field (`text_fields.read_field`); that is a decision, `amended`, by whoever did it.

    An EditConflict when somebody else changed the same words since revision `number`; a Mistake for words that can't
    stand there, `Unchanged` when nothing would change.
    """

    may: ClassVar[str] = "save"
    name: str
    new: str
    _: KW_ONLY
    number: int
    seen: PassageSeen = False
    opened_page: bool = False
    reason: str = ""

    def decide(self, before: Before, who: Account, now: datetime) -> Change:
        field, opened = read_field(self.name), before.opened
        refuse_put_away(opened) if field.part == "note" else review_in(before)
        words, was = typed(self.new, field), text_at(opened.text, field)
        if words == was:
            raise Unchanged("Nothing was changed.")
        _refuse_conflict(before, self.name, yours=words, theirs=was)
        if not words and field.part == "sentence":
            raise Mistake("Not saved: the sentence is empty.", hint="To take it out, remove it.")
        text = put_text(opened.text, field, words, by=who.name, role=who.role)
        saved = Change(text=text, what="saved", reason=told(self.reason), detail={"field": self.name})
        if not isinstance(opened, OpenReview) or field.part == "note":
            return saved
        _refuse_unprinted(opened, field)
        point = _amended(opened, text, field)
        made = decision_on(
            point, "amended", draft_id=opened.draft.draft_id, who=who, now=now, seen=self.seen,
            opened_page=self.opened_page, field=self.name, was=was,
        )  # fmt: skip
        return replace(saved, decisions=(made,))


def _refuse_unprinted(opened: OpenReview, field: Field) -> None:
    """Raises Mistake for words that are not printed: nobody decides of them, and nothing else is decided instead."""
    for standing, why, hint in (
        ("struck", f"{field.persona_id!r} is struck.", "Count it again first."),
        ("removed", "That is removed.", "Print it first."),
        ("set_aside", "That is set aside.", "Print it first."),
    ):
        if standing in _printed_as(opened, opened.text, field):
            raise Mistake(why, hint=hint)


def _printed_as(opened: OpenReview, text: DraftText, field: Field) -> frozenset[str]:
    """How a place is printed, by itself, with its critic's views and with the critic; of the note nothing."""
    if field.part == "note":
        return frozenset()
    told = {target_standing(text, _target_of(opened.review, field))}
    if field.part == "sentence":
        told.add(target_standing(text, Target(field.persona_id, field.place)))
    struck = field.persona_id in {s.persona_id for s in text.struck}
    return frozenset(told | ({"struck"} if struck else set()))


def _target_of(review: Review, field: Field) -> Target:
    """What a place is printed with: itself, or its critic's views, as all but sentences that claim something are."""
    opinion = review.opinion(field.persona_id)
    words = opinion.words if isinstance(opinion, Answered) else None
    views = field.is_view or (isinstance(words, Written) and words.quote[field.place].rests_on == "view")
    return Target(field.persona_id, field.place, views=views)


def _amended(opened: OpenReview, text: DraftText, field: Field) -> Point:
    """The point of changed words; a short text may have its own. Raises Mistake for none: no other is decided."""
    points = points_of(opened.review, text, (), scope=opened.draft.scope)
    alone = point_of(points, Target(field.persona_id, phrase=field.name)) if field.part == "phrase" else None
    found = alone or point_of(points, _target_of(opened.review, field))
    if found is None:
        raise Mistake("Nobody can decide of these words as they are printed now.", hint="Reload the draft.")
    return found


@dataclass(frozen=True)
class SetStanding(DeskAct):
    """Print a sentence or pick that was set aside, or set one aside that is printed."""

    may: ClassVar[str] = "save"
    target: Target
    standing: str
    _: KW_ONLY
    number: int

    def decide(self, before: Before, who: Account, now: datetime) -> Change:
        opened, target, standing = review_in(before), self.target, self.standing
        _refuse_stale(before, opened, target)
        if standing not in ("printed", "set_aside"):
            raise Mistake(f"A sentence can't be {standing!r}.", hint="Print it or set it aside.")
        if target.views or target.phrase:
            raise Mistake(
                "A critic's views and short texts are printed or removed.", hint="Decide accurate or removed."
            )
        was = target_standing(opened.text, target)
        if was == "removed":
            raise Mistake("That was removed.", hint="Decide it accurate to print it again, or take the decision back.")
        if was == standing or (was, standing) == ("attributed", "printed"):
            raise Mistake("Nothing was changed.")
        text = put_standing(opened.text, target, standing)
        return Change(text=text, what=standing, detail={"persona": target.persona_id, "place": target.place})


@dataclass(frozen=True)
class Dismiss(DeskAct):
    """Dismiss a flag that has to be settled, with a reason from the list. Some can only be mended."""

    may: ClassVar[str] = "dismiss"
    key: str
    reason: str

    def _flag(self, opened: Opened) -> Point | None:
        return next((p for p in opened.points if p.kind == "flag" and p.key == self.key), None)

    def decide(self, before: Before, who: Account, now: datetime) -> Change:
        opened = before.opened
        refuse_put_away(opened)
        one_of(DISMISS_REASONS, self.reason)
        point = self._flag(opened)
        if point is None:
            raise Mistake("That flag is no longer there.", hint="Reload the draft.")
        if point.check in ONLY_MENDED:
            raise Mistake(f"`{point.check}` can't be dismissed.", hint="Amend or remove the words it is about.")
        draft_id = opened.draft.draft_id
        made = decision_on(point, "dismissed", draft_id=draft_id, who=who, now=now, reason=self.reason)
        return Change(decisions=(made,))


@dataclass(frozen=True)
class Confirm(DeskAct):
    """Say that the words for reviewers were read. What is printed are the answers given without them.

    key: of their point as it was read; "" for whichever there is.
    """

    may: ClassVar[str] = "confirm"
    key: str = ""

    def decide(self, before: Before, who: Account, now: datetime) -> Change:
        opened = review_in(before)
        point = next((p for p in opened.points if p.kind == "held"), None)
        if point is None:
            raise Mistake("Nothing on this launch's pages speaks to reviewers.")
        if self.key and self.key != point.key:
            raise EditConflict("Other words speak to reviewers by now.", hint="Read them, then confirm it.")
        made = decision_on(point, "confirmed", draft_id=opened.draft.draft_id, who=who, now=now)
        return Change(decisions=(made,))


def target_point(opened: OpenReview, target: Target) -> Point:
    """The point of a target, as `find_point`, sooner where it is printed."""
    return point_of(opened.points, target) or find_point(opened.review, opened.text, target, opened.draft.scope)


def find_point(review: Review, text: DraftText, target: Target, scope: str) -> Point:
    """The point of a target as it is printed, or would be if it were. Raises Mistake when there is none."""
    found = point_of(points_of(review, text, (), scope=scope), target)
    if found is None and target.persona_id not in {s.persona_id for s in text.struck}:
        found = point_of(points_of(review, put_standing(text, target, "printed"), (), scope=scope), target)
    if found is None:
        raise Mistake("There is no such claim in this draft.", hint="Reload the draft.")
    return found


def point_of(points: tuple[Point, ...], target: Target) -> Point | None:
    """The point of a target among these, None when there is none."""
    kinds = ("views",) if target.views else ("claim", "pick")
    mine = (p for p in points if p.persona_id == target.persona_id and p.kind in kinds)
    return next((p for p in mine if target.views or (p.place, p.field) == (target.place, target.phrase)), None)


def _refuse_stale(before: Before, opened: OpenReview, target: Target) -> None:
    """Raises EditConflict when the words under a decision, or their passages, are no longer those the decider saw."""
    then = before.then
    if then is None:
        return
    review = then.review or opened.review
    if _as_seen(review, then.text, target) != _as_seen(opened.review, opened.text, target):
        theirs = "" if target.views else _words_at(opened.text, target)
        raise EditConflict(
            "Somebody changed these words while you read them.", theirs=theirs, hint="Look at them again, then decide."
        )


def _as_seen(review: Review, text: DraftText, target: Target) -> tuple[str, str] | None:
    """How a target is printed, and the key of its words and passages; None where there is no such target."""
    try:
        return target_standing(text, target), find_point(review, text, target, "").key
    except Mistake:
        return None


def _words_at(text: DraftText, target: Target) -> str:
    words = text.words_of(target.persona_id)
    if words and target.phrase:
        return str(getattr(words, target.phrase))
    return next((s.text for s in words.sentences if s.place == target.place), "") if words else ""


def _refuse_conflict(before: Before, name: str, *, yours: str, theirs: str) -> None:
    """Raises EditConflict when these words, or how they are printed, are no longer as they were read."""
    opened, then, field = before.opened, before.then, read_field(name)
    if then is None:
        return
    if isinstance(opened, OpenReview) and field.part != "note":
        other_base = then.base_hash != opened.revision.base_hash
        if other_base or _printed_as(opened, then.text, field) != _printed_as(opened, opened.text, field):
            raise EditConflict(
                "Somebody changed how these words are printed.", yours=yours, theirs=theirs,
                hint="Look at the draft again, then write.",
            )  # fmt: skip
    if text_at(then.text, field) != theirs:
        raise EditConflict(
            "Somebody saved these words first.", yours=yours, theirs=theirs, field=name, number=opened.draft.head,
            hint="Put both together, then save again.",
        )  # fmt: skip
