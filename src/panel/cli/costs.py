"""`panel runs costs`: what calls cost, from the ledger, and what the cache and provider batches saved."""

from collections.abc import Iterator
from typing import Any

from panel.batch import Bill, By, bills, json_parts
from panel.cli.terminal.terminal import say, say_parts, table_lines, talk
from panel.money import Savings
from panel.workspace import Workspace

NAMES: dict[By, tuple[str, ...]] = {
    "juror": ("launch", "persona_id", "model"), "persona": ("persona_id",), "model": ("model",),
    "launch": ("launch",), "day": ("day",),
}  # fmt: skip
TITLES = {"persona_id": "critic", "day": "day (UTC)"}
FIGURES = ("calls", "in", "cache write", "cache read", "out", "USD", "cache saved", "batches saved")


def show_costs(workspace: Workspace, run_id: str, by: By, *, json_: bool) -> None:
    """A line for each, then the total. The ledger is streamed: a line is printed once its calls have been read."""
    total = Bill()
    records = workspace.stores.records
    rows = records.cost_table(records.load_run(run_id).run_id if run_id else "")
    found = bills(rows, by, Savings(workspace.settings.prices), total)
    if json_:
        say_parts(json_parts(_fields(found, by, total)))
        return
    for line in table_lines(_lines(found, by, total)):
        say(line)
    if total.spend.unpriced:
        presumed = f" A budget counts ${total.presumed_usd:.4f} for them." if total.presumed_usd else ""
        talk(f"{total.spend.unpriced} calls have no known price and are in no sum.{presumed}")


def _fields(found: Iterator[Bill], by: By, total: Bill) -> Iterator[tuple[str, Any]]:
    yield "rows", (dict(zip(NAMES[by], bill.name, strict=True)) | _as_json(bill) for bill in found)
    whole = _as_json(total)
    yield "total", whole.pop("spend")
    yield from whole.items()


def _as_json(bill: Bill) -> dict[str, Any]:
    return {
        "spend": bill.spend.model_dump(mode="json"), "presumed_usd": str(bill.presumed_usd),
        "saved_by_cache_usd": str(bill.saved.cache_usd), "saved_by_batches_usd": str(bill.saved.batch_usd),
    }  # fmt: skip


def _lines(found: Iterator[Bill], by: By, total: Bill) -> Iterator[tuple[str, ...]]:
    yield (*(TITLES.get(name, name) for name in NAMES[by]), *FIGURES)
    for bill in found:
        yield (*bill.name, *_figures(bill))
    yield ("total", *("" for _ in NAMES[by][1:]), *_figures(total))


def _figures(bill: Bill) -> tuple[str, ...]:
    spend, saved, u = bill.spend, bill.saved, bill.spend.usage
    tokens = (u.input_tokens, u.cache_write_tokens, u.cache_read_tokens, u.output_tokens)
    usd = (spend.in_usd(), f"{saved.cache_usd:.6f}", f"{saved.batch_usd:.6f}")
    return (str(spend.calls), *map(str, tokens), *usd)
