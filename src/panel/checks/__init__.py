"""What code can say about an opinion: named flags, grounds that stand, whose word a figure is. Pure.

The table of checks is `CHECKS`; docs/checks.md shows it with the rules and their limits.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
