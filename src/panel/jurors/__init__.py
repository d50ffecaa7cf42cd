"""Models as jurors: open one, send it a question with retries, decide what comes next, make a record of it."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
