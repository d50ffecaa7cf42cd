"""One provider batch, step by step: what is kept, what is looked up, what is lost, and what it cost."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.support.provider_batches import HALF_PRICE, REPLY, Desk, key, row, status

from panel.batch.provider_batches.economy import step_on
from panel.batch.provider_batches.poller import GIVEN_UP, KEPT_AT_MOST, LOOK_AGAIN
from panel.errors import ProviderBusy, ProviderRefused
from panel.jurors.batch_api.protocol import BatchResult

BUSY = ProviderBusy("It is at its limit.")
MAYBE = ProviderBusy("The reply was lost.", maybe_paid=True)
WRONG_KEY = ProviderRefused("The key is refused.", stops_model=True)
STRANGER = BatchResult("somebody-elses", "succeeded", raw="{}")


async def test_a_batch_goes_from_filling_to_collected_and_every_answer_is_kept() -> None:
    desk = Desk(3, lines=[row(2), row(0), row(1)])
    assert [await desk.tick() for _ in range(3)] == ["submitted", "ended", "collected"]
    assert desk.states() == ["answered"] * 3
    assert desk.books.spent().cost_usd == 3 * HALF_PRICE
    assert desk.heard[-1] == "Batch b1: 3 answered, 0 failed."


async def test_the_hand_over_is_written_down_before_it_is_made() -> None:
    desk = Desk(submits=[MAYBE])
    assert await desk.tick() == "submitting"
    assert desk.books.batches["b1"].submitted_at == desk.clock
    assert desk.heard == ["Batch b1: The reply was lost. It is tried again later."]


async def test_a_hand_over_that_surely_failed_is_made_again() -> None:
    desk = Desk(submits=[BUSY, "theirs"])
    assert await desk.tick() == "filling"
    assert await desk.tick() == "submitted"
    assert len(desk.batch_api.handed_over) == 2


async def test_a_hand_over_nobody_knows_the_end_of_is_adopted_and_not_made_twice() -> None:
    desk = Desk(submits=[MAYBE], finds=[["theirs"]], lines=[row(0), row(1), row(2)])
    await desk.until("collected")
    assert len(desk.batch_api.handed_over) == 1
    assert desk.books.batches["b1"].provider_batch_id == "theirs"


async def test_a_list_that_lags_is_not_believed_at_once() -> None:
    desk = Desk(submits=[MAYBE, "second"], finds=[[]])
    await desk.tick()
    assert await desk.tick() == "submitting"
    desk.later(seconds=LOOK_AGAIN.total_seconds() + 1)
    assert await desk.tick() == "filling"
    assert await desk.tick() == "submitted"


async def test_a_long_upload_leaves_a_list_its_whole_time_to_lag() -> None:
    """What is waited for is the end of the hand-over: its upload alone may take longer than the list may lag."""
    desk = Desk(submits=[MAYBE], finds=[[], ["theirs"]], lines=[row(0), row(1), row(2)])
    desk.batch_api.takes = lambda: desk.later(seconds=150)
    assert [await desk.tick(), await desk.tick()] == ["submitting", "submitting"]
    desk.later(seconds=15)
    await desk.until("collected")
    assert len(desk.batch_api.handed_over) == 1, "bought twice"


async def test_after_a_restart_a_hand_over_is_waited_for_from_the_first_look() -> None:
    desk = Desk(submits=[MAYBE], finds=[[], ["theirs"]])
    await desk.tick()
    desk.later(hours=1)
    desk.restart()
    assert [await desk.tick(), await desk.tick()] == ["submitting", "submitted"]
    assert len(desk.batch_api.handed_over) == 1


async def handed_over_twice(**words: Any) -> Desk:
    """A desk whose batch went out again, since the list did not show the first in time."""
    desk = Desk(submits=[MAYBE, "second"], looks=[status("working")], **words)
    assert [await desk.tick(), await desk.tick()] == ["submitting", "submitting"]
    desk.later(seconds=LOOK_AGAIN.total_seconds() + 1)
    assert [await desk.tick(), await desk.tick()] == ["filling", "submitted"]
    return desk


async def test_a_batch_that_the_list_showed_too_late_is_cancelled() -> None:
    desk = await handed_over_twice(finds=[[], [], ["second"], ["second", "first"]])
    assert [await desk.tick() for _ in range(4)] == ["submitted"] * 4
    assert desk.batch_api.cancelled == ["first"], "once, and not the one that is waited for"
    assert desk.books.batches["b1"].provider_batch_id == "second"
    assert "first is cancelled" in desk.heard[-1]


async def test_a_cancel_that_fails_is_tried_at_the_next_look() -> None:
    desk = await handed_over_twice(finds=[[], [], ["second", "first"]], cancels=[BUSY, None])
    assert [await desk.tick() for _ in range(3)] == ["submitted"] * 3
    assert desk.batch_api.cancelled == ["first", "first"]


async def test_of_two_found_one_is_adopted_and_the_other_cancelled() -> None:
    desk = Desk(submits=[MAYBE], finds=[["one", "two"]], looks=[status("working")])
    assert [await desk.tick() for _ in range(3)] == ["submitting", "submitted", "submitted"]
    assert desk.books.batches["b1"].provider_batch_id == "one"
    assert desk.batch_api.cancelled == ["two"]


async def test_a_batch_that_may_be_anothers_is_never_cancelled() -> None:
    """Anthropic keeps no word of ours: as many requests at the same time may be somebody else's."""
    desk = await handed_over_twice(finds=[[], [], ["second", "somebody's"]], finds_ours=False)
    assert [await desk.tick() for _ in range(3)] == ["submitted"] * 3
    assert desk.batch_api.cancelled == []


