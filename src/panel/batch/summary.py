"""What became of every row: `summary.json` for programs, `summary.md` for the person who reads it in the morning."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from panel.batch.spending import BatchSpend
from panel.pages.text import markdown as markdown_text
from panel.records import BatchRow, Run

LISTED = {"skipped": "skipped", "failed": "failed", "reviewed": "reviewed"}  # every other state is unfinished
MOST_LINES = 300  # a list of summary.md; the whole is in summary.json


def as_json(run: Run, rows: Iterable[BatchRow], spend: BatchSpend, pairs: Sequence[dict[str, Any]]) -> str:
    """One object: `run_id`, `reviewed`, `skipped`, `failed`, `unfinished` (of a stopped run), `pairs`, `spend`."""
    lists: dict[str, list[dict[str, Any]]] = {name: [] for name in ("reviewed", "skipped", "failed", "unfinished")}
    for row in rows:
        lists[LISTED.get(row.state, "unfinished")].append(_entry(row, spend))
    whole = {
        "run_id": run.run_id,
        "state": run.state,
        "why": run.why,
        "as_of": run.as_of.isoformat(),
        **lists,
        "pairs": list(pairs),
        "spend": spend.as_json(),
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _entry(row: BatchRow, spend: BatchSpend) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "row": row.row,
        "source": row.said.source,
        "at": row.said.at,
        "name": row.said.name,
        "reason": row.reason,
    }
    if row.slug:
        entry |= {"launch": row.slug, "cost_usd": str(spend.by_launch.get(row.slug, 0))}
    if row.state == "reviewed":
        entry |= {"verdict": row.verdict, "held": row.held, "page": f"launches/{row.slug}/report.html"}
    if row.same_as is not None:
        entry["same_as"] = row.same_as
    return entry


def as_markdown(run: Run, rows: Iterable[BatchRow], spend: BatchSpend, pairs: Sequence[dict[str, Any]]) -> str:
    """The same for reading: counts, money, then each list, what needs a person first."""
    kept: dict[str, list[BatchRow]] = {"reviewed": [], "skipped": [], "failed": [], "unfinished": []}
    for row in rows:
        kept[LISTED.get(row.state, "unfinished")].append(row)
    return "\n".join(_lines(run, kept, spend, pairs)) + "\n"


def _lines(
    run: Run, kept: dict[str, list[BatchRow]], spend: BatchSpend, pairs: Sequence[dict[str, Any]]
) -> Iterator[str]:
    yield f"# Batch of {run.as_of.isoformat()}"
    yield ""
    counts = ", ".join(f"{len(rows)} {name}" for name, rows in kept.items() if rows) or "no rows"
    yield f"{counts}. {_money(spend)}"
    if run.state != "finished":
        yield ""
        yield f"Not finished: {markdown_text(run.why) or 'it was cut off'} Go on with: `panel resume {run.run_id}`"
    held = [row for row in kept["reviewed"] if row.held]
    yield from _section("Held: their pages spoke to our reviewers", held)
    yield from _section("Failed", kept["failed"])
    yield from _section("Reviewed", [row for row in kept["reviewed"] if not row.held])
    yield from _pairs(pairs)
    yield from _section("Not finished", kept["unfinished"])
    yield from _skipped(kept["skipped"])
    yield from _spend(spend)


def _money(spend: BatchSpend) -> str:
    unknown = f", {spend.unpriced} of them of unknown price" if spend.unpriced else ""
    return f"{spend.calls} calls, ${spend.cost_usd:.4f}{unknown}."


def _section(title: str, rows: Sequence[BatchRow]) -> Iterator[str]:
    if not rows:
        return
    yield ""
    yield f"## {title} ({len(rows)})"
    yield ""
    for row in rows[:MOST_LINES]:
        yield f"- {_named(row)}{_what(row)}"
    if len(rows) > MOST_LINES:
        yield f"- and {len(rows) - MOST_LINES} more: summary.json"


def _named(row: BatchRow) -> str:
    name = markdown_text(row.said.name) or "(no name)"
    if row.state == "reviewed":
        name = f"[{name}](launches/{row.slug}/report.html)"
    return f"{name} ({markdown_text(row.said.source)}, {markdown_text(row.said.at)})"


def _what(row: BatchRow) -> str:
    verdict = f": {row.verdict.replace('_', ' ')}" if row.verdict else ""
    reason = f". {markdown_text(row.reason)}" if row.reason else ""
    return f"{verdict}{reason}"


def _skipped(rows: Sequence[BatchRow]) -> Iterator[str]:
    """By reason, since hundreds share one."""
    if not rows:
        return
    yield ""
    yield f"## Skipped ({len(rows)})"
    yield ""
    for reason, count in Counter(row.reason for row in rows).most_common(MOST_LINES):
        yield f"- {count}: {markdown_text(reason)}"


def _pairs(pairs: Sequence[dict[str, Any]]) -> Iterator[str]:
    if not pairs:
        return
    yield ""
    yield "## Worth comparing"
    yield ""
    for pair in pairs[:MOST_LINES]:
        yield f"- {markdown_text(pair['a'])} with {markdown_text(pair['b'])}: {markdown_text(pair['why'])}"


def _spend(spend: BatchSpend) -> Iterator[str]:
    if not spend.models:
        return
    yield ""
    yield "## Spend"
    yield ""
    yield "| model | calls | input | cache write | cache read | output | hit rate | USD |"
    yield "|---|---|---|---|---|---|---|---|"
    for m in spend.models:
        u = m.usage
        tokens = " | ".join(
            str(n) for n in (u.input_tokens, u.cache_write_tokens, u.cache_read_tokens, u.output_tokens)
        )
        yield f"| {markdown_text(m.model)} | {m.calls} | {tokens} | {m.hit_share:.0%} | {m.cost_usd:.6f} |"
    yield ""
    yield (
        f"The cache saved ${spend.saved_by_cache_usd:.4f}, provider batches ${spend.saved_by_batches_usd:.4f}, both "
        "computed from the tokens the providers reported."
    )
