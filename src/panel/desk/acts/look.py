"""What an act is decided on, read before it: what lies open, and what the act asks for beside. By keys, all of it."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from panel.desk.acts.change import MEANWHILE, PANEL, AsRead, Before, DeskAct, SigningAct
from panel.desk.acts.decide import Decide, Save, SetStanding, target_point
from panel.desk.drafts.opened import Opened, OpenReview, decisions_on, read_review
from panel.desk.drafts.overlay import start_text
from panel.desk.drafts.points import earlier_decisions
from panel.desk.drafts.publications import embargo_of, public_at, signed, standing, to_go_out
from panel.errors import Mistake
from panel.store import draft_rows as rows
from panel.store import drafts_of, launches_of, read_acts

Found = Mapping[str, Any]  # fields of Before


def look(conn: Connection, opened: Opened, act: DeskAct, now: datetime, **more: Any) -> Before:
    """more: further fields of it. Raises Mistake for a revision that there is not."""
    draft_id, found = opened.draft.draft_id, dict(more)
    if isinstance(act, Decide | Save | SetStanding):
        found |= _as_read(conn, opened, act)
    if "made" in act.needs:
        found["made"] = tuple(rows.newest_made(conn, draft_id))
    if "offer" in act.needs and opened.draft.offered_hash:
        newer = read_review(rows.base_json(conn, opened.draft.offered_hash))
        found["offer"] = (newer, start_text(newer, earlier_decisions(conn, newer, opened.draft.scope)))
    if "signing" in act.needs:
        found |= _signing(conn, opened, act, now)
    if "printing" in act.needs:
        printing = (one.draft_id for one in rows.comparisons_with(conn, draft_id) if public_at(conn, one, now))
        found["printing"] = next(printing, "")
    if "twin" in act.needs:
        found["twin"] = _twin(conn, draft_id, now)
    if "points" in act.needs:
        found["points"] = frozenset(rows.points_kept(conn, draft_id, opened.revision.number))
        found["began_at"] = _began(conn, draft_id)
    return Before(opened, **found)


def _as_read(conn: Connection, opened: Opened, act: Decide | Save | SetStanding) -> Found:
    """The text that was read, where it is not the newest, and what is decided of a place that is not printed."""
    found: dict[str, Any] = {}
    if act.number != opened.draft.head:
        then = rows.load_revision(conn, opened.draft.draft_id, act.number)
        if then is None:
            raise Mistake(f"This draft has no revision {act.number}.", hint="Reload the draft.")
        same = then.base_hash == opened.revision.base_hash or not isinstance(opened, OpenReview)
        review = None if same else read_review(rows.base_json(conn, then.base_hash))
        found["then"] = AsRead(then.text, then.base_hash, review)
    if isinstance(act, Decide) and act.known is not None and isinstance(opened, OpenReview):
        with suppress(Mistake):  # there is no such place: the act says so
            point = target_point(opened, act.target)
            if (point.scope, point.key) not in opened.keys:
                found["decided"] = decisions_on(conn, [point])
    return found


def _signing(conn: Connection, opened: Opened, act: DeskAct, now: datetime) -> Found:
    draft, out = opened.draft, standing(conn, opened.draft.draft_id, now)
    approvals = rows.list_approvals(conn, draft.draft_id) if out else []
    read = act.read if isinstance(act, SigningAct) else 0
    since = [line.what for line, _ in read_acts(conn, draft_id=draft.draft_id, after=read)] if read else []
    return {
        "out": out, "out_as": next((a for a in approvals if out and a.approval_id == out.approval_id), None),
        "since": tuple(what for what in since if what in MEANWHILE), "due": to_go_out(conn, draft, now),
        "is_public": public_at(conn, draft, now) is not None, "embargo": embargo_of(conn, draft),
        "signature": signed(conn, opened),
    }  # fmt: skip


def _twin(conn: Connection, draft_id: str, now: datetime) -> str:
    """Products that were merged bring two drafts of one launch: readers get one of them."""
    launch = launches_of(conn, [draft_id]).get(draft_id)
    others = [one for one in drafts_of(conn, launch) if one.draft_id != draft_id] if launch else []
    goes = (o.draft_id for o in others if standing(conn, o.draft_id, now) or to_go_out(conn, o, now))
    return next(goes, "")


def _began(conn: Connection, draft_id: str) -> datetime | None:
    """When somebody first opened or changed the draft since its last approval; None when nobody did."""
    began: datetime | None = None
    for line, _ in read_acts(conn, draft_id=draft_id):
        if line.what == "approved":
            began = None
        elif began is None and (line.by != PANEL or line.what == "began"):
            began = line.at
    return began
