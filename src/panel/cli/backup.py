"""`panel backup` and `panel restore`: a workspace as one file, and back."""

import os
from pathlib import Path
from typing import Annotated

import typer

from panel.cli.terminal.common_options import JsonFlag
from panel.cli.terminal.here import open_here
from panel.cli.terminal.terminal import say, say_json, talk
from panel.errors import Mistake


def backup(
    file: Annotated[Path, typer.Argument(help="The tar to write; no file is overwritten.")], json_: JsonFlag = False
) -> None:
    """Copy the database at one moment, runs, snapshots and settings into one file. Running batches go on.

    API keys and passwords are left out and named.
    """
    from panel.store import write_backup
    from panel.workspace import KEYS

    with open_here(json_=json_) as workspace:
        settings = workspace.settings
        if not workspace.has_database:
            raise Mistake(f"There is no database at {workspace.database_shown!r} yet.", hint="Nothing was written.")
        set_here = [name for name in (*KEYS.values(), "PANEL_DATABASE_URL") if settings.environment.get(name)]
        report = write_backup(
            file, workspace.stores.engine, root=settings.root, runs_dir=settings.runs_dir, variables=set_here
        )
    if json_:
        say_json({"file": str(file), **report.model_dump(mode="json")})
        return
    header = report.header
    at = f"{header.made.created_at:%Y-%m-%d %H:%M:%S} UTC"
    talk(f"{report.rows} rows as they stood at {at}, {report.files} files, {report.bytes} bytes.")
    if header.left_out:
        talk(f"Left out: {', '.join(header.left_out)}. Set them again where it is restored.")
    if report.passed_over:
        talk(f"Passed over, for they are no plain files: {', '.join(report.passed_over)}.")
    if header.unfinished:
        talk(f"Not finished then: {', '.join(header.unfinished)}.")
        talk("After a restore `panel resume` goes on with them, and asks again what was answered since.")
    say(str(file))


def restore(
    file: Annotated[Path, typer.Argument(help="What `panel backup` wrote, compressed since or not.")],
    folder: Annotated[Path, typer.Argument(help="An empty folder, or a new one.")] = Path(),
    json_: JsonFlag = False,
) -> None:
    """Bring a backup back into an empty folder, and into the empty database that PANEL_DATABASE_URL names, if it does.

    Checks every file's hash, then the desk's log and every approval.
    """
    from panel.desk import audit
    from panel.store import Stores, restore_backup
    from panel.workspace import read_settings

    if not file.is_file():
        raise Mistake(f"There is no file {str(file)!r}.", hint="Name what `panel backup` wrote.")
    url = read_settings(folder, "", os.environ).environment.get("PANEL_DATABASE_URL", "")
    report = restore_backup(file, folder, url)
    runs, toml = folder / report.header.runs, folder / "panel.toml"
    with Stores.open(url or f"sqlite:///{runs / 'panel.db'}", runs) as stores:
        found = audit(stores.drafts)
    named = read_settings(folder, toml.read_text("utf-8") if toml.exists() else "", {}).runs_dir
    if named != runs:
        talk(f"panel.toml names {str(named)!r} for the runs: move {str(runs)!r} there, or change that line.")
    if json_:
        whole = {"whole": not found.broken, "broken": list(found.broken), "audited": found.counted}
        say_json({"folder": str(folder), **report.model_dump(mode="json", exclude={"passed_over"}), **whole})
    else:
        talk(f"{report.rows} rows and {report.files} files, each as its hash says.")
        if report.header.left_out:
            talk(f"Set again what was left out: {', '.join(report.header.left_out)}.")
        talk(found.broken[0] if found.broken else f"The log is whole; approvals: {found.counted['approvals']}.")
        say(str(folder))
    if found.broken:
        raise typer.Exit(5)
