"""What became of a draft: each revision with what it changed, who decided what, what was signed and went out.

With it the log of everything, and the record of an approval as a download: JSON to be checked, Markdown to be read.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from panel.desk import History, Opened, Times, approval_as_markdown, audit, by_line, differences, read_approval_file
from panel.errors import NotFound
from panel.pages import clean
from panel.records import Act, DraftText, Revision
from panel.web.access import AsEditor, AsWriter
from panel.web.deps import Deps, DraftId, Given
from panel.web.respond import View, show
from panel.web.views.draft_items import LABELS
from panel.web.views.highlight import TextRun, changed

DID = {
    "took in": "came from the panel", "took in anew": "came anew from the panel", "began": "began",
    "offered": "was offered a newer review", "saved": "was changed", "decided": "was decided on",
    "accurate": "was changed", "attributed": "was given to the maker", "removed": "lost a sentence",
    "printed": "got a sentence back", "set_aside": "set a sentence aside", "undone": "was put back",
    "struck": "lost an opinion", "counted again": "counts an opinion again", "took over": "took over a newer review",
    "followed": "followed its reviews", "came back": "came back",
    "checked again": "was checked anew", "approved": "was approved", "published": "was published",
    "corrected": "was corrected", "retracted": "was taken back", "rejected": "was rejected",
    "passed": "was passed over", "put off": "was put off", "embargoed": "was embargoed",
    "embargo lifted": "is embargoed no more", "fetched back": "was fetched back",
    "brought a run log": "got a run log",
    "signed in": "signed in", "lapsed": "is signed no more", "cancelled": "goes out no more", "went out": "went out",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TextChange:
    """A place that one revision changed."""

    where: str  # "Futurist, sentence 2"
    runs: tuple[TextRun, ...]


@dataclass(frozen=True, slots=True)
class HistoryStep:
    """One revision beside the one before it."""

    number: int
    by: str
    when: str
    reason: str
    hash: str
    changes: tuple[TextChange, ...]


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of the log."""

    seq: int
    when: str
    by: str
    did: str
    detail: str
    draft_id: str
    hash: str


@dataclass(frozen=True)
class HistoryPage(View):
    """The context of history.html."""

    template: ClassVar[str] = "history.html"
    title: str
    draft_id: str
    name: str
    whole: tuple[TextChange, ...]  # from the model's words to today's
    steps: tuple[HistoryStep, ...]  # newest first
    lines: tuple[HistoryLine, ...]  # newest first
    has_approval: bool


@dataclass(frozen=True)
class LogPage(View):
    """The context of log.html."""

    template: ClassVar[str] = "log.html"
    title: str
    lines: tuple[HistoryLine, ...]  # newest first
    problems: tuple[str, ...]
    checked: bool
    older: str


def history_page(opened: Opened, history: History, names: Mapping[str, str], times: Times) -> HistoryPage:
    titles = {p.persona_id: clean(p.title) for side in opened.reviews for p in side.review.personas}
    saved = [a for a in history.acts if a.what != "approved" and "revision" in a.detail]
    by = {int(act.detail["revision"] or 0): by_line(act, names) for act in saved}
    pairs = zip(history.revisions, history.revisions[1:], strict=False)
    steps = [_step(after, before.text, titles, by, times) for before, after in pairs]
    first, last = history.revisions[0], history.revisions[-1]
    who = by.get(0, "the panel")
    begun = HistoryStep(0, who, times.told(first.at), clean(first.reason), first.revision_hash, ())
    return HistoryPage(
        title=f"{clean(opened.draft.shown.name)}: history",
        draft_id=opened.draft.draft_id,
        name=clean(opened.draft.shown.name),
        whole=tuple(changes(first.text, last.text, titles)),
        steps=tuple(reversed([begun, *steps])),
        lines=tuple(log_line(act, names, times) for act in reversed(history.acts)),
        has_approval=bool(history.approvals),
    )


def _step(
    after: Revision, before: DraftText, titles: Mapping[str, str], by: Mapping[int, str], times: Times
) -> HistoryStep:
    return HistoryStep(
        number=after.number, by=clean(by.get(after.number, after.by)), when=times.told(after.at),
        reason=clean(after.reason), hash=after.revision_hash, changes=tuple(changes(before, after.text, titles)),
    )  # fmt: skip


