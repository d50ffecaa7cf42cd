"""SQL, run folders, locks and the workspace. What needs SQLAlchemy (a third of a second) is loaded when it is named."""

from typing import TYPE_CHECKING, Any

from panel.store.folder import RunFolder, verify_folder
from panel.store.lock import RunLock, is_held
from panel.store.names import new_run_id
from panel.store.stamping import stamp
from panel.store.workspace import Workspace, find_workspace, lay_out

if TYPE_CHECKING:
    from panel.store.batch_rows import BatchRows
    from panel.store.costs import CostRow, plus
    from panel.store.folding import fold
    from panel.store.holding import hold_run
    from panel.store.jobs import CallRow, Claimed, HeldBy, InBatch, Known
    from panel.store.ledger import Ledger, folded_key, ledger_key
    from panel.store.locks import Locks, open_locks
    from panel.store.money import Purse
    from panel.store.pace import SharedPace
    from panel.store.products import Products
    from panel.store.provider_batches import ProviderBatches, SentBatch
    from panel.store.run_records import Records

__all__ = [
    "BatchRows", "CallRow", "Claimed", "CostRow", "HeldBy", "InBatch", "Known", "Ledger", "Locks", "Products",
    "ProviderBatches", "Purse", "Records", "RunFolder", "RunLock", "SentBatch", "SharedPace", "Workspace",
    "find_workspace", "fold", "folded_key", "hold_run", "is_held", "lay_out", "ledger_key", "new_run_id", "open_locks",
    "plus", "stamp", "verify_folder",
]  # fmt: skip

_NAMES = {
    "batch_rows": "BatchRows",
    "costs": "CostRow plus",
    "folding": "fold",
    "holding": "hold_run",
    "jobs": "CallRow Claimed HeldBy InBatch Known",
    "ledger": "Ledger folded_key ledger_key",
    "locks": "Locks open_locks",
    "money": "Purse",
    "pace": "SharedPace",
    "products": "Products",
    "provider_batches": "ProviderBatches SentBatch",
    "run_records": "Records",
}


def __getattr__(name: str) -> Any:
    home = next((home for home, names in _NAMES.items() if name in names.split()), "")
    if not home:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"panel.store.{home}"), name)
