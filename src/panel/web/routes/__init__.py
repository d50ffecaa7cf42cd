"""The desk's routers, in the order their pages stand in the navigation."""

from panel.web.routes import accounts, entering, front, own

ROUTERS = (front.router, accounts.router, entering.router, own.router)