def changes(before: DraftText, after: DraftText, titles: Mapping[str, str]) -> Iterator[TextChange]:
    """What differs between two texts of one draft, place by place."""
    for found in differences(before, after):
        was, now = clean(found.was), clean(found.now)
        if found.field.startswith("strike:"):
            was, now = was.replace("_", " "), now.replace("_", " ")  # a reason's name
        if runs := changed(was, now):
            yield TextChange(_where(found.field, titles, after), runs)


def _where(field: str, titles: Mapping[str, str], text: DraftText) -> str:
    """ "Futurist, sentence 2"."""
    who, _, rest = field.partition(":")
    if who == "note":
        return "Editor's note"
    if who == "strike":
        return f"{titles.get(rest, rest)}, struck"
    words = text.words_of(who)
    if rest.isdecimal():
        rest = f"evidence {rest}" if words and words.picks else f"sentence {int(rest) + 1}"
    elif rest.startswith("reply:"):
        rest = "answer"
    return f"{titles.get(who, who)}, {LABELS.get(rest, rest).lower()}"


def log_line(act: Act, names: Mapping[str, str], times: Times, hashed: str = "") -> HistoryLine:
    shown = (
        "revision", "of", "decided", "reason", "why", "edition", "until", "run", "role", "name", "product", "other",
        "persona", "leave",
    )  # fmt: skip
    told = [f"{key} {value}" for key in shown if (value := act.detail.get(key)) not in (None, "")]
    return HistoryLine(
        seq=act.seq, when=times.told(act.at, "%Y-%m-%d %H:%M:%S"), by=clean(by_line(act, names)),
        did=DID.get(act.what, act.what), detail=clean("; ".join(told)), draft_id=act.draft_id,
        hash=hashed or act.act_hash,
    )  # fmt: skip


def log_page(
    lines: Sequence[tuple[Act, str]], names: Mapping[str, str], times: Times, *, problems: tuple[str, ...],
    checked: bool, older: str,
) -> LogPage:  # fmt: skip
    """lines: newest first, each with the hash it was kept under."""
    told = tuple(log_line(act, names, times, hashed) for act, hashed in lines)
    return LogPage("Log", told, problems, checked, older)


router = APIRouter()
LINES = 200


@router.get("/drafts/{draft_id}/history", response_class=HTMLResponse)
def history(request: Request, deps: Given, me: AsWriter, draft_id: DraftId) -> Response:
    """Each revision with what it changed."""
    opened = deps.desk.open(me, draft_id)
    return show(request, history_page(opened, deps.desk.history(me, draft_id), names_of(deps), deps.times))


@router.get("/log", response_class=HTMLResponse)
def log(
    request: Request, deps: Given, me: AsEditor, check: bool = False, before: Annotated[int, Query(ge=0, le=2**31)] = 0
) -> Response:
    """The newest lines; `check` holds all of them, and every row they tell of, against one another."""
    lines = deps.desk.log(before=before, most=LINES + 1)
    older = f"/log?before={lines[LINES - 1][0].seq}" if len(lines) > LINES else ""
    problems = audit(deps.desk.store).broken if check else ()
    page = log_page(lines[:LINES], names_of(deps), deps.times, problems=problems, checked=check, older=older)
    return show(request, page)


def names_of(deps: Deps) -> dict[str, str]:
    """By-lines by account_id."""
    return deps.accounts.rows.names() | {"panel": "the panel"}


SHAPES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"application/json": {"schema": {"type": "object"}}, "text/markdown": {"schema": {"type": "string"}}}
    }
}


@router.get("/drafts/{draft_id}/approval-file", response_class=Response, responses=SHAPES)
def approval_file(
    deps: Given,
    me: AsWriter,
    draft_id: DraftId,
    as_: Annotated[Literal["json", "markdown"], Query(alias="as")] = "json",
) -> Response:
    """The file of the newest approval. 404 for a draft nobody ever approved."""
    if not deps.desk.history(me, draft_id).approvals:
        raise NotFound("Nobody has approved this draft.", hint="There is a file once somebody signs it.")
    found = read_approval_file(deps.desk, me, draft_id)
    name = f"approval-{draft_id}-{found['approval_id']}"
    if as_ == "markdown":
        return _download(approval_as_markdown(found), "text/markdown; charset=utf-8", f"{name}.md")
    return _download(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "application/json", f"{name}.json")


def _download(text: str, kind: str, name: str) -> Response:
    return Response(text.encode(), media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})
