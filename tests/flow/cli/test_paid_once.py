"""Asking through the ledger: paid once, whatever happens in between."""

import asyncio
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.support.counting_juror import CountingJuror, write_script
from tests.support.databases import open_part
from tests.support.dossiers import make_answer, make_dossier, make_persona

from panel.errors import Deferred, ProviderBusy, ProviderRefused, Stopped
from panel.jurors import RateLimiter
from panel.jurors.provider import ModelSpec, ParsedReply
from panel.jurors.providers.scripted import Scripted
from panel.jurors.rate_limits.circuit_breaker import CircuitBreaker
from panel.money import Price
from panel.pipeline.ask.ask_context import Spent
from panel.pipeline.ask.asker import Asker
from panel.pipeline.events import Event, TurnEnded
from panel.pipeline.plan import Seat, make_plan
from panel.records import Opinion, Rho, SpendRow, Usage
from panel.store import CallRow, InBatch, Ledger, RunRecords, SpendLimits, StoredAnswer
from panel.store.locks.run_lock import RunLock
from panel.workspace.folder import find_workspace

FREE = Price(input=Decimal(0), cache_write=Decimal(0), cache_read=Decimal(0), output=Decimal(0))


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
        ledger = open_part(Ledger, f"sqlite:///{self.runs_dir}/panel.db", runs_dir=self.runs_dir)
        asker = Asker(
            run_id=self.run_id, ledger=ledger, providers={self.spec.name: self.juror},
            limiters=more.pop("limiters", None) or {self.spec.name: RateLimiter(self.spec.name, more.pop("at_once", 4))}, prices=more.pop("prices", {}),
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
    assert [e.reused for e in bench.events if isinstance(e, TurnEnded)] == [False, True]


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


def test_a_truncated_answer_gets_more_room_and_both_calls_are_kept(folder: Path) -> None:
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


def test_two_unparseable_answers_stop_the_model_and_name_the_cause(folder: Path) -> None:
    """Two unparseable answers in a row stop the model and name the likely cause."""
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


def test_a_budget_stops_before_the_call_that_would_break_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A budget stops before the call that would break it, and the rest goes on later."""
    monkeypatch.setattr(ModelSpec, "free", property(lambda self: False))
    one_usd = Price(input=Decimal(0), cache_write=Decimal(0), cache_read=Decimal(0), output=Decimal(250))
    personas = ("one", "two")
    bench = Bench(folder, {name: make_answer() for name in personas}, personas=personas)
    prices = {bench.spec.name: one_usd}  # 4,000 tokens of room: a dollar a call at most
    with pytest.raises(Stopped, match=r"\$0\.5"):
        bench.ask(limits=SpendLimits(Decimal("0.5")), prices=prices)
    assert not bench.juror.sent
    opinions = bench.ask(limits=SpendLimits(Decimal(5)), prices=prices)
    assert [o.outcome for o in opinions] == ["answered", "answered"]
    assert len(bench.juror.sent) == 2


def test_a_call_that_may_have_been_billed_costs_unknown_never_zero(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ModelSpec, "free", property(lambda self: False))
    bench = Bench(folder, {"one": make_answer()})
    monkeypatch.setattr("panel.jurors.rate_limits.retry.MOST_ATTEMPTS", 1)
    bench.juror.failing = [ProviderBusy("No reply in time.", maybe_paid=True, retry_after_s=9999)]
    bench.ask()
    from panel.store import RunRecords

    records = open_part(RunRecords, f"sqlite:///{bench.runs_dir}/panel.db", runs_dir=bench.runs_dir)
    (row,) = records.costs("run-1")
    records.close()
    assert (row.spend.unpriced, row.spend.cost_usd) == (1, Decimal(0))


def test_a_reply_of_a_dearer_class_costs_unknown_by_an_ordinary_price(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ModelSpec, "free", property(lambda self: False))
    bench = Bench(folder, {"one": make_answer()})
    read = bench.juror.read
    bench.juror.read = lambda raw: replace(read(raw), price_class=(("service_tier", "priority"),))  # type: ignore[method-assign]
    bench.ask(prices={bench.spec.name: FREE})
    assert rows_in(bench) == [("answered", None)]


def test_two_living_runs_never_send_the_same_question_twice(folder: Path) -> None:
    one, two = Bench(folder, {"one": make_answer()}), Bench(folder, {"one": make_answer()}, run_id="run-2")

    async def both() -> list[list[Opinion]]:
        return list(await asyncio.gather(one._ask({}), two._ask({})))

    first, second = asyncio.run(both())
    assert len(one.juror.sent) + len(two.juror.sent) == 1
    assert first[0].model_dump(exclude={"calls"}) == second[0].model_dump(exclude={"calls"})


def costs_of(bench: Bench) -> list[SpendRow]:
    with closing(open_part(RunRecords, f"sqlite:///{bench.runs_dir}/panel.db", runs_dir=bench.runs_dir)) as records:
        return list(records.costs(bench.run_id))


def test_each_send_that_may_be_billed_has_a_row_of_its_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ModelSpec, "free", property(lambda self: False))
    monkeypatch.setattr("panel.jurors.rate_limits.retry.FIRST_WAIT_S", 0.0)
    monkeypatch.setattr("panel.jurors.rate_limits.retry._wait_s", lambda err, attempt: 0.0)
    bench = Bench(folder, {"one": make_answer()})
    bench.juror.failing = [ProviderBusy("Cut off.", maybe_paid=True), ProviderBusy("Busy.")]
    (opinion,) = bench.ask(prices={bench.spec.name: FREE})
    (row,) = costs_of(bench)
    assert len(bench.juror.sent) == 3
    assert opinion.calls[0].attempt == 1  # one lost send before it; the busy one cost nothing and kept its row
    assert (row.spend.calls, row.spend.unpriced) == (2, 1)


def test_the_number_of_tries_stands_in_the_ledger(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Statement 27. Tries that cost nothing have no row of their own."""
    monkeypatch.setattr("panel.jurors.rate_limits.retry._wait_s", lambda err, attempt: 0.0)
    bench = Bench(folder, {"one": make_answer(), "two": make_answer()}, personas=("one", "two"))
    bench.juror.failing = [ProviderBusy("Busy."), ProviderBusy("Busy."), ProviderBusy("Busy.")]
    bench.ask()
    with closing(sqlite3.connect(bench.runs_dir / "panel.db")) as db:
        told = sorted(why for (why,) in db.execute("select why from calls where state = 'answered'"))
    assert sum(int(why.split()[-1].rstrip(".")) - 1 for why in told if why) == 3


def test_a_question_is_paid_twice_at_most_before_somebody_resumes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ModelSpec, "free", property(lambda self: False))
    monkeypatch.setattr("panel.jurors.rate_limits.retry._wait_s", lambda err, attempt: 0.0)
    bench = Bench(folder, {"one": make_answer()})
    bench.juror.failing = [ProviderBusy("Cut off.", maybe_paid=True) for _ in range(9)]
    (opinion,) = bench.ask(prices={bench.spec.name: FREE})
    assert opinion.outcome == "failed" and len(bench.juror.sent) == 2
    assert rows_in(bench) == [("failed", None), ("failed", None)]


