"""One invocation and its folder in `runs/`."""

from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from panel.records.base import Stamp, Value
from panel.records.dossier import PassageId
from panel.records.opinion import Juror, Usage
from panel.records.review import Rho

RunState = Literal["started", "stopped", "finished"]


class Spend(Value):
    """What calls cost, summed from the ledger. `unpriced` calls are in no sum."""

    calls: int = 0
    reused: int = 0  # answers the ledger already held
    usage: Usage = Usage()
    cost_usd: Decimal = Decimal(0)  # of priced calls
    unpriced: int = 0  # calls whose price is unknown

    def in_usd(self) -> str:
        """The cost for a table: "unknown" where no call has a price, "over" the known part where some have none."""
        known = f"{self.cost_usd:.6f}"
        return known if not self.unpriced else f"over {known}" if self.cost_usd else "unknown"


class SpendRow(Value):
    """Spend of one juror on one launch."""

    launch: str  # slug
    persona_id: str
    model: str
    spend: Spend


class FileEntry(Value):
    """A file of the run folder and the hash it had when written."""

    path: str  # relative, forward slashes
    sha256: str


class Again(Value):
    """That a run asked for a draft of the desk again, and what it was told."""

    draft_id: str
    persona_id: str = ""  # the one critic that was asked; "" the whole panel
    leave: tuple[PassageId, ...] = ()  # passages it was told to leave to the other critics
    base_hash: str = ""  # of the review its answers are laid into; "" for a dossier gathered afresh


class Run(Value):
    """The manifest: what was asked for, what it was made with, what came of it. Written last of all files."""

    format: Literal[1] = 1
    made: Stamp
    run_id: str
    kind: Literal["review", "compare", "batch"]
    state: RunState
    command: tuple[str, ...]  # the arguments, keys never among them
    launches: tuple[str, ...]  # slugs, in the order asked
    dossiers: dict[str, str]  # slug -> dossier hash
    personas: dict[str, str]  # persona_id -> hash of its copy under inputs/
    jurors: tuple[Juror, ...]
    models: dict[str, dict[str, Any]] = {}  # by name, with every setting but the key
    prompts: dict[str, str]  # template -> hash
    draw: int = 0
    probed: int = 0  # launches asked again because their pages speak to reviewers
    budget_usd: Decimal | None = None
    as_of: date
    rho: Rho = Rho()
    why: str = ""  # of a stop
    spend: tuple[SpendRow, ...] = ()
    files: tuple[FileEntry, ...] = ()
    finished_at: str = ""  # UTC, ISO; "" until finished
    again: Again | None = Field(default=None, exclude_if=lambda value: value is None)