async def test_a_batch_that_turns_out_to_be_anothers_is_not_adopted_again() -> None:
    desk = Desk(submits=[MAYBE, "ours"], finds=[["another"]], lines=[STRANGER, STRANGER])
    await desk.tick()
    for state in ("submitted", "ended", "submitting"):
        assert await desk.tick() == state
    desk.later(hours=1)
    assert await desk.tick() == "filling", "it was adopted a second time"
    assert desk.states() == ["sent"] * 3


async def test_a_batch_of_another_of_ours_is_not_adopted() -> None:
    desk = Desk(submits=[MAYBE], finds=[["theirs", "mine"]])
    desk.books.put(desk.batch.model_copy(update={"batch_id": "b2", "provider_batch_id": "theirs"}))
    await desk.until("submitted")
    assert desk.books.batches["b1"].provider_batch_id == "mine"


async def test_what_another_of_ours_adopted_is_waited_for_until_its_results_tell() -> None:
    """Two of one size in doubt, one arrived: the wrong one adopts it first. Nothing is bought again meanwhile."""
    desk = Desk(submits=[MAYBE], finds=[["theirs"]], lines=[row(0), row(1), row(2)])
    wrong = desk.batch.model_copy(
        update={"batch_id": "b2", "provider_batch_id": "theirs", "adopted": True, "state": "submitted"}
    )
    desk.books.put(wrong)
    await desk.tick()
    for state in ("submitted", "ended"):
        desk.books.put(wrong.model_copy(update={"state": state}))
        desk.later(hours=2)
        assert await desk.tick() == "submitting", "handed over again while another may hold it"
    desk.books.put(wrong.model_copy(update={"provider_batch_id": "", "adopted": False, "state": "submitting"}))
    await desk.until("collected")
    assert len(desk.batch_api.handed_over) == 1 and desk.states() == ["answered"] * 3


async def test_what_another_of_ours_rightly_adopted_holds_nothing_up() -> None:
    desk = Desk(submits=[MAYBE, "second"], finds=[["theirs"]])
    right = desk.batch.model_copy(
        update={"batch_id": "b2", "provider_batch_id": "theirs", "adopted": True, "state": "collected"}
    )
    desk.books.put(right)
    await desk.tick()
    desk.later(hours=2)
    assert [await desk.tick() for _ in range(2)] == ["filling", "submitted"]


async def test_strangers_duplicates_and_torn_lines_are_counted_only() -> None:
    """Strangers' rows, duplicates and torn lines are counted and change nothing."""
    torn = BatchResult("", "unreadable", why="torn")
    desk = Desk(2, lines=[row(0), row(0), STRANGER, torn])
    await desk.until("collected")
    assert desk.states() == ["answered", "failed"]
    assert desk.heard[-1] == "Batch b1: 1 answered, 0 failed, 1 missing, 1 of nobody, 1 doubled, 1 unreadable."


async def test_a_row_without_an_answer_is_free_one_without_a_line_may_not_be() -> None:
    desk = Desk(2, lines=[row(0, "errored", why="Overloaded.")])
    await desk.until("collected")
    assert [cost for _, cost in desk.books.calls.values()] == [Decimal(0), None]
    assert desk.books.whys[key(0), 0] == "In the provider's batch: Overloaded."


async def test_a_collection_cut_off_goes_on_where_it_was_and_is_nobody_elses() -> None:
    """Killed after the last answer was kept: nothing is open then, and a stranger's row is no proof of another owner."""
    desk = Desk(2, submits=[MAYBE], finds=[["theirs"]], lines=[row(0), row(1), STRANGER])
    await desk.until("ended")
    for number in range(2):
        await desk.books.answered(key(number), 0, cost_usd=HALF_PRICE)
    assert await desk.tick() == "collected"
    assert desk.books.spent().cost_usd == 2 * HALF_PRICE


async def test_results_that_break_off_are_read_again() -> None:
    desk = Desk(2, lines=[row(0), BUSY])
    assert [await desk.tick() for _ in range(3)] == ["submitted", "ended", "ended"]
    desk.batch_api.lines = [row(1), row(0)]
    assert await desk.tick() == "collected"
    assert desk.states() == ["answered"] * 2


async def test_a_refused_key_loses_nothing_that_is_out() -> None:
    desk = Desk(2, looks=[WRONG_KEY, status("ended")], lines=[row(0), row(1)])
    await desk.tick()
    with pytest.raises(ProviderRefused, match="key is refused"):
        await desk.tick()
    assert desk.books.batches["b1"].state == "submitted"
    assert desk.states() == ["sent"] * 2
    await desk.until("collected")


