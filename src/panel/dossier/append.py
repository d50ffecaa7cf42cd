"""More sources behind a dossier's own: every passage that was there keeps its number and its words.

Neighbours are other products of the category, from our own archive. Their names and licences were strangers' words
once, so each is put on one line, cut, and held against the finder of suspicions like every other text; a product whose
line speaks to reviewers or models is left out for jurors and kept for the editor. Which count, the archive says.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from panel.checks import find_suspicions
from panel.dossier.build import make_source, read_source
from panel.dossier.clean_text import Screen, clean
from panel.dossier.page.passages import Block
from panel.errors import Mistake
from panel.records import Dossier, LaunchSource, Neighbour, Source, sha256_of

LEAST_FRESH = 0.2  # of a text's characters, for it to say anything that the sources before it don't
TITLE = "Others in this category, from our archive"
MOST_NAME = 80
MOST_LICENCE = 100
MOST_LINE = 300
PRICE_CLASSES = {"open_source": "open source", "contact": "on request"}  # the others are plain words


def append_sources(dossier: Dossier, sources: Sequence[LaunchSource]) -> Dossier:
    """The dossier with these behind its sources; those it holds already, byte for byte, are not added again.

    Their texts are taken as they are: a `#` in a terminal is no heading, and lines stay lines. The dossier's day moves
    to the newest of theirs, since no source is later than the day a dossier speaks of.
    Raises Mistake for one without readable text.
    """
    held, grown = {source.bytes_sha256 for source in dossier.sources}, dossier
    for source in sources:
        if sha256_of(source.text) not in held:
            held.add(sha256_of(source.text))
            new = make_source(source, next_id(grown), source.text, _blocks(source.text), "The run log")
            grown = behind(grown, new).model_copy(update={"as_of": max(grown.as_of, new.published or grown.as_of)})
    return grown


def append_texts(dossier: Dossier, texts: Sequence[LaunchSource]) -> Dossier:
    """The dossier with texts that announced its launch behind its pages, read as a launch file's sources are.

    One without readable text is left out, and one whose words the pages hold already: a post and its feed's entry are
    one text.
    """
    for text in texts:
        held = " ".join(passage.text for source in dossier.sources for passage in source.passages)
        try:
            new, hidden = read_source(text, next_id(dossier), Path(), "The announcement")
        except Mistake:
            continue
        lengths = [(len(passage.text), passage.text in held) for passage in new.passages]
        if sum(n for n, is_held in lengths if not is_held) < LEAST_FRESH * sum(n for n, _ in lengths):
            continue
        suspicions = (*dossier.suspicions, *find_suspicions(new.passages))
        more = {"hidden": (*dossier.hidden, *hidden), "suspicions": suspicions}
        dossier = behind(dossier, new).model_copy(update=more)
    return dossier


def next_id(dossier: Dossier) -> str:
    """What the dossier's next source is called."""
    return f"S{max((int(source.source_id[1:]) for source in dossier.sources), default=0) + 1}"


def behind(dossier: Dossier, new: Source) -> Dossier:
    """The dossier with one more source, counted in its coverage."""
    covered, more = dossier.coverage, len(new.passages)
    counts = {"passages_total": covered.passages_total + more, "passages_kept": covered.passages_kept + more}
    coverage = covered.model_copy(update=counts)
    return dossier.model_copy(update={"sources": (*dossier.sources, new), "coverage": coverage})


def _blocks(text: str) -> Iterator[Block]:
    """What blank lines part: of several lines a listing, of one a paragraph."""
    for part in re.split(r"\n\s*\n", clean(text)):
        yield Block("code" if "\n" in part.strip() else "prose", part)


def add_neighbours(dossier: Dossier, neighbours: Sequence[Neighbour]) -> Dossier:
    """The dossier with one more source, of kind `neighbours` and our voice: one passage a product, in this order.

    The dossier itself when there are none. It must be whole: neighbours come before any trimming.
    """
    source_id = f"S{len(dossier.sources) + 1}"
    screen = Screen()
    lines = [line for neighbour in neighbours if (line := _line(neighbour, source_id, screen))]
    left_out = dossier.model_copy(update={"hidden": (*dossier.hidden, *screen.left_out)})
    if not lines:
        return left_out if screen.left_out else dossier
    told, blocks = LaunchSource(title=TITLE, kind="neighbours", voice="us"), (Block("prose", line) for line in lines)
    return behind(left_out, make_source(told, source_id, "\n\n".join(lines), blocks, TITLE))


def _line(neighbour: Neighbour, source_id: str, screen: Screen) -> str:
    """`Lamp: price class freemium; licence Apache-2.0; looked up on 2026-11-20.` "" when part of it is suspicious."""
    name = screen(neighbour.name, source_id=source_id, where="neighbour's name", most=MOST_NAME)
    licence = screen(neighbour.licence, source_id=source_id, where="neighbour's licence", most=MOST_LICENCE)
    if not name or bool(licence) != bool(neighbour.licence.strip()):
        return ""
    price = PRICE_CLASSES.get(neighbour.pricing_class, neighbour.pricing_class)
    looked_up = f"looked up on {neighbour.checked.isoformat()}" if neighbour.checked else "nobody has looked these up"
    line = f"{name}: price class {price}; licence {licence or 'unknown'}; {looked_up}."
    return screen(line, source_id=source_id, where="neighbour", most=MOST_LINE)
