"""What editors' work says of critics, prompts and checks: statistics, and pairs of what was written and printed.

Only reviews that somebody approved are looked at, as they were signed last.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

from panel.desk.drafts.flags import must_settle
from panel.desk.drafts.opened import read_review
from panel.desk.drafts.overlay import as_printed, start_text
from panel.desk.drafts.points import cited_passages
from panel.records import Act, Answered, Approval, EditedWords, Review, Value, Written, canonical_json, sha256_of
from panel.store import DraftRows, Finished, read_finished

PAUSE = timedelta(minutes=10)  # a longer gap between two acts is no work on this draft
FEWEST = 10  # drafts: with fewer, a difference between two says nothing
LAST = 50  # flags of a check that its share is taken of
Json = dict[str, Any]


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


@dataclass(frozen=True)
class SettledFlag:
    check: str
    dismissed: bool
    at: datetime


@dataclass
class _Gathered:
    drafts: int = 0
    struck: int = 0
    claims: Counter[str] = field(default_factory=Counter)


def read_stats(store: DraftRows) -> DeskStats:
    """Statistics over every approved draft."""
    groups: dict[tuple[str, str, str], _Gathered] = defaultdict(_Gathered)
    minutes, settled = list[float](), list[SettledFlag]()
    with store.reading() as conn:
        for one in read_finished(conn):
            minutes.append(active_minutes(one.acts, one.approval))
            review = read_review(one.base_json)
            settled += settled_flags(one, review)
            _gather(one, review, groups)
    return DeskStats(
        drafts=len(minutes), median_minutes=round(median(minutes), 1) if minutes else None,
        groups=tuple(_group(key, groups[key]) for key in sorted(groups)), checks=dismissed_shares(settled),
    )  # fmt: skip


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


def settled_flags(one: Finished, review: Review) -> Iterator[SettledFlag]:
    """Flags that had to be settled before approval: dismissed by somebody, or gone because words were mended.

    Counted by check and critic: of those the machine's text had, what nobody dismissed was mended.
    """
    newest = {(d.scope, d.key): d for d in one.decisions if d.kind == "flag"}
    dismissed = [d for d in newest.values() if d.decision == "dismissed" and d.at <= one.approval.at]
    yield from (SettledFlag(d.check, True, d.at) for d in dismissed)
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
        yield from (SettledFlag(check, False, one.approval.at) for _ in range(count))


def dismissed_shares(settled: Iterable[SettledFlag]) -> dict[str, tuple[int, int]]:
    """check -> (dismissed, settled) of its last `LAST` settled flags."""
    by_check: dict[str, list[SettledFlag]] = defaultdict(list)
    for flag in sorted(settled, key=lambda f: f.at):
        by_check[flag.check].append(flag)
    last = {check: flags[-LAST:] for check, flags in sorted(by_check.items())}
    return {check: (sum(f.dismissed for f in flags), len(flags)) for check, flags in last.items()}


def prompt_version(review: Review, persona_id: str) -> str:
    """Templates, answer schema and the persona's file, as one short name."""
    persona = review.persona(persona_id).model_dump(mode="json")
    named = [review.how.prompts, review.how.schema_hash, persona]
    return sha256_of(canonical_json(named)).removeprefix("sha256:")[:12]


def _gather(one: Finished, review: Review, groups: dict[tuple[str, str, str], _Gathered]) -> None:
    struck = {s.persona_id for s in one.text.struck}
    for opinion, words in _judged(one, review):
        who = opinion.juror.persona_id
        group = groups[who, opinion.juror.model, prompt_version(review, who)]
        group.drafts += 1
        if who in struck:
            group.struck += 1
        else:
            group.claims.update(became for _, became in claims_of(opinion, words))


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


def _group(key: tuple[str, str, str], gathered: _Gathered) -> Group:
    persona_id, model, prompt = key
    claims = {name: gathered.claims[name] for name in ("kept", "attributed", "amended", "removed")}
    return Group(
        persona_id=persona_id, model=model, prompt=prompt, drafts=gathered.drafts, struck=gathered.struck, **claims
    )


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
