"""The desk's routers, in the order their pages stand in the navigation."""

from panel.web.routes import accounts, acts, drafts, entering, history, own, queue

ROUTERS = (queue.router, history.router, drafts.router, acts.router, accounts.router, entering.router, own.router)
