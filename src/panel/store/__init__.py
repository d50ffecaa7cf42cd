"""SQL, run folders and locks. What needs SQLAlchemy (a third of a second) is loaded when it is named."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
