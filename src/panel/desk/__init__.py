"""Where people turn drafts into reviews they answer for: texts, points to settle, decisions, approvals, the log."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
