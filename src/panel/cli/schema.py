"""`panel schema`: the records as JSON Schema."""

from typing import Annotated

import typer

from panel.cli.terminal.terminal import say, say_json
from panel.errors import Mistake

NAMES = (
    "Launch", "Source", "Passage", "Dossier", "Persona", "Opinion", "Sentence", "Ground", "Flag", "Tally", "Review",
    "Comparison", "Run", "Answer",
)  # fmt: skip


def schema(
    name: Annotated[str, typer.Argument(help="A record's name; none lists them all.")] = "",
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object (a schema always is).")] = False,
) -> None:
    """Print a record's JSON Schema.

    The shape of launch files, reviews and everything else on disk.
    """
    if not name:
        say_json({"records": list(NAMES)}) if json_ else say("\n".join(NAMES))
        return
    by_name = {n.lower(): n for n in NAMES}
    if name.lower() not in by_name:
        raise Mistake(f"There is no record {name!r}.", hint="There are: " + ", ".join(NAMES) + ".")
    say_json(_schema_of(by_name[name.lower()]))


def _schema_of(name: str) -> dict[str, object]:
    from pydantic import TypeAdapter

    from panel import records
    from panel.prompting import answer_schema

    if name == "Answer":
        return answer_schema()
    return TypeAdapter(getattr(records, name)).json_schema()
