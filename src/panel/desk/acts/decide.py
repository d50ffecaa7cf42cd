"""Decide on claims, views, flags and held spans, and change words. Each is one act on one draft."""

from dataclasses import dataclass

from panel.desk.acts.commit import Tx, finish, refuse_put_away, settle, write
from panel.desk.drafts.opened import Opened, OpenReview, read_review
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
from panel.records import Answered, Decided, DraftText, PassageSeen, Point, Review, Revision, Written
from panel.store import draft_rows as rows

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


def decide(
    tx: Tx, draft_id: str, target: Target, decided: Decided, *, number: int, seen: PassageSeen,
    opened_page: bool = False, known: int | None = None,
) -> Opened:  # fmt: skip
    """Decide `accurate`, `attributed` or `removed` of a claim or pick, `accurate` or `removed` of a critic's views.

    number: of the revision the form showed; known: the newest decision that stood beside it, 0 for none. Raises
    EditConflict when the words were changed since, or somebody decided otherwise.
    """
    tx.allow("decide")
    opened = tx.open_review(draft_id)
    refuse_put_away(opened)
    _refuse_stale(tx, opened, target, number)
    point = _point_at(opened, target)
    if known is not None:
        _refuse_decided(tx, point, decided, known)
    if decided not in ("accurate", "attributed", "removed"):
        raise Mistake(f"Nobody can decide {decided!r} of that.", hint="Decide accurate, attributed or removed.")
    if decided == "attributed":
        _refuse_unless_the_makers(point)
    was = target_standing(opened.text, target)
    if was == "set_aside":
        raise Mistake("That is set aside.", hint="Print it first, then decide.")
    if target.phrase and decided == "removed":
        was = point.text
    if decided == "accurate" and _is_amended_by(opened, point, tx.who.account_id):
        return opened  # whoever wrote the words has said so: a second decision would stand in the way of undoing it
    text = put_standing(opened.text, target, PRINTED_AS.get(decided, decided))
    if text != opened.text:
        opened = _written(write(tx, opened, text, decided, persona=target.persona_id, place=target.place))
        if decided != "removed":
            point = _point_at(opened, target)  # as it is printed from now on; what is removed, as it was before
    made = settle(tx, point, decided, draft_id=draft_id, seen=seen, opened_page=opened_page, was=was)
    return finish(tx, opened, made)


def _refuse_decided(tx: Tx, point: Point, decided: Decided, known: int) -> None:
    """Raises EditConflict when somebody else decided otherwise since."""
    newest = rows.decided(tx.conn, point.scope, [point.key]).get(point.key)
    if newest and newest.decision_id > known and newest.by != tx.who.account_id and newest.decision != decided:
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


def _written(opened: Opened) -> OpenReview:
    assert isinstance(opened, OpenReview)
    return opened


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


def save(
    tx: Tx, draft_id: str, name: str, new: str, *, number: int, seen: PassageSeen = False, opened_page: bool = False,
    reason: str = "",
) -> Opened:  # fmt: skip
    """Change the words of one field (`text_fields.read_field`); that is a decision, `amended`, by whoever did it.

    Raises EditConflict when somebody else changed the same words since revision `number`; Mistake for words that can't
    stand there, or when nothing would change.
    """
    field = read_field(name)
    tx.allow("note" if field.part == "note" else "save")
    opened = tx.open(draft_id) if field.part == "note" else tx.open_review(draft_id)
    refuse_put_away(opened)
    words, was = typed(new, field), text_at(opened.text, field)
    if words == was:
        raise Unchanged("Nothing was changed.")
    _refuse_conflict(tx, opened, name, number, yours=words, theirs=was)
    if not words and field.part == "sentence":
        raise Mistake("Not saved: the sentence is empty.", hint="To take it out, remove it.")
    if isinstance(opened, OpenReview):
        _refuse_unprinted(opened, field)
    text = put_text(opened.text, field, words, by=tx.who.name, role=tx.who.role)
    written = write(tx, opened, text, "saved", reason=told(reason), field=name)
    if not isinstance(written, OpenReview) or field.part == "note":
        return finish(tx, written)
    point = _amended(written, field)
    made = settle(tx, point, "amended", draft_id=draft_id, seen=seen, opened_page=opened_page, field=name, was=was)
    return finish(tx, written, made)


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


