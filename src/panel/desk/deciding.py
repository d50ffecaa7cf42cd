"""Decide of claims, views, flags and held spans; change words; take it back. Each is one act on one draft."""

from dataclasses import dataclass

from panel.desk.acting import Tx, refresh, refuse_put_away, settle, write
from panel.desk.fields import Field, put_sentence, put_text, put_words, read_field, sentence_at, text_at, typed
from panel.desk.opened import Opened, OpenReview
from panel.desk.points import points_of
from panel.desk.rules import DISMISS_REASONS, ONLY_MENDED, one_of
from panel.errors import EditConflict, Mistake
from panel.records.desk import Decided, Decision, DraftText, EditedPick, EditedSentence, EditedWords, Point
from panel.store import desk as rows


@dataclass(frozen=True)
class Spot:
    """What an act is about: a sentence or pick of a critic by its place, or all its views."""

    persona_id: str
    place: int = -1
    views: bool = False


def decide(
    tx: Tx, draft_id: str, spot: Spot, decided: Decided, *, number: int, seen: bool, opened_page: bool = False
) -> Opened:
    """Decide `accurate`, `attributed` or `removed` of a claim or pick, `accurate` or `removed` of a critic's views.

    number: of the revision the form showed. Raises EditConflict when the words were changed since.
    """
    tx.allow("decide")
    opened = tx.open_review(draft_id)
    refuse_put_away(opened)
    _refuse_stale(tx, opened, spot, number)
    point = find_point(opened, spot)
    if decided not in ("accurate", "attributed", "removed"):
        raise Mistake(f"Nobody can decide {decided!r} of that.", hint="Decide accurate, attributed or removed.")
    if decided == "attributed" and point.kind != "claim":
        raise Mistake("Only a claim can be attributed to the maker.")
    text = _with_decision(opened.text, spot, decided, point)
    settle(tx, point, decided, draft_id=draft_id, seen=seen or not point.passages, opened_page=opened_page)
    if text != opened.text:
        write(tx, opened, text, decided, persona=spot.persona_id, place=spot.place)
    return refresh(tx, draft_id)


def _with_decision(text: DraftText, spot: Spot, decided: Decided, point: Point) -> DraftText:
    gone = decided == "removed"
    words = text.words_of(spot.persona_id)
    assert words
    if spot.views:
        return put_words(text, words.model_copy(update={"views": "removed" if gone else "printed"}))
    if point.kind == "pick":
        standing = "removed" if gone else "printed"
        picks = tuple(
            EditedPick(number=p.number, standing=standing) if p.number == spot.place else p for p in words.picks
        )
        return put_words(text, words.model_copy(update={"picks": picks}))
    sentence = sentence_at(text, spot.persona_id, spot.place)
    if sentence.standing == "set_aside":
        raise Mistake("That sentence is set aside.", hint="Print it first, then decide.")
    update = {"standing": "removed" if gone else "printed", "attributed": decided == "attributed"}
    return put_sentence(text, spot.persona_id, sentence.model_copy(update=update))


def save(
    tx: Tx, draft_id: str, name: str, new: str, *, number: int, seen: bool = False, opened_page: bool = False,
    reason: str = "", tab: str = "",
) -> Opened:  # fmt: skip
    """Change the words of one field (`fields.read_field`); what was changed is decided `amended` by whoever did it.

    Raises EditConflict when somebody else changed the same words since revision `number`; Mistake for words that can't
    stand there, or when nothing would change.
    """
    field = read_field(name)
    tx.allow("note" if field.part == "note" else "save")
    opened = tx.open(draft_id) if field.part == "note" else tx.open_review(draft_id)
    refuse_put_away(opened)
    words, was = typed(new, field), text_at(opened.text, field)
    _refuse_conflict(tx, opened, field, number, yours=words, theirs=was)
    if words == was:
        raise Mistake("Nothing was changed.")
    if not words and field.part == "sentence":
        raise Mistake("A sentence without words is removed, not saved.", hint="Remove it.")
    text = put_text(opened.text, field, words, by=tx.who.name)
    written = write(tx, opened, text, "saved", reason=reason, field=name)
    rows.drop_unsaved(tx.conn, draft_id, tx.who.account_id, name, tab)
    if isinstance(written, OpenReview) and (point := _amended(written, field)):
        settle(
            tx, point, "amended", draft_id=draft_id, seen=seen or not point.passages, opened_page=opened_page,
            field=name, was=was,
        )  # fmt: skip
    return refresh(tx, draft_id)


