"""What became of every row: `summary.json` for programs, `summary.md` for the person who reads it in the morning.

Rows are read as they are written, a page at a time: a long day's summary needs no more memory than a short one's.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from panel.batch.report.spend import BatchSpend
from panel.pages import markdown as markdown_text
from panel.records import BatchRow, ProposedPair, Run

LISTED = ("reviewed", "skipped", "failed")  # states that have a list of their own; every other is unfinished
LISTS = (*LISTED, "unfinished")
MOST_LINES = 300  # rows and reasons kept of each list; the whole is in summary.json
AGAIN = "the same launch as another row"
NO_REASON = "no reason given"
RowsOf = Callable[[tuple[str, ...]], Iterator[BatchRow]]  # the rows in these states, by number
STATES: dict[str, tuple[str, ...]] = {name: (name,) for name in LISTED} | {"unfinished": ("new", "ready", "waiting")}


@dataclass
class Digest:
    """counts, reasons: by list of the summary. verdicts: as tallies say them."""

    counts: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    reasons: dict[str, Counter[str]] = field(default_factory=dict)
    held: list[BatchRow] = field(default_factory=list)
    n_held: int = 0
    shown: dict[str, list[BatchRow]] = field(default_factory=dict)  # first rows by list, held ones apart

    def add(self, row: BatchRow) -> None:
        name = row.state if row.state in LISTED else "unfinished"
        self.counts[name] += 1
        held = name == "reviewed" and row.held
        self.n_held += held
        if name == "reviewed":
            self.verdicts[row.verdict] += 1
        else:
            reason = AGAIN if row.same_as is not None else row.reason
            self.reasons.setdefault(name, Counter())[reason or NO_REASON] += 1
        kept = self.held if held else self.shown.setdefault(name, [])
        if len(kept) < MOST_LINES:
            kept.append(row)


def digest_rows(rows: Iterable[BatchRow]) -> Digest:
    """Of all rows of a batch, streamed."""
    found = Digest()
    for row in rows:
        found.add(row)
    return found


def summary_fields(
    run: Run, rows: RowsOf, spend: BatchSpend, pairs: Sequence[ProposedPair]
) -> Iterator[tuple[str, Any]]:
    """`run_id`, `reviewed`, `skipped`, `failed`, `unfinished` (of a stopped run), `pairs`, `spend`."""
    yield "run_id", run.run_id
    yield "state", run.state
    yield "why", run.why
    yield "as_of", run.as_of.isoformat()
    for name in LISTS:
        yield name, (_entry(row, spend) for row in rows(STATES[name]))
    yield "pairs", (pair.model_dump(mode="json") for pair in pairs)
    yield "spend", spend.as_json()


def _entry(row: BatchRow, spend: BatchSpend) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "row": row.row, "source": row.said.source, "at": row.said.at, "name": row.said.name, "reason": row.reason,
    }  # fmt: skip
    if row.slug:
        entry |= {"launch": row.slug, "cost_usd": str(spend.by_launch.get(row.slug, 0))}
    if row.state == "reviewed":
        entry |= {"verdict": row.verdict, "held": row.held, "page": f"launches/{row.slug}/report.html"}
    if row.same_as is not None:
        entry["same_as"] = row.same_as
    if row.may_be:
        entry["may_be"] = row.may_be
    return entry


def as_markdown(run: Run, rows: Iterable[BatchRow], spend: BatchSpend, pairs: Sequence[ProposedPair]) -> str:
    """The same for reading: counts, money, then each list, what needs a person first."""
    return "\n".join(_lines(run, digest_rows(rows), spend, pairs)) + "\n"


def _lines(run: Run, found: Digest, spend: BatchSpend, pairs: Sequence[ProposedPair]) -> Iterator[str]:
    yield f"# Batch of {run.as_of.isoformat()}"
    yield ""
    yield f"{counted_words(found)}. {spend_words(spend)}"
    if run.state != "finished":
        yield ""
        yield f"Not finished: {markdown_text(run.why) or 'it was cut off'} Go on with: `panel resume {run.run_id}`"
    yield from _section("Held: their pages spoke to our reviewers", found.held, found.n_held)
    yield from _section("Failed", found.shown.get("failed", ()), found.counts["failed"])
    yield from _section("Reviewed", found.shown.get("reviewed", ()), found.counts["reviewed"] - found.n_held)
    yield from _pairs(pairs)
    yield from _section("Not finished", found.shown.get("unfinished", ()), found.counts["unfinished"])
    yield from _skipped(found)
    yield from _spend(spend)


def counted_words(found: Digest) -> str:
    """`8 reviewed, 2 skipped`: rows by list."""
    return ", ".join(f"{found.counts[name]} {name}" for name in LISTS if found.counts[name]) or "no rows"


def spend_words(spend: BatchSpend) -> str:
    """Calls and what they cost, in a sentence."""
    presumed, unpriced = spend.total.presumed_usd, spend.total.spend.unpriced
    at_most = f", ${presumed:.4f} at most" if presumed else ""
    unknown = f", {unpriced} of them of unknown price{at_most}" if unpriced else ""
    return f"{spend.calls} calls, ${spend.cost_usd:.4f}{unknown}."


def savings_words(spend: BatchSpend) -> str:
    """What was saved, in a sentence."""
    saved = spend.total.saved
    return (
        f"The cache saved ${saved.cache_usd:.4f}, provider batches ${saved.batch_usd:.4f}, both computed from the "
        "tokens the providers reported."
    )


def partner_of(pair: ProposedPair) -> str:
    """The second of a pair, and that it is from the archive if it is."""
    return f"{pair.b_name} (our archive, reviewed on {pair.b_reviewed_on})" if pair.b_run_id else pair.b_name


def _section(title: str, rows: Sequence[BatchRow], count: int) -> Iterator[str]:
    if not rows:
        return
    yield ""
    yield f"## {title} ({count})"
    yield ""
    for row in rows:
        yield f"- {_named(row)}{_what(row)}"
    if count > len(rows):
        yield f"- and {count - len(rows)} more: summary.json"


def _named(row: BatchRow) -> str:
    name = markdown_text(row.said.name) or "(no name)"
    if row.state == "reviewed":
        name = f"[{name}](launches/{row.slug}/report.html)"
    return f"{name} ({markdown_text(row.said.source)}, {markdown_text(row.said.at)})"


def _what(row: BatchRow) -> str:
    verdict = f": {row.verdict.replace('_', ' ')}" if row.verdict else ""
    reason = f". {markdown_text(row.reason)}" if row.reason else ""
    offer = f". May be the same launch as {markdown_text(row.may_be)}" if row.may_be else ""
    return f"{verdict}{reason}{offer}"


def _skipped(found: Digest) -> Iterator[str]:
    """By reason, since hundreds share one."""
    if not found.counts["skipped"]:
        return
    yield ""
    yield f"## Skipped ({found.counts['skipped']})"
    yield ""
    for reason, count in found.reasons["skipped"].most_common(MOST_LINES):
        yield f"- {count}: {markdown_text(reason)}"


def _pairs(pairs: Sequence[ProposedPair]) -> Iterator[str]:
    if not pairs:
        return
    yield ""
    yield f"## Worth comparing ({len(pairs)})"
    yield ""
    for pair in pairs[:MOST_LINES]:
        yield f"- {markdown_text(pair.a_name)} with {markdown_text(partner_of(pair))}: {markdown_text(pair.why)}"
        yield f"  `{pair.compare}`"
    if len(pairs) > MOST_LINES:
        yield f"- and {len(pairs) - MOST_LINES} more: summary.json"


def _spend(spend: BatchSpend) -> Iterator[str]:
    if not spend.models:
        return
    yield ""
    yield "## Spend"
    yield ""
    yield "| model | calls | input | cache write | cache read | output | hit rate | USD |"
    yield "|---|---|---|---|---|---|---|---|"
    for m in spend.models:
        u = m.spend.usage
        tokens = " | ".join(
            str(n) for n in (u.input_tokens, u.cache_write_tokens, u.cache_read_tokens, u.output_tokens)
        )
        yield f"| {markdown_text(m.name[0])} | {m.spend.calls} | {tokens} | {m.hit_share:.0%} | {m.spend.in_usd()} |"
    yield ""
    yield savings_words(spend)