def rows_in(bench: Bench) -> list[tuple[str, str | None]]:
    """State and cost of every call."""
    with closing(sqlite3.connect(bench.runs_dir / "panel.db")) as db:
        return db.execute("select state, cost_usd from calls order by attempt").fetchall()


def test_an_error_nobody_knows_is_asked_again_and_leaves_no_row_open(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("panel.jurors.rate_limits.retry._wait_s", lambda err, attempt: 0.0)
    monkeypatch.setattr(ModelSpec, "free", property(lambda self: False))
    bench = Bench(folder, {"one": make_answer()})
    bench.juror.failing = [RuntimeError("a parser fell over")]  # type: ignore[list-item]
    (opinion,) = bench.ask(prices={bench.spec.name: FREE})
    assert opinion.outcome == "answered"
    assert rows_in(bench) == [("failed", None), ("answered", "0")]


def test_a_reply_without_an_answer_is_asked_again_and_never_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("panel.jurors.rate_limits.retry._wait_s", lambda err, attempt: 0.0)
    monkeypatch.setattr("panel.jurors.rate_limits.retry.MOST_ATTEMPTS", 2)
    bench = Bench(folder, {"one": make_answer()})
    read, no_answer = bench.juror.read, ParsedReply(ending="unreadable", text="", model="", usage=None, why="error")
    bench.juror.read = lambda raw: no_answer  # type: ignore[method-assign]
    (failed,) = bench.ask()
    assert failed.outcome == "failed" and "no answer: error" in failed.why
    bench.juror.read = read  # type: ignore[method-assign]
    (opinion,) = bench.ask()
    assert (opinion.outcome, [state for state, _ in rows_in(bench)]) == ("answered", ["failed", "failed", "answered"])


def test_usage_nobody_told_counts_as_the_worst_in_a_budget(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ModelSpec, "free", property(lambda self: False))
    bench = Bench(folder, {"one": make_answer(), "two": make_answer()}, personas=("one", "two"))
    read = bench.juror.read
    bench.juror.read = lambda raw: replace(read(raw), usage=None)  # type: ignore[method-assign]
    monkeypatch.setattr("panel.pipeline.ask.ask_context.worst_case", lambda *args, **more: Decimal("0.02"))
    with pytest.raises(Stopped, match=r"\$0\.0000 spent; \$0\.0200 presumed for calls of unknown cost: one on acme\)"):
        bench.ask(limits=SpendLimits(Decimal("0.03")), prices={bench.spec.name: FREE}, at_once=1)
    assert len(bench.juror.sent) == 1
    (row,) = costs_of(bench)
    assert (row.spend.unpriced, row.spend.cost_usd) == (1, 0)


@pytest.mark.parametrize("when", ["in flight", "before it left", "while it is kept"])
def test_a_call_cut_off_is_given_back_to_whoever_asks_next(
    folder: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """In one process, under one lock: a batch asks again what its grace period or a fault ended."""
    bench = Bench(folder, {"one": make_answer()})
    place = {"in flight": bench.juror, "before it left": RateLimiter, "while it is kept": Ledger}[when]
    name = {"in flight": "send", "before it left": "acquire", "while it is kept": "answered"}[when]

    async def cut_off_then_asked_again() -> Opinion:
        with closing(open_part(Ledger, f"sqlite:///{bench.runs_dir}/panel.db", runs_dir=bench.runs_dir)) as ledger:
            asker = Asker(
                run_id="run-1", ledger=ledger, providers={bench.spec.name: bench.juror}, prices={},
                limiters={bench.spec.name: RateLimiter(bench.spec.name, 1)},
            )  # fmt: skip
            reached = asyncio.Event()

            async def hang(*args: Any, **more: Any) -> None:
                reached.set()
                await asyncio.sleep(60)

            with monkeypatch.context() as patched:
                patched.setattr(place, name, hang)
                task = asyncio.create_task(asker.ask(bench.seats[0]))
                await reached.wait()
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
            async with asyncio.timeout(5):
                return await asker.ask(bench.seats[0])

    assert asyncio.run(cut_off_then_asked_again()).outcome == "answered"
    assert [state for state, _ in rows_in(bench)] == ["failed", "answered"]


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


class Collecting:
    """What an economy run puts in place of sending: it looks into a table and collects the rest."""

    def __init__(self, known: dict[str, StoredAnswer]) -> None:
        self.known, self.taken = known, dict[str, tuple[CallRow, Any]]()

    async def look(self, row: CallRow, body: Any) -> StoredAnswer | None:
        return self.known.get(row.key)

    async def take(self, row: CallRow, body: Any) -> None:
        self.taken[row.key] = (row, body)

    def serves(self, row: CallRow) -> bool:
        return True

    async def flush(self) -> None: ...

    def can_wait(self) -> bool:
        return False


async def deferred(bench: Bench, defer: Collecting) -> list[Any]:
    """What each seat gives when nothing may be sent: its opinion, or that it was deferred."""
    ledger = open_part(Ledger, f"sqlite:///{bench.runs_dir}/panel.db", runs_dir=bench.runs_dir)
    asker = Asker(
        run_id="run-1", ledger=ledger, providers={bench.spec.name: bench.juror}, prices={},
        limiters={bench.spec.name: RateLimiter(bench.spec.name, 4)}, defer=defer, listen=bench.events.append,
    )  # fmt: skip
    try:
        return list(await asyncio.gather(*(asker.ask(seat) for seat in bench.seats), return_exceptions=True))
    finally:
        ledger.close()


async def test_a_deferred_question_goes_on_when_its_answer_is_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deferred question is taken and not sent, and goes on when its answer is in."""
    monkeypatch.setattr(ModelSpec, "free", property(lambda self: False))
    personas = ("one", "two")
    script = {"one": make_answer(), "two": [{"truncate": True}, make_answer()]}
    bench = Bench(folder, script, personas=personas)
    defer = Collecting({})

    async def answer_what_was_taken() -> int:
        taken, defer.taken = defer.taken, {}
        for key, (row, body) in taken.items():
            assert row.body is body and row.key == key
            raw = (await Scripted.send(bench.juror, body)).text
            defer.known[key] = StoredAnswer(raw, 0, "scripted", Usage(), Decimal(0))
        return len(taken)

    rounds = []
    done = await deferred(bench, defer)
    while any(isinstance(found, Deferred) for found in done):
        rounds.append(await answer_what_was_taken())
        done = await deferred(bench, defer)
    assert rounds == [2, 1], "one question each, then more room for the one that was cut off"
    assert [o.outcome for o in done] == ["answered", "answered"]
    assert not bench.juror.sent
    assert [len(o.calls) for o in done] == [1, 2]
    assert [e.reused for e in bench.events if isinstance(e, TurnEnded)][-2:] == [True, True]


def test_what_is_deferred_fails_nobody(folder: Path) -> None:
    bench = Bench(folder, {"one": make_answer()})
    (found,) = asyncio.run(deferred(bench, Collecting({})))
    assert isinstance(found, Deferred) and not isinstance(found, ProviderRefused)


def test_a_question_out_in_anothers_batch_ends_in_a_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def out(*_: object, **__: object) -> InBatch:
        return InBatch("run-9", "run-9-b1")

    monkeypatch.setattr(Ledger, "claim", out)
    with pytest.raises(Deferred, match="provider batch of run 'run-9'") as caught:
        Bench(folder, {"one": make_answer()}).ask()
    assert (caught.value.exit_code, caught.value.hint) == (6, "`panel resume run-9` collects them.")


async def test_launches_of_a_batch_share_limiters_and_count_own_failures(folder: Path) -> None:
    bench = Bench(folder, {"one": make_answer()})
    ledger = open_part(Ledger, f"sqlite:///{bench.runs_dir}/panel.db", runs_dir=bench.runs_dir)
    shared = Asker(
        run_id="run-1", ledger=ledger, providers={bench.spec.name: bench.juror}, prices={},
        limiters={bench.spec.name: RateLimiter(bench.spec.name, 4)},
    )  # fmt: skip
    bench.juror.failing = [ProviderRefused("The key is wrong.", stops_model=True)]
    askers = [replace(shared, spent=Spent(), draw=draw) for draw in range(3)]
    outcomes = [(await asker.ask(bench.seats[0])).outcome for asker in askers]
    ledger.close()
    assert outcomes == ["failed"] * 3 and len(bench.juror.sent) == 1, "one wrong key stops the model for all launches"
    assert [len(asker.failures) for asker in askers] == [1, 1, 1] and not shared.failures
    assert all(asker.limiters is shared.limiters and asker.prompt_cache is shared.prompt_cache for asker in askers)


def test_a_server_down_beyond_patience_fails_jurors_by_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is down beyond patience fails jurors by name, and their rows cost nothing."""
    monkeypatch.setattr("panel.jurors.rate_limits.retry._wait_s", lambda err, attempt: 0.0)
    personas = tuple(f"p{n}" for n in range(9))
    bench = Bench(folder, {name: make_answer() for name in personas}, personas=personas)
    bench.juror.failing = [ProviderBusy("Broken (HTTP 500).", status=500)] * 100
    limiter = RateLimiter(bench.spec.name, 4, patience_s=0.0)
    opinions = bench.ask(limiters={bench.spec.name: limiter})
    assert [o.outcome for o in opinions] == ["failed"] * 9
    assert any("has been down" in o.why and "HTTP 500" in o.why for o in opinions if o.outcome == "failed")
    assert len(bench.juror.sent) < 15, "nobody storms a server that is down"
    assert not any(row.spend.unpriced for row in costs_of(bench))
    bench.juror.failing = []
    assert [o.outcome for o in bench.ask()] == ["answered"] * 9


def test_where_nobody_waits_an_outage_stops_the_run_and_fails_no_juror(folder: Path) -> None:
    """Nothing is lost by it: what was answered is kept, and the same questions go on later."""
    bench = Bench(folder, {name: make_answer() for name in ("one", "two")}, personas=("one", "two"))
    limiter = RateLimiter(bench.spec.name, 4, patience_s=0.0, waits_out=True)
    limiter.breaker.left_alone(0.0, 1e12, "It asks to be left alone.")
    with pytest.raises(Stopped) as caught:
        bench.ask(limiters={bench.spec.name: limiter})
    assert caught.value.of == "outage"
    assert not bench.juror.sent
    assert [o.outcome for o in bench.ask()] == ["answered"] * 2


@pytest.mark.parametrize("failure", [{"status": 503}, {"status": 429, "retry_after_s": 600.0}])
def test_calls_nobody_waits_for_outlive_a_long_outage(
    folder: Path, monkeypatch: pytest.MonkeyPatch, failure: dict[str, Any]
) -> None:
    """Where nobody waits, calls outlive an outage longer than their attempts."""
    monkeypatch.setattr("panel.jurors.rate_limits.retry._wait_s", lambda err, attempt: 0.0)
    monkeypatch.setattr("panel.jurors.rate_limits.circuit_breaker.FIRST_PAUSE_S", 0.001)
    monkeypatch.setattr("panel.jurors.rate_limits.circuit_breaker.LONGEST_PAUSE_S", 0.002)
    monkeypatch.setattr(CircuitBreaker, "hold_s", lambda self, now: 0.0)
    bench = Bench(folder, {name: make_answer() for name in ("one", "two")}, personas=("one", "two"))
    bench.juror.failing = [ProviderBusy("Down.", **failure)] * 40
    limiter = RateLimiter(bench.spec.name, 4, patience_s=1e6, waits_out=True)
    assert [o.outcome for o in bench.ask(limiters={bench.spec.name: limiter})] == ["answered"] * 2
    assert len(bench.juror.sent) == 42


@pytest.mark.parametrize("when", ["answered", "still asking"])
def test_a_question_another_run_took_over_is_waited_for_not_paid_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """A's try is cut off and A waits; B takes the question over. A uses B's answer, also one yet to come."""
    monkeypatch.setattr(
        "panel.jurors.rate_limits.retry._wait_s", lambda err, attempt: 0.3 if when == "answered" else 0.0
    )
    monkeypatch.setattr(ModelSpec, "free", property(lambda self: False))
    one, two = Bench(folder, {"one": make_answer()}), Bench(folder, {"one": make_answer()}, run_id="run-2")
    one.juror.failing = [ProviderBusy("Cut off.", maybe_paid=True)]

    async def both() -> list[list[Opinion]]:
        waits, b_asks, a_sees_b = asyncio.Event(), asyncio.Event(), asyncio.Event()

        def hear(event: Event) -> None:
            if "Trying again" in getattr(event, "why", ""):
                waits.set()
            if "is asking the same" in getattr(event, "why", ""):
                a_sees_b.set()

        one.events = Heard(hear)
        send = two.juror.send

        async def slow(body: Any) -> Any:
            b_asks.set()
            if when == "still asking":
                await a_sees_b.wait()
            return await send(body)

        two.juror.send = slow  # type: ignore[method-assign]

        async def b() -> list[Opinion]:
            await waits.wait()
            return await two._ask({})

        if when == "still asking":  # A's next try comes only once B has its claim
            first_send, tries = one.juror.send, []

            async def held_back(body: Any) -> Any:
                tries.append(body)
                return await first_send(body)

            one.juror.send = held_back  # type: ignore[method-assign]
            claim = Ledger.claim

            async def after_b(self: Ledger, row: CallRow, **more: Any) -> Any:
                if row.run_id == "run-1" and tries:
                    await b_asks.wait()
                return await claim(self, row, **more)

            monkeypatch.setattr(Ledger, "claim", after_b)
        async with asyncio.timeout(20):
            return list(await asyncio.gather(one._ask({"prices": {one.spec.name: FREE}}), b()))

    first, second = asyncio.run(both())
    assert (len(one.juror.sent), len(two.juror.sent)) == (1, 1)
    assert [o.outcome for o in (*first, *second)] == ["answered"] * 2
    assert first[0].calls == second[0].calls, "another answer than the one that was paid for"


class Heard(list[Event]):
    """A list that tells somebody of each event."""

    def __init__(self, tell: Callable[[Event], None]) -> None:
        super().__init__()
        self.tell = tell

    def append(self, event: Event) -> None:
        super().append(event)
        self.tell(event)


def test_a_claim_waits_for_money_that_calls_in_flight_give_back(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four calls of a dollar at most, that cost nothing: one at a time fits the budget, and all are asked."""
    monkeypatch.setattr(ModelSpec, "free", property(lambda self: False))
    monkeypatch.setattr("panel.pipeline.ask.ask_context.worst_case", lambda *args, **more: Decimal(1))
    personas = ("one", "two", "three", "four")
    bench = Bench(folder, {name: make_answer() for name in personas}, personas=personas)
    opinions = bench.ask(limits=SpendLimits(Decimal("1.5")), prices={bench.spec.name: FREE})
    assert [o.outcome for o in opinions] == ["answered"] * 4


def test_a_deadline_is_kept_by_who_waits_for_money(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ModelSpec, "free", property(lambda self: False))
    monkeypatch.setattr("panel.pipeline.ask.ask_context.worst_case", lambda *args, **more: Decimal(1))
    monkeypatch.setattr("panel.pipeline.ask.within_limits.OTHERS_S", 0.05)
    bench = Bench(folder, {name: make_answer() for name in ("one", "two")}, personas=("one", "two"))
    raised: list[str] = []

    async def hang(body: Any) -> Any:
        raised.append("time")
        await asyncio.sleep(1.0)
        raise ProviderRefused("Never.")

    def stop() -> None:
        if raised:
            raise Stopped("Somebody pressed Ctrl-C.", of="signal")

    bench.juror.send = hang  # type: ignore[method-assign]
    with pytest.raises(Stopped, match="Ctrl-C"):
        bench.ask(limits=SpendLimits(Decimal("1.5")), prices={bench.spec.name: FREE}, stop=stop)


def test_many_costs_presumed_are_named_by_a_few(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ModelSpec, "free", property(lambda self: False))
    monkeypatch.setattr("panel.jurors.rate_limits.retry.MOST_ATTEMPTS", 1)
    monkeypatch.setattr("panel.pipeline.ask.ask_context.worst_case", lambda *args, **more: Decimal(1))
    personas = ("one", "two", "three", "four", "five")
    bench = Bench(folder, {name: make_answer() for name in personas}, personas=personas)
    bench.juror.failing = [ProviderBusy("Cut off.", maybe_paid=True)] * 5
    limits, prices = SpendLimits(Decimal(5)), {bench.spec.name: FREE}
    assert {o.outcome for o in bench.ask(limits=limits, prices=prices)} == {"failed"}
    with pytest.raises(Stopped) as stopped:
        bench.ask(limits=limits, prices=prices)
    assert "$5.0000 presumed for calls" in str(stopped.value)
    assert re.search(r": (\w+ on acme, ){2}\w+ on acme and 2 more\)", str(stopped.value))
    assert "higher --budget" in stopped.value.hint
    assert {o.outcome for o in bench.ask(limits=SpendLimits(Decimal(10)), prices=prices)} == {"answered"}
