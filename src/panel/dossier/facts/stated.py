"""What a page states, before it is a fact: the value in one spelling, and the words it was read from."""

import re
from datetime import date
from typing import NamedTuple
from urllib.parse import urlsplit

from panel.dossier.clean_text import one_line
from panel.dossier.identity.address import tidy_address
from panel.records import FactKind

MOST_VALUE = 300
MOST_NAME = 120
EARLIEST = date(1990, 1, 1)
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar janvier", "february feb februar février", "march mar märz mars", "april apr avril",
            "may mai", "june jun juni juin", "july jul juli juillet", "august aug août", "september sep sept septembre",
            "october oct oktober okt octobre", "november nov novembre", "december dec dezember dez décembre",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
ISO = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
DAY_FIRST = re.compile(rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|er)?\.?\s+({_MONTH})\.?,?\s+(\d{{4}})(?!\d)", re.IGNORECASE)
MONTH_FIRST = re.compile(rf"\b({_MONTH})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})(?!\d)", re.IGNORECASE)
DOTTED = re.compile(r"(?<![\d.])(\d{1,2})\.(\d{1,2})\.(\d{4})(?![\d.])")
VERSION = re.compile(
    r"(?<![\w.])v?(\d{1,4}(?:\.\d{1,5}){1,3}(?:[-.]?(?:a|b|rc|alpha|beta|dev|post|pre)[-.]?\d*)?)(?![\w.]*\d)",
    re.IGNORECASE,
)
LANGUAGE = re.compile(r"([a-zA-Z]{2,3})(?:[-_]([a-zA-Z]{2}))?(?:[-_.@].*)?")


class StatedFact(NamedTuple):
    """One thing a page states. words: as they stand in it, to find the passage by; "" when they stand in none."""

    kind: FactKind
    value: str
    read_from: str
    words: str = ""


def day_of(text: str) -> str:
    """The first day a text names, as `2026-11-23`; "" for none. Days in slashes are ambiguous and left alone."""
    for pattern, order in ((ISO, (1, 2, 3)), (DAY_FIRST, (3, 2, 1)), (MONTH_FIRST, (3, 1, 2)), (DOTTED, (3, 2, 1))):
        if found := pattern.search(text[:500]):
            year, month, day = (found[i] for i in order)
            try:
                named = date(int(year), MONTHS.get(month.lower(), 0) or int(month), int(day))
            except ValueError:
                continue
            return named.isoformat() if named >= EARLIEST else ""
    return ""


def version_of(text: str) -> str:
    """The first version number with a dot in it, without a leading v; "" for none."""
    found = VERSION.search(text[:200])
    return found[1] if found else ""


def language_of(text: str) -> str:
    """`de_DE`, `DE-de` -> `de-DE`; "" for what is no language tag."""
    found = LANGUAGE.fullmatch(text.strip()[:20])
    if not found or found[1].lower() == "und":
        return ""
    return found[1].lower() + (f"-{found[2].upper()}" if found[2] else "")


def address_of(text: str) -> str:
    """A repository's address, tidied; "" for what is none. `git+https://...git` and `git://` are read too."""
    plain = re.sub(r"^(?:git\+)?(?:git|ssh|https?)://(?:git@)?", "https://", text.strip()[:500])
    plain = re.sub(r"^(?:github:|git@github\.com:)", "https://github.com/", plain)
    try:
        address = tidy_address(plain.removesuffix(".git")) if plain.startswith("https://") else ""
    except ValueError:
        return ""
    return address.rstrip("/") if urlsplit(address).path.strip("/") else ""


def line(text: object, most: int = MOST_VALUE) -> str:
    """A string on one clean line; "" for anything that is no string, and for what is longer than `most`."""
    plain = one_line(text[: 4 * MOST_VALUE]) if isinstance(text, str) else ""
    return plain if len(plain) <= most else ""


def package_url(kind: str, name: str) -> str:
    """A package as package-url.github.io writes it: `pkg:pypi/lantern`, `pkg:npm/%40acme/core`."""
    if not re.fullmatch(r"@?[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?", name) or len(name) > MOST_NAME:
        return ""
    plain = re.sub(r"[_.]+", "-", name.lower()) if kind == "pypi" else name
    return f"pkg:{kind}/{plain.replace('@', '%40')}"
