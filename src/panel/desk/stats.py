"""What editors' work says of critics, prompts and checks: statistics, and pairs of what was written and printed.

Only reviews that somebody approved are looked at, as they were signed last.
"""

from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from threading import Lock, Thread
from typing import Any, TypeVar

from sqlalchemy import Connection

from panel.desk.drafts.opened import read_review
from panel.desk.drafts.overlay import as_printed, start_text
from panel.desk.drafts.points import cited_passages, must_settle
from panel.records import Act, Answered, Approval, EditedWords, Review, Value, Written, canonical_json, sha256_of
from panel.store import DraftRows, Finished, finished_at, read_finished, signatures_after
from panel.store import draft_rows as rows

PAUSE = timedelta(minutes=10)  # a longer gap between two acts is no work on this draft
FEWEST = 10  # drafts: with fewer, a difference between two says nothing
LAST = 50  # flags of a check that its share is taken of
AT_ONCE = 50  # signatures of one look at the database
WAIT_S = 1.0  # how long a page waits for what was signed since
Json = dict[str, Any]
T = TypeVar("T", float, tuple[datetime, bool])


class Group(Value):
    """One critic on one model after one version of its prompt. Claims that somebody set aside are in no figure."""

    persona_id: str
    model: str
    prompt: str  # 12 hex digits: templates, answer schema and the persona's file
    drafts: int
    struck: int  # opinions an editor took out of the count
    kept: int  # claims printed as the model wrote them
    attributed: int
    amended: int
    removed: int


class DeskStats(Value):
    """Everything `panel desk stats` tells."""

    drafts: int
    median_minutes: float | None  # from the first act to the approval, pauses left out; None without drafts
    groups: tuple[Group, ...]
    checks: dict[str, tuple[int, int]]  # (dismissed, settled) of its last 50 settled flags


class Totals:
    """What signed drafts add up to, one signature after another; one signed again counts as it was signed last."""

    def __init__(self) -> None:
        self.newest = 0  # number of the newest signature that is counted
        self._groups: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
        self._minutes: list[float] = []  # sorted, and so are the flags of each check
        self._settled: dict[str, list[tuple[datetime, bool]]] = defaultdict(list)

    def read(self, conn: Connection, most: int) -> bool:
        """Count the next signatures, so many at most; whether there may be more."""
        signed = signatures_after(conn, self.newest, most)
        for approval in signed:
            known = rows.list_approvals(conn, approval.draft_id)
            at = known.index(approval)
            for of, sign in ((approval, 1), *((before, -1) for before in known[:at][-1:])):
                if one := finished_at(conn, of):
                    self._add(one, sign)
            self.newest = approval.approval_id
        return len(signed) == most

    def _add(self, one: Finished, sign: int) -> None:
        review = read_review(one.base_json)
        _put(self._minutes, active_minutes(one.acts, one.approval), sign)
        for check, settled in settled_flags(one, review):
            _put(self._settled[check], settled, sign)
        struck = {s.persona_id for s in one.text.struck}
        for opinion, words in _judged(one, review):
            who = opinion.juror.persona_id
            claims = ["struck"] if who in struck else [became for _, became in claims_of(opinion, words)]
            group = self._groups[who, opinion.juror.model, prompt_version(review, who)]
            for name in ("drafts", *claims):
                group[name] += sign

    def stats(self) -> DeskStats:
        minutes = self._minutes
        return DeskStats(
            drafts=len(minutes), median_minutes=round(median(minutes), 1) if minutes else None,
            groups=tuple(_group(key, found) for key, found in sorted(self._groups.items()) if found["drafts"]),
            checks=dismissed_shares(self._settled),
        )  # fmt: skip


def dismissed_shares(settled: Mapping[str, Sequence[tuple[datetime, bool]]]) -> dict[str, tuple[int, int]]:
    """check -> (dismissed, settled) of its last `LAST` settled flags. settled: when, and whether dismissed, by time."""
    last = {check: flags[-LAST:] for check, flags in sorted(settled.items()) if flags}
    return {check: (sum(dismissed for _, dismissed in flags), len(flags)) for check, flags in last.items()}


