"""What an act is decided on, read before it: what lies open, and what the act asks for beside. By keys, all of it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from panel.desk.acts.change import MEANWHILE, PANEL, AsRead, Before, DeskAct, Need, SigningAct
from panel.desk.acts.decide import Decide, Save, SetStanding, target_point
from panel.desk.drafts.opened import Opened, OpenReview, decisions_on, read_review
from panel.desk.drafts.overlay import start_text
from panel.desk.drafts.points import earlier_decisions
from panel.desk.drafts.publications import embargo_of, public_at, signed, standing, to_go_out
from panel.desk.times import Times
from panel.errors import Mistake
from panel.store import draft_rows as rows
from panel.store import drafts_of, launches_of, read_acts

Found = dict[str, Any]  # fields of Before


def look(
    conn: Connection, opened: Opened, act: DeskAct, now: datetime, *, times: Times, responsible: str
) -> Before:  # fmt: skip
    """Raises Mistake for a revision that there is not."""
    found: Found = {}
    for need in act.needs:
        found |= LOOKS[need](conn, opened, act, now)
    return Before(opened, times, responsible, **found)


def _then(conn: Connection, opened: Opened, act: DeskAct, now: datetime) -> Found:
    assert isinstance(act, Decide | Save | SetStanding)
    draft = opened.draft
    if act.number == draft.head:
        return {}
    then = rows.load_revision(conn, draft.draft_id, act.number)
    if then is None:
        raise Mistake(f"This draft has no revision {act.number}.", hint="Reload the draft.")
    same = then.base_hash == opened.revision.base_hash or not isinstance(opened, OpenReview)
    review = None if same else read_review(rows.base_json(conn, then.base_hash))
    return {"then": AsRead(then.text, then.base_hash, review)}


def _target(conn: Connection, opened: Opened, act: DeskAct, now: datetime) -> Found:
    """Decisions on what is decided of where it is not printed: those on what is are open with it."""
    if not isinstance(act, Decide) or act.known is None or not isinstance(opened, OpenReview):
        return {}
    try:
        point = target_point(opened, act.target)
    except Mistake:
        return {}  # the act says so
    return {"decided": decisions_on(conn, [point])} if (point.scope, point.key) not in opened.keys else {}


def _made(conn: Connection, opened: Opened, act: DeskAct, now: datetime) -> Found:
    return {"made": tuple(rows.newest_made(conn, opened.draft.draft_id))}


def _offer(conn: Connection, opened: Opened, act: DeskAct, now: datetime) -> Found:
    draft = opened.draft
    if not draft.offered_hash:
        return {}
    newer = read_review(rows.base_json(conn, draft.offered_hash))
    return {"offer": (newer, start_text(newer, earlier_decisions(conn, newer, draft.scope)))}


def _signing(conn: Connection, opened: Opened, act: DeskAct, now: datetime) -> Found:
    draft = opened.draft
    out = standing(conn, draft.draft_id, now)
    found: Found = {"out": out, "is_public": public_at(conn, draft, now) is not None}
    if out:
        approvals = rows.list_approvals(conn, draft.draft_id)
        found["out_as"] = next((a for a in approvals if a.approval_id == out.approval_id), None)
    if isinstance(act, SigningAct) and act.read:
        since = (line.what for line, _ in read_acts(conn, draft_id=draft.draft_id, after=act.read))
        found["since"] = tuple(what for what in since if what in MEANWHILE)
    due, embargo = to_go_out(conn, draft, now), embargo_of(conn, draft)
    return found | {"signature": signed(conn, opened), "due": due, "embargo": embargo}


def _printing(conn: Connection, opened: Opened, act: DeskAct, now: datetime) -> Found:
    printing = rows.comparisons_with(conn, opened.draft.draft_id)
    return {"printing": next((one.draft_id for one in printing if public_at(conn, one, now)), "")}


def _twin(conn: Connection, opened: Opened, act: DeskAct, now: datetime) -> Found:
    """Products that were merged bring two drafts of one launch: readers get one of them."""
    draft_id = opened.draft.draft_id
    launch = launches_of(conn, [draft_id]).get(draft_id)
    others = [one for one in drafts_of(conn, launch) if one.draft_id != draft_id] if launch else []
    goes = (o for o in others if standing(conn, o.draft_id, now) or to_go_out(conn, o, now))
    return {"twin": next((one.draft_id for one in goes), "")}


def _points(conn: Connection, opened: Opened, act: DeskAct, now: datetime) -> Found:
    draft_id = opened.draft.draft_id
    kept = rows.points_kept(conn, draft_id, opened.revision.number)
    return {"points": frozenset(kept), "began_at": _began(conn, draft_id)}


def _began(conn: Connection, draft_id: str) -> datetime | None:
    """When somebody first opened or changed the draft since its last approval; None when nobody did."""
    began: datetime | None = None
    for line, _ in read_acts(conn, draft_id=draft_id):
        if line.what == "approved":
            began = None
        elif began is None and (line.by != PANEL or line.what == "began"):
            began = line.at
    return began


LOOKS: Mapping[Need, Callable[[Connection, Opened, DeskAct, datetime], Found]] = {
    "then": _then, "target": _target, "made": _made, "offer": _offer, "signing": _signing, "printing": _printing,
    "twin": _twin, "points": _points,
}  # fmt: skip
