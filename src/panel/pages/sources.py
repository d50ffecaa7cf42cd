"""What the critics read, as a page lists it: sources, the maker's figures, prices."""

from panel.pages import words
from panel.pages.model import FigureLine, PlanLine, SourceLine
from panel.pages.text import clean, cut_short, safe_href
from panel.records import Dossier, Figure, Grade, Launch, Source

_KINDS = {"run_log": "run log", "neighbours": "neighbouring products"}


def source_lines(dossier: Dossier, *, key: str) -> tuple[SourceLine, ...]:
    """`key` names the side, so that anchors of two dossiers on one page differ."""
    earns = dossier.launch.stake == "affiliate"
    return tuple(_source_line(s, key, earns and s.voice == "maker") for s in dossier.sources)


def _source_line(source: Source, key: str, is_sponsored: bool) -> SourceLine:
    href = safe_href(source.url)
    dates = (("published", source.published), ("read", source.fetched))
    return SourceLine(
        source_id=source.source_id,
        anchor=f"s-{key}-{source.source_id}",
        title=clean(source.title) or source.source_id,
        href=href,
        address="" if href else clean(source.url),
        voice=words.VOICES[source.voice],
        kind=_KINDS.get(source.kind, source.kind),
        dated=", ".join(f"{word} {words.day(when)}" for word, when in dates if when),
        passages=len(source.passages),
        sha256=source.bytes_sha256,
        is_ours=source.kind == "neighbours",
        is_sponsored=is_sponsored,
    )


def coverage_sentence(dossier: Dossier, grade: Grade) -> str:
    """ "Critics read 18 of 25 passages; the rest did not fit." """
    kept, total = dossier.coverage.passages_kept, dossier.coverage.passages_total
    if grade == "trial":
        return f"Of {words.count_of(total, 'passage')}, the trial model was shown a few for each critic."
    if kept == total:
        return f"Critics read all {words.count_of(total, 'passage')}."
    note = clean(dossier.coverage.note)
    return f"Critics read {kept} of {words.count_of(total, 'passage')}. {note}".rstrip()


def figure_line(figure: Figure) -> FigureLine:
    return FigureLine(
        figure=clean(figure.figure),
        sentence=clean(figure.sentence),
        passage_id=clean(figure.passage_id),
        standing=words.STANDINGS[figure.standing],
        others=tuple(clean(other) for other in figure.others),
    )


def plan_lines(launch: Launch) -> tuple[PlanLine, ...]:
    return tuple(PlanLine(clean(p.name), clean(p.price), clean(p.includes)) for p in launch.pricing.plans)


def price_source(dossier: Dossier) -> tuple[str, str]:
    """(text, href) of where a price was read: the source's title when critics read it too, else its address."""
    named = dossier.launch.pricing.source
    known = next((s for s in dossier.sources if s.url == named and named), None)
    text, href = shown_address(named)
    return (clean(known.title) if known else text, href)


def shown_address(url: str) -> tuple[str, str]:
    """(text, href): an ordinary address without its scheme, linked; anything else as plain text."""
    href = safe_href(url)
    return (cut_short(href.partition("://")[2].rstrip("/"), 60), href) if href else (clean(url), "")
