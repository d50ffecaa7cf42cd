"""A desk with drafts on it, for tests: real reviews made by hand, a real database, people of every role, a set clock."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from tests.support.databases import open_part
from tests.support.page_records import review_a, review_b
from tests.support.records import a_run

from panel.checks import check_review
from panel.desk.acts.decide import Target
from panel.desk.desk import Desk
from panel.desk.drafts.opened import OpenComparison, Opened, OpenReview
from panel.desk.drafts.text_fields import put_sentence, put_words, sentence_at
from panel.desk.drafts.written_before import NO_ARCHIVE, WrittenBefore
from panel.records import Again, Answered, Review
from panel.records.desk import Account, DraftText, Point, Role
from panel.store.draft_rows import DraftRows
from panel.store.runs.run_records import RunRecords
from panel.store.tables.desk_tables import accounts, taken
from panel.tally import compare, tally

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
ROLES: tuple[Role, ...] = ("writer", "editor", "publisher", "admin")


@dataclass
class Clock:
    """Time that passes by a second at each look, and more when told to."""

    now: datetime = NOON
    step: timedelta = timedelta(seconds=1)

    def __call__(self) -> datetime:
        self.now += self.step
        return self.now


@dataclass
class Room:
    """A desk and the people at it."""

    desk: Desk
    clock: Clock
    url: str
    people: dict[str, Account] = field(default_factory=dict)

    @property
    def writer(self) -> Account:
        return self.people["writer"]

    @property
    def editor(self) -> Account:
        return self.people["editor"]

    @property
    def publisher(self) -> Account:
        return self.people["publisher"]

    @property
    def admin(self) -> Account:
        return self.people["admin"]

    def bring(self, *reviews: Review, run_id: str = "run-1", paired: bool = False, again: str = "") -> list[str]:
        """Let a run leave these reviews, take them in, and give the drafts' ids: the pair's last.

        again: the draft the run was asked for.
        """
        made = [under(review, run_id) for review in reviews]
        pair = compare(*made, made=made[0].made) if paired else None
        records = open_part(RunRecords, self.url, runs_dir=_nowhere())
        records.save_finished(
            a_run(run_id).model_copy(update={"state": "finished", "again": Again(draft_id=again) if again else None}),
            made,
            pair,
        )
        records.close()
        self.desk.take_in()
        with self.desk.store.reading() as conn:
            rows = conn.execute(select(taken).where(taken.c.run_id == run_id)).all()
        singles = {row.slug: row.draft_id for row in rows if row.kind == "review"}
        return [singles[r.slug] for r in reviews] + [row.draft_id for row in rows if row.kind == "comparison"]

    def review(self, draft_id: str, who: Account | None = None) -> OpenReview:
        opened = self.desk.open(who or self.editor, draft_id)
        assert isinstance(opened, OpenReview)
        return opened

    def comparison(self, draft_id: str, who: Account | None = None) -> OpenComparison:
        opened = self.desk.open(who or self.editor, draft_id)
        assert isinstance(opened, OpenComparison)
        return opened

    def settle(self, draft_id: str, who: Account | None = None) -> Opened:
        """Decide everything that is left as an ordinary editor would: accurate; flags dismissed; words read."""
        who = who or self.editor
        opened = self.desk.open(who, draft_id)
        while opened.left:
            point = opened.left[0]
            settle_point(self.desk, who, point, number=self.head(point.draft_id))
            opened = self.desk.open(who, draft_id)
        return opened

    def approve(self, draft_id: str, who: Account | None = None, edition: str = "") -> Opened:
        """Settle everything, then sign it."""
        opened = self.settle(draft_id, who)
        return self.desk.approve(who or self.editor, draft_id, number=opened.draft.head, edition=edition)

    def head(self, draft_id: str) -> int:
        return self.desk.open(self.editor, draft_id).draft.head


def settle_point(desk: Desk, who: Account, point: Point, *, number: int) -> Opened:
    if point.kind == "flag":
        return desk.dismiss(who, point.draft_id, point.key, "kept_on_purpose")
    if point.kind == "held":
        return desk.confirm_held(who, point.draft_id)
    return desk.decide(who, point.draft_id, target(point), "accurate", number=number, seen=True)


def claims(opened: Opened) -> list[Point]:
    """Of sentences and picks; a line or advice that gives a figure is a claim, too (`phrases`)."""
    return [p for p in opened.points if p.kind in ("claim", "pick") and not p.field]


def phrases(opened: Opened) -> list[Point]:
    return [p for p in opened.points if p.kind == "claim" and p.field]


def target(point: Point) -> Target:
    phrase = point.field if point.kind == "claim" else ""
    return Target(point.persona_id, -1 if phrase else point.place, views=point.kind == "views", phrase=phrase)


def quill(**changes: object) -> Review:
    """Quillbase 3, checked and counted as a run would."""
    return checked(review_a().model_copy(update=changes))


def ledger(**changes: object) -> Review:
    return checked(review_b().model_copy(update=changes))


def small(review: Review | None = None, critics: Sequence[str] = ("dx-reviewer",)) -> Review:
    """The same review by these critics alone: two claims and one critic's views to settle, of one."""
    whole = review or quill()
    personas = tuple(p for p in whole.personas if p.persona_id in critics)
    opinions = tuple(o for o in whole.opinions if o.juror.persona_id in critics)
    return checked(whole.model_copy(update={"personas": personas, "opinions": opinions}))


