"""What people do with a draft: texts, points to settle, decisions, revisions, approvals, and the log of it all.

A machine's review is never changed. A draft begins as a `DraftText` made from it, which holds only what an editor may
change; the page is the review with the text laid over it.
"""

from datetime import date, datetime
from operator import not_
from typing import Annotated, Any, Literal

from pydantic import Field

from panel.records.base import Value, canonical_json, sha256_of
from panel.records.opinion import Prediction, Reply, Side
from panel.records.persona import PersonaId
from panel.records.review import Grade, Severity

Role = Literal["writer", "editor", "publisher", "admin"]
DraftKind = Literal["review", "comparison"]
DraftState = Literal["open", "later", "passed", "rejected", "approved", "scheduled", "published", "retracted"]
Edition = Literal["main", "trial"]
PointKind = Literal["claim", "pick", "views", "flag", "held"]
Decided = Literal["accurate", "attributed", "amended", "removed", "dismissed", "confirmed", "undone"]
DismissReason = Literal["source_says_so", "check_is_wrong", "kept_on_purpose", "does_not_count"]
StrikeReason = Literal["unsupported", "wrong_tool", "followed_the_page", "off_its_lens", "other"]
PassageSeen = (
    bool | Literal["shown"]
)  # True: it was on the decider's screen; shown: it stood on their page; False: neither
Channel = Literal["", "browser", "editor", "terminal"]  # "" of what was decided before this was kept
Grown = Annotated[str, Field(exclude_if=not_)]  # left out while empty: rows of before it keep their hashes
MOST_NOTE_WORDS = 120


class Account(Value):
    """A person at the desk. `account_id` is what rows name; `name` is the by-line."""

    account_id: str
    name: str
    sign_in: str = ""  # folded; "" for the owner of this machine, who signs in by link
    role: Role
    disabled: bool = False


class EditedSentence(Value):
    """A sentence of a critic's quote, as the draft prints it. `place` is its position in what the model wrote."""

    place: int
    text: str
    standing: Literal["printed", "set_aside", "removed"] = "printed"
    attributed: bool = False  # printed as the maker's word


class EditedPick(Value):
    """A passage that a trial juror picked; it wrote no words that could be edited."""

    number: int  # of the ground
    standing: Literal["printed", "set_aside", "removed"] = "printed"


class EditedWords(Value):
    """One critic's words as the draft prints them. Its verdict, grounds and confidence are nobody's to edit."""

    persona_id: PersonaId
    line: str = ""
    sentences: tuple[EditedSentence, ...] = ()
    picks: tuple[EditedPick, ...] = ()
    for_whom: str = ""
    not_for: str = ""
    change_mind: str = ""
    counter: str = ""
    replies: tuple[Reply, ...] = ()
    prediction: Prediction | None = None
    views: Literal["printed", "removed"] = "printed"  # removed: only its claims are printed


class Struck(Value):
    """An opinion that an editor took out of the count, and why. The page says both."""

    persona_id: PersonaId
    reason: StrikeReason
    why: str = ""  # in the editor's words


class DraftText(Value):
    """All that people may change of a review, or of a comparison (the note alone)."""

    format: Literal[1] = 1
    critics: tuple[EditedWords, ...] = ()
    struck: tuple[Struck, ...] = ()
    note: str = ""  # the editor's own words, printed first, without the AI mark
    note_by: str = ""  # by-line of the note
    note_role: Grown = ""  # "writer" of a writer's; else an editor's

    def words_of(self, persona_id: str) -> EditedWords | None:
        return next((words for words in self.critics if words.persona_id == persona_id), None)


class Pair(Value):
    """What a comparison's draft rests on: two drafts of reviews, whose texts and decisions it prints."""

    format: Literal[1] = 1
    draft_a: str
    draft_b: str

    @property
    def pair_hash(self) -> str:
        return sha256_of(canonical_json(self.model_dump(mode="json")))


class Shown(Value):
    """A passage under a claim, as an editor reads it beside the sentence."""

    passage_id: str
    text: str
    excerpts: tuple[str, ...]  # word for word, to be lit
    title: str  # of the source
    url: str
    voice: str


class Point(Value):
    """Something to be settled before a revision may be approved."""

    kind: PointKind
    scope: str  # the product: what was decided once holds for every draft of it
    key: str  # sha256 of the sentence and its passages, or of the flag
    persona_id: str = ""  # "" of what is about no critic
    place: int = 0  # of the sentence, or number of the ground; -1 of a claim in a short text, which `field` names
    text: str  # the sentence, the flag's message, ...
    sentence_hash: str = ""
    passages_hash: str = ""  # "" when it rests on none
    rests_on: Literal["grounds", "memory", "view", "none"] = "none"
    side: Side | None = None  # of a pick
    check: str = ""  # of a flag
    field: str = ""  # what a flag is on, as checks name it; the short text a claim is: "line", ...
    severity: Severity | None = None  # of a flag
    passages: tuple[Shown, ...] = ()
    draft_id: str = ""  # whose text it is in: of a comparison's, one of its two reviews'


