"""`panel desk stats`: what editors' work says of critics, models, prompts, checks. `panel desk export`: its claims."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from panel.cli.terminal.common_options import JsonFlag
from panel.cli.terminal.here import open_here
from panel.cli.terminal.terminal import say, say_json, table, talk
from panel.errors import Mistake

OutOption = Annotated[Path | None, typer.Option("-o", "--out", help="Write it here; stdout if none.")]


def stats(json_: JsonFlag = False) -> None:
    """Show what editors change: by critic, model and prompt version, and by check.

    Minutes run from the first act on a draft to its approval; gaps over 10 minutes are pauses and don't count.
    """
    from panel.desk import read_stats, summary_sentence, tables_of

    with open_here(json_=json_) as workspace:
        found = read_stats(workspace.stores.drafts)
    if json_:
        say_json(found.model_dump(mode="json"))
    elif not found.drafts:
        talk(f"{summary_sentence(found)} Begin with: panel drafts list")
    else:
        say("\n\n".join([summary_sentence(found), *(table([shown.head, *shown.rows]) for shown in tables_of(found))]))


def export(out: OutOption = None) -> None:
    """Write each claim of every approved review as its model wrote it and as somebody signed it, one JSON a line.

    Nothing of an embargoed or confidential launch is in it.
    """
    from datetime import UTC, datetime

    from panel.desk import read_pairs
    from panel.store import replace_file

    if out and out.exists():
        raise Mistake(f"{str(out)!r} is there already.", hint="Name another file.")
    with open_here() as workspace:
        pairs = read_pairs(workspace.stores.drafts, now=datetime.now(UTC))
        lines = [json.dumps(pair, ensure_ascii=True) + "\n" for pair in pairs]
    if out:
        replace_file(out, "".join(lines).encode())
    else:
        sys.stdout.writelines(lines)
    talk(f"{len(lines)} claims{f' in {out}' if out else ''}.")
