"""The end of a batch, or of a session of it: the summary, the spend, the manifest."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from panel.batch import summary
from panel.batch.pairing import LightFacts, Pair, propose_pairs
from panel.batch.spending import BatchSpend, add_up
from panel.money import Price
from panel.records import Run
from panel.store import BatchRows, Records, RunFolder

SUMMARY = "summary.json"


def close_batch(
    run: Run,
    rows: BatchRows,
    records: Records,
    folder: RunFolder,
    *,
    prices: Mapping[str, Price],
    now: Callable[[], datetime],
    archive: Iterable[LightFacts] = (),
    why: str = "",
) -> tuple[Run, BatchSpend]:
    """Write the summary of a batch as it stands. Finished when no row is left to do and nothing stopped it.

    archive: launches reviewed before, for pairs. why: what stopped it. The manifest is written last.
    """
    spend = add_up(records.cost_table(run.run_id), prices, {n: str(m["base_url"]) for n, m in run.models.items()})
    done = not why and not rows.any(run.run_id, ("new", "ready", "waiting"))
    run = run.model_copy(
        update={
            "state": "finished" if done else "stopped",
            "why": why or ("" if done else "Launches are left to review."),
            "finished_at": now().isoformat() if done else "",
        }
    )
    pairs = [pair_json(pair) for pair in propose_pairs(list(newcomers(rows, run.run_id)), archive)]
    folder.write(SUMMARY, summary.as_json(run, rows.stream(run.run_id), spend, pairs))
    folder.write("summary.md", summary.as_markdown(run, rows.stream(run.run_id), spend, pairs))
    run = folder.finish(run) if done else folder.save(run)
    records.save_run(run)
    return run, spend


def newcomers(rows: BatchRows, run_id: str) -> Iterator[LightFacts]:
    """Today's reviewed launches of a known category, as much of them as pairing needs."""
    for row in rows.stream(run_id, ("reviewed",)):
        if row.category:
            yield LightFacts(
                slug=row.slug,
                name=row.said.name,
                product_id=row.product_id or row.slug,
                category=row.category,
                kinds=frozenset(row.kinds),
            )


def pair_json(pair: Pair) -> dict[str, str]:
    return {"a": pair.a, "b": pair.b, "why": pair.reason}
