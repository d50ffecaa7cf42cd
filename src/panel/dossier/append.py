"""More sources behind a dossier's own: every passage that was there keeps its number and its words."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from panel.checks import find_suspicions
from panel.dossier.build import hidden_in, make_source, read_source
from panel.dossier.clean_text import clean
from panel.dossier.page.passages import Block
from panel.errors import Mistake
from panel.records import Dossier, LaunchSource, Source, sha256_of

LEAST_FRESH = 0.2  # of a text's characters, for it to say anything that the sources before it don't


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
            new = make_source(source, _next_id(grown), source.text, _blocks(source.text), "The run log")
            grown = _behind(grown, new).model_copy(update={"as_of": max(grown.as_of, new.published or grown.as_of)})
    return grown


def append_texts(dossier: Dossier, texts: Sequence[LaunchSource]) -> Dossier:
    """The dossier with texts that announced its launch behind its pages, read as a launch file's sources are.

    One without readable text is left out, and one whose words the pages hold already: a post and its feed's entry are
    one text.
    """
    for text in texts:
        held = " ".join(passage.text for source in dossier.sources for passage in source.passages)
        told = (text, _next_id(dossier), Path(), "The announcement")
        try:
            new = read_source(*told)
        except Mistake:
            continue
        lengths = [(len(passage.text), passage.text in held) for passage in new.passages]
        if sum(n for n, is_held in lengths if not is_held) < LEAST_FRESH * sum(n for n, _ in lengths):
            continue
        hidden, suspicions = hidden_in(*told), find_suspicions(new.passages)
        dossier = _behind(dossier, new).model_copy(
            update={"hidden": (*dossier.hidden, *hidden), "suspicions": (*dossier.suspicions, *suspicions)}
        )
    return dossier


def _next_id(dossier: Dossier) -> str:
    return f"S{max((int(source.source_id[1:]) for source in dossier.sources), default=0) + 1}"


def _behind(dossier: Dossier, new: Source) -> Dossier:
    covered, more = dossier.coverage, len(new.passages)
    counts = {"passages_total": covered.passages_total + more, "passages_kept": covered.passages_kept + more}
    return dossier.model_copy(
        update={"sources": (*dossier.sources, new), "coverage": covered.model_copy(update=counts)}
    )


def _blocks(text: str) -> Iterator[Block]:
    """What blank lines part: of several lines a listing, of one a paragraph."""
    for part in re.split(r"\n\s*\n", clean(text)):
        yield Block("code" if "\n" in part.strip() else "prose", part)
