"""Asking through the ledger: paid once, whatever happens in between."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from panel.errors import ProviderBusy, ProviderRefused, Stopped
from panel.jurors.base import ModelSpec
from panel.money import Budget, Price
from panel.records import Opinion, Rho, SpendRow
from panel.review.asking import Asker, Lane
from panel.review.events import Event, Heard
from panel.review.plan import Seat, make_plan
from panel.store import Ledger, Records, RunLock
from panel.store.workspace import find_workspace

from .conftest import CountingJuror, make_answer, make_dossier, make_persona, write_script


class Bench:
    """One launch, some personas on one scripted model, a real SQLite ledger."""

    def __init__(
        self, folder: Path, script: dict[str, Any], *, run_id: str = "run-1", personas: tuple[str, ...] = ("one",)
    ) -> None:
        path = write_script(folder / "script.yaml", {"acme": script})
        self.spec = ModelSpec(name=f"scripted/{path}", provider="scripted", model=str(path), api="scripted")
        self.juror = CountingJuror(self.spec)
        self.runs_dir, self.run_id = folder / "runs", run_id
        prompts = find_workspace(folder).prompts
        panel = [make_persona(name) for name in personas]
        plan = make_plan("review", [make_dossier()], panel, dict.fromkeys(personas, self.spec), prompts, rho=Rho())
        self.seats: tuple[Seat, ...] = plan.seats
        self.events: list[Event] = []

    def ask(self, **more: Any) -> list[Opinion]:
        """Ask every seat in a fresh process's worth of objects; raises what a seat raised."""
        return asyncio.run(self._ask(more))

    async def _ask(self, more: dict[str, Any]) -> list[Opinion]:
        lock = RunLock(self.runs_dir, self.run_id)
        lock.acquire()
        ledger = Ledger.open(f"sqlite:///{self.runs_dir}/panel.db", runs_dir=self.runs_dir)
        asker = Asker(
            run_id=self.run_id, ledger=ledger, providers={self.spec.name: self.juror},
            lanes={"scripted": Lane(more.pop("at_once", 4))}, budget=more.pop("budget", Budget()), prices=more.pop("prices", {}),
            listen=self.events.append, **more,
        )  # fmt: skip
        try:
            return list(await asyncio.gather(*(asker.ask(seat) for seat in self.seats)))
        finally:
            ledger.close()
            lock.release()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "runs").mkdir()
    yield tmp_path


def test_the_same_question_is_sent_once_and_then_reused(folder: Path) -> None:
    bench = Bench(folder, {"one": make_answer()})
    first, second = bench.ask(), bench.ask()
    assert len(bench.juror.sent) == 1
    assert first == second
    assert [e.reused for e in bench.events if isinstance(e, Heard)] == [False, True]


def test_another_run_reuses_what_this_one_paid_for(folder: Path) -> None:
    bench = Bench(folder, {"one": make_answer()})
    bench.ask()
    other = Bench(folder, {"one": make_answer()}, run_id="run-2")
    other.ask()
    assert not other.juror.sent


def test_a_new_draw_asks_anew(folder: Path) -> None:
    bench = Bench(folder, {"one": make_answer()})
    bench.ask()
    (opinion,) = bench.ask(draw=1)
    assert len(bench.juror.sent) == 2
    assert opinion.draw == 1


def test_a_failed_call_is_asked_again_next_time(folder: Path) -> None:
    bench = Bench(folder, {"one": make_answer()})
    bench.juror.failing = [ProviderRefused("The server said no.")]
    (failed,) = bench.ask()
    (answered,) = bench.ask()
    assert failed.outcome == "failed"
    assert "said no" in failed.why
    assert answered.outcome == "answered"
    assert answered.calls[0].attempt == 1


def test_an_unusable_answer_is_asked_again_only_with_retry(folder: Path) -> None:
    bench = Bench(folder, {"one": {"garbage": "I would rather sing."}})
    (opinion,) = bench.ask()
    assert opinion.outcome == "unusable"
    assert [call.purpose for call in opinion.calls] == ["ask", "repair"]
    bench.ask()
    assert len(bench.juror.sent) == 2
    (again,) = bench.ask(retry_unusable=True)
    assert len(bench.juror.sent) == 4
    assert {call.attempt for call in again.calls} == {1}


