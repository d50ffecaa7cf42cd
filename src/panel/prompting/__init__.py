"""Render prompts and read what is written beside them: personas, opening moves, categories. Pure: text in, text out."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
