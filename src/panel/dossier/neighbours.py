"""Other products of a launch's category, from our own archive, as a source of ours that a juror can cite. Pure.

Their names and licences were strangers' words once, so each is put on one line, cut, and held against the finder of
suspicions like every other text; a product whose line speaks to reviewers or models is left out for jurors and kept
for the editor. Which products count, and in which order, the archive says.
"""

from collections.abc import Sequence

from panel.dossier.clean_text import Screen
from panel.dossier.page.passages import Block, cut
from panel.records import Dossier, Neighbour, Source, sha256_of

TITLE = "Others in this category, from our archive"
MOST_NAME = 80
MOST_LICENCE = 100
MOST_LINE = 300
PRICE_CLASSES = {"open_source": "open source", "contact": "on request"}  # the others are plain words


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
    source = _source(source_id, lines)
    coverage = dossier.coverage.model_copy(
        update={
            "passages_total": dossier.coverage.passages_total + len(source.passages),
            "passages_kept": dossier.coverage.passages_kept + len(source.passages),
        }
    )
    return left_out.model_copy(update={"sources": (*dossier.sources, source), "coverage": coverage})


def _source(source_id: str, lines: Sequence[str]) -> Source:
    passages = cut(source_id, (Block("prose", line) for line in lines))
    return Source(
        source_id=source_id, title=TITLE, kind="neighbours", voice="us", bytes_sha256=sha256_of("\n\n".join(lines)),
        text_sha256=sha256_of("\n\n".join(passage.text for passage in passages)), passages=passages,
    )  # fmt: skip


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
