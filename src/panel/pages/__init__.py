"""A review or a comparison as one HTML file, as Markdown, and as a card for a terminal. Pure: records in, text out."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
