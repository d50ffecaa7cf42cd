"""Panel reviews of newly launched tools: drafted by AI critics, checked by code, approved by people.

Importing this package does nothing: no file is read, no folder made, no library loaded.
"""

from panel.version import __version__

__all__ = ["__version__"]
