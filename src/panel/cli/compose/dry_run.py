"""`panel batch --dry-run`: the rows and the price, from a database that is thrown away."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from panel.batch import SourceSpec, ingest_rows, price_batch, why_nothing_read
from panel.cli.compose.batch_sources import open_intake, open_known, shortlist
from panel.cli.compose.batches import BatchOptions, run_of
from panel.cli.compose.workspace import Workspace
from panel.cli.terminal.terminal import say, say_json, table, talk
from panel.jurors import ModelSpec
from panel.records import BatchPlan, BatchRow
from panel.store import BatchRows, RunRecords

RUN_ID = "dry"


async def tell_dry(
    workspace: Workspace, specs: Sequence[SourceSpec], ask: BatchOptions, plan: BatchPlan,
    models: Mapping[str, ModelSpec], scratch: Path, *, json_: bool,
) -> str:  # fmt: skip
    """Print each row with its state and reason, then the price. models: persona_id -> model.

    Why no source could be read, "" when one could.
    """
    url = f"sqlite:///{scratch / 'rows.db'}"
    run = run_of(workspace, plan, workspace.new_stamp(["dry"]).model_copy(update={"run_id": RUN_ID}), ())
    with closing(RunRecords.open(url, runs_dir=scratch)) as records:
        records.save_run(run)
    rows = BatchRows.open(url, runs_dir=scratch)
    try:
        with open_known(workspace) as known:
            await ingest_rows(
                RUN_ID, open_intake(workspace, specs), rows, shortlist(workspace, ask), as_of=plan.as_of, known=known
            )
        why = why_nothing_read(RUN_ID, rows)
        price = price_batch(rows.stream(RUN_ID, ("ready",)), plan, models, workspace.settings.prices)
        if json_:
            dumped = [row.model_dump(mode="json", exclude_defaults=True) for row in rows.stream(RUN_ID)]
            say_json(
                {
                    "rows": dumped,
                    "price": {
                        "launches": price.launches,
                        "calls": price.calls,
                        "low_usd": str(price.low_usd),
                        "high_usd": str(price.high_usd),
                        "unpriced": list(price.unpriced),
                        "assumed_dossiers": price.assumed,
                    },
                }
            )
            return why
        lines = [
            (str(r.row), r.state, r.said.name or "-", r.said.source, r.said.at, _why(r)) for r in rows.stream(RUN_ID)
        ]
        say(table([("row", "state", "name", "source", "at", "why"), *lines]))
        talk(price.sentence)
        return why
    finally:
        rows.close()


def _why(row: BatchRow) -> str:
    return "; ".join(filter(None, (row.reason, row.may_be and f"may be the same launch as {row.may_be}")))
