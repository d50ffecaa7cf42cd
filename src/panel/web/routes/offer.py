"""A newer review beside today's draft, critic by critic: what stays, what comes in, what goes."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from panel.desk import PHRASES, Offer, as_printed, new_queue_row, read_offer, role_may
from panel.errors import NotFound
from panel.pages import clean, review_view, stand_of
from panel.pages import wording as page_words
from panel.records import Account, Answered, Dossier, DraftText, EditedWords, Review, Source
from panel.web.access import AsWriter
from panel.web.deps import DraftId, Given
from panel.web.respond import View, show
from panel.web.views.draft_items import LABELS
from panel.web.views.highlight import TextRun, changed

ALIKE = 0.4  # share of words two sentences have in common; with less, marking them word by word only confuses


@dataclass(frozen=True, slots=True)
class OfferedPair:
    """One place in a critic's words: as it is today, and as it would be."""

    where: str  # "Sentence 2"
    was: tuple[TextRun, ...]  # () when nothing stands there
    now: tuple[TextRun, ...]


@dataclass(frozen=True, slots=True)
class OfferVerdict:
    """What became of an opinion, in a word."""

    stand: str
    word: str
    model: str
    why: str  # of no answer; "" for an answer


@dataclass(frozen=True, slots=True)
class CriticOffer:
    """One critic in both reviews."""

    title: str
    was: OfferVerdict
    now: OfferVerdict
    stays: bool  # it said the same again
    told: str  # what taking over does to its words
    lost: str  # what people changed and would no longer be printed; "" nothing
    pairs: tuple[OfferedPair, ...]

    @property
    def is_turned(self) -> bool:
        return self.was.stand != self.now.stand


@dataclass(frozen=True)
class OfferPage(View):
    """The context of offer.html."""

    template: ClassVar[str] = "offer.html"
    title: str
    draft_id: str
    number: int  # of the revision this was read at
    offered: str  # hash of the newer review
    name: str
    called: str  # by the newer review; "" when it is the same
    answer_was: str
    answer_now: str
    critics: tuple[CriticOffer, ...]
    sources: tuple[str, ...]  # what the critics read that differs
    grades: str  # "trial, now full"; "" when they are alike
    may_take_over: bool


def offer_page(offer: Offer, me: Account) -> OfferPage:
    draft = offer.mine.draft
    name = clean(draft.shown.name)
    grades = "" if draft.grade == offer.newer.grade else f"{draft.grade}, now {offer.newer.grade}"
    called = clean(new_queue_row(offer.newer, draft.draft_id).name)
    return OfferPage(
        title=f"{name}: a newer review", draft_id=draft.draft_id, number=draft.head, offered=draft.offered_hash,
        name=name, called="" if called == name else called, answer_was=review_view(offer.mine.printed, ()).answer,
        answer_now=review_view(offer.counted, ()).answer, critics=tuple(_critics(offer)),
        sources=tuple(_sources(offer.mine.review.dossier, offer.newer.dossier)), grades=grades,
        may_take_over=role_may(me.role, "take over"),
    )  # fmt: skip


def _critics(offer: Offer) -> Iterator[CriticOffer]:
    """Those whose verdict turned first, then those who say it otherwise, then the rest, in page order."""
    was = {p.persona_id: p for p in offer.mine.review.personas}
    personas = sorted({**was, **{p.persona_id: p for p in offer.newer.personas}}.values(), key=lambda p: p.order)
    found = [_critic(offer, p.persona_id, clean(p.title)) for p in personas]
    yield from sorted(found, key=lambda critic: (not critic.is_turned, critic.stays))


def _critic(offer: Offer, who: str, title: str) -> CriticOffer:
    mine, lost = offer.mine, len(offer.lost(who))
    stays = who in offer.same
    return CriticOffer(
        title=title,
        was=_verdict(mine.review, mine.counted, mine.text, who),
        now=_verdict(offer.newer, offer.counted, offer.text, who),
        stays=stays,
        told=_told(offer, who, stays=stays),
        lost=f"{lost} change{'s' * (lost != 1)} people made to it" if lost else "",
        pairs=() if stays else tuple(_pairs(offer, who)),
    )


def _verdict(review: Review, counted: Review, text: DraftText, who: str) -> OfferVerdict:
    """counted: the review as it is printed, which does not say why there is no answer."""
    opinion = review.opinion(who)
    stand = "struck" if any(s.persona_id == who for s in text.struck) else stand_of(counted, who)
    why = "" if opinion is None or isinstance(opinion, Answered) else clean(opinion.why)
    word = page_words.labelled(page_words.STANDS[stand], review.grade)
    return OfferVerdict(stand, word, clean(opinion.juror.model) if opinion else "", why)


