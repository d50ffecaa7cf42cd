"""Arguments and options that several commands take, each told once; and their limits as values."""

from decimal import Decimal
from typing import Annotated

import typer

from panel.errors import Mistake

MOST_MINUTES = 60 * 24 * 30

JsonFlag = Annotated[bool, typer.Option("--json", help="Print exactly one JSON object on stdout.")]
YesFlag = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask before spending.")]
SureFlag = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")]
DraftArgument = Annotated[str, typer.Argument(metavar="DRAFT", help="As `panel drafts list` prints it.")]
RunId = Annotated[str, typer.Argument(help="As `panel runs list` prints it; its beginning will do.")]
PersonasOption = Annotated[str, typer.Option("--personas", help="Only these, as a,b.")]
WhyOption = Annotated[str, typer.Option("--why", help="In your own words; it stays in the log.")]


def usd(amount: float | None) -> Decimal | None:
    """What --budget gives, as typed."""
    return None if amount is None else Decimal(str(amount))


def seconds(minutes: float | None) -> float | None:
    """What --deadline gives. Raises Mistake for what is no deadline."""
    if minutes is not None and not 0 < minutes < MOST_MINUTES:
        raise Mistake(f"--deadline {minutes:g} is no number of minutes.", hint="Give some, for example --deadline 10.")
    return None if minutes is None else minutes * 60
