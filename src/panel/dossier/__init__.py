"""Launch files in, dossiers out: dated, hashed sources cut into numbered passages."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
