"""The verdict card: what a terminal shows when a panel is done. Plain text; whoever prints it may colour it."""

import textwrap
import unicodedata
from collections.abc import Sequence

from panel.pages import wording
from panel.pages.model import OpinionView, PageView, ToolSide
from panel.pages.safe_text import cut_short, plain
from panel.pages.view import NOBODY, comparison_view, review_view
from panel.records import Comparison, Editorial, Review

_GLYPHS = {"ship": "+", "skip": "-"}  # a shape beside the word; other stands get a dot


def review_card(review: Review, width: int = 100, editorial: Editorial = NOBODY) -> str:
    """The verdict in plain text, at most `width` columns wide; no colours and no control characters."""
    return card(review_view(review, (), editorial), width=width)


def comparison_card(comparison: Comparison, width: int = 100, editorial: Editorial = NOBODY) -> str:
    """The answer, in the same way."""
    return card(comparison_view(comparison, (), editorial), width=width)


def card(page: PageView, *, width: int = 100) -> str:
    """At most `width` columns, counting wide characters as two; at least 40."""
    room = max(width, 40)
    top = [_wrapped(page.banner, room)] if page.banner else []
    if not page.is_answered:
        silent = [_wrapped(f"{row.title} on {row.tool}: {row.word.lower()}. {row.why}", room) for row in page.uncounted]
        return "\n\n".join([*top, _wrapped(page.answer, room), "\n".join(silent), page.status]) + "\n"
    blocks = [
        _wrapped(page.answer, room),
        *([_wrapped(page.because, room)] if page.because else []),
        *_notices(page, room),
        _tallies(page.sides, room),
        *[_critic(critic.title, critic.on, len(page.sides), room) for critic in page.critics],
        _foot(page, room),
    ]
    return "\n\n".join(top + blocks) + "\n"


def _tallies(sides: Sequence[ToolSide], room: int) -> str:
    lines = []
    for side in sides:
        rest = f", {side.rest}" if side.rest else ""
        price = f" · {side.entry or side.price_class}"
        lines.append(_wrapped(f"{cut_short(side.name, 60)}: {side.count}{rest}{price}", room, after="  "))
    return "\n".join(lines)


def _notices(page: PageView, room: int) -> list[str]:
    """At most one line each: what is held, what is missing, on what sources disagree. Two tools are named."""
    several = len(page.sides) > 1
    rows = (
        ("Held", [(s, s.contained.why) for s in page.sides if s.contained and s.contained.is_held]),
        ("Missing", [(s, wording.listed(s.lacks.names)) for s in page.sides if s.lacks.names]),
        ("Sources disagree", [(s, wording.listed(s.facts.disputed)) for s in page.sides if s.facts.disputed]),
    )
    lines = []
    for label, told in rows:
        said = "; ".join(f"{cut_short(s.name, 28)}: {text}" if several else text for s, text in told)
        lines += [_one_line(f"{label}: {said}", room)] if said else []
    return ["\n".join(lines)] if lines else []


def _critic(title: str, on: Sequence[OpinionView], sides: int, room: int) -> str:
    lines = [_wrapped(f"{title} ({wording.AI_CRITIC})", room)]
    for said in on:
        name = f"{cut_short(said.tool, 28)}: " if sides > 1 else ""
        head = f"  {_GLYPHS.get(said.stand, '·')} {name}{said.word.lower()}. "
        lines.append(_wrapped(head + plain(said.line), room, after="    "))
    return "\n".join(lines)


def _foot(page: PageView, room: int) -> str:
    lines = [page.depth, page.independence, f"{wording.AI_LABEL}.", page.status]
    return "\n".join(_wrapped(line, room) for line in lines if line)


def _one_line(text: str, room: int) -> str:
    """What fits one line, with an ellipsis where more was said."""
    first, _, rest = _wrapped(text, room).partition("\n")
    return f"{_wrapped(text, room - 2).partition(chr(10))[0]} …" if rest else first


def _wrapped(text: str, room: int, *, after: str = "") -> str:
    """Wrapped at spaces; wide characters are measured by giving each a stand-in beside it while wrapping."""
    indent = text[: len(text) - len(text.lstrip())]
    spread = "".join(c + "\0" if unicodedata.east_asian_width(c) in "WF" else c for c in text.strip())
    lines = textwrap.wrap(
        spread, room, initial_indent=indent, subsequent_indent=after, break_on_hyphens=False, drop_whitespace=True
    )
    return "\n".join(line.replace("\0", "") for line in lines)
