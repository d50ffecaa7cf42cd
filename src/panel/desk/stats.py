"""What editors' work says of critics, models, prompts and checks. Pure, over drafts that somebody approved.

Edit distance is Levenshtein's over characters, divided by the longer text, as rapidfuzz normalises it: 0 nothing was
changed, 1 nothing is left. Sentences somebody set aside were judged by nobody and are in neither text.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import fmean, median

from rapidfuzz.distance import Levenshtein

from panel.desk.flags import must_settle
from panel.desk.text import start_text
from panel.records import Answered, Review, Value, Written, canonical_json, sha256_of
from panel.records.desk import Act, Approval, Decision, DraftText, EditedWords

PAUSE = timedelta(minutes=10)  # a longer gap between two acts is no work on this draft
FEWEST = 10  # drafts: with fewer, a difference between two says nothing
LAST = 50  # flags of a check that its share is taken of


class Settled(Value):
    """How many flags of a check were waved away, and how many went because words were mended."""

    dismissed: int = 0
    mended: int = 0


class Group(Value):
    """One critic on one model after one version of its prompt."""

    persona_id: str
    model: str
    prompt: str  # 12 hex digits: templates, answer schema and the persona's file
    drafts: int
    struck: int  # opinions an editor took out of the count
    kept: int  # claims printed as the model wrote them
    attributed: int
    amended: int
    removed: int
    set_aside: int  # by somebody; in no share
    edit_distance: float | None  # mean, 0..1; None when no words were judged
    errors: dict[str, Settled]  # by check: flags that had to be settled


class Editor(Value):
    """How one person decides on whole drafts."""

    account_id: str
    name: str
    approved: int
    rejected: int

    @property
    def rejection_rate(self) -> float:
        return self.rejected / (self.approved + self.rejected)


class Stats(Value):
    """Everything `panel desk stats` tells."""

    drafts: int
    median_minutes: float | None  # from the first act to the approval, pauses left out; None without drafts
    groups: tuple[Group, ...]
    editors: tuple[Editor, ...]
    checks: dict[str, tuple[int, int]]  # (dismissed, settled) of its last 50 settled flags


@dataclass(frozen=True)
class Finished:
    """An approved draft of a review, as it was signed."""

    review: Review  # the machine's
    text: DraftText
    approval: Approval
    decisions: Sequence[Decision]  # oldest first
    acts: Sequence[Act]  # oldest first


@dataclass(frozen=True)
class SettledFlag:
    check: str
    persona_id: str
    dismissed: bool
    at: datetime


@dataclass
class _Gathered:
    drafts: int = 0
    struck: int = 0
    claims: Counter[str] = field(default_factory=Counter)
    distances: list[float] = field(default_factory=list)
    errors: dict[str, Counter[bool]] = field(default_factory=lambda: defaultdict(Counter))


def stats_of(found: Iterable[Finished], editors: Mapping[str, tuple[int, int]], names: Mapping[str, str]) -> Stats:
    """editors: account_id -> drafts approved and rejected."""
    groups: dict[tuple[str, str, str], _Gathered] = defaultdict(_Gathered)
    minutes, settled = list[float](), list[SettledFlag]()
    for one in found:
        minutes.append(active_minutes(one.acts, one.approval))
        flags = list(settled_flags(one))
        settled += flags
        _gather(one, flags, groups)
    told = (Editor(account_id=who, name=names.get(who, who), approved=a, rejected=r) for who, (a, r) in editors.items())
    return Stats(
        drafts=len(minutes), median_minutes=round(median(minutes), 1) if minutes else None,
        groups=tuple(_group(key, groups[key]) for key in sorted(groups)), editors=tuple(told),
        checks=dismissed_shares(settled),
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


def settled_flags(one: Finished) -> Iterator[SettledFlag]:
    """Flags that had to be settled before approval: dismissed by somebody, or gone because words were mended.

    Counted by check and critic: of those the machine's text had, what nobody dismissed was mended.
    """
    newest = {(d.scope, d.key): d for d in one.decisions if d.kind == "flag"}
    dismissed = [d for d in newest.values() if d.decision == "dismissed" and d.at <= one.approval.at]
    yield from (SettledFlag(d.check, d.persona_id, True, d.at) for d in dismissed)
    printed = {
        (w.persona_id, s.place) for w in start_text(one.review).critics for s in w.sentences if s.standing == "printed"
    }
    flagged = Counter(
        (f.check, f.persona_id)
        for f in one.review.flags
        if must_settle(f) and (f.field != "quote" or (f.persona_id, f.index) in printed)
    )
    flagged.subtract((d.check, d.persona_id) for d in dismissed)
    for (check, persona_id), count in flagged.items():
        yield from (SettledFlag(check, persona_id, False, one.approval.at) for _ in range(count))


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


def _gather(one: Finished, flags: Sequence[SettledFlag], groups: dict[tuple[str, str, str], _Gathered]) -> None:
    struck = {s.persona_id for s in one.text.struck}
    for opinion in one.review.answered():
        who = opinion.juror.persona_id
        words = one.text.words_of(who)
        if words is None:
            continue
        group = groups[who, opinion.juror.model, prompt_version(one.review, who)]
        group.drafts += 1
        for flag in flags:
            if flag.persona_id == who:
                group.errors[flag.check][flag.dismissed] += 1
        if who in struck:
            group.struck += 1
            continue
        group.claims.update(what for _, what in claims_of(opinion, words))
        if isinstance(opinion.words, Written):
            group.distances.append(_distance(opinion.words, words))


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


def _distance(model: Written, words: EditedWords) -> float:
    views = words.views == "printed"
    judged = [s for s in words.sentences if s.standing != "set_aside"]
    wrote = [model.quote[s.place].text for s in judged] + _phrases(model)
    kept = [s.text for s in judged if s.standing == "printed" and (views or model.quote[s.place].rests_on != "view")]
    return Levenshtein.normalized_distance("\n".join(wrote), "\n".join(kept + (_phrases(words) if views else [])))


def _phrases(of: Written | EditedWords) -> list[str]:
    prediction = [of.prediction.statement] if of.prediction else []
    replies = [reply.answer for reply in of.replies]
    return [of.line, of.for_whom, of.not_for, of.change_mind, of.counter, *replies, *prediction]


def _group(key: tuple[str, str, str], gathered: _Gathered) -> Group:
    persona_id, model, prompt = key
    claims = gathered.claims
    errors = {c: Settled(dismissed=n[True], mended=n[False]) for c, n in sorted(gathered.errors.items())}
    return Group(
        persona_id=persona_id, model=model, prompt=prompt, drafts=gathered.drafts, struck=gathered.struck,
        kept=claims["kept"], attributed=claims["attributed"], amended=claims["amended"], removed=claims["removed"],
        set_aside=claims["set_aside"], errors=errors,
        edit_distance=round(fmean(gathered.distances), 4) if gathered.distances else None,
    )  # fmt: skip


class StatTable(Value):
    """Figures as people read them, at a terminal or on a page."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def told(stats: Stats) -> str:
    """The first sentence."""
    if not stats.drafts:
        return "Nobody has approved a review yet."
    drafts = "1 draft" if stats.drafts == 1 else f"{stats.drafts} drafts"
    few = f" Too few to compare: it takes {FEWEST}." if stats.drafts < FEWEST else ""
    return f"{drafts} approved. Median {stats.median_minutes:g} minutes a draft, gaps over 10 minutes left out.{few}"


def tables_of(stats: Stats) -> tuple[StatTable, ...]:
    """By critic, model and version of its prompt; by check; by editor. Tables without a row are left out."""
    critics = ("critic", "model", "prompt", "drafts", "kept", "attributed", "amended", "removed", "struck", "distance")
    checks = ("check", "dismissed", f"of the last (at most {LAST})")
    tables = (
        StatTable(title="Critics", head=critics, rows=tuple(_group_row(g) for g in stats.groups)),
        StatTable(title="Checks", head=checks, rows=tuple((c, str(n), str(of)) for c, (n, of) in stats.checks.items())),
        StatTable(
            title="Editors", head=("editor", "approved", "rejected"),
            rows=tuple((e.name, str(e.approved), str(e.rejected)) for e in stats.editors),
        ),
    )  # fmt: skip
    return tuple(table for table in tables if table.rows)


def _group_row(group: Group) -> tuple[str, ...]:
    counts = (group.drafts, group.kept, group.attributed, group.amended, group.removed, group.struck)
    distance = "" if group.edit_distance is None else f"{group.edit_distance:.2f}"
    return (group.persona_id, group.model, group.prompt, *map(str, counts), distance)
