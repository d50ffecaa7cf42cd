"""Drafts settled without a browser, for tests that begin where others end."""

from panel.desk.deciding import Spot
from panel.desk.desk import Desk
from panel.records.desk import Account, Point


def settle(desk: Desk, who: Account, point: Point) -> None:
    """Decide of one point as an editor would who finds nothing wrong."""
    number = desk.open(who, point.draft_id).draft.head
    if point.kind == "flag":
        desk.dismiss(who, point.draft_id, point.key, "kept_on_purpose")
    elif point.kind == "held":
        desk.confirm_held(who, point.draft_id)
    else:
        spot = Spot(point.persona_id, views=True) if point.kind == "views" else Spot(point.persona_id, point.place)
        desk.decide(who, point.draft_id, spot, "accurate", number=number, seen=True)


def settle_all(desk: Desk, who: Account, draft_id: str) -> None:
    """Decide of everything that is left, then sign it."""
    while left := desk.open(who, draft_id).left:
        settle(desk, who, left[0])
    desk.approve(who, draft_id, number=desk.open(who, draft_id).draft.head)
