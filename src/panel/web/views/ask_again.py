"""Asking a critic or the whole panel again, as pages: what to ask, at which price, how far it is."""

from dataclasses import dataclass
from typing import ClassVar

from panel.desk import AskAgainJob, AskAgainRequest, History, OpenReview, cited_passages, role_may
from panel.errors import NotFound
from panel.pages import clean
from panel.records import Account, Answered, Persona, Review
from panel.web.respond import View

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
    return tuple(
        Cited(p.passage_id, _line(p.text), p.voice.replace("_", " ")) for p in cited_passages(review.dossier, grounds)
    )


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
