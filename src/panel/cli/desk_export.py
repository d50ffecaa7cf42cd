"""`panel desk export`: accepted and corrected claims as JSONL, to try prompts against."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from panel.cli.desk_shell import open_store
from panel.cli.output import talk
from panel.errors import Mistake

OutOption = Annotated[Path | None, typer.Option("-o", "--out", help="Write it here; stdout if none.")]


def export(out: OutOption = None) -> None:
    """Write each claim of every approved review as its model wrote it and as somebody signed it, one JSON a line.

    Nothing of an embargoed or confidential launch is in it.
    """
    from datetime import UTC, datetime

    from panel.desk.stats import read_pairs
    from panel.store.files import replace_file

    if out and out.exists():
        raise Mistake(f"{str(out)!r} is there already.", hint="Name another file.")
    with open_store() as store:
        lines = [json.dumps(pair, ensure_ascii=True) + "\n" for pair in read_pairs(store, now=datetime.now(UTC))]
    if out:
        replace_file(out, "".join(lines).encode())
    else:
        sys.stdout.writelines(lines)
    talk(f"{len(lines)} claims{f' in {out}' if out else ''}.")
