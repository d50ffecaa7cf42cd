"""One spelling for letters that look alike, with the way back to the text as it stands.

A page may write "ignore" with a Cyrillic o, with accents, with strokes through it or with digits. Folding makes these
one, for looking only: what is reported is always cut from the text itself.
"""

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
_LOOKS |= {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u00a0": " "}
_DIGITS = str.maketrans("013457@$", "oieastas")

_MARKS = '.,;:!?()[]{}<>"/*|#=+-`’‘“”–—\\\n\t'
_APART = str.maketrans(dict.fromkeys(_MARKS, " "))
_ASCII = bytes(ord(chr(n).lower().translate(_APART)) for n in range(256) if n < 128) + bytes(range(128, 256))


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
    """Lower case, look-alikes as plain letters, accents and strokes gone."""
    if text.isascii():
        return Folded(text.lower())
    pairs = [(at, low) for at, c in enumerate(text) for low in _plain(c)]
    return Folded("".join(low for _, low in pairs), [at for at, _ in pairs])


def undigited(seen: Folded) -> Folded:
    """Digits that stand for letters inside words read as letters."""
    return Folded(seen.text.translate(_DIGITS), seen.places)


def words_in(text: str) -> frozenset[str]:
    """The words of a text in lower case, split at white space and marks. Plain ASCII takes a third of the time."""
    if text.isascii():
        return frozenset(text.encode("ascii").translate(_ASCII).decode("ascii").split())
    return frozenset(text.lower().translate(_APART).split())


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
