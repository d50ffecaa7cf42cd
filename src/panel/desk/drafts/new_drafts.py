"""Put what runs left into the queue: one draft a launch, one a pair; a newer review of the same is offered."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection

from panel.desk.drafts.publications import public_at
from panel.desk.drafts.queue_row import first_pair_row, new_queue_row
from panel.dossier import folded_name
from panel.errors import Mistake
from panel.records import Comparison, Draft, Pair, Review
from panel.store import Detail, OfLaunch, append_act, draft_of_run, drafts_of, launch_of, launches_of, root_of
from panel.store import draft_rows as rows

AT_ONCE = 100  # records a transaction: a queue that was not looked at for a month fills in steps


def take_in(conn: Connection, now: datetime, most: int = AT_ONCE) -> int:
    """Make drafts of reviews, then of comparisons, that the queue has not seen; how many records were taken."""
    found = 0
    for kind in ("review", "comparison"):
        for run_id, slug, hashed in rows.untaken(conn, kind, most - found):
            _take(conn, run_id, kind, slug, hashed, now)
            found += 1
    return found


def _take(conn: Connection, run_id: str, kind: str, slug: str, hashed: str, now: datetime) -> None:
    """Take a record in. One that can't be read is set aside, with a line in the log, and keeps nobody waiting."""
    json = rows.record_json(conn, run_id, kind, slug) or ""
    try:
        with conn.begin_nested():
            if kind == "comparison":
                _take_comparison(conn, run_id, slug, hashed, Comparison.model_validate_json(json), now)
            elif (review := Review.model_validate_json(json)).is_answered:  # one of hundreds: not remembered
                _take_review(conn, run_id, slug, hashed, json, review, now)
            else:  # there is nothing to approve of it
                rows.mark_taken(conn, run_id, kind, slug, hashed, "")
    except (ValueError, LookupError, TypeError, Mistake) as err:
        rows.mark_taken(conn, run_id, kind, slug, hashed, rows.UNREADABLE)
        detail: Detail = {"run": run_id, "kind": kind, "slug": slug, "why": str(err).splitlines()[0][:200]}
        append_act(conn, by="panel", what="could not be read", now=now, detail=detail)


def _take_review(
    conn: Connection, run_id: str, slug: str, hashed: str, json: str, review: Review, now: datetime
) -> Draft:
    scope, subject, known = place_of(conn, run_id, slug)
    rows.keep_base(conn, hashed, "review", json)
    asked = bool(known and draft_of_run(conn, run_id))
    for one in known:  # a trial answers nothing: unless it was asked for, it takes nobody's place and is not offered
        if asked or one.grade == "trial" or review.grade != "trial":
            _newer(conn, one, hashed, review, run_id, now)
    draft = known[0] if known else _new(conn, subject, scope, slug, hashed, review, run_id, now)
    rows.mark_taken(conn, run_id, "review", slug, hashed, draft.draft_id)
    return draft


def _new(
    conn: Connection, subject: str, scope: str, slug: str, hashed: str, review: Review, run_id: str,
    now: datetime,
) -> Draft:  # fmt: skip
    draft_id = _free_id(conn, slug)
    made = review.made.created_at.astimezone(UTC)
    draft = Draft(
        draft_id=draft_id, kind="review", subject=subject, scope=scope, base_hash=hashed, run_id=run_id,
        grade=review.grade, state="open", embargo_until=review.dossier.launch.embargo_until,
        created_at=min(made, now), changed_at=now, shown=new_queue_row(review, draft_id),
    )  # fmt: skip
    rows.put_draft(conn, draft)
    _tell(conn, "took in", draft, run_id, hashed, now)
    return draft


def _newer(conn: Connection, known: Draft, hashed: str, review: Review, run_id: str, now: datetime) -> None:
    """A draft nobody opened takes the newer review; one that lies open, or bears another name, is offered it."""
    if known.base_hash == hashed:
        return
    shown = new_queue_row(review, known.draft_id)
    if known.head < 0 and folded_name(shown.name) == folded_name(known.shown.name):
        changed: dict[str, Any] = {"base_hash": hashed, "run_id": run_id, "grade": review.grade, "shown": shown}
        what = "took in anew"
    else:
        changed, what = {"offered_hash": hashed}, "offered"
    given = (known.embargo_until, review.dossier.launch.embargo_until)
    embargo = max(filter(None, given), default=None)  # one that a person set is not shortened
    draft = known.model_copy(update=changed | {"changed_at": now, "embargo_until": embargo})
    rows.put_draft(conn, draft)
    _tell(conn, what, draft, run_id, hashed, now)


def _tell(conn: Connection, what: str, draft: Draft, run_id: str, hashed: str, now: datetime) -> None:
    """A line for what came, with the embargo the draft is under from now on."""
    embargo = draft.embargo_until.isoformat() if draft.embargo_until else ""
    detail: Detail = {"run": run_id, "base": hashed, "embargo": embargo}
    append_act(conn, by="panel", what=what, now=now, draft_id=draft.draft_id, detail=detail)


def due(conn: Connection, now: datetime, most: int = 1000) -> list[Draft]:
    """Drafts that were put off until now at the latest, or were to go out by now."""
    return rows.due_drafts(conn, rows.time_of(now), most)


