"""The command and its groups; errors become one sentence and an exit code here and nowhere else.

Logs never hold keys: rooms log names and counts, not bodies or headers.
"""

import json
import logging
import os
import sys
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from panel.cli import audit, backup, batch, doctor, dossier, init, personas, products, review, runs, schema, worker
from panel.cli.desk import serve
from panel.cli.drafts import browse, edit
from panel.cli.terminal.terminal import talk
from panel.errors import Interrupted, Mistake, PanelError
from panel.version import __version__

app = typer.Typer(
    name="panel", help="Ask a panel of AI critics about newly launched tools, and see where they disagree.",
    epilog="Data goes to stdout, talk to stderr. --json prints exactly one object. Exit codes: docs/cli.md.",
    rich_markup_mode=None, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False,
)  # fmt: skip
app.command("compare")(review.compare)
app.command("review")(review.review)
app.command("batch")(batch.batch)
app.command("worker")(worker.worker)
app.command("resume")(review.resume)
app.command("new")(init.new)
app.command("init")(init.init)
app.command("doctor")(doctor.doctor)
app.command("schema")(schema.schema)
app.add_typer(dossier.app, name="dossier")
app.add_typer(runs.app, name="runs")
app.add_typer(worker.app, name="queue")
app.add_typer(serve.app, name="desk")
app.add_typer(browse.app, name="drafts")
app.command("edit")(edit.edit)
app.add_typer(audit.app, name="audit")
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.add_typer(personas.app, name="personas")
app.add_typer(products.app, name="products")


def _print_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"panel {__version__} (review-panel)\n")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
    verbose: Annotated[int, typer.Option("-v", "--verbose", count=True, help="Say more; -vv says everything.")] = 0,
    log_file: Annotated[str, typer.Option("--log-file", help="Write a log here, one JSON object a line.")] = "",
) -> None:
    """Options that stand before the command."""
    if verbose or log_file:
        set_up_logging(verbose, log_file)


def main() -> None:
    """Run the command line and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a letter must not lose a paid answer
    wants_json = "--json" in sys.argv[1:]
    try:
        code = app(standalone_mode=False)
        if code == Interrupted.exit_code:  # typer turns an interrupt into a silent number
            raise KeyboardInterrupt
        sys.stdout.flush()
        sys.exit(code if isinstance(code, int) else 0)
    except typer.Exit as stop:
        sys.exit(stop.exit_code)
    except PanelError as err:
        _report(err.kind, str(err), err.hint, wants_json)
        sys.exit(err.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        _report(Interrupted.kind, "Stopped by you.", "`panel runs list` shows what can be resumed.", wants_json)
        sys.exit(Interrupted.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as err:
        if not any(c.__name__ == "ClickException" for c in type(err).__mro__):
            raise
        if type(err).__name__ == "NoArgsIsHelpError":  # a group alone: its help, as --help prints it
            sys.stdout.write(f"{err.format_message()}\n")  # type: ignore[attr-defined]
            sys.exit(0)
        told = err.format_message().rstrip(".")  # type: ignore[attr-defined]
        message = told if told.endswith("?") else f"{told}."
        _report("mistake", message, "Add --help to see what this command takes.", wants_json)
        sys.exit(2)


def _report(kind: str, message: str, hint: str, wants_json: bool) -> None:
    message, hint = (" ".join(text.split()) for text in (message, hint))  # one line, whatever a library put in it
    if wants_json:
        sys.stdout.write(json.dumps({"error": {"kind": kind, "message": message, "hint": hint}}) + "\n")
    else:
        talk(f"{message} {hint}".strip())


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, where, what."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return json.dumps({"at": at, "level": record.levelname, "where": record.name, "what": record.getMessage()})


def set_up_logging(verbose: int, log_file: str) -> None:
    """Log our own rooms: to stderr, warnings alone without -v, and to a file when one is named.

    Raises Mistake when the file can't be opened.
    """
    logger = logging.getLogger("panel")
    logger.setLevel(logging.DEBUG)
    talker = logging.StreamHandler(sys.stderr)
    talker.setLevel(logging.DEBUG if verbose > 1 else logging.INFO if verbose else logging.WARNING)
    talker.setFormatter(logging.Formatter("%(name)s: %(message)s"))
    logger.addHandler(talker)
    if log_file:
        try:
            keeper = logging.FileHandler(Path(log_file), encoding="utf-8")
        except OSError as err:
            raise Mistake(f"--log-file {log_file!r} can't be opened: {err.strerror}.", hint="Name another.") from err
        keeper.setFormatter(JsonLines())
        logger.addHandler(keeper)