def _told(offer: Offer, who: str, *, stays: bool) -> str:
    if stays:
        return "Says the same: your words stay."
    counts = " It was struck, and counts again." if who in offer.mine.struck else ""
    return _what_comes(offer, who) + counts


def _what_comes(offer: Offer, who: str) -> str:
    if offer.newer.opinion(who) is None:
        return "Was not asked. Its words go."
    if not isinstance(offer.newer.opinion(who), Answered):
        return "Gave no answer. Its words go."
    if offer.mine.review.opinion(who) is None:
        return "New on the panel. Its words come in, to be decided."
    return "Answered anew. Its new words come in, to be decided."


def _pairs(offer: Offer, who: str) -> Iterator[OfferedPair]:
    was = dict(_said(offer.mine.review, offer.mine.text.words_of(who)))
    now = dict(_said(offer.newer, offer.text.words_of(who)))
    for where in dict.fromkeys([*was, *now]):
        one, other = was.get(where, ""), now.get(where, "")
        if one != other:
            yield _pair(where, one, other)


def _pair(where: str, was: str, now: str) -> OfferedPair:
    """Both, with the words that differ marked where the two have enough in common."""
    alike = difflib.SequenceMatcher(a=was.split(), b=now.split(), autojunk=False).ratio()
    if not was or not now or alike < ALIKE:
        return OfferedPair(where, *((TextRun(text),) if text else () for text in (was, now)))
    runs = changed(was, now)
    old, new = (tuple(run for run in runs if run.mark != left_out) for left_out in ("new", "old"))
    return OfferedPair(where, old, new)


def _said(review: Review, words: EditedWords | None) -> Iterator[tuple[str, str]]:
    """(place, what stands there as it is printed); what is set aside says so."""
    if words is None:
        return
    opinion = review.opinion(words.persona_id)
    grounds = {g.number: g for g in opinion.grounds} if isinstance(opinion, Answered) else {}
    for sentence in words.sentences:
        yield f"Sentence {sentence.place + 1}", _standing(clean(as_printed(sentence)), sentence.standing)
    for place, pick in enumerate(words.picks, start=1):
        if ground := grounds.get(pick.number):
            yield f"Evidence {place}", _standing(f"{ground.side}: {clean(ground.excerpt)}", pick.standing)
    if words.views == "printed":
        yield from ((LABELS[name], clean(getattr(words, name))) for name in PHRASES)
        asks = {ask.ask_id: ask.question for ask in review.persona(words.persona_id).asks}
        yield from ((clean(asks.get(r.ask_id, r.ask_id)), clean(r.answer)) for r in words.replies)
        if words.prediction:
            yield "Prediction", clean(words.prediction.statement)


def _standing(text: str, standing: str) -> str:
    return {"printed": text, "removed": "", "set_aside": f"(set aside) {text}"}[standing]


def _sources(was: Dossier, now: Dossier) -> Iterator[str]:
    """What the critics read, where it differs."""
    if was.as_of != now.as_of:
        yield f"It speaks of {now.as_of:%d %b %Y}; the draft of {was.as_of:%d %b %Y}."
    before, after = ({_identity(s): s for s in d.sources} for d in (was, now))
    yield from (f"New: {_source(after[key])}" for key in after if key not in before)
    yield from (f"Gone: {_source(before[key])}" for key in before if key not in after)
    both = [key for key in after if key in before]
    yield from (f"Changed: {_source(after[key])}" for key in both if after[key].text_sha256 != before[key].text_sha256)


def _source(source: Source) -> str:
    named = clean(source.title) or clean(source.url)
    return f"{named}, a run log" if source.kind == "run_log" else named


def _identity(source: Source) -> tuple[str, ...]:
    """What makes it the same source in another dossier: its address, else what it says. A page may be cited twice."""
    named = (source.url,) if source.url else (source.title, source.text_sha256)
    return source.kind, source.voice, *named


router = APIRouter(prefix="/drafts")


@router.get("/{draft_id}/offer", response_class=HTMLResponse)
def offer(request: Request, deps: Given, me: AsWriter, draft_id: DraftId) -> Response:
    """What taking it over would change. 404 when nothing is offered."""
    found = read_offer(deps.desk, me, draft_id)
    if found is None:
        raise NotFound("No newer review is offered for this draft.", hint="Ask the panel again for one.")
    return show(request, offer_page(found, me))
