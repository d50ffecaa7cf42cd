"""Text as the checks compare it: one spelling for what a reader sees as the same words."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from panel.records import Dossier, without_unseen

_APART = str.maketrans(dict.fromkeys('.,;:!?()[]"/-*', " "))

_STOP_WORDS = """
about after again also been before being between both could does down each even ever every from have here into just
like made make makes many more most much need only other over same says some such than that their them then there these
they this those through under using very were what when where which while will with without would your percent times
faster second minute hour token parameter point model tool
"""

STOP_WORDS = frozenset(_STOP_WORDS.split())

LEAST_WORDS = 5
LEAST_CHARACTERS = 25
UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)
SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]]?\s+(?=[\"'(\[]?[A-Z0-9`])")
ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|approx|no|fig|cf|Mr|Ms|Dr|St|Inc|Ltd)|\b[A-Z])\.$")

_FOLDS = {ord(c): "'" for c in "‘’‚‛′`´"} | {ord(c): '"' for c in "“”„‟«»″"} | {ord(c): "-" for c in "‐‑‒–—―−"}
_FOLDS.update({ord("…"): "...", ord("™"): "", ord("®"): ""})
del _FOLDS[ord("`")]  # a backtick marks code and is not a quotation mark
_MARKS = frozenset({"-", "&", "/", "+", "|", "...", ":", ";", "=", "*"})
_WORD = re.compile(r"[^\W_](?:[\w'+#.-]*[\w+#])?")
_DASHES = re.compile("-{2,}")


def normalise(text: str) -> str:
    """NFKC; quotes, dashes and ellipses folded; hidden characters dropped; white space as single blanks. Case stays.

    Two texts with the same normal form are the same words to a reader. Trade mark signs are dropped, runs of hyphens
    become one: word processors make dashes of them.
    """
    if not text.isascii():
        text = without_unseen(text.translate(_FOLDS))
        text = unicodedata.normalize("NFKC", text).translate(_FOLDS)
    elif not text.isprintable():
        text = without_unseen(text)
    if "--" in text:
        text = _DASHES.sub("-", text)
    return " ".join(text.split())


def count_words(text: str) -> int:
    """Words of a normalised text as a reader counts them: `A/B`, `don't` and `2.5` are one each, a lone dash none."""
    return len([token for token in text.split() if token not in _MARKS])


def is_quotable(needle: str, passage: str = "", *, is_code: bool = False) -> bool:
    """Whether a normalised excerpt is long enough to cite: 5 words, 25 characters, a whole passage, 2 words of code.

    A letter of a script without blanks (Chinese, Japanese, Thai) counts as half a word, and so does one of Korean.
    """
    letters = sum(letter.isalpha() for letter in UNSPACED.findall(needle))
    words = max(count_words(needle), letters and letters / 2 + count_words(UNSPACED.sub(" ", needle)))
    shown_as_code = is_code or f"`{needle.strip('`')}`" in passage
    least = 2 if shown_as_code else LEAST_WORDS
    return words >= least or len(needle) >= LEAST_CHARACTERS or needle == quotable(passage) != ""


def split_sentences(text: str) -> list[str]:
    """Sentences of a normalised text; an abbreviation or an initial before the blank ends none."""
    if ". " not in text and "? " not in text and "! " not in text and '." ' not in text and ".) " not in text:
        return [text]
    pieces: list[str] = []
    for piece in SENTENCE_END.split(text):
        joined = f"{pieces.pop()} " if pieces and ABBREVIATION.search(pieces[-1]) else ""
        pieces.append(joined + piece)
    return pieces


def quotable(excerpt: str) -> str:
    """An excerpt's normal form without the marks that quoting adds: outer quotes, outer dots, a final stop."""
    return normalise(excerpt).strip("\"' ").removeprefix("...").rstrip(".,;:。、").strip("\"' ")


def stands_in(needle: str, hay: str) -> bool:
    """Whether the words stand in the text, ends on word boundaries. Both normalised; needle not empty."""
    at = hay.find(needle)
    while at >= 0:
        end = at + len(needle)
        if not (_in_a_word(hay[max(0, at - 1) : at] + needle[0]) or _in_a_word(needle[-1] + hay[end : end + 1])):
            return True
        at = hay.find(needle, at + 1)
    return False


def _in_a_word(pair: str) -> bool:
    """Whether no word can end between two characters."""
    return len(pair) == 2 and pair[0].isalnum() and pair[1].isalnum() and not UNSPACED.search(pair)


@dataclass(frozen=True)
class PassageTexts:
    """A dossier's passages in normal form, by id."""

    by_id: dict[str, str]

    @classmethod
    def of(cls, dossier: Dossier) -> "PassageTexts":
        return cls({p.passage_id: normalise(p.text) for s in dossier.sources for p in s.passages})

    @cached_property
    def whole(self) -> str:
        """Every passage, one a line: a quick "nowhere" for words that stand in none."""
        return "\n".join(self.by_id.values())

    @cached_property
    def running(self) -> str:
        """Every passage run together: finds words stitched over the edge of two."""
        return " ".join(self.by_id.values())

    @cached_property
    def _lower(self) -> str:
        return self.running.lower()

    @cached_property
    def _word_run(self) -> str:
        return word_run(self.running)

    def hold_run(self, words: str) -> bool:
        """Whether a `word_run` stands in the passages. Most texts have a word that stands nowhere: a cheap look."""
        return all(word in self._lower for word in words.split()) and words in self._word_run

    def holding(self, needle: str, *, besides: str = "") -> list[str]:
        """Ids of the passages in which the words stand, leaving out `besides`."""
        if self.whole.count(needle) <= (1 if besides else 0):
            return []
        return [i for i, text in self.by_id.items() if i != besides and stands_in(needle, text)]


def word_run(text: str) -> str:
    """The words of a text in their order, lower case, a blank between two: all that near copies are told by."""
    return " ".join(_WORD.findall(text.lower()))


def words_of(text: str) -> frozenset[str]:
    """The words of a normalised text, lower case, hyphenated ones apart."""
    return frozenset(text.lower().translate(_APART).split())


@dataclass(frozen=True)
class Phrases:
    """A pattern, and words of which every hit of it holds at least one.

    Looking at the words of a whole opinion first saves nearly every search: a search costs 8 us on 90 characters,
    and a review has some 250 of them (measured).
    """

    pattern: "re.Pattern[str]"
    words: frozenset[str] = frozenset()  # lower case; empty: always search

    def may_hit(self, words: frozenset[str]) -> bool:
        """Whether a text with these words needs searching."""
        return not self.words or not self.words.isdisjoint(words)

    def search(self, text: str) -> "re.Match[str] | None":
        """The first hit in a normalised text."""
        return self.pattern.search(text)


def _phrases(*lines: str, words: str = "", exact: bool = False) -> Phrases:
    """One pattern of all alternatives, which are written with ` | ` between them; exact: case counts."""
    alternatives = "|".join(part for line in lines for part in line.split(" | "))
    return Phrases(re.compile(rf"\b(?:{alternatives})\b", 0 if exact else re.IGNORECASE), frozenset(words.split()))
