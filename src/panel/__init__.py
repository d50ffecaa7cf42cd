"""Panel reviews of newly launched tools: drafted by AI critics, checked by code, approved by people.

Importing this package does nothing: no file is read, no folder made, no library loaded. `review`, `compare` and
`run_batch` are the panel from Python (docs/python.md); they are loaded when they are named.
"""

from panel.version import __version__

TYPE_CHECKING = False  # True to type checkers; `typing` itself is a library
if TYPE_CHECKING:
    from panel.api import ReviewedBatch, compare, review, run_batch

__all__ = ["ReviewedBatch", "__version__", "compare", "review", "run_batch"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'panel' has no attribute {name!r}")
    from panel import api

    return getattr(api, name)