async def test_a_refused_key_loses_no_hand_over_that_may_have_arrived() -> None:
    desk = Desk(submits=[MAYBE], finds=[WRONG_KEY, ["theirs"]])
    await desk.tick()
    with pytest.raises(ProviderRefused):
        await desk.tick()
    assert await desk.tick() == "submitted"


async def test_a_refused_key_stops_the_model_and_costs_nothing() -> None:
    """A key refused before anything left stops the model and costs nothing."""
    desk = Desk(submits=[WRONG_KEY])
    assert await desk.tick() == "lost"
    assert desk.stopped == {desk.batch.model: "The key is refused."}
    assert [cost for _, cost in desk.books.calls.values()] == [Decimal(0)] * 3


async def test_results_no_longer_kept_are_lost_and_may_have_been_billed() -> None:
    desk = Desk(2, lines=[ProviderRefused("They are gone.")])
    await desk.until("lost")
    assert [cost for _, cost in desk.books.calls.values()] == [None, None]


async def test_a_batch_refused_as_a_whole_costs_nothing() -> None:
    desk = Desk(2, looks=[status("ended", why="It mixes models.")])
    await desk.until("lost")
    assert desk.states() == ["failed"] * 2
    assert desk.books.spent().calls == 0


async def test_a_full_queue_is_waited_for_while_our_own_batches_fill_it() -> None:
    full = status("ended", why="The queue is full.", busy=True)
    desk = Desk(2, looks=[full, status("ended")], lines=[row(0), row(1)])
    desk.books.put(desk.batch.model_copy(update={"batch_id": "b2", "state": "submitted"}))
    await desk.until("filling")
    assert desk.states() == ["sent"] * 2
    await desk.until("collected")
    assert desk.states() == ["answered"] * 2


async def test_a_full_queue_that_nothing_of_ours_fills_is_not_waited_for() -> None:
    desk = Desk(2, looks=[status("ended", why="The queue is full.", busy=True)])
    await desk.until("lost")


async def test_a_batch_thrown_back_waits_for_its_turn() -> None:
    full = status("ended", why="The queue is full.", busy=True)
    desk = Desk(2, looks=[full])
    desk.books.put(desk.batch.model_copy(update={"batch_id": "b2", "state": "submitted"}))
    assert (await step_on(desk.poller, desk.batch)).state == "filling"
    assert len(desk.batch_api.handed_over) == 1


async def test_a_batch_beyond_its_day_is_cancelled_and_its_part_collected() -> None:
    working = status("working")
    desk = Desk(2, looks=[working, working, status("ended")], lines=[row(0), row(1, "cancelled", why="Cancelled.")])
    assert [await desk.tick(), await desk.tick()] == ["submitted", "submitted"]
    assert desk.batch_api.cancelled == []
    desk.clock += KEPT_AT_MOST + timedelta(minutes=1)
    await desk.until("collected")
    assert desk.batch_api.cancelled == ["theirs"]
    assert desk.states() == ["answered", "failed"]


async def test_a_cancel_that_is_refused_loses_no_answer() -> None:
    working = status("working")
    refused = ProviderRefused("It is being cancelled already.")
    desk = Desk(1, looks=[working, working, status("ended")], lines=[row(0)], cancels=[None, refused])
    await desk.tick()
    desk.clock += KEPT_AT_MOST + timedelta(minutes=1)
    assert [await desk.tick(), await desk.tick()] == ["submitted", "submitted"]
    await desk.until("collected")
    assert desk.states() == ["answered"]


async def test_a_batch_that_never_ends_is_given_up_and_may_have_been_billed() -> None:
    desk = Desk(1, looks=[status("working")])
    await desk.tick()
    desk.clock += GIVEN_UP + timedelta(minutes=1)
    assert await desk.tick() == "lost"
    assert [cost for _, cost in desk.books.calls.values()] == [None]


async def test_a_batch_nothing_was_left_for_is_not_handed_over() -> None:
    desk = Desk(0)
    assert await desk.tick() == "collected"
    assert desk.batch_api.handed_over == []


async def test_a_row_whose_usage_nobody_told_is_answered_at_an_unknown_cost() -> None:
    reply = json.dumps({**json.loads(REPLY), "usage": None})
    desk = Desk(1, lines=[replace(row(0), raw=reply)])
    await desk.until("collected")
    spent = desk.books.spent()
    assert (desk.states(), spent.cost_usd, spent.unpriced) == (["answered"], 0, 1)


async def test_a_row_without_an_answer_is_failed_and_what_it_used_is_counted() -> None:
    """Kept as an answer, nobody would ask it again."""
    reply = json.dumps({**json.loads(REPLY), "content": [], "stop_reason": None})
    desk = Desk(1, lines=[replace(row(0), raw=reply)])
    await desk.until("collected")
    assert (desk.states(), desk.books.spent().cost_usd) == (["failed"], HALF_PRICE)
    assert desk.heard[-1] == "Batch b1: 0 answered, 1 failed."
