"""A draft as it lies open on the desk, now or at an earlier revision: the machine's words, the text, what is left."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, lru_cache
from itertools import chain, product

from sqlalchemy import Connection

from panel.checks import check_comparison
from panel.desk.drafts.overlay import for_readers, lay_over
from panel.desk.drafts.points import check_printed, flag_point, flags_of, points_of
from panel.desk.drafts.written_before import NO_ARCHIVE, WrittenBefore
from panel.errors import Mistake, NotFound
from panel.records import (
    Act,
    Approval,
    Comparison,
    Decision,
    Draft,
    DraftState,
    DraftText,
    Flag,
    Point,
    Publication,
    Review,
    Revision,
    RunLog,
    canonical_json,
    sha256_of,
)
from panel.store import draft_rows as rows
from panel.tally import compare

PUT_AWAY: tuple[DraftState, ...] = ("passed", "rejected", "retracted")  # to be fetched back before anything is changed
DecisionsByPoint = Mapping[tuple[str, str], Decision]  # by scope and key, the newest


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
    decided: DecisionsByPoint

    @property
    def text(self) -> DraftText:
        return self.revision.text

    @cached_property
    def left(self) -> tuple[Point, ...]:
        """Points nobody has settled."""
        return tuple(point for point in self.points if not self.is_settled(point))

    def is_settled(self, point: Point) -> bool:
        found = self.decided.get((point.scope, point.key))
        return found is not None and found.settles

    @cached_property
    def revision_hash(self) -> str:
        return self.revision.revision_hash

    @property
    def hindrance(self) -> str:
        """Why nobody can approve it, whatever is decided, in a sentence; "" when nothing is in the way."""
        if self.draft.state in PUT_AWAY:
            return f"This draft is {self.draft.state}."
        return "" if self.points else "Nothing is printed that anybody decided on."

    @cached_property
    def keys(self) -> frozenset[tuple[str, str]]:
        """Scope and key of every point."""
        return frozenset((p.scope, p.key) for p in self.points)

    def decision(self, point: Point) -> Decision | None:
        """The newest decision on a point, None when there is none or it was taken back."""
        found = self.decided.get((point.scope, point.key))
        return found if found and found.decision != "undone" else None


@dataclass(frozen=True)
class OpenReview(OpenDraft):
    """A review's draft."""

    review: Review  # the machine's
    counted: Review  # the review as it is printed, with the machine's flags, which say what counts

    @cached_property
    def printed(self) -> Review:
        """The review as it would be published, with the flags of what is printed."""
        return self.counted.model_copy(update={"flags": self.flags})

    @cached_property
    def for_readers(self) -> Review:
        """The review as readers get it."""
        return for_readers(self.printed)

    @property
    def reviews(self) -> tuple["OpenReview", ...]:
        return (self,)

    @property
    def struck(self) -> frozenset[str]:
        return frozenset(s.persona_id for s in self.text.struck)


@dataclass(frozen=True)
class OpenComparison(OpenDraft):
    """A comparison's draft: two reviews' drafts and a note. Their decisions are its decisions; its pick is computed."""

    a: OpenReview
    b: OpenReview
    counted: Comparison  # computed from both texts as they stand, with the machine's flags

    @cached_property
    def comparison(self) -> Comparison:
        """The comparison as it would be published, each side with the flags of what is printed."""
        return self._of(self.a.printed, self.b.printed)

    @cached_property
    def for_readers(self) -> Comparison:
        """The comparison as readers get it."""
        return self._of(self.a.for_readers, self.b.for_readers)

    def _of(self, a: Review, b: Review) -> Comparison:
        hashes = {"hash_a": a.review_hash, "hash_b": b.review_hash}
        return self.counted.model_copy(update={"review_a": a, "review_b": b, **hashes})

    @property
    def hindrance(self) -> str:
        """A comparison goes nowhere while one of its reviews was put away, or has nothing to print."""
        theirs = next((f"{s.draft.shown.name}: {s.hindrance}" for s in self.sides if s.hindrance), "")
        return super().hindrance or theirs

    @property
    def sides(self) -> tuple[OpenReview, OpenReview]:
        return self.a, self.b

    reviews = sides  # whatever kind of draft lies open: the reviews it prints

    @property
    def prints_hash(self) -> str:
        """Of what it prints, to be the base of a revision."""
        return texts_hash(self.a.revision_hash, self.b.revision_hash)


