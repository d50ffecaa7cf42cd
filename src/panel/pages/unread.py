"""What no critic read: text that pages hide, essentials that no page has, pages that could not be fetched."""

from collections.abc import Sequence
from itertools import groupby

from panel.pages import words
from panel.pages.model import HiddenIn, HiddenText, Lacks, SourceLine
from panel.pages.text import clean, cut_short, spelt
from panel.records import THIN_CONFIDENCE, Coverage, Grade, Hidden

MOST_TEXTS = 12  # of one source
MOST_TEXT = 300  # characters of one
MOST_WHERE = 60
MOST_UNREAD = 20
NOT_LISTED = "not listed"  # how the dossier says that a source hides more than it keeps
ALL_HIDDEN = "Text that readers of these pages may not see, for an editor to look through. No critic read any of it."
ATTEMPTS_ONLY = "Words in these pages that instruct models. No critic read any of them."
ESSENTIALS = {"pricing": "what it costs", "docs": "how it is used"}


def hidden_in(hidden: Sequence[Hidden], sources: Sequence[SourceLine]) -> tuple[HiddenIn, ...]:
    """Hidden texts by source, in the dossier's order; bounded in count and length."""
    ordered = sorted(hidden, key=lambda h: _place(h.source_id, sources))
    return tuple(_of_source(key, list(found), sources) for key, found in groupby(ordered, lambda h: h.source_id))


def _place(source_id: str, sources: Sequence[SourceLine]) -> int:
    return next((place for place, line in enumerate(sources) if line.source_id == source_id), len(sources))


def _of_source(source_id: str, found: Sequence[Hidden], sources: Sequence[SourceLine]) -> HiddenIn:
    texts = [h for h in found if h.where != NOT_LISTED]
    more = len(texts) - MOST_TEXTS
    notes = [f"{words.count_of(more, 'more hidden text')} in the dossier."] if more > 0 else []
    notes += [f"{clean(h.text)} on the page, kept nowhere." for h in found if h.where == NOT_LISTED]
    return HiddenIn(
        source_id=source_id,
        source=next((line for line in sources if line.source_id == source_id), None),
        texts=tuple(HiddenText(spelt(h.where, MOST_WHERE), spelt(h.text, MOST_TEXT)) for h in texts[:MOST_TEXTS]),
        more=" ".join(notes),
    )


def lacks(coverage: Coverage, grade: Grade = "full") -> Lacks:
    """What is missing and what that means; pages that were to be read and could not be."""
    names = tuple(clean(name) for name in coverage.missing)
    more = len(coverage.unread) - MOST_UNREAD
    return Lacks(
        names=names,
        sentence=_missing(names, grade),
        short=f"No page on {words.listed(names)} was read" if names else "",
        unread=tuple(cut_short(clean(why), 400) for why in coverage.unread[:MOST_UNREAD]),
        more_unread=f"{words.count_of(more, 'more page')} could not be read." if more > 0 else "",
    )


def _missing(names: Sequence[str], grade: Grade) -> str:
    if not names:
        return ""
    said = words.listed([f"{ESSENTIALS[n]} ({n})" if n in ESSENTIALS else n for n in names])
    if grade == "trial":
        return f"Missing: {said}. No page that was read says so."
    return (
        f"Missing: {said}. No page that was read says so, and a “ship” without it is partly a guess: code holds its "
        f"confidence at {THIN_CONFIDENCE:.2f} at most, on a scale from 0 to 1."
    )
