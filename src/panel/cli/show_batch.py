"""`panel runs show BATCH`: what its summary says, from the database, whichever machines reviewed it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from panel import batch
from panel.cli.terminal.terminal import say, say_parts, table, talk
from panel.records import BatchRow, ProposedPair, Run
from panel.workspace import Workspace

MOST_NAMED = 20  # of a list: a screenful; all are in summary.json


def show_batch(workspace: Workspace, run: Run, state: str, *, json_: bool) -> None:
    """Rows by outcome with reasons, pairs, spend, where the folder is. Rows are streamed, however many there are."""
    rows = workspace.stores.rows
    spend = batch.add_up(workspace.stores.records.cost_table(run.run_id), workspace.settings.prices)
    pairs, folder = rows.load_pairs(run.run_id), workspace.settings.runs_dir / run.run_id
    stream: Any = partial(rows.stream, run.run_id)
    if json_:
        say_parts(batch.json_parts(_fields(run, state, folder, batch.summary_fields(run, stream, spend, pairs))))
        return
    for line in _lines(run, state, batch.digest_rows(stream()), spend, pairs):
        say(line)
    say(_where(folder))
    if state not in ("finished", "running"):
        talk(f"Go on with: panel resume {run.run_id}")


def _fields(run: Run, state: str, folder: Path, rest: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """What any run's `--json` has, then what the summary has."""
    yield "run", run.model_dump(mode="json")
    yield "folder", str(folder)
    for name, value in rest:
        yield name, state if name == "state" else value


def _lines(
    run: Run, state: str, found: batch.Digest, spend: batch.BatchSpend, pairs: Sequence[ProposedPair]
) -> Iterator[str]:
    yield f"{run.run_id}, a batch of {run.as_of}, is {state}. {run.why}".strip()
    yield f"{batch.counted_words(found)}. {batch.spend_words(spend)}"
    if found.verdicts:
        held = f"; {found.n_held} held" if found.n_held else ""
        yield f"Verdicts: {', '.join(f'{n} {_plain(v)}' for v, n in found.verdicts.most_common())}{held}."
    yield from _named("Held, their pages spoke to our reviewers", found.held, found.n_held)
    yield from _named("Failed", found.shown.get("failed", ()), found.counts["failed"])
    yield from _reasons("Skipped", found.reasons.get("skipped"))
    if state != "finished":
        yield from _reasons("Not finished", found.reasons.get("unfinished"))
    yield from _pairs(pairs)
    if spend.models:
        yield ""
        yield _spend(spend)
        yield batch.savings_words(spend)


def _plain(verdict: str) -> str:
    return verdict.replace("_", " ") or "no verdict"


def _named(title: str, rows: Sequence[BatchRow], count: int) -> Iterator[str]:
    if not rows:
        return
    yield ""
    yield f"{title} ({count})"
    for row in rows[:MOST_NAMED]:
        why = f": {row.reason}" if row.reason else ""
        yield f"  {row.said.name or '(no name)'} ({row.said.source}, {row.said.at}){why}"
    yield from _more(count - MOST_NAMED)


def _reasons(title: str, reasons: Counter[str] | None) -> Iterator[str]:
    if not reasons:
        return
    yield ""
    yield f"{title} ({reasons.total()})"
    for reason, count in reasons.most_common(MOST_NAMED):
        yield f"  {count}: {reason}"
    yield from _more(len(reasons) - MOST_NAMED, "reasons")


def _pairs(pairs: Sequence[ProposedPair]) -> Iterator[str]:
    if not pairs:
        return
    yield ""
    yield f"Worth comparing ({len(pairs)})"
    for pair in pairs[:MOST_NAMED]:
        yield f"  {pair.a_name} with {batch.partner_of(pair)}: {pair.compare}"
    yield from _more(len(pairs) - MOST_NAMED)


def _more(count: int, what: str = "") -> Iterator[str]:
    if count > 0:
        yield f"  and {count} more{' ' * bool(what)}{what}: {batch.SUMMARY}"


def _spend(spend: batch.BatchSpend) -> str:
    rows: list[tuple[str, ...]] = [("model", "calls", "in", "cache write", "cache read", "out", "hit rate", "USD")]
    for m in spend.models:
        u = m.spend.usage
        tokens = (u.input_tokens, u.cache_write_tokens, u.cache_read_tokens, u.output_tokens)
        figures = (str(m.spend.calls), *(str(n) for n in tokens), f"{m.hit_share:.0%}", m.spend.in_usd())
        rows.append((m.name[0], *figures))
    return table(rows)


def _where(folder: Path) -> str:
    if (folder / batch.SUMMARY).is_file():
        return f"\nFolder: {folder}"
    if folder.is_dir():
        return f"\nFolder: {folder}, not summed up yet"
    return f"\nFolder: none on this machine; it would be {folder}"
