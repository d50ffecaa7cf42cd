"""What the critics read and what is missing, as a page lists it: sources, the maker's figures, prices, hidden text."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from panel.pages import wording
from panel.pages.model import FigureLine, HiddenIn, HiddenTextView, Lacks, SourceLine
from panel.pages.safe_text import clean, cut_short, safe_href, spelt
from panel.records import THIN_CONFIDENCE, Coverage, Dossier, Figure, Grade, Hidden, Sought, SoughtKind, Source

_KINDS = {"run_log": "run log", "neighbours": "neighbouring products"}
MOST_TEXTS = 12  # of one source
MOST_TEXT = 300  # characters of one
MOST_WHERE = 60
MOST_UNREAD = 20
NOT_LISTED = "not listed"  # how the dossier says that a source hides more than it keeps
ALL_HIDDEN = "Text that readers of these pages may not see, for an editor to look through. No critic read any of it."
ATTEMPTS_ONLY = "Words in these pages that instruct models. No critic read any of them."
SOUGHT: dict[SoughtKind, str] = {
    "pricing": "a price page", "docs": "documentation", "changelog": "a changelog", "licence": "a licence page",
    "repository": "a repository", "discussion": "a discussion", "issues": "a list of issues",
    "package": "a registry’s entry",
}  # fmt: skip
ESSENTIALS = {"pricing": "what it costs", "docs": "how it is used"}


def source_lines(dossier: Dossier, *, key: str) -> tuple[SourceLine, ...]:
    """`key` names the side, so that anchors of two dossiers on one page differ."""
    earns = dossier.launch.stake == "affiliate"
    return tuple(_source_line(s, key, earns and s.voice == "maker") for s in dossier.sources)


def _source_line(source: Source, key: str, is_sponsored: bool) -> SourceLine:
    href = safe_href(source.url)
    dates = (("published", source.published), ("read", source.fetched))
    return SourceLine(
        source_id=source.source_id, anchor=f"s-{key}-{source.source_id}",
        title=clean(source.title) or source.source_id, href=href, address="" if href else clean(source.url),
        voice=wording.VOICES[source.voice], kind=_KINDS.get(source.kind, source.kind),
        dated=", ".join(f"{word} {wording.day(when)}" for word, when in dates if when), passages=len(source.passages),
        sha256=source.bytes_sha256, is_ours=source.kind == "neighbours", is_sponsored=is_sponsored,
    )  # fmt: skip


def coverage_sentence(dossier: Dossier, grade: Grade) -> str:
    """ "Critics read 18 of 25 passages; the rest did not fit." """
    kept, total = dossier.coverage.passages_kept, dossier.coverage.passages_total
    if grade == "trial":
        return f"Of {wording.count_of(total, 'passage')}, the trial model was shown a few for each critic."
    note = clean(dossier.coverage.note)
    rendered = dossier.coverage.rendered
    seen = f"Read as a browser shows them, their scripts run: {', '.join(rendered)}." if rendered else ""
    if kept == total:
        return f"Critics read all {wording.count_of(total, 'passage')}. {seen}".rstrip()
    return " ".join(filter(None, (f"Critics read {kept} of {wording.count_of(total, 'passage')}.", note, seen)))


def parity(dossiers: Sequence[Dossier], names: Sequence[str]) -> str:
    """Which kinds of sources were read of one tool and not of the other, and why, in one sentence; "" where none."""
    a, b = (_outcomes(dossier) for dossier in dossiers)
    told = [
        f"of {name} alone {wording.listed([_why_not(kind, there, other) for kind in only])}"
        for name, other, here, there in ((names[0], names[1], a, b), (names[1], names[0], b, a))
        if (only := [kind for kind in SOUGHT if _was_read(kind, here) and not _was_read(kind, there)])
    ]
    return f"The two were not read alike: we read {'; '.join(told)}." if told else ""


def _outcomes(dossier: Dossier) -> dict[str, Sought | None]:
    """What became of each kind that was looked for; None for one that a launch file brought."""
    brought: dict[str, Sought | None] = {
        source.kind: None for source in dossier.sources if source.voice not in ("us", "rival")
    }
    return {**brought, **{sought.kind: sought for sought in dossier.coverage.sought}}


def _was_read(kind: str, found: Mapping[str, Sought | None]) -> bool:
    sought = found.get(kind)
    return kind in found and (sought is None or sought.outcome == "read")


def _why_not(kind: SoughtKind, there: Mapping[str, Sought | None], other: str) -> str:
    sought = there.get(kind)
    if sought is None:
        return SOUGHT[kind]
    could_not = "could not be read" if sought.outcome == "not_readable" else "was not to be found"
    return f"{SOUGHT[kind]} (that of {other} {could_not} on {wording.day(sought.on)})"


def figure_line(figure: Figure) -> FigureLine:
    return FigureLine(
        figure=clean(figure.figure),
        sentence=clean(figure.sentence),
        passage_id=clean(figure.passage_id),
        standing=wording.STANDINGS[figure.standing],
        others=tuple(clean(other) for other in figure.others),
    )


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


def hidden_in(hidden: Sequence[Hidden], sources: Sequence[SourceLine]) -> tuple[HiddenIn, ...]:
    """Hidden texts by source, in the dossier's order; bounded in count and length."""
    places = {line.source_id: place for place, line in enumerate(sources)}
    ordered = sorted(hidden, key=lambda h: places.get(h.source_id, len(places)))
    return tuple(_of_source(key, list(found), sources) for key, found in groupby(ordered, lambda h: h.source_id))


def _of_source(source_id: str, found: Sequence[Hidden], sources: Sequence[SourceLine]) -> HiddenIn:
    texts = [h for h in found if h.where != NOT_LISTED]
    more = len(texts) - MOST_TEXTS
    notes = [f"{wording.count_of(more, 'more hidden text')} in the dossier."] if more > 0 else []
    notes += [f"{clean(h.text)} on the page, kept nowhere." for h in found if h.where == NOT_LISTED]
    return HiddenIn(
        source_id=source_id,
        source=next((line for line in sources if line.source_id == source_id), None),
        texts=tuple(HiddenTextView(spelt(h.where, MOST_WHERE), spelt(h.text, MOST_TEXT)) for h in texts[:MOST_TEXTS]),
        more=" ".join(notes),
    )


def lacks(coverage: Coverage, grade: Grade = "full") -> Lacks:
    """What is missing and what that means; pages that were to be read and could not be."""
    names = tuple(clean(name) for name in coverage.missing)
    more = len(coverage.unread) - MOST_UNREAD
    return Lacks(
        names=names,
        sentence=_missing(names, grade),
        short=f"No page on {wording.listed(names)} was read" if names else "",
        unread=tuple(cut_short(clean(why), 400) for why in coverage.unread[:MOST_UNREAD]),
        more_unread=f"{wording.count_of(more, 'more page')} could not be read." if more > 0 else "",
    )


def _missing(names: Sequence[str], grade: Grade) -> str:
    if not names:
        return ""
    said = wording.listed([f"{ESSENTIALS[n]} ({n})" if n in ESSENTIALS else n for n in names])
    if grade == "trial":
        return f"Missing: {said}. No page that was read says so."
    return (
        f"Missing: {said}. No page that was read says so, and a “ship” without it is partly a guess: code holds its "
        f"confidence at {THIN_CONFIDENCE:.2f} at most, on a scale from 0 to 1."
    )
