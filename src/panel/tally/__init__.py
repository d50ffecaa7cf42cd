"""Count verdicts, weigh the count, pair two reviews. Pure; the rules are written out in docs/rules.md."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
