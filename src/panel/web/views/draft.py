"""The whole draft page as values: its first screen, the way through it, and what is at hand beside it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from panel.desk import (
    LEAST,
    NOTHING,
    SPEAKS_TO_REVIEWERS,
    STRIKE_REASONS,
    TO_FETCH_BACK,
    UTC_TIMES,
    History,
    OpenComparison,
    Opened,
    OpenReview,
    Public,
    Times,
    edition_of,
    retraction,
    role_may,
    what_is_left,
)
from panel.pages import (
    PageView,
    ToolSide,
    clean,
    comparison_view,
    cut_short,
    retraction_sentence,
    review_view,
    stand_of,
)
from panel.pages import wording as page_words
from panel.records import Account, Answered, Approval, Decision, Persona, Publication, Written
from panel.web.respond import View
from panel.web.views.draft_items import (
    DraftItem,
    Editable,
    FlagLine,
    NamesByAccount,
    critic_items,
    editable,
    flag_line,
    told,
)

STATES = {
    "open": "Draft", "later": "Put off", "passed": "Passed over", "rejected": "Rejected", "approved": "Approved",
    "scheduled": "Scheduled", "published": "Published", "retracted": "Retracted",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lens:
    """One critic in the table on top: its verdict and line, tool by tool."""

    title: str
    on: tuple[tuple[str, str, str, str], ...]  # stand, its word, the line, the anchor of its words


@dataclass(frozen=True, slots=True)
class CriticBlock:
    """One critic's words, item by item."""

    persona_id: str
    draft_id: str
    number: int
    title: str
    tool: str  # "" on a review's page
    stand: str
    word: str
    model: str
    items: tuple[DraftItem, ...]  # printed and removed, in order
    aside: tuple[DraftItem, ...]
    struck: str  # why it was struck, and by whose words; "" while it counts
    why: str  # of no answer
    has_words: bool

    @property
    def left(self) -> int:
        return sum(item.is_left for item in self.items)


@dataclass(frozen=True, slots=True)
class HeldBlock:
    """Words for reviewers, to be read before anything is approved."""

    draft_id: str
    tool: str
    key: str  # of the point
    is_left: bool
    told: str


@dataclass(frozen=True)
class DraftPage(View):
    """The context of draft.html."""

    template: ClassVar[str] = "draft.html"
    title: str
    draft_id: str
    kind: str
    number: int
    read: int  # number of the log's newest line when this was read
    state: str
    state_word: str
    grade: str
    name: str
    answer: str
    lenses: tuple[Lens, ...]
    tools: tuple[str, ...]
    critics: tuple[CriticBlock, ...]
    held: tuple[HeldBlock, ...]
    general: tuple[FlagLine, ...]  # flags about no critic, and about the pair
    note: Editable
    note_by: str
    at: str  # the item in focus; "approve" when nothing is left
    items: tuple[DraftItem, ...]  # every stop in order, for the keys
    left: int
    what_is_left: str
    sides: tuple[ToolSide, ...]  # the page's own columns, for what is at hand
    may: Mapping[str, bool]  # what this person's role allows, by act
    may_fetch_back: bool
    approve_as: str
    edition: str
    signed: str  # "Approved by Ann Editor, 25 Nov 2026 12:04 UTC"; "" when it is not
    is_public: bool
    is_due: bool  # it is to go out
    hindrance: str  # why nobody can approve it; "" when nothing is in the way
    can_go_out: bool  # it is signed, and not what readers have
    what_was_wrong: str  # of a correction, as whoever signed put it
    readers_have: tuple[str, ...]  # what is out and what is to go out, a sentence each
    retracted: str  # "Retracted on 25 Nov 2026: why"; "" otherwise
    zone: str  # of the times on the page
    embargo: str
    offered: str  # hash of the newer review; "" none
    approval: int  # number of the signature under this text, 0 for none
    run_logs: tuple[tuple[str, str], ...]  # title, day
    page_href: str
    sides_drafts: tuple[tuple[str, str], ...]  # of a comparison: draft_id, name
    undoes: tuple[str, int] | None  # draft and number of what Undo takes back; None: nothing
    ends_approval: str  # whose signature taking a decision back would end; "" where nothing is signed
    taken_back: str  # what was just taken back, in words; "" otherwise


