"""What is public of a draft at a moment, what is still to go out, whether a signature stands: asked nowhere else.

With it what people added to a draft, as its page prints it.

A publication goes out at its hour unless it was cancelled before; then the embargo and the draft's standing are asked
again. What ends a signature before the hour cancels the publication (`commit.put_row`), and so does another one.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from panel.desk.drafts.opened import PUT_AWAY, OpenComparison, Opened, find_draft
from panel.desk.reasons import STRIKE_REASONS
from panel.records import Approval, Corrected, Draft, Editorial, Publication, Struck, StruckOut
from panel.store import draft_rows as rows


def public_at(conn: Connection, draft: Draft, at: datetime) -> Publication | None:
    """What readers have of a draft at a moment; None for nothing."""
    until = embargo_of(conn, draft)
    return None if draft.state in PUT_AWAY or (until and until > at) else standing(conn, draft.draft_id, at)


def standing(conn: Connection, draft_id: str, at: datetime) -> Publication | None:
    """What went out last and was not taken back, nor a review it prints since: that needs to go out anew."""
    out = newest_out(rows.list_publications(conn, draft_id), at)
    theirs = (one for side in rows.sides_of(conn, draft_id) for one in went_out(rows.list_publications(conn, side), at))
    fell = out and any(one.kind == "retracted" and one.goes_out_at > out.goes_out_at for one in theirs)
    return None if fell else out


def went_out(made: Sequence[Publication], at: datetime) -> list[Publication]:
    """Of a draft's publications, oldest first, those whose hour had come at a moment. Embargoes apart."""
    return [out for i, out in enumerate(made) if out.goes_out_at <= at and _is_live(out, made[i + 1 :])]


def newest_out(made: Sequence[Publication], at: datetime) -> Publication | None:
    """The last of those, None when it took the draft back or there is none."""
    last = next(reversed(went_out(made, at)), None)
    return last if last and last.kind != "retracted" else None


def to_go_out(conn: Connection, draft: Draft, at: datetime) -> Publication | None:
    """The publication that is still to go out after a moment, with the hour it will: its own or an embargo's end."""
    made, until = rows.list_publications(conn, draft.draft_id), embargo_of(conn, draft)
    if not made or made[-1].kind in ("cancelled", "retracted"):
        return None
    hour = max(made[-1].goes_out_at, until or made[-1].goes_out_at)
    return made[-1].model_copy(update={"goes_out_at": hour}) if hour > at else None


def _is_live(out: Publication, later: Sequence[Publication]) -> bool:
    ended = any(one.kind == "cancelled" and one.approval_id == out.approval_id for one in later)
    return out.kind != "cancelled" and not ended


def embargo_of(conn: Connection, draft: Draft) -> datetime | None:
    """The last embargo on a draft and on the reviews it prints."""
    sides = [find_draft(conn, side) for side in rows.sides_of(conn, draft.draft_id)]
    return max((d.embargo_until for d in (draft, *sides) if d.embargo_until), default=None)


def signed(conn: Connection, opened: Opened) -> Approval | None:
    """The approval of exactly what stands there now; None when it was never given, lapsed, or was put away since.

    Judged by the points that were kept with its revision, whatever checks say today, and by today's decisions on them:
    one that was taken back and made again is another.
    """
    draft = opened.draft
    newest = next(reversed(rows.list_approvals(conn, draft.draft_id)), None)
    if newest is None or newest.revision_hash != opened.revision_hash:
        return None
    sides = opened.sides if isinstance(opened, OpenComparison) else ()
    if draft.state not in ("approved", "scheduled", "published") or any(s.draft.state in PUT_AWAY for s in sides):
        return None
    if isinstance(opened, OpenComparison) and opened.revision.base_hash != opened.prints_hash:
        return None
    return newest if rows.newest_decisions(conn, draft.draft_id, newest.number) == set(newest.decisions) else None


def editorial_of(
    opened: Opened, approval: Approval | None, publications: Sequence[Publication] = (),
    of_sides: Sequence[Sequence[Publication]] = (),
) -> Editorial:  # fmt: skip
    """approval: of exactly this text, None for a draft. of_sides: what was published of a comparison's reviews."""
    return Editorial(
        note=opened.text.note,
        note_by=opened.text.note_by,
        note_role=opened.text.note_role or "editor",
        struck=tuple(
            StruckOut(slug=side.review.slug, persona_id=strike.persona_id, why=why(strike))
            for side in opened.reviews
            for strike in side.text.struck
        ),
        signed=f"Approved by {approval.name}, {approval.at:%d %b %Y}." if approval else "",
        corrected=tuple(
            Corrected(on=f"{out.goes_out_at:%d %b %Y}", why=out.reason)
            for out in publications
            if out.kind == "corrected"
        ),
        retracted=retraction(opened, publications) or _fallen(opened, publications, of_sides),
    )


def retraction(opened: Opened, publications: Sequence[Publication]) -> Corrected | None:
    """When a draft was taken back and why; None for one that is not, or that was fetched back since."""
    if opened.draft.state != "retracted":
        return None
    last = publications[-1]
    return Corrected(on=f"{last.at:%d %b %Y}", why=last.reason)


def _fallen(
    opened: Opened, publications: Sequence[Publication], of_sides: Sequence[Sequence[Publication]]
) -> Corrected | None:
    """Why a comparison that readers had is gone: one of its reviews was taken back."""
    for side, made in zip(opened.reviews, of_sides if publications else (), strict=False):
        if taken := retraction(side, made):
            return Corrected(on=taken.on, why=f"Its review of {side.draft.shown.name} was retracted. {taken.why}")
    return None


def why(strike: Struck) -> str:
    """The reason from the list, and what the editor said of it."""
    told = strike.why.rstrip(".")
    return f"{STRIKE_REASONS[strike.reason]}." + (f" {told}." if told else "")
