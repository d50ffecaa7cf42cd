"""Arguments and options that several commands take, each told once."""

from typing import Annotated

import typer

JsonFlag = Annotated[bool, typer.Option("--json", help="Print exactly one JSON object on stdout.")]
YesFlag = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask before spending.")]
SureFlag = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")]
DraftId = Annotated[str, typer.Argument(metavar="DRAFT", help="As `panel drafts list` prints it.")]
RunId = Annotated[str, typer.Argument(help="As `panel runs list` prints it; its beginning will do.")]
PersonasOption = Annotated[str, typer.Option("--personas", help="Only these, as a,b.")]
WhyOption = Annotated[str, typer.Option("--why", help="In your own words; it stays in the log.")]
