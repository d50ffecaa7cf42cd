"""What a batch says of itself while it goes: launches, money, time left."""

from decimal import Decimal
from typing import Any

import pytest
from tests.support.records import a_row

from panel.batch.events import Begun, Ended, Notice, Paid
from panel.cli.terminal.progress import LINE_EVERY_S, BatchLines, BatchProgress, words_for


def ended(number: int, state: str = "reviewed", usd: str = "0", **more: Any) -> Ended:
    return Ended(a_row(number, state, **more), Decimal(usd))  # type: ignore[arg-type]


def test_what_a_provider_batch_cost_counts_beside_what_launches_did() -> None:
    progress = BatchProgress(10, Decimal(5))
    for event in (Begun(1, "One"), ended(1, usd="0.25"), Paid(Decimal("1.5"))):
        progress.take(event)
    assert progress.sentence().startswith("1 of 10 launches, 0 in hand, $1.7500 of $5")


def test_a_launch_that_waits_and_then_ends_is_counted_once() -> None:
    progress = BatchProgress(2, None)
    for event in (Begun(1, "One"), ended(1, "waiting"), Begun(1, "One"), ended(1), Begun(2, "Two"), ended(2, "failed")):
        progress.take(event)
    assert (progress.done, progress.counts["waiting"], progress.in_hand) == (2, 0, 0)
    assert progress.sentence() == "2 of 2 launches, 0 in hand, 1 failed"


def test_the_time_left_is_reckoned_from_the_pace_so_far() -> None:
    progress = BatchProgress(4, None, started=0.0)
    assert progress.left_s is None
    progress.take(ended(1))
    assert progress.left_s is not None
    assert progress.left_s > 0


def test_each_launch_that_ended_has_a_line_and_the_whole_now_and_then(
    capsys: pytest.CaptureFixture[str],
) -> None:
    now = [0.0]
    lines = BatchLines(BatchProgress(2, None), lambda: ["m: 3 of 8 in flight"], clock=lambda: now[0])
    lines(ended(1, verdict="not_enough"))
    lines(Notice("Batch b1: 5 answered, 0 failed."))
    lines(Paid(Decimal(1)))
    lines(ended(2, "waiting"))
    assert capsys.readouterr().err.splitlines() == ["  [1/2] Tool 1: not enough", "  Batch b1: 5 answered, 0 failed."]
    now[0] = LINE_EVERY_S
    lines(ended(2, verdict="ship"))
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "  [2/2] Tool 2: ship"
    assert said[1].startswith("  2 of 2 launches, ")
    assert said[1].endswith("; m: 3 of 8 in flight")


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (ended(1, verdict="ship", held=True), "ship, held"),
        (ended(1, verdict="ship", incomplete=True, reason="1 of 5 jurors failed: one."), "ship, 1 of 5 jurors failed: one"),
        (ended(1, "failed", reason="No page answered."), "failed: No page answered."),
    ],
)  # fmt: skip
def test_what_became_of_a_launch_in_a_few_words(event: Ended, words: str) -> None:
    assert words_for(event) == words
