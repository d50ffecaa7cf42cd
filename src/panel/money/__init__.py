"""Estimates, reservations and costs, in Decimal USD. Pure, but for the price list, read at the first hosted price."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