Opened = OpenReview | OpenComparison


def load(
    conn: Connection, draft_id: str, archive: WrittenBefore = NO_ARCHIVE, known: Sequence[OpenReview] = ()
) -> Opened:
    """The draft with its newest text. Raises Mistake for no such draft; every draft has a revision by now.

    known: drafts of reviews that are loaded already, as they stand.
    """
    draft = find_draft(conn, draft_id)
    revision = rows.load_revision(conn, draft_id, draft.head)
    assert revision, "a draft is given its first revision before it is loaded"
    if draft.kind == "review":
        return open_review(conn, draft, revision, archive)
    return open_comparison(conn, draft, revision, *load_sides(conn, draft, archive, known))


def load_sides(
    conn: Connection, draft: Draft, archive: WrittenBefore = NO_ARCHIVE, known: Sequence[OpenReview] = ()
) -> tuple[OpenReview, OpenReview]:
    """The two drafts a comparison prints, each with its newest text."""
    there = {side.draft.draft_id: side for side in known}
    a, b = (there.get(side) or load(conn, side, archive) for side in rows.sides_of(conn, draft.draft_id))
    assert isinstance(a, OpenReview)
    assert isinstance(b, OpenReview)
    return a, b


def find_draft(conn: Connection, draft_id: str) -> Draft:
    """Raises NotFound when there is none."""
    draft = rows.load_draft(conn, draft_id)
    if draft is None:
        raise NotFound(f"There is no draft {draft_id!r}.", hint="`panel drafts list` names the drafts there are.")
    return draft


def open_review(conn: Connection, draft: Draft, revision: Revision, archive: WrittenBefore = NO_ARCHIVE) -> OpenReview:
    """archive: where past prose is looked up, for reading. An act goes without: what it flags nobody has to settle."""
    review = read_review(rows.base_json(conn, draft.base_hash))
    of = _Laid(draft.base_hash, revision.text.model_dump_json(), draft.draft_id, draft.scope, review, revision.text)
    laid = _laid(of)
    if known := archive.flags(laid.counted, draft.scope):
        laid = _flagged(of, laid, known)
    return OpenReview(draft, revision, laid.flags, laid.points, decisions_on(conn, laid.points), review, laid.counted)


@dataclass(frozen=True)
class _Laid:
    """A review and a text, told from others by their hash and bytes: to compare them whole would cost more."""

    base_hash: str
    words: str
    draft_id: str
    scope: str
    review: Review = field(compare=False)
    text: DraftText = field(compare=False)


@dataclass(frozen=True)
class _Found:
    counted: Review
    checked: tuple[Flag, ...]  # by checks that need nothing but the review
    flags: tuple[Flag, ...] = ()
    points: tuple[Point, ...] = ()


@lru_cache(maxsize=64)
def _laid(of: _Laid) -> _Found:
    """What follows from a review and a text alone: most of the work of opening a draft, and the same each time."""
    counted = lay_over(of.review, of.text)
    return _flagged(of, _Found(counted, check_printed(counted, of.text)))


def _flagged(of: _Laid, laid: _Found, known: Sequence[Flag] = ()) -> _Found:
    flags = flags_of(of.review, of.text, known, found=laid.checked)
    points = points_of(of.review, of.text, flags, scope=of.scope, draft_id=of.draft_id)
    return replace(laid, flags=flags, points=points)


