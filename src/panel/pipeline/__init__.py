"""Use cases: review launches, compare two, resume a run. The product's story reads here."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
