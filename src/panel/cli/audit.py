"""`panel audit`: whether what people decided, signed and published stands as it was written."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from panel.cli.terminal.common_options import JsonFlag
from panel.cli.terminal.here import open_here
from panel.cli.terminal.terminal import say, say_json, talk
from panel.errors import Mistake

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="The desk's record: is it whole?")


@app.command()
def verify(
    file: Annotated[
        Path | None, typer.Argument(help="An approval file, checked by itself; none checks this database.")
    ] = None,
    json_: JsonFlag = False,
) -> None:
    """Check the log's chain, and every stored text, decision, approval and publication against it."""
    found = _file(file) if file else _database()
    broken = found["broken"]
    if json_:
        say_json({"whole": not broken, **found})
    elif broken:
        say(broken[0])
        if len(broken) > 1:
            talk(f"{len(broken) - 1} more; --json lists them.")
    else:
        say(found["told"])
    if broken:
        raise typer.Exit(5)


def _file(path: Path) -> dict[str, Any]:
    from panel.desk import verify_approval_file

    try:
        given = json.loads(path.read_text(encoding="utf-8"))
        broken = verify_approval_file(given)
    except OSError as err:
        raise Mistake(f"{str(path)!r} can't be read: {err.strerror}.") from err
    except (ValueError, AttributeError) as err:
        hint = "Write one with: panel drafts approval-file DRAFT -o FILE"
        raise Mistake(f"{str(path)!r} is no approval file.", hint=hint) from err
    return {"file": str(path), "broken": list(broken), "told": "Whole: every hash in it is made again."}


def _database() -> dict[str, Any]:
    from panel.desk import audit

    with open_here() as workspace:
        found = audit(workspace.stores.drafts)
    rows = ", ".join(f"{count} {name}" for name, count in found.counted.items())
    told = f"Whole: {found.lines} lines; {rows}. Last line: {found.last or 'none yet'}"
    about = {"lines": found.lines, "last": found.last, "rows": found.counted}
    return {"broken": list(found.broken), **about, "told": told}
