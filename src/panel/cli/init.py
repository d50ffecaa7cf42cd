"""`panel new` and `panel init`: files to start from, never written over."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from panel.cli.terminal.common_options import JsonFlag
from panel.cli.terminal.terminal import say, say_json, say_written, talk
from panel.errors import Mistake


def new(name: Annotated[str, typer.Argument(help="The tool's name.")], json_: JsonFlag = False) -> None:
    """Write a commented launch file for a tool."""
    from panel.dossier import launch_template
    from panel.records import slugify
    from panel.store import write_new

    if not name.strip():
        raise Mistake("A launch needs a name.", hint="For example: panel new 'Acme CLI 2.0'")
    path = Path(f"{slugify(name)}.yaml")
    if not write_new(path, launch_template(name.strip(), today=datetime.now(UTC).date())):
        raise Mistake(f"{str(path)!r} exists already.", hint="Edit it, or give the tool another name.")
    say_written(path, f"Fill in a source, then: panel review {path}", json_=json_)


def init(
    folder: Annotated[Path, typer.Argument(help="Where; made if missing.")] = Path(), json_: JsonFlag = False
) -> None:
    """Lay out a workspace of your own.

    Writes panel.toml, personas/, prompts/ and categories.yaml, yours to edit. Nothing is written over.
    """
    from panel.workspace import lay_out_workspace

    written = [str(path) for path in lay_out_workspace(folder)]
    if json_:
        say_json({"written": written})
        return
    talk(f"Wrote {len(written)} files to {folder.resolve()}." if written else "Everything was there already.")
    for path in written:
        say(path)