def open_comparison(conn: Connection, draft: Draft, revision: Revision, a: OpenReview, b: OpenReview) -> OpenComparison:
    counted, flags = _compared(_Sides(texts_hash(a.revision_hash, b.revision_hash), a, b))
    own = [flag_point(f, scope=draft.scope) for f in flags if f.severity == "high"]
    mine = tuple(point.model_copy(update={"draft_id": draft.draft_id}) for point in own)
    decided = {**a.decided, **b.decided, **decisions_on(conn, mine)}
    return OpenComparison(draft, revision, flags, (*a.points, *b.points, *mine), decided, a, b, counted)


@dataclass(frozen=True)
class _Sides:
    """Two reviews' drafts, told from others by the texts they print."""

    prints_hash: str
    a: OpenReview = field(compare=False)
    b: OpenReview = field(compare=False)


@lru_cache(maxsize=64)
def _compared(sides: _Sides) -> tuple[Comparison, tuple[Flag, ...]]:
    a, b = sides.a, sides.b
    struck = {side.review.slug: side.struck for side in (a, b)}
    counted = compare(a.counted, b.counted, made=a.review.made, struck=struck)
    return counted, check_comparison(counted)


def with_decisions(opened: "Opened", made: Sequence[Decision]) -> "Opened":
    """The same draft after these decisions, the oldest first."""
    newer = {(d.scope, d.key): d for d in made if (d.scope, d.key) in opened.keys}
    return replace(opened, decided={**opened.decided, **newer}) if newer else opened


def texts_hash(a: str, b: str) -> str:
    """Of what a comparison prints, from the hashes of both reviews' revisions."""
    return sha256_of(canonical_json(["pair", a, b]))


def decisions_on(conn: Connection, points: Sequence[Point]) -> dict[tuple[str, str], Decision]:
    """The newest decision on each of these points."""
    keys: dict[str, list[str]] = {}
    for point in points:
        keys.setdefault(point.scope, []).append(point.key)
    return {(scope, key): d for scope, some in keys.items() for key, d in rows.decided(conn, scope, some).items()}


def open_at(conn: Connection, draft_id: str, number: int, archive: WrittenBefore = NO_ARCHIVE) -> Opened:
    """Raises Mistake for no such draft or revision."""
    draft = find_draft(conn, draft_id)
    revision = rows.load_revision(conn, draft_id, number)
    if revision is None:
        raise Mistake(f"{draft_id!r} has no revision {number}.", hint=f"Its newest is {draft.head}.")
    if draft.kind == "comparison":
        a, b = _sides_at(conn, revision, archive)
        return open_comparison(conn, draft, revision, a, b)
    return open_review(conn, draft.model_copy(update={"base_hash": revision.base_hash}), revision, archive)


def _sides_at(conn: Connection, revision: Revision, archive: WrittenBefore) -> Iterator[OpenReview]:
    """Each side at the revision whose text a comparison's revision printed."""
    sides = rows.sides_of(conn, revision.draft_id)
    a, b = (rows.revision_hashes(conn, side) for side in sides)
    for side, number in zip(sides, printed_numbers(a, b, revision), strict=True):
        opened = open_at(conn, side, number, archive)
        assert isinstance(opened, OpenReview)
        yield opened


def printed_numbers(
    a: Sequence[tuple[int, str, datetime]], b: Sequence[tuple[int, str, datetime]], revision: Revision
) -> tuple[int, int]:
    """Of the two revisions that a comparison's printed. a, b: number, hash and moment of each of a side, newest first.

    The newest of its moment, as its hash confirms. Where clocks disagree, the two that fit; where none fit, the newest.
    """
    then = [next((row for row in side if row[2] <= revision.at), side[0]) for side in (a, b) if side]
    fits = (
        (one[0], other[0])
        for one, other in chain([tuple(then)], product(a, b))
        if texts_hash(one[1], other[1]) == revision.base_hash
    )
    return next(fits, (a[0][0], b[0][0]))


@dataclass(frozen=True)
class History:
    """All that happened to a draft, oldest first."""

    revisions: tuple[Revision, ...]
    decisions: tuple[Decision, ...]
    approvals: tuple[Approval, ...]
    publications: tuple[Publication, ...]
    run_logs: tuple[RunLog, ...]
    acts: tuple[Act, ...]
