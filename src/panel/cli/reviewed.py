"""Launches that were reviewed before, as `RUN/SLUG`: asked about again from what the critics read then.

The same dossier gives the same questions, so the ledger answers whatever was asked with the same personas, prompts and
models; two reviews are compared without being paid for again.
"""

import re
from contextlib import closing
from pathlib import Path

from panel.cli.shell import Shell
from panel.errors import Mistake, StoreError
from panel.records import Dossier, Run
from panel.store import BatchRows, RunFolder

REFERENCE = re.compile(r"(\d{8}-\d{6}-[a-z0-9-]+)/([a-z0-9][a-z0-9-]*)")  # a run's id and a launch's slug


def is_reviewed(name: str) -> bool:
    """Whether a command's argument is a launch of a run; a file that is there goes first."""
    return bool(REFERENCE.fullmatch(name)) and not Path(name).exists()


def reviewed_dossier(shell: Shell, name: str) -> Dossier:
    """What the critics of that run read about that launch, as it was found.

    Raises Mistake for a run or a launch there is none of, and for an ordinary run whose folder is not on this machine.
    """
    run_id, _, slug = name.partition("/")
    with closing(shell.open_records()) as records:
        run = records.load_run(run_id)
    found = _of_batch(shell, run, slug) if run.kind == "batch" else _of_folder(shell, run, slug)
    if found is None:
        raise Mistake(
            f"Run {run.run_id!r} has no launch {slug!r}.", hint=f"`panel runs show {run.run_id}` says what it reviewed."
        )
    return found


def _of_batch(shell: Shell, run: Run, slug: str) -> Dossier | None:
    with closing(BatchRows.open(shell.settings.database_url)) as rows:
        return rows.load_dossier(run.run_id, slug)


def _of_folder(shell: Shell, run: Run, slug: str) -> Dossier | None:
    if slug not in run.launches:
        return None
    try:
        return Dossier.model_validate_json(
            RunFolder(shell.settings.runs_dir / run.run_id).read(f"dossiers/{slug}.json")
        )
    except StoreError as err:
        raise Mistake(
            f"The folder of {run.run_id!r} is not whole on this machine.",
            hint="Go to the machine that made it, or name the launch's file or address.",
        ) from err
