"""A passage with the excerpts in it lit, and a sentence beside what it was before."""

import difflib
import re
from dataclasses import dataclass

from panel.pages import clean, safe_href
from panel.records import Shown

_SPACE = re.compile(r"\s+")
_LOOSE = {  # how an excerpt may be written otherwise than its passage and still be word for word (docs/checks.md)
    "'": "['‘’‛ʼ′`´]", '"': "[\"“”„‟«»″]", "-": "[-‐‑‒–—―−]", "…": r"(?:…|\.\.\.)",
}  # fmt: skip
_PLAIN = {sign: plain for plain, signs in (("'", "‘’‛ʼ′`´"), ('"', "“”„‟«»″"), ("-", "‐‑‒–—―−")) for sign in signs}


@dataclass(frozen=True, slots=True)
class TextRun:
    """Some text, marked or not: lit in a passage, "new" or "old" in a change."""

    text: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage beside a sentence."""

    passage_id: str
    runs: tuple[TextRun, ...]
    found: bool  # every excerpt was found in it, and is lit
    title: str
    href: str  # "" when the address is not an ordinary one
    address: str
    voice: str


VOICES = {
    "maker": "the maker's word", "third_party": "a third party", "rival": "another product's word", "us": "ours",
    "unknown": "voice unknown",
}  # fmt: skip


def evidence(shown: Shown) -> Evidence:
    """The passage as the page shows it."""
    text = clean(shown.text)
    spans = [span for excerpt in shown.excerpts if (span := find(excerpt, text))]
    href = safe_href(shown.url)
    return Evidence(
        passage_id=clean(shown.passage_id), runs=_cut(text, _joined(spans)), found=len(spans) == len(shown.excerpts),
        title=clean(shown.title), href=href, address=clean(shown.url) if not href else "",
        voice=VOICES.get(shown.voice, "voice unknown"),
    )  # fmt: skip


def find(excerpt: str, text: str) -> tuple[int, int] | None:
    """Where an excerpt stands in a text, quotation marks, dashes and spaces apart; None when it doesn't."""
    words = clean(excerpt).strip("\"“”'‘’ .…")
    if not words:
        return None
    at = text.find(words)
    if at >= 0:
        return at, at + len(words)
    loose = "".join(_LOOSE.get(_PLAIN.get(c, c), r"\s+" if c == " " else re.escape(c)) for c in words)
    found = re.search(loose, text)
    return found.span() if found else None


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _cut(text: str, spans: list[tuple[int, int]]) -> tuple[TextRun, ...]:
    runs, at = [], 0
    for start, end in spans:
        runs += [TextRun(text[at:start]), TextRun(text[start:end], "lit")]
        at = end
    runs.append(TextRun(text[at:]))
    return tuple(run for run in runs if run.text)


def changed(was: str, now: str) -> tuple[TextRun, ...]:
    """What was changed, word by word: "old" words that went, "new" ones that came; () when nothing was."""
    if was == now:
        return ()
    old, new = _words(f"{was.rstrip()} "), _words(now)  # a space, so that what went never touches what came
    runs: list[TextRun] = []
    a_words, b_words = ([word.strip() for word in words] for words in (old, new))  # the space after it is no change
    for kind, a, b, c, d in difflib.SequenceMatcher(a=a_words, b=b_words, autojunk=False).get_opcodes():
        if kind == "equal":
            runs.append(TextRun("".join(new[c:d])))
            continue
        runs += [TextRun(text, mark) for text, mark in (("".join(old[a:b]), "old"), ("".join(new[c:d]), "new")) if text]
    return tuple(runs)


def _words(text: str) -> list[str]:
    return re.findall(r"\S+\s*|\s+", _SPACE.sub(" ", text))