class Decision(Value):
    """What a person decided of a point. The newest of a scope and key counts."""

    decision_id: int = 0  # 0 until it is kept
    scope: str
    key: str
    kind: PointKind
    decision: Decided
    draft_id: str
    text: str  # as it stood when decided
    sentence_hash: str = ""
    passages_hash: str = ""
    persona_id: str = ""
    check: str = ""
    source_seen: PassageSeen = False  # the passages under it; of what rests on none False
    page_opened: bool = False  # they opened the live page, too
    reason: str = ""  # of a dismissal: a DismissReason
    place: int = -1  # of the sentence, or number of the ground; -1 of anything else
    field: str = ""  # of amended words, and of a short text: which (`text_fields` of the desk)
    was: str = ""  # of words amended, or of a short text removed: what stood there; else how it was printed
    by: str  # account_id
    name: Grown = ""  # their by-line then; "" in rows of before it was kept
    at: datetime  # UTC
    channel: Annotated[Channel, Field(exclude_if=not_)] = ""  # left out while empty: older rows keep their hashes
    together: Annotated[int, Field(exclude_if=not_)] = 0  # shared by decisions that one file brought back; else 0

    @property
    def settles(self) -> bool:
        """Whether its point may be printed: a claim that rests on passages may not, until they were seen.

        What was removed settles nothing: where the same sentence is printed all the same, somebody has to decide again.
        """
        if self.decision in ("undone", "removed"):
            return False
        unseen = self.kind in ("claim", "pick") and self.passages_hash and not self.source_seen
        return not unseen


class Revision(Value):
    """A text somebody saved. `hash` covers base, parent and text: an approval signs it."""

    draft_id: str
    number: Annotated[int, Field(ge=0)]  # 0 is the machine's
    base_hash: str  # of the review; of a comparison, of its pair and of the two texts it prints
    parent_hash: str  # "" for 0
    by: str  # account_id, "panel" for 0
    at: datetime  # UTC
    reason: str = ""
    text: DraftText

    @property
    def revision_hash(self) -> str:
        named = {"base": self.base_hash, "parent": self.parent_hash, "text": self.text.model_dump(mode="json")}
        return sha256_of(canonical_json(named))


class Approval(Value):
    """A person's signature under one revision, with what the approval file names."""

    approval_id: int = 0
    draft_id: str
    number: int
    revision_hash: str
    edition: Edition
    by: str  # account_id
    name: str  # as signed
    role: Role
    responsible: str  # person or entity that answers for what is published
    began_at: datetime  # UTC: the first act on this draft since the approval before
    at: datetime
    decisions: tuple[int, ...]  # decision_ids it rests on, one a point
    points: Annotated[tuple[dict[str, Any], ...], Field(exclude_if=not_)] = ()  # what had to be settled, as shown then
    reason: Grown = ""  # of a correction: what was wrong, as whoever signed put it


class Publication(Value):
    """That a draft went public, was corrected or was taken back, or goes out no more though it was due."""

    publication_id: int = 0
    draft_id: str
    kind: Literal["published", "corrected", "retracted", "cancelled"]
    approval_id: int | None  # None of a retraction; of one that is cancelled, its own
    edition: Edition
    goes_out_at: datetime  # UTC
    by: str
    at: datetime
    reason: str = ""


class RunLog(Value):
    """A terminal session or test note that an editor brought; jurors asked again may cite it."""

    number: int
    title: str
    text: str
    on_day: date
    by: str
    at: datetime


class Act(Value):
    """One line of the log. Its hash covers everything here and, through `previous`, every line before."""

    seq: Annotated[int, Field(ge=1)]
    at: datetime
    by: str
    what: str
    draft_id: str = ""
    detail: dict[str, str | int | bool | None] = {}
    previous: str  # "" of the first

    @property
    def act_hash(self) -> str:
        return sha256_of(canonical_json(self.model_dump(mode="json")))


class QueueRow(Value):
    """A draft in the queue: what an editor needs to choose what to do next."""

    draft_id: str
    kind: DraftKind
    grade: Grade
    name: str
    what: str  # what it is, in one line
    category: str = ""
    panel: str  # "3 of 4 ship"
    split: str = ""  # the sharpest disagreement in one line
    claims: int
    claims_left: int
    views_left: int = 0  # critics whose line, advice and views nobody passed
    flags_left: int  # high ones, not dismissed
    minutes: int  # about how long it will take
    seen: tuple[str, ...] = ()  # where the launch was noticed
    is_held: bool = False
    is_approvable: bool = False
    corrections: int = 0
    stale: tuple[str, ...] = ()  # why it should be asked about again; found when the queue is read


class Draft(Value):
    """A draft as the desk keeps it."""

    draft_id: str
    kind: DraftKind
    subject: str
    scope: str
    base_hash: str
    offered_hash: str = ""
    run_id: str
    grade: Grade
    state: DraftState
    until: datetime | None = None
    embargo_until: datetime | None = None
    head: int = -1
    created_at: datetime
    changed_at: datetime
    shown: QueueRow


class StruckOut(Value):
    """An opinion taken out of the count, for readers."""

    slug: str  # of the review
    persona_id: PersonaId
    why: str  # one sentence


class Corrected(Value):
    """Something that was wrong on the page, and since when it is not."""

    on: str  # day, in words
    why: str


class Editorial(Value):
    """A page without any of it is a draft."""

    note: str = ""  # the editor's own words
    note_by: str = ""
    note_role: str = "editor"
    struck: tuple[StruckOut, ...] = ()
    signed: str = ""  # "Approved by Ann Editor, 25 Nov 2026"; "" for a draft
    corrected: tuple[Corrected, ...] = ()
    retracted: Corrected | None = None  # taken back: when, and why; nothing else of it is printed

    def why_struck(self, slug: str, persona_id: str) -> str:
        """ "" for an opinion that counts."""
        found = (s.why for s in self.struck if (s.slug, s.persona_id) == (slug, persona_id))
        return next(found, "")
