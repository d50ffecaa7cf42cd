"""The desk: one door for every act, each in one transaction of its own. The web and the terminal call nothing else.

An act is a value (`acts/`): decided on the draft as it lies, which touches nothing, and then committed. Two people may
act on one draft at once: what touches other words goes through, what touches the same words is an `EditConflict`.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from panel.desk.acts.change import DeskAct, open_review_in
from panel.desk.acts.commit import Tx, carry_out
from panel.desk.acts.sign import Approve
from panel.desk.acts.undo import newest_of
from panel.desk.drafts import publications
from panel.desk.drafts.new_drafts import AT_ONCE, bring_back, due, pair_up, take_in
from panel.desk.drafts.opened import History, Opened, find_draft, load, open_at, read_review
from panel.desk.drafts.points import LEFT_DAYS
from panel.desk.drafts.publications import editorial_of
from panel.desk.drafts.stale import with_reasons
from panel.desk.drafts.written_before import NO_ARCHIVE, WrittenBefore
from panel.desk.permissions import allow
from panel.desk.times import UTC_TIMES, Times, utc_now
from panel.errors import Mistake
from panel.records import Account, Act, Approval, Channel, Decision, Draft, Editorial, Publication, Review, Revision
from panel.store import DraftRows, newest_acts, read_acts
from panel.store import draft_rows as rows
from panel.tally import compare

Clock = Callable[[], datetime]
QUEUES = ("open", "later", "approved", "scheduled", "published", "passed", "rejected", "retracted", "aged")
MOST_NAMED = 3  # records that could not be read, on a page of the queue
LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Queue:
    """A page of the queue, and how many drafts there are in each state."""

    drafts: tuple[Draft, ...]
    counts: dict[str, int]  # by name of `QUEUES`
    more: bool
    is_behind: bool  # runs left more than was taken in so far
    unreadable: tuple[tuple[str, str], ...]  # (run_id, slug) of some records that could not be read


@dataclass(frozen=True)
class Public:
    """What readers have of a draft at a moment, and what they will get; None for nothing."""

    out: Publication | None = None
    due: Publication | None = None


NOTHING = Public()


class Desk:
    """Drafts of one database. Safe to share between threads: it holds nothing but its parts."""

    def __init__(
        self, store: DraftRows, *, archive: WrittenBefore = NO_ARCHIVE, responsible: str = "", clock: Clock = utc_now,
        times: Times = UTC_TIMES, channel: Channel = "terminal", together: int = 0,
    ) -> None:  # fmt: skip
        """channel, together: how what is decided here comes in, as each decision says."""
        self.store, self._archive, self._responsible, self._clock = store, archive, responsible, clock
        self.times, self._channel, self._together = times, channel, together

    def taking_back(self) -> "Desk":
        """The same desk for one file that comes back from an editor: its decisions share a number."""
        with self.store.reading() as conn:
            number = rows.newest_decision(conn) + 1
        return Desk(
            self.store, archive=self._archive, responsible=self._responsible, clock=self._clock, times=self.times,
            channel="editor", together=number,
        )  # fmt: skip

    @property
    def now(self) -> datetime:
        return self._clock().astimezone(UTC)

    # looking

    def take_in(self, most: int | None = None) -> int:
        """Put what runs left into the queue, a hundred records a transaction; how many. most: None for all."""
        found = 0
        while most is None or found < most:
            with self.store.reading() as conn:  # who only looks keeps no writer waiting
                if not rows.has_untaken(conn):
                    break
            with self.store.changing() as conn:
                found += take_in(conn, self.now, AT_ONCE if most is None else min(AT_ONCE, most - found))
        return found

    def queue(self, which: str = "open", *, kind: str = "", words: str = "", page: int = 1, size: int = 50) -> Queue:
        """One page of drafts in a state, the newest first; `aged` are open ones left for `LEFT_DAYS`."""
        if which not in QUEUES:
            raise Mistake(f"There is no queue {which!r}.", hint="There are: " + ", ".join(QUEUES) + ".")
        line = rows.time_of(self.now - timedelta(days=LEFT_DAYS))
        after, before = line if which == "open" else "", line if which == "aged" else ""
        states = ("open",) if which == "aged" else (which,)
        with self.store.reading() as conn:
            found = rows.list_drafts(
                conn, states=states, kind=kind, words=words, created_after=after, created_before=before,
                most=size + 1, skip=(page - 1) * size,
            )  # fmt: skip
            counts = rows.count_drafts(conn, kind=kind, words=words)
            aged = rows.count_drafts(conn, states=("open",), kind=kind, words=words, created_before=line)
            shown = with_reasons(conn, found[:size], self.now.date())
            is_behind, unreadable = rows.has_untaken(conn), rows.unreadable(conn, MOST_NAMED)
        told = {name: counts.get(name, 0) for name in QUEUES} | {"aged": aged.get("open", 0)}
        told["open"] -= told["aged"]
        return Queue(tuple(shown), told, more=len(found) > size, is_behind=is_behind, unreadable=tuple(unreadable))

    def bring_back_due(self) -> int:
        """Put drafts whose "later" has come into the queue again, and call published what has gone out; how many."""
        with self.store.reading() as conn:  # who only looks keeps no writer waiting
            if not due(conn, self.now, most=1):
                return 0
        with self.store.changing() as conn:
            return bring_back(conn, self.now)

    def open(self, who: Account, draft_id: str) -> Opened:
        """The draft as it lies now. The first to open it gives it its first revision."""
        allow(who, "read")
        with self.store.reading() as conn:
            if find_draft(conn, draft_id).head >= 0:
                return load(conn, draft_id, self._archive)
        with self._acting(who) as tx:
            tx.open(draft_id)
        with self.store.reading() as conn:
            opened = load(conn, draft_id, self._archive)
        self._remember(opened)
        return opened

    def open_at(self, who: Account, draft_id: str, number: int) -> Opened:
        """The draft as it was at a revision, with today's decisions. Raises Mistake when there is none."""
        allow(who, "read")
        with self.store.reading() as conn:
            return open_at(conn, draft_id, number, self._archive)

    def history(self, who: Account, draft_id: str) -> History:
        allow(who, "read")
        with self.store.reading() as conn:
            find_draft(conn, draft_id)
            return History(
                tuple(rows.list_revisions(conn, draft_id)),
                tuple(rows.decisions_of(conn, draft_id)),
                tuple(rows.list_approvals(conn, draft_id)),
                tuple(rows.list_publications(conn, draft_id)),
                tuple(rows.list_run_logs(conn, draft_id)),
                tuple(act for act, _ in read_acts(conn, draft_id=draft_id)),
            )

    def revision(self, who: Account, draft_id: str, number: int) -> Revision:
        """Raises Mistake when there is no such revision."""
        allow(who, "read")
        with self.store.reading() as conn:
            found = rows.load_revision(conn, draft_id, number)
        if found is None:
            raise Mistake(f"{draft_id!r} has no revision {number}.")
        return found

    def offered(self, who: Account, draft_id: str) -> Review | None:
        """The newer review that is offered for a draft, None when there is none."""
        allow(who, "read")
        with self.store.reading() as conn:
            draft = find_draft(conn, draft_id)
            return read_review(rows.base_json(conn, draft.offered_hash)) if draft.offered_hash else None

    def is_signed(self, who: Account, opened: Opened) -> Approval | None:
        """The approval of exactly what stands there now, None when there is none or it lapsed."""
        allow(who, "read")
        with self.store.reading() as conn:
            return publications.signed(conn, opened)

    def public(self, who: Account, draft_id: str, at: datetime | None = None) -> Public:
        """What readers have of a draft, now or at a moment, and what is still to go out after it."""
        allow(who, "read")
        with self.store.reading() as conn:
            draft, at = find_draft(conn, draft_id), at or self.now
            return Public(publications.public_at(conn, draft, at), publications.to_go_out(conn, draft, at))

    def editorial(self, who: Account, opened: Opened) -> Editorial:
        """What people added, as readers see it: the signature, corrections that went out, a retraction."""
        allow(who, "read")
        with self.store.reading() as conn:
            made = rows.list_publications(conn, opened.draft.draft_id)
            of_sides = [rows.list_publications(conn, side) for side in rows.sides_of(conn, opened.draft.draft_id)]
            out = publications.went_out(made, self.now)
            return editorial_of(opened, publications.signed(conn, opened), out, of_sides)

    def log(self, *, before: int = 0, most: int = 200) -> list[tuple[Act, str]]:
        """Lines of the log with the hash each is kept under, the newest first."""
        with self.store.reading() as conn:
            return newest_acts(conn, before=before, most=most)

    @property
    def line(self) -> int:
        """The number of the log's newest line, 0 for none: what a page was read at."""
        newest = self.log(most=1)
        return newest[0][0].seq if newest else 0

    # acting

    def act(self, who: Account, draft_id: str, *acts: DeskAct) -> Opened:
        """Do these acts in turn, all or none: loaded, decided, committed. The draft as it lies open afterwards.

        Raises NotAllowed, Mistake for what may not be, EditConflict where the draft was read otherwise.
        """
        for act in acts:
            allow(who, act.may)
        with self._acting(who) as tx:
            for act in acts:
                opened = carry_out(tx, draft_id, act)
        if any(isinstance(act, Approve) for act in acts):
            self._remember(opened)
        return opened

    def undoable(self, who: Account, opened: Opened) -> Decision | None:
        """What `Undo` would take back."""
        with self.store.reading() as conn:
            return newest_of(rows.newest_made(conn, opened.draft.draft_id), who, opened)

    def pair(self, who: Account, draft_a: str, draft_b: str) -> Draft:
        """A comparison's draft of two drafts of reviews; the one there is, when there is one."""
        allow(who, "save")
        with self._acting(who) as tx:
            one, other = (open_review_in(tx.open(draft_id)) for draft_id in (draft_a, draft_b))
            a, b = sorted((one, other), key=lambda side: side.review.slug)
            comparison = compare(a.counted, b.counted, made=a.review.made)
            return pair_up(tx.conn, a.draft, b.draft, comparison, a.draft.run_id, tx.now)

    @contextmanager
    def _acting(self, who: Account) -> Iterator[Tx]:
        """A transaction of its own, with what is due brought back."""
        with self.store.changing() as conn:
            now = self.now
            bring_back(conn, now)
            yield Tx(conn, now, who, self._responsible, self.times, self._channel, self._together)

    def _remember(self, opened: Opened) -> None:
        """Keep what was printed for the prose checks of later drafts; after the act, which is done whatever comes."""
        for side in opened.reviews:
            try:
                self._archive.remember(side.counted, side.draft.scope)
            except Exception:  # it is a help to later checks, and the act before it was done
                LOG.exception("the words of %s were not kept for later checks", side.draft.draft_id)