def test_a_truncated_answer_is_asked_again_with_more_room_and_both_calls_are_kept(folder: Path) -> None:
    bench = Bench(folder, {"one": [{"truncate": True}, make_answer()]})
    (opinion,) = bench.ask()
    assert opinion.outcome == "answered"
    assert [call.purpose for call in opinion.calls] == ["ask", "more_room"]
    rooms = [body["max_output_tokens"] for body in bench.juror.sent]
    assert rooms[1] > rooms[0]


def test_a_refusal_is_declined_and_not_asked_again(folder: Path) -> None:
    bench = Bench(folder, {"one": {"refuse": "I won't judge this."}})
    (opinion,) = bench.ask()
    bench.ask()
    assert opinion.outcome == "declined"
    assert len(bench.juror.sent) == 1


def test_two_unparseable_answers_in_a_row_stop_the_model_and_name_the_likely_cause(folder: Path) -> None:
    personas = ("one", "two", "three")
    bench = Bench(folder, {name: {"garbage": "Sure! Here you go"} for name in personas}, personas=personas)
    opinions = bench.ask(at_once=1)
    assert opinions[0].outcome == "unusable"
    assert "ignores the schema" in opinions[0].why
    assert bench.spec.name in opinions[0].why
    unasked = [o for o in opinions if o.outcome == "failed"]
    assert unasked and all("ignores the schema" in o.why for o in unasked if o.outcome == "failed")
    assert len(bench.juror.sent) < 6


def test_a_wrong_key_stops_the_model_for_every_other_juror(folder: Path) -> None:
    personas = ("one", "two")
    bench = Bench(folder, {name: make_answer() for name in personas}, personas=personas)
    bench.juror.failing = [ProviderRefused("The key is wrong.", stops_model=True)]
    opinions = bench.ask(at_once=1)
    assert [o.outcome for o in opinions] == ["failed", "failed"]
    assert len(bench.juror.sent) == 1


def test_a_budget_stops_before_the_call_that_would_break_it_and_the_rest_goes_on_later(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ModelSpec, "free", property(lambda self: False))
    one_usd = Price(input=Decimal(0), cache_write=Decimal(0), cache_read=Decimal(0), output=Decimal(250))
    personas = ("one", "two")
    bench = Bench(folder, {name: make_answer() for name in personas}, personas=personas)
    prices = {bench.spec.name: one_usd}  # 4,000 tokens of room: a dollar a call at most
    with pytest.raises(Stopped, match=r"\$0\.5"):
        bench.ask(budget=Budget(Decimal("0.5")), prices=prices)
    assert not bench.juror.sent
    opinions = bench.ask(budget=Budget(Decimal(5)), prices=prices)
    assert [o.outcome for o in opinions] == ["answered", "answered"]
    assert len(bench.juror.sent) == 2


def test_a_call_that_may_have_been_billed_costs_unknown_never_zero(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ModelSpec, "free", property(lambda self: False))
    bench = Bench(folder, {"one": make_answer()})
    monkeypatch.setattr("panel.jurors.retry.MOST_ATTEMPTS", 1)
    bench.juror.failing = [ProviderBusy("No reply in time.", maybe_paid=True, retry_after_s=9999)]
    bench.ask()
    from panel.store import Records

    records = Records.open(f"sqlite:///{bench.runs_dir}/panel.db", runs_dir=bench.runs_dir)
    (row,) = records.costs("run-1")
    records.close()
    assert (row.spend.unpriced, row.spend.cost_usd) == (1, Decimal(0))


def test_two_living_runs_never_send_the_same_question_twice(folder: Path) -> None:
    one, two = Bench(folder, {"one": make_answer()}), Bench(folder, {"one": make_answer()}, run_id="run-2")

    async def both() -> list[list[Opinion]]:
        return list(await asyncio.gather(one._ask({}), two._ask({})))

    first, second = asyncio.run(both())
    assert len(one.juror.sent) + len(two.juror.sent) == 1
    assert first[0].model_dump(exclude={"calls"}) == second[0].model_dump(exclude={"calls"})


