"""Which draft a review belongs to."""

from typing import NamedTuple

from sqlalchemy import Connection

from panel.records.desk import Draft
from panel.store import draft_rows as rows
from panel.store.desk.launch_drafts import OfLaunch, asked_for, drafts_of, launch_of, launches_of
from panel.store.products.product_rows import root_of


class Place(NamedTuple):
    """Where a review goes: the draft there is, or what a new one is to be called by."""

    scope: str
    subject: str
    draft: Draft | None


def place_of(conn: Connection, run_id: str, slug: str) -> Place:
    """The draft of a reviewed launch; it keeps its scope and subject, whatever became of its product since.

    A run that was asked again for a draft goes there. Else the draft that earlier reviews of the launch went into, by
    the archive as it is today: merged products share their drafts, and a launch that was split off takes its along.
    """
    wanted = asked_for(conn, run_id)
    known = rows.load_draft(conn, wanted) if wanted else None
    launch = launch_of(conn, run_id, slug)
    if known is None and launch is not None:
        known = next(iter(drafts_of(conn, launch)), None)
    if known is not None:
        return Place(known.scope, known.subject, known)
    if launch is None:
        return Place(f"slug:{slug}", f"slug:{slug}", rows.draft_about(conn, "review", f"slug:{slug}"))
    return _new_place(conn, OfLaunch(root_of(conn, launch.product_id), launch.release))


def _new_place(conn: Connection, launch: OfLaunch) -> Place:
    """Called by product and release, with a number where a launch that was split off had that name first."""
    plain = subject = f"{launch.product_id}/{launch.release}"
    number = 1
    while holder := rows.draft_about(conn, "review", subject):
        if launches_of(conn, [holder.draft_id]).get(holder.draft_id, launch) == launch:
            return Place(holder.scope, subject, holder)
        number += 1
        subject = f"{plain}#{number}"
    return Place(launch.product_id, subject, None)
