"""The desk's routers, in the order their pages stand in the navigation."""

from panel.web.routes import accounts, acts, ask_again, draft, history, offer, overview, product, queue, sign_in
from panel.web.routes import static_files as files

_MODULES = (queue, overview, history, draft, offer, ask_again, product, acts, accounts, sign_in, files)
ROUTERS = tuple(module.router for module in _MODULES)
