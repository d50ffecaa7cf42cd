"""SQL, run folders, locks and the workspace. What needs SQLAlchemy (a third of a second) is loaded when it is named."""

from typing import TYPE_CHECKING, Any

from panel.store.folder import RunFolder, verify_folder
from panel.store.lock import RunLock, is_held
from panel.store.names import new_run_id
from panel.store.stamping import stamp
from panel.store.workspace import Workspace, find_workspace, lay_out

if TYPE_CHECKING:
    from panel.store.folding import fold
    from panel.store.jobs import CallRow, Claimed, HeldBy, Known
    from panel.store.ledger import Ledger, folded_key, ledger_key
    from panel.store.run_records import Records

__all__ = [
    "CallRow", "Claimed", "HeldBy", "Known", "Ledger", "Records", "RunFolder", "RunLock", "Workspace",
    "find_workspace", "fold", "folded_key", "is_held", "lay_out", "ledger_key", "new_run_id", "stamp", "verify_folder",
]  # fmt: skip

_HOME = {
    "CallRow": "jobs",
    "Ledger": "ledger",
    "fold": "folding",
    "folded_key": "ledger",
    "ledger_key": "ledger",
    "Claimed": "jobs",
    "HeldBy": "jobs",
    "Known": "jobs",
    "Records": "run_records",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"panel.store.{_HOME[name]}"), name)
