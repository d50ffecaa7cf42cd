"""Write docs/cli.md from the commands themselves; a test fails when the two differ."""

import sys
from pathlib import Path
from typing import Any

import typer

from panel.cli.app import app

HEAD = """# Commands

Made by `scripts/cli_docs.py` from the commands themselves.

Data goes to stdout, talk to stderr. `--json` prints exactly one object, or `{"error": {"kind", "message", "hint"}}`.

| exit code | meaning |
|---|---|
| 0 | finished, and at least one critic answered or abstained |
| 2 | a mistake you can fix: a file, a flag, a key |
| 3 | a model's server failed |
| 4 | every answer was unusable or declined, so there is no article; of `doctor --live`, an assumption did not hold |
| 5 | a database, a folder or a disk failed; or another process works on this run |
| 6 | stopped at a budget or a deadline; the message names the command that goes on |
| 130 | interrupted; resumable |
"""


def cli_markdown() -> str:
    """docs/cli.md, whole."""
    root: Any = typer.main.get_command(app)
    return HEAD + "".join(_sections(root, "panel"))


def _sections(command: Any, path: str) -> list[str]:
    commands = getattr(command, "commands", {})
    if not commands:
        return [_section(command, path)]
    itself = [_section(command, path)] if command.params else []
    return itself + [part for name, sub in commands.items() for part in _sections(sub, f"{path} {name}")]


def _section(command: Any, path: str) -> str:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    usage = " ".join([path, *(_argument(p) for p in arguments)])
    rows = [f"| `{_name(p)}` | {p.help or ''} |" for p in arguments]
    rows += [
        f"| {', '.join(f'`{o}`' for o in p.opts)} | {p.help or ''} |" for p in command.params if p not in arguments
    ]
    lines = [f"\n## {path}\n", f"\n    {usage}\n", f"\n{_text(command)}\n"]
    return "".join(lines) + ("\n| | |\n|---|---|\n" + "\n".join(rows) + "\n" if rows else "")


def _argument(param: Any) -> str:
    shown = f"{_name(param)}..." if param.nargs == -1 else _name(param)
    return shown if param.required else f"[{shown}]"


def _name(param: Any) -> str:
    return str(param.metavar or param.name).upper()


def _text(command: Any) -> str:
    return " ".join((command.help or "").split())


if __name__ == "__main__":
    target = Path(__file__).parents[1] / "docs" / "cli.md"
    target.write_text(cli_markdown(), encoding="utf-8")
    sys.stdout.write(f"wrote {target}\n")