def _put(ordered: list[T], value: T, sign: int) -> None:
    """Put a value into a sorted list, or take it out."""
    insort(ordered, value) if sign > 0 else ordered.remove(value)


def read_stats(store: DraftRows) -> DeskStats:
    """Statistics over every approved draft."""
    totals = Totals()
    with store.reading() as conn:
        while totals.read(conn, AT_ONCE):
            pass
    return totals.stats()


class RunningStats:
    """Statistics that keep up with the desk: a thread reads each signature once, and whoever asks waits a moment."""

    def __init__(self, store: DraftRows) -> None:
        self._store, self._totals = store, Totals()
        self._turn, self._counting = Lock(), Lock()
        self._found, self._thread = self._totals.stats(), Thread()

    def look(self, wait_s: float = WAIT_S) -> tuple[DeskStats, int]:
        """As far as they are counted, and how many signatures are still to be."""
        with self._turn:
            if not self._thread.is_alive():
                self._thread = Thread(target=self._catch_up, name="statistics", daemon=True)
                self._thread.start()
        self._thread.join(wait_s)
        with self._store.reading() as conn:
            return self._found, max(0, rows.newest_approval(conn) - self._totals.newest)

    def _catch_up(self) -> None:
        more = True
        while more:
            with self._counting, self._store.reading() as conn:
                more = self._totals.read(conn, AT_ONCE)
            self._found = self._totals.stats()


def active_minutes(acts: Sequence[Act], approval: Approval) -> float:
    """Minutes of work that led to an approval: from the first act after the one before it, without pauses.

    Reading before the first act is not seen, and a gap over `PAUSE` counts as none at all.
    """
    times = list[datetime]()
    for act in acts:
        if act.at > approval.at:
            break
        times.append(act.at)
        if act.what == "approved" and act.detail.get("approval") != approval.approval_id:
            times = []
        if act.what in ("took in", "took in anew", "offered"):
            times = times[:-1]  # nobody was there
    gaps = (later - sooner for sooner, later in pairwise(times))
    return sum((gap.total_seconds() for gap in gaps if gap <= PAUSE), 0.0) / 60


def settled_flags(one: Finished, review: Review) -> Iterator[tuple[str, tuple[datetime, bool]]]:
    """Checks of flags that had to be settled: when they were, and whether dismissed, or gone because words were mended.

    Counted by check and critic: of those the machine's text had, what nobody dismissed was mended.
    """
    newest = {(d.scope, d.key): d for d in one.decisions if d.kind == "flag"}
    dismissed = [d for d in newest.values() if d.decision == "dismissed"]
    yield from ((d.check, (d.at, True)) for d in dismissed)
    printed = {
        (w.persona_id, s.place) for w in start_text(review).critics for s in w.sentences if s.standing == "printed"
    }
    flagged = Counter(
        (f.check, f.persona_id)
        for f in review.flags
        if must_settle(f) and (f.field != "quote" or (f.persona_id, f.index) in printed)
    )
    flagged.subtract((d.check, d.persona_id) for d in dismissed)
    for (check, _), count in flagged.items():
        yield from ((check, (one.approval.at, False)) for _ in range(count))


def prompt_version(review: Review, persona_id: str) -> str:
    """Templates, answer schema and the persona's file, as one short name."""
    persona = review.persona(persona_id).model_dump(mode="json")
    named = [review.how.prompts, review.how.schema_hash, persona]
    return sha256_of(canonical_json(named)).removeprefix("sha256:")[:12]


def _judged(one: Finished, review: Review) -> Iterator[tuple[Answered, EditedWords]]:
    """What critics answered, each with its words as they were signed."""
    for opinion in review.answered():
        words = one.text.words_of(opinion.juror.persona_id)
        if words:
            yield opinion, words


def claims_of(opinion: Answered, words: EditedWords) -> Iterator[tuple[int, str]]:
    """What became of each claim: (place, kept | attributed | amended | removed | set_aside)."""
    if not isinstance(opinion.words, Written):
        yield from ((p.number, "kept" if p.standing == "printed" else p.standing) for p in words.picks)
        return
    for sentence in words.sentences:
        model = opinion.words.quote[sentence.place]
        if model.rests_on == "view":
            continue
        if sentence.standing != "printed":
            yield sentence.place, sentence.standing
        elif sentence.text != model.text:
            yield sentence.place, "amended"
        else:
            yield sentence.place, "attributed" if sentence.attributed else "kept"


