"""The web desk: a thin shell. Routes parse a request, call the desk, and draw a template or redirect.

Start at `app.build_app`. A router of pages goes into `routes/`, into `routes.ROUTERS`, and nowhere else; each of its
routes says which role it needs (`access.needs`).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
