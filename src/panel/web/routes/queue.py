"""The queue: triage, not a list; and comparisons, which are made here of two drafts."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import HTMLResponse, Response

from panel.desk import LEFT_DAYS, TO_FETCH_BACK, role_may
from panel.pages import clean
from panel.records import Draft, DraftKind, Role
from panel.web.access import AsWriter
from panel.web.deps import POSTED, Deps, Given
from panel.web.respond import View, redirect, show
from panel.web.views.draft import STATES

router = APIRouter()
NAMES = {
    "open": "To do", "later": "Later", "approved": "Approved", "scheduled": "To go out", "published": "Published",
    "passed": "Passed", "rejected": "Rejected", "retracted": "Retracted", "aged": f"Left for {LEFT_DAYS} days",
}  # fmt: skip
STEP = 20  # records a page view takes in at most: 0.2 s. Runs and commands take in all
Which = Literal["open", "later", "approved", "scheduled", "published", "passed", "rejected", "retracted", "aged"]


@dataclass(frozen=True, slots=True)
class Row:
    """One draft in the queue."""

    draft_id: str
    number: int  # of its newest revision
    kind: str
    name: str
    what: str
    panel: str
    split: str
    left: str  # "7 claims, 2 flags"; "ready" when nothing is left
    is_ready: bool
    minutes: int
    seen: str
    marks: tuple[str, ...]  # held, embargoed, specimen, a newer review, corrected
    state: str
    until: str
    stale: tuple[str, ...]  # why it should be asked about again


@dataclass(frozen=True)
class QueuePage(View):
    """The context of queue.html."""

    template: ClassVar[str] = "queue.html"
    title: str
    kind: str
    which: str
    lines: tuple[tuple[str, str, int, str], ...]  # state, its name, how many, where
    rows: tuple[Row, ...]
    words: str
    page: int
    earlier: str  # addresses of the pages beside this one; "" none
    later: str
    minutes: int
    may_hold: bool
    may_fetch_back: bool
    is_behind: bool
    unreadable: tuple[str, ...]
    here: str
    zone: str
    read: int  # number of the log's newest line when this was read


@router.get("/", response_class=HTMLResponse)
@router.get("/comparisons", response_class=HTMLResponse)
def queue(
    request: Request, deps: Given, me: AsWriter, which: Which = "open",
    q: Annotated[str, Query(max_length=200)] = "", page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:  # fmt: skip
    """Reviews, or comparisons, that wait for somebody."""
    path = request.url.path
    kind: DraftKind = "comparison" if path == "/comparisons" else "review"
    return show(request, _page(deps, me.role, path, kind, which, q, page))


@router.post("/comparisons", **POSTED)
def pair(
    deps: Given, me: AsWriter, a: Annotated[str, Form(max_length=140)], b: Annotated[str, Form(max_length=140)]
) -> Response:
    """Compare two drafts of reviews."""
    made = deps.desk.pair(me, a.strip(), b.strip())
    return redirect(f"/drafts/{made.draft_id}")


def _page(deps: Deps, role: Role, path: str, kind: DraftKind, which: str, words: str, page: int) -> QueuePage:
    deps.desk.take_in(STEP)
    deps.desk.bring_back_due()
    read, found = deps.desk.line, deps.desk.queue(which, kind=kind, words=words, page=page)
    rows = tuple(_row(draft, deps) for draft in found.drafts)

    def to(**changed: str | int) -> str:
        named = {"which": which, "q": words, "page": page} | changed
        told = {k: v for k, v in named.items() if v not in ("", "open", 1)}
        return path + (f"?{urlencode(told)}" if told else "")

    return QueuePage(
        title="Comparisons" if kind == "comparison" else "Queue",
        kind=kind,
        which=which,
        lines=tuple(
            (name, told, found.counts[name], to(which=name, page=1))
            for name, told in NAMES.items()
            if name in ("open", "approved", "published") or found.counts[name] > 0
        ),
        rows=rows,
        words=words,
        page=page,
        earlier=to(page=page - 1) if page > 1 else "",
        later=to(page=page + 1) if found.more else "",
        minutes=sum(row.minutes for row in rows),
        may_hold=role_may(role, "hold"),
        may_fetch_back=role_may(role, TO_FETCH_BACK.get(which, "fetch back")),
        is_behind=found.is_behind,
        unreadable=tuple(f"{clean(slug)} of run {clean(run_id)}" for run_id, slug in found.unreadable),
        here=path,
        zone=deps.times.name,
        read=read,
    )


def _row(draft: Draft, deps: Deps) -> Row:
    shown, now = draft.shown, deps.desk.now
    embargoed = draft.embargo_until is not None and draft.embargo_until > now
    marks = (
        ("held", shown.is_held), ("embargoed", embargoed), (draft.grade, draft.grade != "full"),
        ("a newer review", bool(draft.offered_hash)), ("corrected", shown.corrections > 0),
    )  # fmt: skip
    flags = f", {shown.flags_left} flag{'s' * (shown.flags_left != 1)}" if shown.flags_left else ""
    views = f", {shown.views_left} critics' views" if shown.views_left else ""
    left = f"{shown.claims_left} claim{'s' * (shown.claims_left != 1)}{views}{flags}"
    return Row(
        draft_id=draft.draft_id,
        number=draft.head,
        kind=draft.kind,
        name=clean(shown.name),
        what=clean(shown.what),
        panel=shown.panel,
        split=clean(shown.split),
        left="ready to approve" if shown.is_approvable and draft.state == "open" else left,
        is_ready=shown.is_approvable,
        minutes=shown.minutes,
        seen=", ".join(clean(where) for where in shown.seen[:3]),
        marks=tuple(mark for mark, holds in marks if holds),
        state=STATES[draft.state],
        until=deps.times.told(draft.until) if draft.until else "",
        stale=tuple(clean(reason) for reason in shown.stale),
    )