def _group(key: tuple[str, str, str], found: Counter[str]) -> Group:
    persona_id, model, prompt = key
    names = ("drafts", "struck", "kept", "attributed", "amended", "removed")
    return Group(persona_id=persona_id, model=model, prompt=prompt, **{name: found[name] for name in names})


class StatTable(Value):
    """Figures as people read them, at a terminal or on a page."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def summary_sentence(stats: DeskStats) -> str:
    """The first sentence."""
    if not stats.drafts:
        return "Nobody has approved a review yet."
    drafts = "1 draft" if stats.drafts == 1 else f"{stats.drafts} drafts"
    few = f" Too few to compare: it takes {FEWEST}." if stats.drafts < FEWEST else ""
    return f"{drafts} approved. Median {stats.median_minutes:g} minutes a draft, gaps over 10 minutes left out.{few}"


def tables_of(stats: DeskStats) -> tuple[StatTable, ...]:
    """By critic, model and version of its prompt; by check. Tables without a row are left out."""
    head = ("drafts", "kept", "attributed", "amended", "removed", "struck")
    critics = tuple((g.persona_id, g.model, g.prompt, *(str(getattr(g, name)) for name in head)) for g in stats.groups)
    checks = tuple((check, str(n), str(of)) for check, (n, of) in stats.checks.items())
    tables = (
        StatTable(title="Critics", head=("critic", "model", "prompt", *head), rows=critics),
        StatTable(title="Checks", head=("check", "dismissed", f"of the last (at most {LAST})"), rows=checks),
    )
    return tuple(table for table in tables if table.rows)


def read_pairs(store: DraftRows, *, now: datetime) -> Iterator[Json]:
    """A claim as a model wrote it and as somebody signed it, one at a time; nothing embargoed, nothing confidential.

    Claims set aside were judged by nobody, and those of struck critics were not decided on: neither is here.
    """
    with store.reading() as conn:
        for one in read_finished(conn):
            review, embargo = read_review(one.base_json), one.draft.embargo_until
            if not review.dossier.launch.confidential and (embargo is None or embargo <= now):
                yield from _pairs(one, review)


def _pairs(one: Finished, review: Review) -> Iterator[Json]:
    struck = {s.persona_id for s in one.text.struck}
    for opinion, words in _judged(one, review):
        if opinion.juror.persona_id not in struck:
            for place, became in claims_of(opinion, words):
                if became != "set_aside":
                    yield {"draft_id": one.draft.draft_id, **_pair(review, opinion, words, place, became)}


def _pair(review: Review, opinion: Answered, words: EditedWords, place: int, became: str) -> Json:
    who = opinion.juror.persona_id
    wrote, printed, numbers = _both(opinion, words, place)
    cited = [ground for ground in opinion.grounds if ground.number in numbers]
    return {
        "dossier": review.dossier.launch.slug, "as_of": review.dossier.as_of.isoformat(),
        "grade": review.grade, "persona_id": who, "model": opinion.juror.model, "prompt": prompt_version(review, who),
        "prompts": review.how.prompts, "schema_hash": review.how.schema_hash, "place": place,
        "verdict": opinion.verdict,
        "decision": became, "wrote": wrote, "printed": "" if became == "removed" else printed,
        "passages": [
            {"passage_id": p.passage_id, "voice": p.voice, "url": p.url, "text": p.text, "excerpts": list(p.excerpts)}
            for p in cited_passages(review.dossier, cited)
        ],
    }  # fmt: skip


def _both(opinion: Answered, words: EditedWords, place: int) -> tuple[str, str, tuple[int, ...]]:
    """What the model wrote there, what is printed of it, and the grounds under it."""
    if not isinstance(opinion.words, Written):
        excerpt = next(g.excerpt for g in opinion.grounds if g.number == place)
        return excerpt, excerpt, (place,)
    model = opinion.words.quote[place]
    sentence = next(s for s in words.sentences if s.place == place)
    return model.text, as_printed(sentence), model.grounds if model.rests_on == "grounds" else ()
