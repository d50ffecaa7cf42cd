"""What editors' work says of critics, models, prompts and checks: each figure with its bar, and of how many it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from panel.desk.stats import LAST, PAUSE, Group, Stats
from panel.pages.text import clean
from panel.web.render import View

FEWEST = 10  # drafts of a group, decisions of an editor: with fewer, a difference between two says nothing
WIDE = 100  # units a bar's frame is wide


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a bar, in units of `WIDE`."""

    kind: str  # a class of views.css
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure drawn; the same figure stands beside it in words."""

    said: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One critic on one model after one version of its prompt."""

    critic: str
    model: str
    prompt: str
    drafts: str  # "12 drafts"; "3 drafts: too few to compare"
    is_few: bool
    distance: Bar | None  # None: no words were judged
    claims: Bar | None  # None: no claims were
    claims_told: str  # "of 30: 20 as written, 2 the maker's word, 5 amended, 3 removed"
    struck: str
    errors: tuple[tuple[str, str], ...]  # check, "3 mended, 1 dismissed"


@dataclass(frozen=True, slots=True)
class CheckLine:
    """How often editors wave a check away."""

    check: str
    dismissed: Bar


@dataclass(frozen=True, slots=True)
class EditorLine:
    """How one person decides on whole drafts."""

    name: str
    rejected: Bar
    told: str


@dataclass(frozen=True)
class StatsPage(View):
    """The context of stats.html."""

    template: ClassVar[str] = "stats.html"
    title: str
    drafts: int
    minutes: str
    pause_min: int
    is_few: bool
    fewest: int
    groups: tuple[GroupLine, ...]
    checks: tuple[CheckLine, ...]
    last: int
    editors: tuple[EditorLine, ...]


def stats_page(found: Stats) -> StatsPage:
    return StatsPage(
        title="Stats",
        drafts=found.drafts,
        minutes="" if found.median_minutes is None else f"{found.median_minutes:g}",
        pause_min=int(PAUSE.total_seconds() // 60),
        is_few=found.drafts < FEWEST,
        fewest=FEWEST,
        groups=tuple(_group(group) for group in found.groups),
        checks=tuple(_check(name, *of) for name, of in sorted(found.checks.items(), key=_most_dismissed)),
        last=LAST,
        editors=tuple(_editor(e.name, e.approved, e.rejected) for e in found.editors),
    )


def _group(group: Group) -> GroupLine:
    claims = {"kept": group.kept, "attributed": group.attributed, "amended": group.amended, "removed": group.removed}
    judged = sum(claims.values())
    names = {"kept": "as written", "attributed": "the maker's word", "amended": "amended", "removed": "removed"}
    told = ", ".join(f"{count} {names[kind]}" for kind, count in claims.items() if count)
    return GroupLine(
        critic=clean(group.persona_id),
        model=clean(group.model),
        prompt=group.prompt,
        drafts=_so_many(group.drafts, "draft"),
        is_few=group.drafts < FEWEST,
        distance=None if group.edit_distance is None else _bar(f"{group.edit_distance:.2f}", group.edit_distance),
        claims=Bar(f"{group.removed} of {judged} removed", tuple(_stacked(claims, judged))) if judged else None,
        claims_told=told,
        struck=f"{group.struck} struck" if group.struck else "",
        errors=tuple((check, _settled(s.mended, s.dismissed)) for check, s in group.errors.items()),
    )


def _so_many(count: int, what: str) -> str:
    few = ": too few to compare" if count < FEWEST else ""
    return f"{count} {what}{'s' * (count != 1)}{few}"


def _of(some: int, whole: int, what: str, *, least: int) -> str:
    """ "5 of 20 rejected, 25 %"; no percentage of a few."""
    return f"{some} of {whole}{what}" + (f", {some / whole:.0%}".replace("%", " %") if whole >= least else "")


def _settled(mended: int, dismissed: int) -> str:
    told = [f"{count} {what}" for count, what in ((mended, "mended"), (dismissed, "dismissed")) if count]
    return ", ".join(told)


def _bar(said: str, share: float, kind: str = "part") -> Bar:
    return Bar(said, (Part(kind, 0, round(share * WIDE, 2)),))


def _stacked(counts: dict[str, int], whole: int) -> Iterator[Part]:
    at = 0.0
    for kind, count in counts.items():
        width = count / whole * WIDE
        if count:
            yield Part(kind, round(at, 2), round(width, 2))
        at += width


def _most_dismissed(row: tuple[str, tuple[int, int]]) -> tuple[float, str]:
    check, (dismissed, settled) = row
    return -(dismissed / settled if settled else 0), check


def _check(check: str, dismissed: int, settled: int) -> CheckLine:
    share = dismissed / settled if settled else 0
    return CheckLine(check, _bar(_of(dismissed, settled, "", least=LAST), share))


def _editor(name: str, approved: int, rejected: int) -> EditorLine:
    whole = approved + rejected
    told = "" if whole >= FEWEST else _so_many(whole, "draft")
    return EditorLine(clean(name), _bar(_of(rejected, whole, " rejected", least=FEWEST), rejected / whole), told)