def draft_page(
    opened: Opened, me: Account, *, names: NamesByAccount, history: History, approval: Approval | None, now: datetime,
    public: Public = NOTHING, times: Times = UTC_TIMES, at: str = "", undoes: Decision | None = None,
    taken_back: str = "", ends_approval: str = "", read: int = 0,
) -> DraftPage:  # fmt: skip
    """at: the item to put in focus; the first that is left when that is none of the page's.

    approval: of exactly this text. ends_approval: whose signature taking a decision back would end.
    """
    reviews = opened.reviews
    tools = tuple(clean(side.review.dossier.launch.name) for side in reviews)
    critics = tuple(
        _critic(side, persona, tool if len(reviews) > 1 else "", names)
        for side, tool in zip(reviews, tools, strict=True)
        for persona in side.review.personas
    )
    held = tuple(h for side, tool in zip(reviews, tools, strict=True) if (h := _held(side, tool, names)))
    general = _general(opened, names)
    stops = tuple(item for block in critics for item in block.items)
    view: PageView = (
        comparison_view(opened.comparison, opened.flags)
        if isinstance(opened, OpenComparison)
        else review_view(opened.printed, ())
    )
    draft = opened.draft
    return DraftPage(
        title=draft.shown.name,
        draft_id=draft.draft_id,
        kind=draft.kind,
        number=draft.head,
        read=read,
        state=draft.state,
        state_word=STATES[draft.state],
        grade=draft.grade,
        name=clean(draft.shown.name),
        answer=view.answer,
        lenses=_lenses(opened, reviews),
        tools=tools,
        critics=critics,
        held=held,
        general=general,
        note=editable("note", "Editor's note", opened.text.note, ""),
        note_by=clean(opened.text.note_by) or me.name,
        at=_focus(at, stops, held, general),
        items=stops,
        left=len(opened.left),
        what_is_left=what_is_left(opened.left),
        sides=view.sides,
        may={act: role_may(me.role, act) for act in LEAST},
        may_fetch_back=role_may(me.role, TO_FETCH_BACK.get("scheduled" if public.due else draft.state, "fetch back")),
        approve_as=me.name,
        edition=edition_of(draft.grade),
        signed=f"Approved by {clean(approval.name)}, {times.told(approval.at)}" if approval else "",
        is_public=public.out is not None,
        is_due=public.due is not None,
        hindrance=opened.hindrance,
        can_go_out=approval is not None and not _is_in(public.out, approval, history.approvals),
        what_was_wrong=approval.reason if approval else "",
        readers_have=(
            *_readers_have(public, history.approvals, times),
            *(_ended(history, times) if approval is None and draft.state in ("open", "published") else ()),
        ),
        retracted=retraction_sentence(retraction(opened, history.publications)),
        zone=times.name,
        embargo=times.told(draft.embargo_until) if draft.embargo_until and draft.embargo_until > now else "",
        offered=draft.offered_hash,
        approval=approval.approval_id if approval else 0,
        run_logs=tuple((clean(log.title), f"{log.on_day:%d %b %Y}") for log in history.run_logs),
        page_href=f"/drafts/{draft.draft_id}/page",
        sides_drafts=tuple((s.draft.draft_id, clean(s.draft.shown.name)) for s in reviews if s is not opened),
        undoes=(undoes.draft_id, undoes.decision_id) if undoes else None,
        ends_approval=clean(ends_approval),
        taken_back=taken_back,
    )


def _is_in(out: Publication | None, approval: Approval, approvals: Sequence[Approval]) -> bool:
    """Whether what went out, or is to, is the text of this approval in its edition."""
    then = next((a for a in approvals if out and a.approval_id == out.approval_id), None)
    return then is not None and (then.number, then.edition) == (approval.number, approval.edition)


def _readers_have(public: Public, approvals: Sequence[Approval], times: Times) -> Iterator[str]:
    """Which text is out, and which is to go out when."""
    number = {a.approval_id: a.number for a in approvals}
    if public.out:
        out = number[public.out.approval_id or 0]
        yield f"Readers have revision {out}, since {times.told(public.out.goes_out_at)}."
    if public.due:
        due = number[public.due.approval_id or 0]
        yield f"Revision {due} goes out at {times.told(public.due.goes_out_at)}."


def _ended(history: History, times: Times) -> Iterator[str]:
    """Of a text nobody has signed: the last signature, and the hour that ended with it."""
    if history.approvals:
        last = history.approvals[-1]
        yield f"The approval by {clean(last.name)}, {times.told(last.at)}, ended: something was changed since."
    if history.publications and history.publications[-1].kind == "cancelled":
        yield "What was to go out goes out no more."