def checked(review: Review) -> Review:
    """The review with the flags and the count that its words give."""
    flags = check_review(review.dossier, review.personas, review.opinions, depth=review.depth)
    kept = tuple(f for f in review.flags if f.check == "review_held")
    counted = tally(review.opinions, review.personas, flags, review.tally.rho)
    return review.model_copy(update={"flags": (*flags, *kept), "tally": counted})


def reworded(review: Review, persona_id: str, place: int, text: str) -> Review:
    """The same review with one sentence of one critic in other words."""

    def changed(opinion: object) -> object:
        if not isinstance(opinion, Answered) or opinion.juror.persona_id != persona_id:
            return opinion
        quote = tuple(
            s.model_copy(update={"text": text}) if i == place else s for i, s in enumerate(opinion.words.quote)
        )  # type: ignore[union-attr]
        return opinion.model_copy(update={"words": opinion.words.model_copy(update={"quote": quote})})

    return checked(review.model_copy(update={"opinions": tuple(changed(o) for o in review.opinions)}))


def under(review: Review, run_id: str) -> Review:
    return review.model_copy(update={"made": review.made.model_copy(update={"run_id": run_id})})


@contextmanager
def a_room(
    url: str, *, archive: WrittenBefore = NO_ARCHIVE, roles: Sequence[Role] = ROLES, clock: Clock | None = None
) -> Iterator[Room]:
    """A desk on this database with one person of each role."""
    clock = clock or Clock()
    desk = Desk(open_part(DraftRows, url), archive=archive, responsible="Panel House Ltd", clock=clock)
    room = Room(desk, clock, url)
    with desk.store.changing() as conn:
        for role in roles:
            room.people[role] = Account(account_id=f"acc-{role}", name=f"Ann {role.title()}", sign_in=role, role=role)
            conn.execute(insert(accounts), account_row(room.people[role]))
    try:
        yield room
    finally:
        desk.store.engine.dispose()


def account_row(who: Account) -> dict[str, str]:
    return {
        "account_id": who.account_id, "name": who.name, "sign_in": who.sign_in, "role": who.role,
        "password_hash": "", "created_at": "2026-11-25T00:00:00Z", "disabled_at": "2026" if who.disabled else "",
    }  # fmt: skip


def _nowhere() -> Path:
    return Path("/nonexistent")


def change(text: DraftText, persona_id: str, **update: Any) -> DraftText:
    words = text.words_of(persona_id)
    assert words
    return put_words(text, words.model_copy(update=update))


def stand(text: DraftText, persona_id: str, place: int, **update: Any) -> DraftText:
    return put_sentence(text, persona_id, sentence_at(text, persona_id, place).model_copy(update=update))


def renumbered(review: Review) -> Review:
    """The same pages in another order: every source and passage has another number."""
    new = {"S1": "S3", "S2": "S1", "S3": "S2"}

    def moved(passage_id: str) -> str:
        source, _, number = passage_id.partition(".")
        return f"{new[source]}.{number}"

    sources = tuple(
        s.model_copy(update={
            "source_id": new[s.source_id],
            "passages": tuple(p.model_copy(update={"passage_id": moved(p.passage_id)}) for p in s.passages),
        })
        for s in review.dossier.sources
    )  # fmt: skip
    opinions = tuple(
        o.model_copy(
            update={"grounds": tuple(g.model_copy(update={"passage_id": moved(g.passage_id)}) for g in o.grounds)}
        )
        for o in review.answered()
    )
    dossier = review.dossier.model_copy(update={"sources": tuple(sorted(sources, key=lambda s: s.source_id))})
    return checked(review.model_copy(update={"dossier": dossier, "opinions": opinions}))


def with_passage(review: Review, passage_id: str, text: str) -> Review:
    sources = tuple(
        s.model_copy(
            update={
                "passages": tuple(
                    p.model_copy(update={"text": text}) if p.passage_id == passage_id else p for p in s.passages
                )
            }
        )
        for s in review.dossier.sources
    )
    return review.model_copy(update={"dossier": review.dossier.model_copy(update={"sources": sources})})