def _amended(opened: OpenReview, field: Field) -> Point | None:
    """The point that a changed field belongs to: the claim itself, else the critic's views."""
    mine = [p for p in opened.points if p.persona_id == field.persona_id]
    if field.part == "sentence":
        found = next((p for p in mine if p.kind == "claim" and p.place == field.place), None)
        if found:
            return found
    return next((p for p in mine if p.kind == "views"), None) if field.part != "note" else None


def set_standing(tx: Tx, draft_id: str, spot: Spot, standing: str, *, number: int) -> Opened:
    """Print a sentence or pick that was set aside, or set one aside that is printed."""
    tx.allow("save")
    opened = tx.open_review(draft_id)
    refuse_put_away(opened)
    _refuse_stale(tx, opened, spot, number)
    if standing not in ("printed", "set_aside"):
        raise Mistake(f"A sentence can't be {standing!r}.", hint="Print it or set it aside.")
    words = opened.text.words_of(spot.persona_id)
    if words is None:
        raise Mistake(f"No critic {spot.persona_id!r} wrote for this draft.")
    if words.picks:
        picks = tuple(
            EditedPick.model_validate({"number": p.number, "standing": standing}) if p.number == spot.place else p
            for p in words.picks
        )
        text = put_words(opened.text, words.model_copy(update={"picks": picks}))
    else:
        sentence = sentence_at(opened.text, spot.persona_id, spot.place)
        text = put_sentence(opened.text, spot.persona_id, sentence.model_copy(update={"standing": standing}))
    if text == opened.text:
        raise Mistake("Nothing was changed.")
    write(tx, opened, text, standing, persona=spot.persona_id, place=spot.place)
    return refresh(tx, draft_id)


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
    settle(tx, point, "dismissed", draft_id=draft_id, reason=reason)
    return refresh(tx, draft_id)


def confirm_held(tx: Tx, draft_id: str) -> Opened:
    """Say that the words for reviewers were read. What is printed are the answers given without them."""
    tx.allow("confirm")
    opened = tx.open_review(draft_id)
    refuse_put_away(opened)
    point = next((p for p in opened.points if p.kind == "held"), None)
    if point is None:
        raise Mistake("Nothing on this launch's pages speaks to reviewers.")
    settle(tx, point, "confirmed", draft_id=draft_id, seen=True)
    return refresh(tx, draft_id)


def undo(tx: Tx, draft_id: str) -> Opened:
    """Take back the newest decision this person made on the draft: the words are again as they were before it."""
    tx.allow("decide")
    opened = tx.open(draft_id)
    refuse_put_away(opened)
    decision = _newest_of(tx, draft_id)
    if decision is None:
        raise Mistake("There is nothing of yours to take back.")
    point = Point(
        kind=decision.kind, scope=decision.scope, key=decision.key, persona_id=decision.persona_id, text=decision.text,
        sentence_hash=decision.sentence_hash, passages_hash=decision.passages_hash, check=decision.check,
    )  # fmt: skip
    settle(tx, point, "undone", draft_id=draft_id)
    if isinstance(opened, OpenReview) and (text := _before(opened, decision)) != opened.text:
        write(tx, opened, text, "undone", decision=decision.decision_id)
    return refresh(tx, draft_id)


def _newest_of(tx: Tx, draft_id: str) -> Decision | None:
    """Theirs, of this draft, and still the newest of its point."""
    for decision in reversed(rows.decisions_of(tx.conn, draft_id)):
        newest = rows.decided(tx.conn, decision.scope, [decision.key])[decision.key]
        if decision.by == tx.who.account_id and decision == newest and decision.decision != "undone":
            return decision
    return None


