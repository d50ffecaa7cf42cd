"""What editors' work says of critics, models, prompts and checks."""

from dataclasses import dataclass
from typing import ClassVar

from panel.desk.stats import Stats, tables_of, told
from panel.pages.text import clean
from panel.web.render import View

Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class StatsPage(View):
    """The context of stats.html."""

    template: ClassVar[str] = "stats.html"
    title: str
    lede: str
    tables: tuple[tuple[str, tuple[str, ...], Rows], ...]  # title, head, rows


def stats_page(found: Stats) -> StatsPage:
    tables = tuple((t.title, t.head, tuple(tuple(map(clean, row)) for row in t.rows)) for t in tables_of(found))
    return StatsPage(title="Stats", lede=told(found), tables=tables)