def costs_of(bench: Bench) -> list[SpendRow]:
    with closing(Records.open(f"sqlite:///{bench.runs_dir}/panel.db", runs_dir=bench.runs_dir)) as records:
        return list(records.costs(bench.run_id))


def test_each_send_that_may_be_billed_has_a_row_of_its_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ModelSpec, "free", property(lambda self: False))
    monkeypatch.setattr("panel.jurors.retry.FIRST_WAIT_S", 0.0)
    monkeypatch.setattr("panel.jurors.retry._wait_s", lambda state: 0.0)
    price = Price(input=Decimal(0), cache_write=Decimal(0), cache_read=Decimal(0), output=Decimal(0))
    bench = Bench(folder, {"one": make_answer()})
    bench.juror.failing = [
        ProviderBusy("Cut off.", maybe_paid=True),
        ProviderBusy("Busy."),
        ProviderBusy("Cut off.", maybe_paid=True),
    ]
    (opinion,) = bench.ask(prices={bench.spec.name: price})
    (row,) = costs_of(bench)
    assert len(bench.juror.sent) == 4
    assert opinion.calls[0].attempt == 2  # two lost sends before it; the busy one cost nothing and kept its row
    assert (row.spend.calls, row.spend.unpriced) == (3, 2)


def test_a_sound_answer_stands_when_its_repair_fails(folder: Path) -> None:
    one_sided = make_answer("ship")
    one_sided["grounds"] = one_sided["grounds"][1:]  # ship without a ground for it: asked once to put that right
    bench = Bench(folder, {"one": one_sided})
    send = bench.juror.send

    async def down_for_repairs(body: Any) -> Any:
        if "problem" in body:
            raise ProviderRefused("The server went away.")
        return await send(body)

    bench.juror.send = down_for_repairs  # type: ignore[method-assign]
    (opinion,) = bench.ask()
    assert opinion.outcome == "answered"


def test_a_deadline_is_kept_while_another_run_holds_the_question(folder: Path) -> None:
    holder, waiter = Bench(folder, {"one": make_answer()}), Bench(folder, {"one": make_answer()}, run_id="run-2")

    async def both() -> list[Any]:
        stuck = asyncio.Event()
        asked = asyncio.Event()

        async def never(body: Any) -> Any:
            asked.set()
            await stuck.wait()
            raise ProviderRefused("Let go.")

        holder.juror.send = never  # type: ignore[method-assign]
        held = asyncio.create_task(holder._ask({}))
        await asked.wait()
        deadline = asyncio.get_running_loop().time() + 0.5
        (late,) = await asyncio.gather(waiter._ask({"deadline": deadline}), return_exceptions=True)
        stuck.set()
        await held
        return [late]

    (late,) = asyncio.run(both())
    assert isinstance(late, Stopped)
    assert not waiter.juror.sent
    assert not costs_of(waiter), "nothing was sent, so nothing may look as if it had been"


def test_on_a_billed_model_the_first_juror_goes_ahead_and_writes_the_cache(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ModelSpec, "free", property(lambda self: False))
    personas = ("one", "two", "three")
    bench = Bench(folder, {name: make_answer() for name in personas}, personas=personas)
    in_flight: list[int] = []
    now = 0
    send = bench.juror.send

    async def counted(body: Any) -> Any:
        nonlocal now
        now += 1
        in_flight.append(now)
        await asyncio.sleep(0)
        reply = await send(body)
        now -= 1
        return reply

    bench.juror.send = counted  # type: ignore[method-assign]
    free = Price(input=Decimal(0), cache_write=Decimal(0), cache_read=Decimal(0), output=Decimal(0))
    opinions = bench.ask(prices={bench.spec.name: free})
    assert [o.outcome for o in opinions] == ["answered"] * 3
    assert in_flight[:2] == [1, 1], "the second must wait for the first"
    assert max(in_flight) == 2, "the others go side by side"
