"""The end of a batch, or of a session of it: the pairs, the summary, the spend, the manifest."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial

from panel.batch.report import summary
from panel.batch.report.json_stream import json_parts
from panel.batch.report.pairs import ALL, LightFacts, propose_pairs
from panel.batch.report.spend import BatchSpend, add_up
from panel.money import Price
from panel.records import BatchRow, FactKind, ProposedPair, ReviewedProduct, Run
from panel.store import BatchRows, RunFolder, RunRecords

SUMMARY = "summary.json"
MOST_PARTNERS = 12  # products of the archive, in each category of the day
Partners = Callable[[str], Iterable[ReviewedProduct]]  # category -> products reviewed before


def close_batch(
    run: Run, rows: BatchRows, records: RunRecords, folder: RunFolder, *, prices: Mapping[str, Price],
    now: Callable[[], datetime], partners: Partners = lambda category: (), why: str = "",
) -> tuple[Run, BatchSpend]:  # fmt: skip
    """Write the summary of a batch as it stands. Finished when no row is left to do and nothing stopped it.

    partners: products of the archive that newcomers may be compared with. why: what stopped it. The manifest is
    written last.
    """
    spend = add_up(records.cost_table(run.run_id), prices)
    if not why and rows.any(run.run_id, ("new", "ready", "waiting")):
        why = "Launches are left to review."
    elif not why and (lacking := sum(row.passes for row in rows.stream(run.run_id, ("failed", "reviewed")))):
        why = f"{lacking} launch{'es lack' if lacking > 1 else ' lacks'} answers for a cause that may pass."
    done = not why
    run = run.model_copy(
        update={
            "state": "finished" if done else "stopped", "why": why, "finished_at": now().isoformat() if done else "",
        }
    )  # fmt: skip
    pairs = proposed_pairs(run.run_id, list(newcomers(rows, run.run_id)), partners)
    rows.save_pairs(run.run_id, pairs)
    stream: Callable[..., Iterator[BatchRow]] = partial(rows.stream, run.run_id)
    folder.write_parts(SUMMARY, json_parts(summary.summary_fields(run, stream, spend, pairs)))
    folder.write("summary.md", summary.as_markdown(run, stream(), spend, pairs))
    run = folder.finish(run) if done else folder.save(run)
    records.save_run(run)
    return run, spend


def newcomers(rows: BatchRows, run_id: str) -> Iterator[LightFacts]:
    """Today's reviewed launches of a known category, as much of them as pairing needs."""
    for row in rows.stream(run_id, ("reviewed",)):
        if row.category:
            yield LightFacts(
                slug=row.slug, name=row.said.name, product_id=row.product_id or row.slug, category=row.category,
                kinds=frozenset(row.kinds),
            )  # fmt: skip


def proposed_pairs(run_id: str, fresh: Sequence[LightFacts], partners: Partners) -> tuple[ProposedPair, ...]:
    """Pairs by the rule of `report/pairs.py`. A product reviewed again today stands as it is today, not as it was."""
    today = {one.product_id for one in fresh}
    archive = (
        _of_archive(held, category)
        for category in sorted({one.category for one in fresh})
        for held in partners(category)
        if held.product_id not in today
    )
    return propose_pairs(run_id, fresh, archive)


def _of_archive(held: ReviewedProduct, category: str) -> LightFacts:
    kinds: frozenset[FactKind] = frozenset(kind for kind in ALL if kind in held.kinds)
    return LightFacts(
        slug=held.slug, name=held.name, product_id=held.product_id, category=category, kinds=kinds, in_archive=True,
        run_id=held.run_id, reviewed_on=held.reviewed_on,
    )  # fmt: skip
