"""The desk's routers, in the order their pages stand in the navigation."""

from panel.web.routes import (
    accounts,
    acts,
    approval,
    ask_again,
    draft,
    history,
    offer,
    product,
    queue,
    sign_in,
    stale,
    static_files,
    stats,
)

ROUTERS = (
    queue.router, stale.router, stats.router, history.router, draft.router, approval.router, offer.router,
    ask_again.router, product.router, acts.router, accounts.router, sign_in.router, static_files.router,
)  # fmt: skip
