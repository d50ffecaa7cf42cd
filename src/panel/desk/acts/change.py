"""What people do to a draft, as values: an act, what it is decided on, and what becomes of the draft. Pure."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Literal

from panel.desk.drafts.opened import PUT_AWAY, Opened, OpenReview
from panel.desk.times import UTC_TIMES, Times
from panel.errors import EditConflict, Mistake
from panel.records import (
    Account,
    Approval,
    Decided,
    Decision,
    DraftText,
    PassageSeen,
    Point,
    Publication,
    Review,
    RunLog,
)
from panel.store import Detail

PANEL = "panel"  # who writes what follows by itself
Need = Literal["made", "offer", "signing", "printing", "twin", "points"]
MEANWHILE = {  # lines of the log that whoever signs, puts away or lets out has to have read: what is said of each
    "approved": "approved", "published": "published", "went out": "published", "corrected": "corrected",
    "retracted": "retracted", "cancelled": "called off", "rejected": "rejected", "passed": "passed",
    "put off": "put off", "fetched back": "fetched back", "embargoed": "embargoed",
    "embargo lifted": "freed of its embargo",
}  # fmt: skip


@dataclass(frozen=True)
class AsRead:
    """A draft's text as it was read, where it is not the newest."""

    text: DraftText
    base_hash: str
    review: Review | None  # None of a comparison


@dataclass(frozen=True)
class Before:
    """What an act is decided on: the draft as it lies open, and what the act asks for beside (`DeskAct.needs`)."""

    opened: Opened
    times: Times = UTC_TIMES  # as people read and write them
    responsible: str = ""  # who answers for what is published: a person or an entity; "": whoever signs
    then: AsRead | None = None  # None: what was read is the newest
    since: tuple[str, ...] = ()  # keys of `MEANWHILE`: what was done since the page was drawn
    decided: Mapping[tuple[str, str], Decision] = field(default_factory=dict)  # of points not printed
    made: tuple[Decision, ...] = ()  # on this draft, each the newest of its point, oldest first
    offer: tuple[Review, DraftText] | None = None  # the newer review, and the text it begins with
    signature: Approval | None = None  # of exactly this text
    out: Publication | None = None  # went out last and was not taken back, whatever embargo came since
    out_as: Approval | None = None  # under what is out
    due: Publication | None = None  # still to go out
    is_public: bool = False
    embargo: datetime | None = None  # the last, of the draft and of the reviews it prints
    printing: str = ""  # a public comparison that prints it
    twin: str = ""  # another draft of the same launch that is out or to go out
    points: frozenset[tuple[str, str]] = frozenset()  # scope and key, as kept with the newest revision
    began_at: datetime | None = None  # when somebody first acted since the last approval


@dataclass(frozen=True)
class Change:
    """What becomes of a draft. An empty one: it stands as wished already, and nothing is written.

    Lines of decisions, of an approval, a publication and a run log are theirs; `what` is the line of anything else.
    """

    text: DraftText | None = None  # the next revision's
    what: str = ""
    detail: Detail = field(default_factory=dict)
    reason: str = ""  # of the revision
    by: str = ""  # who wrote it, when it is not who acts
    decisions: tuple[Decision, ...] = ()
    approval: Approval | None = None
    cancels: str = ""  # why what is still to go out goes out no more
    publication: Publication | None = None
    run_log: RunLog | None = None
    draft: Mapping[str, Any] = field(default_factory=dict)  # what changes of the draft itself

    def __bool__(self) -> bool:
        return self != Change()


@dataclass(frozen=True)
class DeskAct(ABC):
    """One act of a person on a draft. may: what they have to be allowed (`permissions.LEAST`)."""

    may: ClassVar[str]
    needs: ClassVar[tuple[Need, ...]] = ()

    @abstractmethod
    def decide(self, before: Before, who: Account, now: datetime) -> Change:
        """What becomes of the draft. Raises Mistake for what may not be, EditConflict when it was read otherwise."""


@dataclass(frozen=True)
class SigningAct(DeskAct):
    """An act on a draft as a whole: it says at which revision, and at which line of the log, the draft was read."""

    needs: ClassVar[tuple[Need, ...]] = ("signing",)
    number: int | None = field(default=None, kw_only=True)  # None: whatever it says
    read: int = field(default=0, kw_only=True)  # 0: nobody says

    def refuse_unread(self, before: Before) -> None:
        """Raises EditConflict where the draft is no longer as it was read."""
        refuse_changed(before.opened, self.number)
        if before.since:
            raise EditConflict(f"It was {MEANWHILE[before.since[-1]]} meanwhile.", hint="Look again, then act.")


def refuse_changed(opened: Opened, number: int | None, hint: str = "Read it again, then act.") -> None:
    """Raises EditConflict for another revision than the newest. None: whoever acts on it whatever it says."""
    if number is not None and max(number, 0) != opened.draft.head:
        raise EditConflict("Somebody changed this draft since you read it.", hint=hint)


def refuse_put_away(opened: Opened) -> None:
    """Raises Mistake for a draft that was put away."""
    if opened.draft.state in PUT_AWAY:
        raise Mistake(f"This draft is {opened.draft.state}.", hint="Fetch it back first.")


def open_review_in(opened: Opened) -> OpenReview:
    """The draft of a review. Raises Mistake for a comparison's."""
    if not isinstance(opened, OpenReview):
        raise Mistake("A comparison's sentences are its reviews': change them there.")
    return opened


def review_in(before: Before) -> OpenReview:
    """The draft of a review, not put away. Raises Mistake for another."""
    opened = open_review_in(before.opened)
    refuse_put_away(opened)
    return opened


def decision_on(
    point: Point, decided: Decided, *, draft_id: str, who: Account, now: datetime, seen: PassageSeen = False,
    opened_page: bool = False, reason: str = "", field: str = "", was: str = "",
) -> Decision:  # fmt: skip
    """What somebody decided of a point. seen: whether its passages were; of none nothing is said."""
    place = point.place if point.kind in ("claim", "pick") else -1
    field = field or (f"{point.persona_id}:{point.field}" if point.kind == "claim" and point.field else "")
    return Decision(
        scope=point.scope, key=point.key, kind=point.kind, decision=decided, draft_id=draft_id, text=point.text,
        sentence_hash=point.sentence_hash, passages_hash=point.passages_hash, persona_id=point.persona_id,
        check=point.check, source_seen=seen if point.passages else False, page_opened=opened_page, reason=reason,
        place=place, field=field, was=was, by=who.account_id, name=who.name, at=now,
    )  # fmt: skip