def told_undone(opened: Opened, decisions: Sequence[Decision], me: Account) -> str:
    """What this person took back last, in words: "Taken back: Futurist, “It runs where …”"; "" for nothing."""
    mine = [d for d in decisions if d.by == me.account_id and d.decision == "undone"]
    if not mine:
        return ""
    last = max(mine, key=lambda d: d.decision_id)
    titles = {p.persona_id: p.title for side in opened.reviews for p in side.review.personas}
    what = {"views": "line, advice and views", "held": "that the words for reviewers were read"}.get(last.kind, "")
    told = [clean(titles.get(last.persona_id, "")), what or f"“{cut_short(clean(last.text), 60)}”"]
    return f"Taken back: {', '.join(part for part in told if part)}."


def _focus(at: str, stops: Sequence[DraftItem], held: Sequence[HeldBlock], general: Sequence[FlagLine]) -> str:
    """Where the page begins: where somebody asked to be, else at what is left."""
    if at and any(_key(item) == at or item.at == at for item in stops):
        return next(_key(item) for item in stops if at in (_key(item), item.at))
    if any(h.is_left for h in held):
        return "held"
    first = next((_key(item) for item in stops if item.is_left), "")
    if first:
        return first
    return "general" if any(flag.is_left for flag in general) else "approve"


def _key(item: DraftItem) -> str:
    """An item's name on a page that may hold two drafts."""
    return f"{item.draft_id}/{item.at}"


def _critic(side: OpenReview, persona: Persona, tool: str, names: NamesByAccount) -> CriticBlock:
    opinion = side.review.opinion(persona.persona_id)
    struck = next((s for s in side.text.struck if s.persona_id == persona.persona_id), None)
    items = () if struck else critic_items(side, persona, names)
    stand = "struck" if struck else stand_of(side.counted, persona.persona_id)
    return CriticBlock(
        persona_id=persona.persona_id,
        draft_id=side.draft.draft_id,
        number=side.draft.head,
        title=clean(persona.title),
        tool=tool,
        stand=stand if persona.counts else "reporter",
        word=_word(stand, side) if persona.counts else "Reports",
        model=clean(opinion.juror.model) if opinion else "",
        items=tuple(item for item in items if item.standing != "set_aside"),
        aside=tuple(item for item in items if item.standing == "set_aside"),
        struck=f"{STRIKE_REASONS[struck.reason]}. {clean(struck.why)}".strip() if struck else "",
        why="" if opinion is None or isinstance(opinion, Answered) else clean(opinion.why) or "It gave no answer.",
        has_words=isinstance(opinion, Answered) and isinstance(opinion.words, Written),
    )


def _word(stand: str, side: OpenReview) -> str:
    return page_words.labelled(page_words.STANDS[stand], side.review.grade)


def _held(side: OpenReview, tool: str, names: NamesByAccount) -> HeldBlock | None:
    point = next((p for p in side.points if p.kind == "held"), None)
    if point is None:
        return None
    return HeldBlock(
        draft_id=side.draft.draft_id, tool=tool, key=point.key, is_left=not side.is_settled(point),
        told=told(side.decision(point), names),
    )  # fmt: skip


def _general(opened: Opened, names: NamesByAccount) -> tuple[FlagLine, ...]:
    """Flags about no critic; on a comparison those on the pair, with whose words they are about."""
    mine = [f for f in opened.flags if f.severity != "note"]
    if isinstance(opened, OpenComparison):
        titles = {p.persona_id: clean(p.title) for side in opened.sides for p in side.review.personas}
        whose = {who: f"{title}: " for who, title in titles.items() if title}
        lines = [(flag_line(opened, f, names), whose.get(f.persona_id, "")) for f in mine]
        return tuple(replace(line, message=who + line.message) for line, who in lines)
    known = {p.persona_id for p in opened.review.personas}
    mine = [f for f in mine if f.persona_id not in known]
    return tuple(flag_line(opened, f, names) for f in mine if f.check not in SPEAKS_TO_REVIEWERS)


def _lenses(opened: Opened, reviews: Sequence[OpenReview]) -> tuple[Lens, ...]:
    personas = {p.persona_id: p for side in reviews for p in side.review.personas if p.counts}
    ordered = sorted(personas.values(), key=lambda p: (p.order, p.persona_id))
    return tuple(Lens(clean(p.title), tuple(_on(side, p) for side in reviews)) for p in ordered)


def _on(side: OpenReview, persona: Persona) -> tuple[str, str, str, str]:
    struck = persona.persona_id in side.struck
    stand = "struck" if struck else stand_of(side.counted, persona.persona_id)
    words = side.text.words_of(persona.persona_id)
    line = clean(words.line) if words and words.views == "printed" else ""
    return stand, _word(stand, side), line, f"c-{side.draft.draft_id}-{persona.persona_id}"
