"""The summary of a batch: every row in one list, whatever their number, in memory that does not grow with it."""

import json
import tracemalloc
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.records import a_run

from panel.batch.report import summary
from panel.batch.report.json_stream import json_parts
from panel.batch.report.spend import BatchSpend, Bill, add_up, bills
from panel.batch.report.summary import AGAIN, MOST_LINES, digest_rows
from panel.money import Price, Savings
from panel.records import BatchRow, ProposedPair, Spend, Usage
from panel.records.batch import Announcement, RowState
from panel.store import CostRow

NOTHING = BatchSpend((), {}, Bill())
TARIFF = {"x/m": Price(Decimal(3), Decimal("3.75"), Decimal("0.30"), Decimal(15))}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def row(
    number: int, state: RowState = "reviewed", reason: str = "", *, same_as: int | None = None, held: bool = False
) -> BatchRow:
    said = Announcement(source="day.csv", at=f"line {number}", name=f"Tool {number}")
    verdict = "ship" if state == "reviewed" else ""
    return BatchRow(
        row=number, said=said, state=state, reason=reason, slug=f"tool-{number}", same_as=same_as, held=held, verdict=verdict
    )  # fmt: skip


def rows_of(count: int, states: tuple[str, ...]) -> Iterator[BatchRow]:
    return (row(n) for n in range(1, count + 1) if "reviewed" in states)


def peak_of(count: int) -> int:
    """Bytes at most, of a summary whose every piece is thrown away at once."""
    run = a_run()
    tracemalloc.start()
    pieces = sum(1 for _ in json_parts(summary.summary_fields(run, lambda states: rows_of(count, states), NOTHING, ())))
    summary.as_markdown(run, rows_of(count, ("reviewed",)), NOTHING, ())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert pieces > count
    return peak


def test_ten_thousand_launches_take_no_more_memory_than_a_thousand() -> None:
    peak_of(1000)  # whatever is loaded once
    assert peak_of(10_000) < 1.2 * peak_of(1000)


@given(st.dictionaries(st.text(), JSON), st.lists(JSON, max_size=4))
def test_pieces_spell_what_the_whole_would(fields: dict[str, object], items: list[object]) -> None:
    streamed = ((name, iter(value) if isinstance(value, list) else value) for name, value in fields.items())
    parts = json_parts([*streamed, ("rows", iter(items))])
    assert "".join(parts) == json.dumps({**fields, "rows": items}, ensure_ascii=False, indent=1) + "\n"


def test_no_fields_are_an_empty_object() -> None:
    assert "".join(json_parts([])) == "{}\n"


def test_what_needs_a_person_comes_first_and_long_lists_are_cut() -> None:
    """What needs a person comes first, and long lists are cut with their number."""
    some = [row(n) for n in range(1, MOST_LINES + 11)]
    some += [row(900, "failed", "nobody answers"), row(901, held=True), row(902, "waiting")]
    text = summary.as_markdown(a_run(), some, NOTHING, ())
    titles = [line for line in text.splitlines() if line.startswith("## ")]
    assert titles == [
        "## Held: their pages spoke to our reviewers (1)", "## Failed (1)", f"## Reviewed ({MOST_LINES + 10})",
        "## Not finished (1)",
    ]  # fmt: skip
    assert "- and 10 more: summary.json" in text


def test_rows_that_are_one_launch_share_one_reason() -> None:
    found = digest_rows(
        [row(1), *(row(n, "skipped", f"same launch as row {n - 1}", same_as=n - 1) for n in range(2, 500))]
    )
    assert found.reasons == {"skipped": {AGAIN: 498}}
    assert (found.counts, found.verdicts) == ({"reviewed": 1, "skipped": 498}, {"ship": 1})


def test_a_partner_from_the_archive_is_named_as_such_with_the_command() -> None:
    pair = ProposedPair(
        a="lamp", b="bulb", a_name="Lamp", b_name="Bulb", why="Both burn.", b_run_id="run-0", b_reviewed_on=date(2026, 11, 1),
        compare="panel compare run-1/lamp run-0/bulb",
    )  # fmt: skip
    text = summary.as_markdown(a_run(), [], NOTHING, [pair])
    assert "- Lamp with Bulb (our archive, reviewed on 2026-11-01): Both burn." in text
    assert "`panel compare run-1/lamp run-0/bulb`" in text


def cost(launch: str, day: int, persona: str, *, batch: bool = False) -> CostRow:
    usage = Usage(input_tokens=100, cache_read_tokens=900, output_tokens=10)
    price = TARIFF["x/m"].of(usage) / (2 if batch else 1)
    return CostRow(
        day=date(2026, 11, day), launch=launch, persona_id=persona, model="x/m", base_url="", batch=batch,
        spend=Spend(calls=1, usage=usage, cost_usd=price),
    )  # fmt: skip


COSTS = [cost("bulb", 2, "dev"), cost("bulb", 1, "biz", batch=True), cost("lamp", 1, "dev")]


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ("launch", [("bulb",), ("lamp",)]),
        ("persona", [("biz",), ("dev",)]),
        ("day", [("2026-11-01",), ("2026-11-02",)]),
        ("model", [("x/m",)]),
        ("juror", [("bulb", "dev", "x/m"), ("bulb", "biz", "x/m"), ("lamp", "dev", "x/m")]),
    ],
)
def test_bills_are_by_what_is_asked_and_add_up(by, names) -> None:  # type: ignore[no-untyped-def]
    total = Bill()
    found = list(bills(iter(COSTS), by, Savings(TARIFF), total))
    assert [bill.name for bill in found] == names
    for figure in (lambda b: b.spend.cost_usd, lambda b: b.saved.cache_usd, lambda b: b.saved.batch_usd):
        assert sum(figure(bill) for bill in found) == figure(total)
    one = 900 * (Decimal(3) - Decimal("0.30")) / 1_000_000
    assert total.saved.cache_usd == one * Decimal("2.5")  # half of it at half the price
    assert total.saved.batch_usd == COSTS[1].spend.cost_usd


def test_a_launchs_bill_is_given_before_the_next_launch_is_read() -> None:
    read: list[str] = []

    def rows() -> Iterator[CostRow]:
        for one in COSTS:
            read.append(one.launch)
            yield one

    first = next(bills(rows(), "launch", Savings(TARIFF), Bill()))
    assert (first.name, first.spend.calls, read) == (("bulb",), 2, ["bulb", "bulb", "lamp"])


def test_a_batchs_spend_has_its_models_and_its_launches() -> None:
    found = add_up(iter(COSTS), TARIFF)
    assert [m.name for m in found.models] == [("x/m",)]
    assert found.by_launch == {"bulb": COSTS[0].spend.cost_usd * Decimal("1.5"), "lamp": COSTS[2].spend.cost_usd}
    assert found.cost_usd == sum(one.spend.cost_usd for one in COSTS)
