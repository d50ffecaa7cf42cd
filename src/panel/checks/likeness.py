"""Critics of one launch who sound like one another."""

from collections.abc import Iterator, Sequence

from panel.checks.case import Case, Prose
from panel.checks.likening import NEAR_COPY, plain_words, share_grams, word_grams
from panel.checks.table import flag
from panel.checks.wording import opening
from panel.records import Flag

LEAST_WORDS = 5  # shorter sentences are alike by accident


def check_likeness(cases: Sequence[Case]) -> Iterator[Flag]:
    """Near copies and like openings among a panel; the flag is on whoever stands later on the page."""
    from rapidfuzz import fuzz, process  # 20 ms to import, and a review of one juror never needs it

    said: list[str] = []
    grams: list[frozenset[str]] = []
    whose: list[str] = []
    for case in cases:
        mine = _compared(case)
        runs = [word_grams(plain_words(text)) for _, text in mine]
        for (prose, text), own in zip(mine, runs, strict=True):
            near = process.extractOne(text, said, scorer=fuzz.ratio, score_cutoff=NEAR_COPY)
            at = near[2] if near else _turned_round(case, own, grams)
            if at is not None:  # one flag a sentence: whoever said it first
                message = f"Nearly the same words as {whose[at]}'s."
                yield flag("near_copy", case.persona_id, prose.field, message, index=prose.index)
        said += [text for _, text in mine]
        grams += runs
        whose += [case.persona_id] * len(mine)
    yield from _openings(cases)


def _turned_round(case: Case, own: frozenset[str], others: Sequence[frozenset[str]]) -> int | None:
    """The first that shares most three-word runs, in whatever order; runs that stand in a passage are nobody's."""
    return next((i for i, other in enumerate(others) if share_grams(own, other) and _still(case, own, other)), None)


def _still(case: Case, one: frozenset[str], other: frozenset[str]) -> bool:
    pages = f" {plain_words(case.shelf.passages.running)} "
    written = [frozenset(run for run in runs if f" {run} " not in pages) for runs in (one, other)]
    return share_grams(written[0], written[1])


def _compared(case: Case) -> list[tuple[Prose, str]]:
    prose = (*case.sentences, *(p for p in case.phrases if p.field == "line"))
    return [(p, p.bare.lower()) for p in prose if len(p.bare.split()) >= LEAST_WORDS]


def _openings(cases: Sequence[Case]) -> Iterator[Flag]:
    first: dict[str, str] = {}
    for case in cases:
        if not case.sentences or not case.sentences[0].text:
            continue
        start = opening(case.sentences[0].text)
        if start in first:
            yield flag(
                "same_opening",
                case.persona_id,
                "quote",
                f"Opens with {start!r}, as {first[start]} does.",
                excerpt=start,
            )
        first.setdefault(start, case.persona_id)
