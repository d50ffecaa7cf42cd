"""What code can say about an opinion: named flags, grounds that stand, whose word a figure is. Pure."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
