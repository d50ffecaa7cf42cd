"""The summary of a batch: every row once, with its reason, for programs and for the person who reads it."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tests.support.records import a_row, a_run

from panel.batch.report.json_stream import json_parts
from panel.batch.report.spend import BatchSpend, Bill
from panel.batch.report.summary import MOST_LINES, as_markdown, summary_fields
from panel.money import Saved
from panel.records import BatchRow, ProposedPair, Run, Spend, Usage

USAGE = Usage(input_tokens=100, cache_write_tokens=0, cache_read_tokens=300, output_tokens=50)
BILLED = Spend(calls=7, usage=USAGE, cost_usd=Decimal("0.123456"), unpriced=1)
SPEND = BatchSpend(
    (Bill(("openai/m",), BILLED),),
    {"tool-1": Decimal("0.1"), "tool-9": Decimal("0.023456")},
    Bill((), BILLED, Saved(Decimal("0.5"), Decimal("0.25"))),
)
ROWS = [
    a_row(1, "reviewed", slug="tool-1", verdict="not_enough"),
    a_row(2, "skipped", reason="Seen before."),
    a_row(3, "failed", reason="No page answered."),
    a_row(4, "reviewed", slug="tool-4", verdict="ship", held=True),
    a_row(5, "waiting", slug="tool-5"),
    a_row(6, "skipped", reason="The same as row 1.", same_as=1),
    a_row(7, "ready"),
]


def run(state: str = "stopped", why: str = "The run's budget of $1 is used up.") -> Run:
    return a_run().model_copy(update={"state": state, "why": why})


def whole(rows: list[BatchRow]) -> dict[str, Any]:
    def of(states: tuple[str, ...]) -> Iterator[BatchRow]:
        return (row for row in rows if row.state in states)

    found: dict[str, Any] = json.loads("".join(json_parts(summary_fields(run(), of, SPEND, []))))
    return found


def markdown(rows: list[BatchRow], **more: Any) -> str:
    return as_markdown(more.get("run", run()), rows, SPEND, more.get("pairs", []))


def test_every_row_is_in_one_list_with_its_reason_and_what_it_cost() -> None:
    found = whole(ROWS)
    lists = {name: [entry["row"] for entry in found[name]] for name in ("reviewed", "skipped", "failed", "unfinished")}
    assert lists == {"reviewed": [1, 4], "skipped": [2, 6], "failed": [3], "unfinished": [5, 7]}
    assert found["failed"][0]["reason"] == "No page answered."
    assert found["reviewed"][0]["cost_usd"] == "0.1"
    assert found["reviewed"][0]["page"] == "launches/tool-1/report.html"
    assert found["skipped"][1]["same_as"] == 1


def test_money_in_the_summary_is_exact_text() -> None:
    spend = whole(ROWS)["spend"]
    assert (spend["cost_usd"], spend["calls"], spend["unpriced_calls"]) == ("0.123456", 7, 1)
    assert spend["models"][0]["cache_hit_share"] == 0.75


def test_the_page_names_what_needs_a_person_first() -> None:
    text = markdown(ROWS)
    order = [text.index(part) for part in ("## Held", "## Failed", "## Reviewed", "## Not finished", "## Skipped")]
    assert order == sorted(order)
    assert "2 reviewed, 2 skipped, 1 failed, 2 unfinished. 7 calls, $0.1235, 1 of them of unknown price." in text


def test_a_stopped_batch_says_why_and_how_to_go_on() -> None:
    assert "Not finished: The run's budget of \\$1 is used up. Go on with: `panel resume run-1`" in markdown(ROWS)
    assert "Not finished" not in markdown(ROWS[:4], run=run("finished", ""))


def test_a_reviewed_launch_links_to_its_page_and_says_its_verdict() -> None:
    assert "- [Tool 1](launches/tool-1/report.html) (feed, entry 1): not enough" in markdown(ROWS)


def test_skipped_rows_are_counted_by_reason() -> None:
    rows = [a_row(n, "skipped", reason="Seen before." if n % 3 else "Too old.") for n in range(1, 31)]
    text = markdown(rows)
    assert "- 20: Seen before." in text
    assert "- 10: Too old." in text


def test_a_long_list_ends_with_how_many_are_left_out() -> None:
    rows = [a_row(n, "failed", reason="No page answered.") for n in range(1, MOST_LINES + 6)]
    text = markdown(rows)
    assert text.count("No page answered.") == MOST_LINES
    assert "- and 5 more: summary.json" in text


def test_what_strangers_wrote_is_text_and_no_markup() -> None:
    row = a_row(1, "failed", reason="It said [click](https://evil.example) `now`.")
    shady = row.model_copy(update={"said": row.said.model_copy(update={"name": "# Big <b>news</b>"})})
    text = markdown([shady])
    assert "[click](https://evil.example)" not in text
    assert "<b>" not in text


def test_pairs_worth_comparing_are_named() -> None:
    pair = ProposedPair(
        a="tool-1", b="tool-4", a_name="Tool 1", b_name="Tool 4", why="Both are linters.", compare="panel compare"
    )
    text = markdown(ROWS, pairs=[pair])
    assert "Tool 1" in text
    assert "Tool 4" in text
    assert "Both are linters." in text
