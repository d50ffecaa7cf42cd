"""Text from models and launches, made harmless for the place it is set in: HTML, Markdown, a terminal.

Nothing here trusts its input. Words are never changed; what is removed is what a reader cannot see (control
characters, terminal escapes, invisible and direction-changing characters), and what is added is escaping.
"""

import re
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlsplit

# CSI, OSC, DCS and the like with their payload, so that "[31m" does not stay behind when ESC goes.
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
)
_JOINERS = "\u200c\u200d"  # part of spelling in Persian and Indic scripts and inside emoji
_CODE = re.compile(r"`([^`\n]+)`")
_MARKDOWN = re.compile(r"([\\`*_\[\]{}<>|~&#$!])")
_LINE_START = re.compile(r"^(\s*)([-+=:]|\d{1,9}(?=[.)](?:\s|$)))")
# What GitHub's Markdown turns into a link without being asked.
_AUTOLINK = re.compile(r"(?i)\b(?:[a-z][a-z0-9+.-]*://|www\.|mailto:|xmpp:)\S+|[^\s@]+@[^\s@]+\.[^\s@]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; `is_code` when the author put it in backticks."""

    text: str
    is_code: bool = False


Pieces = tuple[Piece, ...]


def clean(text: str) -> str:
    """One line of visible text: escapes and unseen characters gone, white space folded to single spaces."""
    if text.isprintable():  # the usual case: nothing hidden, nothing but ordinary spaces
        return " ".join(text.split())
    # not printable: controls, formats (bidi, zero width, tags), lone surrogates, private and unassigned characters
    seen = (c for c in _ESCAPES.sub("", text) if c.isspace() or c in _JOINERS or c.isprintable())
    return " ".join("".join(seen).split())


def spelt(text: str, most: int) -> str:
    """One line in which every character nobody sees is named, `⟨U+200B⟩`, and repeats are counted; at most `most` long.

    For an editor who has to know what a page hid; escapes lose their first character and with it their power.
    """
    folded = " ".join(text[: 4 * most].split())
    if folded.isprintable():
        return cut_short(folded, most)
    runs = ((unseen, "".join(run)) for unseen, run in groupby(folded, key=lambda c: not c.isprintable()))
    return cut_short("".join(_named(run) if unseen else run for unseen, run in runs), most)


def _named(run: str) -> str:
    """A lone joiner is spelling, in Persian or inside an emoji, and stays."""
    if run in _JOINERS:
        return run
    counted = [(ord(char), len(list(same))) for char, same in groupby(run)]
    return "".join(f"⟨U+{code:04X}{f' ×{times}' if times > 1 else ''}⟩" for code, times in counted)


def split_code(text: str) -> Pieces:
    """Text cut at backticks; a backtick without a partner stays a backtick."""
    parts = _CODE.split(clean(text))
    return tuple(Piece(part, is_code=bool(place % 2)) for place, part in enumerate(parts) if part)


def tail_apart(cut: Pieces) -> tuple[Pieces, Pieces]:
    """Text without its last word, and that word; one of more than 24 characters stays where it is."""
    if not cut:
        return (), ()
    *before, last = cut
    head, space, tail = ("", "", last.text) if last.is_code else last.text.rpartition(" ")
    if len(tail) > 24:
        return cut, ()
    kept = (Piece(head + space),) if head or space else ()
    return (*before, *kept), (Piece(tail, is_code=last.is_code),)


def plain(cut: Pieces) -> str:
    """The words of cut text, without backticks."""
    return "".join(piece.text for piece in cut)


def safe_href(url: str) -> str:
    """The URL if it is an ordinary http(s) address with a host and no user name, else ""."""
    if url != clean(url) or re.search(r"[\s\"'<>\\`{}|^]", url):
        return ""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises on a port that is not a number
    except ValueError:
        return ""
    good = parts.scheme.lower() in ("http", "https") and parts.hostname and "@" not in parts.netloc
    return url if good else ""


def markdown(text: str) -> str:
    """Text as Markdown that reads as itself: nothing becomes emphasis, a heading, a list, HTML or a link.

    A space at either end is kept, since text comes in pieces.
    """
    out, at = [], 0
    line = f"{' ' * text[:1].isspace()}{clean(text)}{' ' * text[-1:].isspace()}" if text.strip() else " " * bool(text)
    may_link = "@" in line or ":" in line or "www." in line.lower()  # looking closer takes half of a page's time
    for found in _AUTOLINK.finditer(line) if may_link else ():
        out += [_escaped(line[at : found.start()], first=at == 0), code_span(found.group())]
        at = found.end()
    return "".join([*out, _escaped(line[at:], first=at == 0)])


def _escaped(text: str, *, first: bool) -> str:
    marked = _MARKDOWN.sub(r"\\\1", text)
    return _LINE_START.sub(_escape_start, marked) if first else marked


def _escape_start(found: re.Match[str]) -> str:
    """Lists and rules: "- x" gets a backslash before the sign, "1. x" one after the number."""
    space, sign = found.groups()
    return f"{space}{sign}\\" if sign[0].isdigit() else f"{space}\\{sign}"


def code_span(text: str) -> str:
    """Text as a Markdown code span, fenced with more backticks than it holds."""
    line = clean(text)
    longest = max((len(run) for run in re.findall(r"`+", line)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def cut_short(text: str, most: int) -> str:
    """At most `most` characters, with an ellipsis where something was left out."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