def bring_back(conn: Connection, now: datetime) -> int:
    """Put into the queue again what was put off until now, and call published what has gone out; how many."""
    found = due(conn, now)
    for draft in found:
        changed: dict[str, Any] = {"state": "open", "until": None, "created_at": now, "changed_at": now}
        if draft.state == "scheduled":
            if not public_at(conn, draft, now):
                continue  # an embargo came since: at its end
            changed = {"state": "published", "until": None, "changed_at": now}
        rows.put_draft(conn, draft.model_copy(update=changed))
        what = "came back" if draft.state == "later" else "went out"
        append_act(conn, by="panel", what=what, now=now, draft_id=draft.draft_id)
    return len(found)


def _take_comparison(
    conn: Connection, run_id: str, slug: str, hashed: str, comparison: Comparison, now: datetime
) -> None:
    reviews = (comparison.review_a, comparison.review_b)
    if not all(review.is_answered for review in reviews):
        rows.mark_taken(conn, run_id, "comparison", slug, hashed, "")
        return
    a, b = (_side(conn, run_id, review, now) for review in reviews)
    if comparison.grade == "trial" and "trial" not in (a.grade, b.grade):  # neither side took its trial in
        rows.mark_taken(conn, run_id, "comparison", slug, hashed, "")
        return
    if a.draft_id == b.draft_id:  # two launches that were merged into one since: nothing is left to compare
        rows.mark_taken(conn, run_id, "comparison", slug, hashed, "")
        return
    draft = pair_up(conn, a, b, comparison, run_id, now)
    rows.mark_taken(conn, run_id, "comparison", slug, hashed, draft.draft_id)


def _side(conn: Connection, run_id: str, review: Review, now: datetime) -> Draft:
    """The draft of one side: taken in from the same run, or made of what the comparison holds of it."""
    slug = review.slug
    if known := place_of(conn, run_id, slug).drafts:
        return known[0]
    return _take_review(conn, run_id, slug, review.review_hash, review.model_dump_json(), review, now)


def pair_up(conn: Connection, a: Draft, b: Draft, comparison: Comparison, run_id: str, now: datetime) -> Draft:
    """The draft that compares two drafts of reviews, in the order of the comparison's sides; made once."""
    pair = Pair(draft_a=a.draft_id, draft_b=b.draft_id)
    subject = f"{a.draft_id} vs {b.draft_id}"
    known = rows.draft_about(conn, "comparison", subject)
    if known:
        return known
    rows.keep_base(conn, pair.pair_hash, "comparison", pair.model_dump_json())
    draft_id = _free_id(conn, f"{a.draft_id[:60]}-vs-{b.draft_id[:60]}")
    draft = Draft(
        draft_id=draft_id, kind="comparison", subject=subject, scope=f"pair:{pair.pair_hash}", run_id=run_id,
        base_hash=pair.pair_hash, grade=comparison.grade, state="open",
        created_at=min(comparison.made.created_at.astimezone(UTC), now), changed_at=now,
        shown=first_pair_row(comparison, draft_id, a.shown, b.shown),
    )  # fmt: skip
    rows.put_draft(conn, draft)
    rows.add_sides(conn, draft_id, a.draft_id, b.draft_id)
    append_act(conn, by="panel", what="took in", now=now, draft_id=draft_id, detail={"run": run_id, "pair": subject})
    return draft


def _free_id(conn: Connection, slug: str) -> str:
    """The slug, or the slug with a number where another draft has it."""
    number, draft_id = 1, slug
    while rows.has_draft_id(conn, draft_id):
        number += 1
        draft_id = f"{slug}-{number}"
    return draft_id


class ProductPlace(NamedTuple):
    """Where a review goes: the drafts there are, its own before those of merged products, or what a new one is."""

    scope: str
    subject: str
    drafts: tuple[Draft, ...]


def place_of(conn: Connection, run_id: str, slug: str) -> ProductPlace:
    """The draft of a reviewed launch; it keeps its scope and subject, whatever became of its product since.

    A run that was asked again for a draft goes there. Else the draft that earlier reviews of the launch went into, by
    the archive as it is today: merged products share their drafts, and a launch that was split off takes its along.
    """
    wanted = draft_of_run(conn, run_id)
    asked = rows.load_draft(conn, wanted) if wanted else None
    launch = launch_of(conn, run_id, slug)
    known = [asked] if asked else drafts_of(conn, launch) if launch else []
    if known:
        return ProductPlace(known[0].scope, known[0].subject, tuple(known))
    if launch is None:
        subject = f"slug:{slug}"
        return ProductPlace(subject, subject, tuple(filter(None, [rows.draft_about(conn, "review", subject)])))
    return _new_place(conn, OfLaunch(root_of(conn, launch.product_id), launch.release))


def _new_place(conn: Connection, launch: OfLaunch) -> ProductPlace:
    """Called by product and release, with a number where a launch that was split off had that name first."""
    plain = subject = f"{launch.product_id}/{launch.release}"
    number = 1
    while holder := rows.draft_about(conn, "review", subject):
        if launches_of(conn, [holder.draft_id]).get(holder.draft_id, launch) == launch:
            return ProductPlace(holder.scope, subject, (holder,))
        number += 1
        subject = f"{plain}#{number}"
    return ProductPlace(launch.product_id, subject, ())
