"""The desk's routers, in the order their pages stand in the navigation."""

from panel.web.routes import (
    accounts,
    acts,
    approval,
    asking,
    drafts,
    entering,
    history,
    offer,
    own,
    products,
    queue,
    stale,
    stats,
)

ROUTERS = (
    queue.router, stale.router, stats.router, history.router, drafts.router, approval.router, offer.router,
    asking.router, products.router, acts.router, accounts.router, entering.router, own.router,
)  # fmt: skip
