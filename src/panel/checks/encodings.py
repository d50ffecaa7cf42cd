"""Text that a page writes in code: base64, base32, hex, binary, percent and escape runs, entities, rot13, backwards.

`decoded` gives every reading that is text. Whether it matters is the caller's question.
"""

import base64
import binascii
import codecs
import html
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple
from urllib.parse import unquote

from panel.checks.lazy import Lazy

LEAST_SHARE = 0.95  # of a decoded run's characters that must be printable
MOST_RUN = 8_000  # characters of one run that are decoded


class Reading(NamedTuple):
    """A stretch of the text, what it is written in, and what it says."""

    start: int
    end: int
    code: str
    text: str


def _base64(run: str) -> bytes:
    run = re.sub(r"\s+", "", run).rstrip("=").translate(str.maketrans("-_", "+/"))
    return base64.b64decode(run[: len(run) - (len(run) % 4 == 1)] + "=" * (-len(run) % 4))


def _base32(run: str) -> bytes:
    run = run.rstrip("=")
    return base64.b32decode(run + "=" * (-len(run) % 8))


def _hex(run: str) -> bytes:
    run = re.sub(r"0x|\\x|[\s:,]", "", run)
    return bytes.fromhex(run[: len(run) // 2 * 2])


def _binary(run: str) -> bytes:
    bits = re.sub(r"\s", "", run)
    return bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits) - 7, 8))


def _decimal(run: str) -> bytes:
    return bytes(int(n) for n in re.findall(r"\d+", run) if int(n) < 256)


def _escapes(run: str) -> bytes:
    return re.sub(r"\\u\{?([0-9a-fA-F]{4,6})\}?", lambda m: chr(int(m[1], 16)), run).encode("utf-8")


Decoder = Callable[[str], bytes]
Run = tuple[str, Lazy, Decoder]
LONG_RUNS: tuple[Run, ...] = (
    ("hex", Lazy(r"(?<![0-9a-zA-Z])(?:[0-9a-fA-F]{2}){12,4000}(?![0-9a-zA-Z])"), _hex),
    ("base32", Lazy(r"(?<![A-Za-z0-9])[A-Z2-7]{24,8000}={0,6}(?![A-Za-z0-9])"), _base32),
    ("base64", Lazy(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/_-]{20,8000}={0,2}(?![A-Za-z0-9+/])"), _base64),
)
SPACED_RUNS: tuple[Run, ...] = (
    ("binary", Lazy(r"(?<![01])(?:[01]{8}\s?){6,1000}"), _binary),
    ("hex", Lazy(r"(?<![0-9a-zA-Z])(?:(?:0x|\\x)?[0-9a-fA-F]{2}[\s:,]{1,2}){8,4000}(?:0x)?[0-9a-fA-F]{2}"), _hex),
    ("decimal codes", Lazy(r"(?<!\d)(?:\d{2,3}[\s,]{1,2}){8,2000}\d{2,3}(?!\d)"), _decimal),
)
PERCENT = Lazy(r"(?:[A-Za-z0-9+.,!_-]{0,40}%[0-9a-fA-F]{2}){4,1000}[A-Za-z0-9+.,!_-]{0,40}")
ESCAPES = Lazy(r"(?:\\u\{?[0-9a-fA-F]{4,6}\}?[ ]?){5,2000}")
HEX_ESCAPES = Lazy(r"(?:\\x[0-9a-fA-F]{2}){5,4000}")
ENTITIES = Lazy(r"(?:&#x?[0-9a-fA-F]{2,6};[ ]?){5,2000}")
PERCENT_RUN: Run = ("percent", PERCENT, lambda run: unquote(run.replace("+", " ")).encode())
ENTITY_RUN: Run = ("entities", ENTITIES, lambda run: html.unescape(run).encode())
# What two characters of text look like in codes that are written apart; several of them make a look worth its time.
SHORT_CODES = frozenset[str]().union(
    *({f"{n:02x}", f"0x{n:02x}", f"x{n:02x}", f"{n:08b}", str(n)} for n in range(32, 127))
)
LEAST_CODES = 5
LONG_WORD = 20
LONG_RUN = Lazy(r"[A-Za-z0-9+/_-]{20,}")
LEAST_CAPITALS = 3


def runs_in(text: str, words: frozenset[str]) -> tuple[Run, ...]:
    """The codes that a text with these words (lower case, split at marks) may hold; mostly none."""
    runs: tuple[Run, ...] = ()
    if max(map(len, text.split()), default=0) >= LONG_WORD and _holds_long_run(text, words):
        runs = (*LONG_RUNS, SPACED_RUNS[0])
    if len(words & SHORT_CODES) >= LEAST_CODES:
        runs = (*runs[:-1], *SPACED_RUNS)
    if "%" in text and text.count("%") >= 4:
        runs += (PERCENT_RUN,)
    if "\\" in text:
        runs += (("escapes", ESCAPES, _escapes), ("hex", HEX_ESCAPES, _hex))
    return (*runs, ENTITY_RUN) if "&#" in text else runs


def _holds_long_run(text: str, words: frozenset[str]) -> bool:
    """A long word; or a run that its own `+`, `/` and `-` cut into short ones: base64 has capitals, paths have few."""
    if max(map(len, words), default=0) >= LONG_WORD:
        return True
    return any(sum(map(str.isupper, run.group())) >= LEAST_CAPITALS for run in LONG_RUN.finditer(text))


def decoded(text: str, runs: Sequence[Run] | None = None) -> Iterator[Reading]:
    """Every run in code that reads as text, in order of the codes; overlapping readings are all given.

    runs: what `runs_in` gave; None tries every code.
    """
    every = (*LONG_RUNS, *SPACED_RUNS, PERCENT_RUN, ("escapes", ESCAPES, _escapes), ENTITY_RUN)
    for code, pattern, read in every if runs is None else runs:
        for found in pattern.finditer(text):
            said = _as_text(found.group()[:MOST_RUN], read)
            if said:
                yield Reading(found.start(), found.end(), code, said)


def turned(text: str) -> Iterator[Reading]:
    """The whole text in rot13 and read backwards."""
    yield Reading(0, len(text), "rot13", codecs.encode(text, "rot13"))
    yield Reading(0, len(text), "backwards", text[::-1])


def _as_text(run: str, read: Decoder) -> str:
    try:
        said = read(run).decode("utf-8")
    except (ValueError, binascii.Error, OverflowError):
        return ""
    said = said.strip("\x00 \n")
    seen = sum(c.isprintable() or c.isspace() for c in said)
    return said if len(said) >= 8 and seen >= LEAST_SHARE * len(said) else ""
