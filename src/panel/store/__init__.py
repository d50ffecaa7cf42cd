"""SQL, run folders, locks and the workspace. What needs SQLAlchemy (a third of a second) is loaded when it is named."""

from typing import TYPE_CHECKING, Any

from panel.store.locks.run_lock import RunLock, is_held
from panel.store.run_ids import new_run_id
from panel.store.runs.run_folder import RunFolder, verify_folder
from panel.store.runs.version_stamp import stamp

if TYPE_CHECKING:
    from panel.store.ledger.bodies import fold
    from panel.store.ledger.cost_sums import CostRow, plus
    from panel.store.ledger.ledger import Ledger, folded_key, ledger_key
    from panel.store.ledger.messages import CallRow, Claimed, HeldBy, InBatch, StoredAnswer
    from panel.store.ledger.provider_batches import ProviderBatches, SentBatch
    from panel.store.ledger.shared_budget import SharedBudget
    from panel.store.locks.hold_both import hold_run
    from panel.store.locks.locks import Locks, open_locks
    from panel.store.products.products import Products
    from panel.store.runs.batch_rows import BatchRows
    from panel.store.runs.run_records import RunRecords
    from panel.store.shared_rate import SharedPace

__all__ = [
    "BatchRows",
    "CallRow",
    "Claimed",
    "CostRow",
    "HeldBy",
    "InBatch",
    "Ledger",
    "Locks",
    "Products",
    "ProviderBatches",
    "RunFolder",
    "RunLock",
    "RunRecords",
    "SentBatch",
    "SharedBudget",
    "SharedPace",
    "StoredAnswer",
    "fold",
    "folded_key",
    "hold_run",
    "is_held",
    "ledger_key",
    "new_run_id",
    "open_locks",
    "plus",
    "stamp",
    "verify_folder",
]  # fmt: skip

_NAMES = {
    "runs.batch_rows": "BatchRows",
    "ledger.cost_sums": "CostRow plus",
    "ledger.bodies": "fold",
    "locks.hold_both": "hold_run",
    "ledger.messages": "CallRow Claimed HeldBy InBatch StoredAnswer",
    "ledger.ledger": "Ledger folded_key ledger_key",
    "locks.locks": "Locks open_locks",
    "ledger.shared_budget": "SharedBudget",
    "shared_rate": "SharedPace",
    "products.products": "Products",
    "ledger.provider_batches": "ProviderBatches SentBatch",
    "runs.run_records": "RunRecords",
}


def __getattr__(name: str) -> Any:
    home = next((home for home, names in _NAMES.items() if name in names.split()), "")
    if not home:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"panel.store.{home}"), name)
