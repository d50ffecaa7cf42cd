"""Asking one critic or the panel again, as pages: what to ask, then its price, then yes, then how far it is.

Pricing is a form, too: it may read the product's pages and takes the place of a price somebody else was shown, which no
link from elsewhere may make the desk do.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Annotated, ClassVar

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import HTMLResponse, Response

from panel.desk import AskAgainJob, AskAgainRequest, History, OpenReview, cited_passages, reasons_of, role_may
from panel.errors import Mistake, NotFound
from panel.pages import clean
from panel.records import Account, Answered, Persona, Review
from panel.web.access import AsEditor, AsWriter
from panel.web.deps import POSTED, Deps, DraftId, Given
from panel.web.respond import View, redirect, show

LINE = 160  # characters of a passage; the whole of it stands on the draft's page


@dataclass(frozen=True, slots=True)
class Cited:
    """A passage that a critic rested on, to be left to the others."""

    passage_id: str
    text: str  # its beginning
    voice: str


@dataclass(frozen=True)
class AskPage(View):
    """The context of ask_again.html: a form; nothing is asked, nothing costs anything yet."""

    template: ClassVar[str] = "ask_again.html"
    title: str
    draft_id: str
    name: str
    critic: str  # persona_id; "" the whole panel
    whom: str  # "the Futurist", "the whole panel"
    others: tuple[tuple[str, str], ...]  # critics that could be asked instead: persona_id, title
    cited: tuple[Cited, ...]
    run_logs: tuple[str, ...]
    can_refresh: bool  # an address of the product is known
    is_running: bool
    reasons: tuple[str, ...]  # why this review is stale


@dataclass(frozen=True)
class AskingPage(View):
    """The context of ask_again_progress.html: an asking that is priced, runs, or is over."""

    template: ClassVar[str] = "ask_again_progress.html"
    title: str
    draft_id: str
    name: str
    state: str  # none, priced, asking, offered, stopped, failed
    whom: str
    leave: tuple[str, ...]
    refresh: bool
    sentence: str
    price: str
    is_free: bool
    unpriced: tuple[str, ...]  # models without a price: no budget can be kept
    run_id: str
    spent: str  # "" before anything was
    is_offered: bool
    may_ask: bool
    reloads_s: int  # 0: this page stands still


def ask_page(opened: OpenReview, critic: str, history: History, *, running: bool, reasons: tuple[str, ...]) -> AskPage:
    """critic: a persona_id, "" for the whole panel. Raises NotFound for a critic who is not on it."""
    review, draft = opened.review, opened.draft
    named = {p.persona_id: p for p in review.personas}
    if critic and critic not in named:
        raise NotFound(f"No critic {critic!r} is on this panel.", hint="There are: " + ", ".join(named) + ".")
    name = clean(draft.shown.name)
    return AskPage(
        title=f"{name}: ask again",
        draft_id=draft.draft_id,
        name=name,
        critic=critic,
        whom=whom(review, critic),
        others=tuple((p.persona_id, clean(p.title)) for p in review.personas if p.persona_id != critic),
        cited=_cited(review, named[critic]) if critic else (),
        run_logs=tuple(f"{log.on_day:%d %b %Y}: {clean(log.title)}" for log in history.run_logs),
        can_refresh=bool(review.dossier.launch.homepage),
        is_running=running,
        reasons=tuple(clean(reason) for reason in reasons),
    )


def whom(review: Review, persona_id: str) -> str:
    """ "the Futurist", as sentences say it."""
    if not persona_id:
        return "the whole panel"
    title = next((clean(p.title) for p in review.personas if p.persona_id == persona_id), persona_id)
    return title if title.lower().startswith("the ") else f"the {title}"


def _cited(review: Review, persona: Persona) -> tuple[Cited, ...]:
    opinion = review.opinion(persona.persona_id)
    grounds = opinion.grounds if isinstance(opinion, Answered) else ()
    passages = cited_passages(review.dossier, grounds)
    return tuple(Cited(p.passage_id, _line(p.text), p.voice.replace("_", " ")) for p in passages)


def _line(text: str) -> str:
    text = " ".join(clean(text).split())
    return text if len(text) <= LINE else text[:LINE].rsplit(" ", 1)[0] + " …"


def asking_page(
    opened: OpenReview, me: Account, asking: AskAgainJob | None, *, is_offered: bool, reloads_s: int
) -> AskingPage:
    """asking: the newest about this draft since the desk was started, None for none."""
    name = clean(opened.draft.shown.name)
    request = asking.prepared.request if asking else AskAgainRequest()
    estimate = asking.price.estimate if asking else None
    return AskingPage(
        title=f"{name}: asked again", draft_id=opened.draft.draft_id, name=name,
        state=asking.state if asking else "none", whom=whom(opened.review, request.persona_id), leave=request.leave,
        refresh=request.refresh, sentence=clean(asking.sentence) if asking else "",
        price=asking.price.sentence if asking else "", is_free=bool(asking and asking.price.free),
        unpriced=tuple(estimate.unpriced) if estimate else (), run_id=asking.run_id if asking else "",
        spent=f"${asking.spent_usd:.4f}" if asking and asking.spent_usd else "", is_offered=is_offered,
        may_ask=role_may(me.role, "ask again"), reloads_s=reloads_s,
    )  # fmt: skip


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
    deps.askings.start(me, draft_id, run_id=run_id, budget_usd=_usd(budget))
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
