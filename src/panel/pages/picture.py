"""The split as a picture: a slope chart of critics between two tools, or one tool's critics in three bands.

A critic stands high where it ships, low where it skips, between where it gave no vote; a line joins its two places.
Shape and word carry the meaning, position shows it, colour only repeats it. Lengths are picture units, about 1 px.
"""

from collections.abc import Mapping, Sequence

from panel.pages import wording
from panel.pages.model import Band, Picture, PictureSpot, Thread
from panel.pages.safe_text import cut_short
from panel.records import Grade

WIDTH = 360
_ROW = 22.0
_HEAD = 26.0  # a band's own line of words
_TOP = 30.0  # the tools' names
_MARKS = (145.0, 215.0)  # x of the marks, left and right tool; outside them stand the names
_NAME_CHARACTERS = 21  # what fits beside a mark, in 12 px
_BANDS = ("ship", "none", "skip")

Stands = Sequence[tuple[str, tuple[str, ...]]]  # (critic's title, its stand on each side)


def band_of(stand: str) -> str:
    return stand if stand in ("ship", "skip") else "none"


def draw(stands: Stands, *, names: Sequence[str], leans: Sequence[str], grade: Grade = "full") -> Picture:
    """`stands` in page order; `leans` says for each critic "a", "b" or "neither". A trial's says so in every word."""
    sides = range(len(names))
    title = "The split: " + " beside ".join(names) if len(names) > 1 else f"The panel on {names[0]}"
    heads, rows, height = _layout(stands, sides)
    places = [_places(stands, side, rows) for side in sides]
    return Picture(
        width=WIDTH,
        height=height,
        title=wording.labelled(title, grade),
        desc=wording.labelled(_describe(stands, names), grade),
        names=tuple(cut_short(name, 24 if len(names) > 1 else 44) for name in names),
        bands=tuple(Band(heads[band], _band_words(stands, band, sides, grade)) for band in _BANDS if band in heads),
        threads=tuple(_thread(places, place, leans[place]) for place in range(len(stands)) if len(names) > 1),
        spots=tuple(_spot(stands[p], side, places[side][p], len(names)) for side in sides for p in range(len(stands))),
    )


def _layout(stands: Stands, sides: Sequence[int]) -> tuple[dict[str, float], dict[str, float], float]:
    """Where each band's words and first row stand, and how high it all is. The middle band is left out when empty."""
    heads, rows, y = {}, {}, _TOP
    for band in _BANDS:
        most = max(sum(band_of(on[side]) == band for _, on in stands) for side in sides)
        if most == 0 and band == "none":
            continue
        heads[band], rows[band] = y, y + _HEAD
        y += _HEAD + _ROW * max(most, 0.2) + 6
    return heads, rows, y


def _places(stands: Stands, side: int, rows: Mapping[str, float]) -> list[float]:
    """y of each critic's mark on one side; those bound for the same band stay together, so that fewer lines cross."""
    other = 1 - side if len(stands[0][1]) > 1 else side
    order = sorted(range(len(stands)), key=lambda p: (_BANDS.index(band_of(stands[p][1][other])), p))
    filled: dict[str, int] = {}
    at = [0.0] * len(stands)
    for place in order:
        band = band_of(stands[place][1][side])
        at[place] = rows[band] + _ROW * (filled.get(band, 0) + 0.5)
        filled[band] = filled.get(band, 0) + 1
    return at


def _band_words(stands: Stands, band: str, sides: Sequence[int], grade: Grade) -> tuple[str, ...]:
    word = wording.labelled({"ship": "ship", "none": "no vote", "skip": "skip"}[band], grade)
    return tuple(f"{sum(band_of(on[side]) == band for _, on in stands)} {word}" for side in sides)


def _thread(places: Sequence[Sequence[float]], place: int, lean: str) -> Thread:
    (left, right), (x1, x2) = (places[0][place], places[1][place]), _MARKS
    bend = (x2 - x1) * 0.45
    path = f"M{x1 + 9:g} {left:g}C{x1 + bend:g} {left:g} {x2 - bend:g} {right:g} {x2 - 9:g} {right:g}"
    return Thread(path=path, leans=lean)


def _spot(critic: tuple[str, tuple[str, ...]], side: int, y: float, sides: int) -> PictureSpot:
    title, on = critic
    stand = on[side]
    says = f"{title}: {wording.STANDS[stand].lower()}"
    if sides == 1:
        return PictureSpot(12.0, y, stand, title if band_of(stand) == stand else says, says, 28.0, "start")
    x, label = _MARKS[side], cut_short(title, _NAME_CHARACTERS)
    return PictureSpot(x, y, stand, label, says, x - 13 if side == 0 else x + 13, "end" if side == 0 else "start")


def _describe(stands: Stands, names: Sequence[str]) -> str:
    """The picture in words, for those who cannot see it."""
    parts = []
    for title, on in stands:
        says = [f"{wording.STANDS[stand].lower()} on {name}" for name, stand in zip(names, on, strict=True)]
        parts.append(f"{title}: {wording.listed(says)}.")
    return " ".join(parts)