def _before(opened: OpenReview, decision: Decision) -> DraftText:
    """The text without what the decision did to it."""
    text, who = opened.text, decision.persona_id
    words = text.words_of(who)
    if words is None:
        return text
    if decision.decision == "amended":
        return put_text(text, read_field(decision.field), decision.was)
    if decision.kind == "views":
        return put_words(text, words.model_copy(update={"views": "printed"}))
    if decision.kind == "pick":
        return _restore_pick(opened, decision)
    sentence = next((s for s in words.sentences if s.text == decision.text), None)
    if sentence is None:
        return text
    return put_sentence(text, who, sentence.model_copy(update={"standing": "printed", "attributed": False}))


def _restore_pick(opened: OpenReview, decision: Decision) -> DraftText:
    words, opinion = opened.text.words_of(decision.persona_id), opened.review.opinion(decision.persona_id)
    assert words
    assert opinion and opinion.outcome == "answered"
    numbers = {g.number for g in opinion.grounds if g.excerpt == decision.text}
    picks = tuple(EditedPick(number=p.number) if p.number in numbers else p for p in words.picks)
    return put_words(opened.text, words.model_copy(update={"picks": picks}))


def find_point(opened: OpenReview, spot: Spot) -> Point:
    """The point of a spot, printed or not. Raises Mistake when there is none."""
    found = _spotted(opened.points, spot)
    if found is None and not spot.views:
        words = opened.text.words_of(spot.persona_id)
        if words and words.picks:
            picks = tuple(EditedPick(number=p.number) if p.number == spot.place else p for p in words.picks)
            text = put_words(opened.text, words.model_copy(update={"picks": picks}))
        else:
            sentence = sentence_at(opened.text, spot.persona_id, spot.place)
            shown = EditedSentence(place=sentence.place, text=sentence.text)
            text = put_sentence(opened.text, spot.persona_id, shown)
        found = _spotted(points_of(opened.review, text, (), scope=opened.draft.scope), spot)
    if found is None:
        raise Mistake("There is no such claim in this draft.", hint="Reload the draft.")
    return found


def _spotted(points: tuple[Point, ...], spot: Spot) -> Point | None:
    kinds = ("views",) if spot.views else ("claim", "pick")
    mine = (p for p in points if p.persona_id == spot.persona_id and p.kind in kinds)
    return next((p for p in mine if spot.views or p.place == spot.place), None)


def _refuse_stale(tx: Tx, opened: OpenReview, spot: Spot, number: int) -> None:
    """Raises EditConflict when the words under a decision are no longer those the decider saw."""
    if number == opened.draft.head:
        return
    then = _revision(tx, opened, number)
    if _at(then, spot) != _at(opened.text, spot):
        theirs = _at(opened.text, spot)
        raise EditConflict(
            "Somebody changed these words while you read them.",
            theirs=theirs.text if isinstance(theirs, EditedSentence) else "",
            hint="Look at them again, then decide.",
        )


def _at(text: DraftText, spot: Spot) -> EditedSentence | EditedPick | EditedWords | None:
    words = text.words_of(spot.persona_id)
    if words is None or spot.views:
        return words
    pick = next((p for p in words.picks if p.number == spot.place), None)
    return pick or next((s for s in words.sentences if s.place == spot.place), None)


def _refuse_conflict(tx: Tx, opened: Opened, field: Field, number: int, *, yours: str, theirs: str) -> None:
    if number != opened.draft.head and text_at(_revision(tx, opened, number), field) != theirs:
        raise EditConflict(
            "Somebody saved these words first.", yours=yours, theirs=theirs, hint="Put both together, then save again."
        )


def _revision(tx: Tx, opened: Opened, number: int) -> DraftText:
    found = rows.load_revision(tx.conn, opened.draft.draft_id, number)
    if found is None:
        raise Mistake(f"This draft has no revision {number}.", hint="Reload the draft.")
    return found.text
