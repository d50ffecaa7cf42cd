"""Ask one critic or the panel again: what to ask, then its price, then yes, then how far it is.

Pricing is a form, too: it may read the product's pages and takes the place of a price somebody else was shown, which no
link from elsewhere may make the desk do.
"""

from decimal import Decimal, InvalidOperation
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import HTMLResponse, Response

from panel.desk import AskAgainJob, AskAgainRequest, OpenReview, reasons_of
from panel.errors import Mistake
from panel.records import Account
from panel.web.access import AsEditor, AsWriter
from panel.web.deps import POSTED, Deps, DraftId, Given
from panel.web.respond import redirect, show
from panel.web.views.ask_again import ask_page, asking_page

router = APIRouter(prefix="/drafts/{draft_id}")
Critic = Annotated[str, Form(max_length=60, pattern=r"^([a-z][a-z0-9-]*)?$")]
Passages = Annotated[list[Annotated[str, Form(max_length=20)]], Form(max_length=200)]
RELOAD_S = 4
MOST_USD = Decimal(10_000)


@router.get("/ask", response_class=HTMLResponse)
def ask(
    request: Request, deps: Given, me: AsEditor, draft_id: DraftId,
    critic: Annotated[str, Query(max_length=60, pattern=r"^([a-z][a-z0-9-]*)?$")] = "",
) -> Response:  # fmt: skip
    """What to ask, and whom. Costs nothing."""
    opened, asking = _review(deps, me, draft_id), _newest(deps, draft_id)
    with deps.desk.store.reading() as conn:
        reasons = reasons_of(conn, [opened.draft], deps.desk.now.date())[draft_id]
    running = asking is not None and asking.state == "asking"
    return show(request, ask_page(opened, critic, deps.desk.history(me, draft_id), running=running, reasons=reasons))


@router.post("/ask", **POSTED)
def price(
    deps: Given, me: AsEditor, draft_id: DraftId, critic: Critic = "", leave: Passages = [],  # noqa: B006
    more: Annotated[str, Form(max_length=400)] = "", refresh: Annotated[bool, Form()] = False,
) -> Response:  # fmt: skip
    """Say what it may cost. Nothing is asked; with `refresh` the product's pages are read."""
    _review(deps, me, draft_id)
    passages = dict.fromkeys([*leave, *more.replace(",", " ").split()])
    deps.askings.price(me, draft_id, AskAgainRequest(persona_id=critic, leave=tuple(passages), refresh=refresh))
    return redirect(f"/drafts/{draft_id}/asking")


@router.get("/asking", response_class=HTMLResponse)
def asking(request: Request, deps: Given, me: AsWriter, draft_id: DraftId, still: bool = False) -> Response:
    """The newest asking about this draft: its price, how far it is, or what came of it. `still`: don't reload."""
    opened, newest = _review(deps, me, draft_id), _newest(deps, draft_id)
    reloads_s = RELOAD_S if newest and newest.state == "asking" and not still else 0
    page = asking_page(opened, me, newest, is_offered=bool(opened.draft.offered_hash), reloads_s=reloads_s)
    return show(request, page, headers={"refresh": str(reloads_s)} if reloads_s else None)


@router.post("/asking", **POSTED)
def start(
    deps: Given, me: AsEditor, draft_id: DraftId, run_id: Annotated[str, Form(max_length=200)],
    budget: Annotated[str, Form(max_length=20)] = "",
) -> Response:  # fmt: skip
    """Let it begin, at the price this person saw."""
    limit, newest = _usd(budget), deps.askings.of(draft_id)
    if limit is not None and newest and newest.price.estimate.unpriced:
        models = " and ".join(newest.price.estimate.unpriced)
        raise Mistake(f"The price of {models} is unknown, so a budget can't be kept.", hint="Leave the budget empty.")
    deps.askings.start(me, draft_id, run_id=run_id, budget_usd=limit)
    return redirect(f"/drafts/{draft_id}/asking")


def _review(deps: Deps, me: Account, draft_id: str) -> OpenReview:
    opened = deps.desk.open(me, draft_id)
    if not isinstance(opened, OpenReview):
        raise Mistake("A comparison asks nobody.", hint="Ask about one of its two reviews.")
    return opened


def _newest(deps: Deps, draft_id: str) -> AskAgainJob | None:
    """None, too, where nothing can be asked: looking is no mistake."""
    return deps.askings.of(draft_id) if deps.ask_again else None


def _usd(text: str) -> Decimal | None:
    """An amount as it is typed: "2", "0.50", "$2"; None for none. Raises Mistake."""
    plain = text.strip().removeprefix("$").replace(",", ".")
    if not plain:
        return None
    try:
        limit = Decimal(plain)
        if not limit.is_finite() or not 0 < limit <= MOST_USD:
            raise InvalidOperation
    except InvalidOperation as err:
        raise Mistake(f"{text!r} is no budget.", hint="Write dollars, such as 2 or 0.50; or leave it empty.") from err
    return limit
