"""A title cut into name, release and tagline: "Name 2.1: tagline", "Name – tagline", "v2.1.0". Pure.

The rule. What the person asked to strip goes; so do "Introducing" and "Announcing" in front and "is out", "released",
"now available" behind. The first of ` – `, ` — `, ` - `, ` | `, ` · `, `: ` parts name and tagline when what stands
before it has at most MOST_WORDS words. A number with a dot, or one after a v or an @, at the name's end is the release;
"Mistral 3" keeps its number. A title that is only a release has no name: whoever called takes it from the address.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

MOST_TITLE = 500  # characters a pattern is tried on
MOST_WORDS = 6
PARTED = re.compile(r"\s+[–—|·-]\s+|\s*[–—]\s+|:\s+")
INTRODUCED = re.compile(r"^(?:introducing|announcing)\s*:?\s+", re.IGNORECASE)
NUMBER = r"(?:v(?:er(?:sion)?)?[. ]?\d[\w.+-]*|\d+(?:\.\d+)+[\w.+-]*)"
AT_END = re.compile(
    rf"^(?P<name>.*?\S)(?:\s+(?:release\s+)?|@|[-_](?=v?\d))\(?(?P<release>{NUMBER})\)?$", re.IGNORECASE
)
ALONE = re.compile(rf"^(?:release\s+)?(?P<release>{NUMBER})$", re.IGNORECASE)
OUT = re.compile(
    r"\s+(?:(?:is|are|has been|was)\s+)?(?:now\s+)?(?:released|out|available|here)(?:\s+now)?[.!]*$", re.IGNORECASE
)


class Cut(NamedTuple):
    """What a title says. A name may be ""."""

    name: str
    release: str = ""
    tagline: str = ""


def cut_title(title: str, *, how: str = "auto", strip: Sequence[re.Pattern[str]] = ()) -> Cut:
    """The parts of a title on one line. how: "auto" (the rule above), "never", or a regex with named groups."""
    title = title[:MOST_TITLE]
    for pattern in strip:
        title = pattern.sub("", title)
    title = " ".join(title.split())
    if how == "never":
        return Cut(title)
    if how != "auto":
        found = re.search(how, title, re.IGNORECASE)
        parts = {k: (v or "").strip() for k, v in found.groupdict().items() if k in Cut._fields} if found else {}
        return Cut(parts.pop("name", title), **parts)
    return _by_rule(title)


def _by_rule(title: str) -> Cut:
    title = INTRODUCED.sub("", title)
    head, tagline = title, ""
    parted = PARTED.search(title)
    if parted and parted.start() and len(title[: parted.start()].split()) <= MOST_WORDS:
        head, tagline = title[: parted.start()], title[parted.end() :]
    head = OUT.sub("", head).strip()
    if alone := ALONE.match(head):
        return Cut("", alone["release"], tagline)
    if found := AT_END.match(head):
        return Cut(found["name"].strip(" ,"), found["release"], tagline)
    return Cut(head, "", tagline)
