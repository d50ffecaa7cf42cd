"""More sources behind a dossier's own: every passage that was there keeps its number and its words."""

import re
from collections.abc import Iterator, Sequence

from panel.dossier.cleaning import clean
from panel.dossier.passages import Block, cut
from panel.errors import Mistake
from panel.records import Dossier, LaunchSource, Source, sha256_of


def append_sources(dossier: Dossier, sources: Sequence[LaunchSource]) -> Dossier:
    """The dossier with these behind its sources; those it holds already, byte for byte, are not added again.

    Their texts are taken as they are: a `#` in a terminal is no heading, and lines stay lines. The dossier's day moves
    to the newest of theirs, since no source is later than the day a dossier speaks of.
    Raises Mistake for one without readable text.
    """
    held = {source.bytes_sha256 for source in dossier.sources}
    number = max((int(source.source_id[1:]) for source in dossier.sources), default=0)
    new: list[Source] = []
    for source in sources:
        hashed = sha256_of(source.text)
        if hashed not in held:
            held.add(hashed)
            new.append(_source(source, f"S{number + len(new) + 1}", hashed))
    if not new:
        return dossier
    more = sum(len(source.passages) for source in new)
    coverage = dossier.coverage
    grown = {"passages_total": coverage.passages_total + more, "passages_kept": coverage.passages_kept + more}
    return dossier.model_copy(
        update={
            "sources": (*dossier.sources, *new),
            "coverage": coverage.model_copy(update=grown),
            "as_of": max(dossier.as_of, *(source.published for source in new if source.published)),
        }
    )


def _source(source: LaunchSource, source_id: str, hashed: str) -> Source:
    passages = cut(source_id, _blocks(source.text))
    if not passages:
        raise Mistake(f"{source.title!r} holds no readable text.", hint="Paste the session as it was.")
    return Source(
        source_id=source_id,
        title=source.title,
        url=source.url,
        kind=source.kind,
        voice=source.voice,
        published=source.published,
        fetched=source.fetched,
        bytes_sha256=hashed,
        text_sha256=sha256_of("\n\n".join(passage.text for passage in passages)),
        passages=passages,
    )


def _blocks(text: str) -> Iterator[Block]:
    """What blank lines part: of several lines a listing, of one a paragraph."""
    for part in re.split(r"\n\s*\n", clean(text)):
        yield Block("code" if "\n" in part.strip() else "prose", part)
