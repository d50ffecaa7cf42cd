"""One spelling for letters that look alike, with the way back to the text as it stands.

A page may write "ignore" with a Cyrillic o, with accents, with strokes through it or with digits. Folding makes these
one, for looking only: what is reported is always cut from the text itself.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_ALIKE = {
    "a": "аɑαạ@", "b": "ЬƄв", "c": "сϲⅽ", "d": "ԁⅾ", "e": "еєҽ℮ε", "f": "ƒ", "g": "ɡց", "h": "һհ",
    "i": "іıɩΙӏι¡", "j": "јϳ", "k": "кκ", "l": "ⅼǀ|", "m": "мⅿ", "n": "ոпη", "o": "оοօσø૦", "p": "рρ", "q": "ԛ",
    "r": "гᴦ", "s": "ѕꜱ", "t": "тτ", "u": "υսцᴜ", "v": "ѵνⅴ", "w": "ԝѡωա", "x": "хχⅹ", "y": "уүγ", "z": "ᴢ",
}  # fmt: skip
_LOOKS = {alike: letter for letter, every in _ALIKE.items() for alike in every if not alike.isascii()}
_LOOKS |= {"™": " ", "’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u00a0": " "}
_DIGITS = str.maketrans("013457@$", "oieastas")

_ASCII = bytes(ord(chr(n).lower()) if chr(n).isalnum() or chr(n) == "_" else 32 for n in range(128)) + bytes(128)
_UPPER = {n: chr(n).lower() for n in range(65, 91)}
_WORD = re.compile(r"\w+")
_MARKS = str.maketrans(dict.fromkeys('.,;:!?()[]{}<>"/*|#=+-`’‘“”–—\\', " "))
_EDGE = re.compile(r"(?<![^\W_])_|_(?![^\W_])|(?<!\w)¡(?![gnmf])")  # around a word: emphasis in Markdown, Spanish marks


@dataclass(frozen=True, slots=True)
class Folded:
    """A text in lower case and plain letters; `places` leads back, None where lengths agree."""

    text: str
    places: Sequence[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The same stretch of the text as it stands."""
        if self.places is None:
            return start, end
        return self.places[start], self.places[end - 1] + 1 if end > start else self.places[start]


def lowered(text: str) -> Folded:
    """Lower case, letters otherwise as they are, for languages with letters of their own."""
    lower = text.lower()
    if len(lower) == len(text):
        return Folded(lower)
    pairs = [(at, low) for at, c in enumerate(text) for low in c.lower()]
    return Folded("".join(low for _, low in pairs), [at for at, _ in pairs])


def folded(text: str) -> Folded:
    """Lower case, look-alikes as plain letters, accents and strokes gone, words without underscores around them."""
    if "_" in text or "¡" in text:
        text = _EDGE.sub(" ", text)
    if text.isascii():
        return Folded(text.lower())
    odd = {c: _plain(c) for c in set(text) if not c.isascii()}
    if all(len(plain) == 1 for plain in odd.values()):
        return Folded(text.translate(_UPPER | {ord(c): plain for c, plain in odd.items()}))
    pairs = [(at, low) for at, c in enumerate(text) for low in _plain(c)]
    return Folded("".join(low for _, low in pairs), [at for at, _ in pairs])


def undigited(seen: Folded) -> Folded:
    """Digits that stand for letters inside words read as letters."""
    return Folded(seen.text.translate(_DIGITS), seen.places)


def words_in(text: str) -> frozenset[str]:
    """The words of a text in lower case, without marks on either side. Plain ASCII takes a third of the time.

    Other scripts are split twice, at marks and at whatever is no letter: vowel signs of Hindi are none to `\\w`.
    """
    if text.isascii():
        plain = text.encode("ascii").translate(_ASCII).decode("ascii")
        if "_" in plain and (" _" in plain or "_ " in plain or "_" in (plain[0], plain[-1])):
            plain = _EDGE.sub(" ", plain)
        return frozenset(plain.split())
    lower = _EDGE.sub(" ", text.lower())
    return frozenset(_WORD.findall(lower)).union(lower.translate(_MARKS).split())


@lru_cache(maxsize=4096)
def _plain(char: str) -> str:
    if char.isascii():
        return char.lower()
    if char in _LOOKS:
        return _LOOKS[char]
    low = char.lower()[:1]
    if low in _LOOKS:
        return _LOOKS[low]
    base = "".join(c for c in unicodedata.normalize("NFKD", low) if not unicodedata.combining(c))
    return base if base.isascii() else low
