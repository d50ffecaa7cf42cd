"""A draft as it lies open on the desk: what the machine wrote, the newest text, what is settled and what is left."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from sqlalchemy import Connection

from panel.checks import check_comparison
from panel.desk.flags import flags_of
from panel.desk.points import flag_point, points_of
from panel.desk.rules import is_settled, left
from panel.desk.text import lay_over
from panel.errors import NotFound
from panel.records import Comparison, Flag, Review, canonical_json, sha256_of
from panel.records.desk import Decision, Draft, DraftText, Pair, Point, Revision
from panel.store import desk as rows
from panel.tally import compare

Archive = Callable[[Review, str], tuple[Flag, ...]]  # printed review, subject -> what an archive knows of its words
Decided = Mapping[tuple[str, str], Decision]  # by scope and key, the newest


@lru_cache(maxsize=64)
def read_review(json: str) -> Review:
    """A base, parsed once: it never changes."""
    return Review.model_validate_json(json)


@dataclass(frozen=True)
class OpenDraft:
    """What every open draft has."""

    draft: Draft
    revision: Revision  # the newest
    flags: tuple[Flag, ...]  # on what is printed
    points: tuple[Point, ...]  # in the order they are worked through
    decided: Decided

    @property
    def text(self) -> DraftText:
        return self.revision.text

    @cached_property
    def left(self) -> tuple[Point, ...]:
        """Points nobody has settled."""
        return left(self.points, self.decided)

    def is_settled(self, point: Point) -> bool:
        return is_settled(point, self.decided)

    def decision(self, point: Point) -> Decision | None:
        """The newest decision on a point, None when there is none or it was taken back."""
        found = self.decided.get((point.scope, point.key))
        return found if found and found.decision != "undone" else None


@dataclass(frozen=True)
class OpenReview(OpenDraft):
    """A review's draft."""

    review: Review  # the machine's

    @cached_property
    def printed(self) -> Review:
        """The review as it would be published, with the flags of what is printed."""
        return self.counted.model_copy(update={"flags": self.flags})

    @cached_property
    def counted(self) -> Review:
        """The same with the machine's flags, which say what counts."""
        return lay_over(self.review, self.text)

    @property
    def struck(self) -> frozenset[str]:
        return frozenset(s.persona_id for s in self.text.struck)


@dataclass(frozen=True)
class OpenComparison(OpenDraft):
    """A comparison's draft: two reviews' drafts and a note. Their decisions are its decisions; its pick is computed."""

    a: OpenReview
    b: OpenReview
    comparison: Comparison  # computed from both texts as they stand

    @property
    def prints_hash(self) -> str:
        return texts_hash(self.a, self.b)


Opened = OpenReview | OpenComparison


def load(conn: Connection, draft_id: str, archive: Archive) -> Opened:
    """The draft with its newest text. Raises NotFound for no such draft; every draft has a revision by now."""
    draft = find_draft(conn, draft_id)
    revision = rows.load_revision(conn, draft_id, draft.head)
    assert revision, "a draft is given its first revision before it is loaded"
    if draft.kind == "review":
        return open_review(conn, draft, revision, archive)
    a, b = (load(conn, side, archive) for side in sides_of(conn, draft))
    assert isinstance(a, OpenReview)
    assert isinstance(b, OpenReview)
    return open_comparison(conn, draft, revision, a, b)


def find_draft(conn: Connection, draft_id: str) -> Draft:
    """Raises NotFound when there is none."""
    draft = rows.load_draft(conn, draft_id)
    if draft is None:
        raise NotFound(f"There is no draft {draft_id!r}.", hint="`panel drafts list` names the drafts there are.")
    return draft


def sides_of(conn: Connection, draft: Draft) -> tuple[str, str]:
    """The drafts a comparison prints."""
    pair = Pair.model_validate_json(rows.base_json(conn, draft.base_hash))
    return pair.draft_a, pair.draft_b


def open_review(conn: Connection, draft: Draft, revision: Revision, archive: Archive) -> OpenReview:
    review, text = read_review(rows.base_json(conn, draft.base_hash)), revision.text
    flags = flags_of(review, text, archive(lay_over(review, text), draft.subject))
    points = points_of(review, text, flags, scope=draft.scope, draft_id=draft.draft_id)
    return OpenReview(draft, revision, flags, points, decisions_on(conn, points), review)


def open_comparison(conn: Connection, draft: Draft, revision: Revision, a: OpenReview, b: OpenReview) -> OpenComparison:
    struck = {side.review.slug: side.struck for side in (a, b)}
    comparison = compare(a.counted, b.counted, made=a.review.made, struck=struck)
    flags = check_comparison(comparison)
    own = [flag_point(f, scope=draft.scope) for f in flags if f.severity == "high"]
    mine = tuple(point.model_copy(update={"draft_id": draft.draft_id}) for point in own)
    points = (*a.points, *b.points, *mine)
    return OpenComparison(draft, revision, flags, points, decisions_on(conn, points), a, b, comparison)


def texts_hash(a: OpenReview, b: OpenReview) -> str:
    """Of what a comparison prints: both reviews' texts as they stand."""
    return sha256_of(canonical_json(["pair", a.revision.revision_hash, b.revision.revision_hash]))


def decisions_on(conn: Connection, points: Sequence[Point]) -> dict[tuple[str, str], Decision]:
    """The newest decision on each of these points."""
    keys: dict[str, list[str]] = {}
    for point in points:
        keys.setdefault(point.scope, []).append(point.key)
    return {(scope, key): d for scope, some in keys.items() for key, d in rows.decided(conn, scope, some).items()}
