"""What is counted of editors' work: minutes without pauses, shares of the last flags."""

from datetime import UTC, datetime, timedelta

from panel.desk.stats import LAST, active_minutes, dismissed_shares
from panel.records.desk import Act, Approval

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def act(seq: int, minute: float, what: str = "decided", **detail: int) -> Act:
    return Act(seq=seq, at=NOON + timedelta(minutes=minute), by="a", what=what, detail=dict(detail), previous="")


def approval(number: int, minute: float) -> Approval:
    return Approval(
        approval_id=number, draft_id="d", number=1, revision_hash="sha256:0", edition="main", by="a", name="A", role="editor",
        responsible="A", began_at=NOON, at=NOON + timedelta(minutes=minute), decisions=(),
    )  # fmt: skip


def test_a_gap_over_ten_minutes_is_a_pause_and_one_of_ten_is_work() -> None:
    acts = [act(1, 0, "began"), act(2, 3), act(3, 13), act(4, 24), act(5, 26, "approved", approval=1)]
    assert active_minutes(acts, approval(1, 26)) == 3 + 10 + 2


def test_minutes_of_a_second_approval_begin_after_the_first() -> None:
    acts = [act(1, 0), act(2, 5, "approved", approval=1), act(3, 8), act(4, 9, "approved", approval=2)]
    assert active_minutes(acts, approval(2, 9)) == 1
    assert active_minutes(acts, approval(1, 5)) == 5


def test_time_before_anybody_opened_the_draft_is_no_work() -> None:
    acts = [act(1, 0, "took in"), act(2, 5, "began"), act(3, 6, "approved", approval=1)]
    assert active_minutes(acts, approval(1, 6)) == 1


def test_a_share_is_of_the_last_fifty_settled_flags_by_time() -> None:
    old = [(NOON + timedelta(minutes=i), True) for i in range(60)]
    new = [(NOON + timedelta(minutes=100 + i), False) for i in range(20)]
    assert dismissed_shares({"c": [*old, *new]}) == {"c": (30, LAST)}


def test_checks_are_counted_apart() -> None:
    flags = {"a": [(NOON, True)], "b": [(NOON, False)], "gone": []}
    assert dismissed_shares(flags) == {"a": (1, 1), "b": (0, 1)}