def _amended(opened: OpenReview, field: Field) -> Point:
    """The point of changed words; a short text may have its own. Raises Mistake for none: no other is decided."""
    alone = point_of(opened.points, Target(field.persona_id, phrase=field.name)) if field.part == "phrase" else None
    found = alone or point_of(opened.points, _target_of(opened.review, field))
    if found is None:
        raise Mistake("Nobody can decide of these words as they are printed now.", hint="Reload the draft.")
    return found


def set_standing(tx: Tx, draft_id: str, target: Target, standing: str, *, number: int) -> Opened:
    """Print a sentence or pick that was set aside, or set one aside that is printed."""
    tx.allow("save")
    opened = tx.open_review(draft_id)
    refuse_put_away(opened)
    _refuse_stale(tx, opened, target, number)
    if standing not in ("printed", "set_aside"):
        raise Mistake(f"A sentence can't be {standing!r}.", hint="Print it or set it aside.")
    if target.views or target.phrase:
        raise Mistake("A critic's views and short texts are printed or removed.", hint="Decide accurate or removed.")
    was = target_standing(opened.text, target)
    if was == "removed":
        raise Mistake("That was removed.", hint="Decide it accurate to print it again, or take the decision back.")
    if was == standing or (was, standing) == ("attributed", "printed"):
        raise Mistake("Nothing was changed.")
    text = put_standing(opened.text, target, standing)
    return finish(tx, write(tx, opened, text, standing, persona=target.persona_id, place=target.place))


def dismiss(tx: Tx, draft_id: str, key: str, reason: str) -> Opened:
    """Dismiss a flag that has to be settled, with a reason from the list. Some can only be mended."""
    tx.allow("dismiss")
    opened = tx.open(draft_id)
    refuse_put_away(opened)
    one_of(DISMISS_REASONS, reason)
    point = next((p for p in opened.points if p.kind == "flag" and p.key == key), None)
    if point is None:
        raise Mistake("That flag is no longer there.", hint="Reload the draft.")
    if point.check in ONLY_MENDED:
        raise Mistake(f"`{point.check}` can't be dismissed.", hint="Amend or remove the words it is about.")
    return finish(tx, opened, settle(tx, point, "dismissed", draft_id=draft_id, reason=reason))


def confirm_held(tx: Tx, draft_id: str, key: str = "") -> Opened:
    """Say that the words for reviewers were read. What is printed are the answers given without them.

    key: of their point as it was read; "" for whichever there is.
    """
    tx.allow("confirm")
    opened = tx.open_review(draft_id)
    refuse_put_away(opened)
    point = next((p for p in opened.points if p.kind == "held"), None)
    if point is None:
        raise Mistake("Nothing on this launch's pages speaks to reviewers.")
    if key and key != point.key:
        raise EditConflict("Other words speak to reviewers by now.", hint="Read them, then confirm it.")
    return finish(tx, opened, settle(tx, point, "confirmed", draft_id=draft_id))


def _point_at(opened: OpenReview, target: Target) -> Point:
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


def _refuse_stale(tx: Tx, opened: OpenReview, target: Target, number: int) -> None:
    """Raises EditConflict when the words under a decision, or their passages, are no longer those the decider saw."""
    if number == opened.draft.head:
        return
    then = _revision(tx, opened, number)
    review = opened.review
    if then.base_hash != opened.revision.base_hash:
        review = read_review(rows.base_json(tx.conn, then.base_hash))
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


def _refuse_conflict(tx: Tx, opened: Opened, name: str, number: int, *, yours: str, theirs: str) -> None:
    """Raises EditConflict when these words, or how they are printed, are no longer as they were at `number`."""
    if number == opened.draft.head:
        return
    then, field = _revision(tx, opened, number), read_field(name)
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


def _revision(tx: Tx, opened: Opened, number: int) -> Revision:
    found = rows.load_revision(tx.conn, opened.draft.draft_id, number)
    if found is None:
        raise Mistake(f"This draft has no revision {number}.", hint="Reload the draft.")
    return found
