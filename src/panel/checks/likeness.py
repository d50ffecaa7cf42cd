"""Critics of one launch who sound like one another."""

from collections.abc import Iterator, Sequence

from panel.checks.case import Case, Prose
from panel.checks.table import flag
from panel.checks.wording import opening
from panel.records import Flag

NEAR_COPY = 85.0  # rapidfuzz ratio, 0..100: 85 lets about one word in eight differ
LEAST_WORDS = 5  # shorter sentences are alike by accident


def check_likeness(cases: Sequence[Case]) -> Iterator[Flag]:
    """Near copies and like openings among a panel; the flag is on whoever stands later on the page."""
    from rapidfuzz import fuzz, process  # 20 ms to import, and a review of one juror never needs it

    said: list[str] = []
    whose: list[str] = []
    for case in cases:
        mine = _compared(case)
        for prose, text in mine:
            near = process.extractOne(text, said, scorer=fuzz.ratio, score_cutoff=NEAR_COPY)
            if near:  # one flag a sentence: whoever said it first
                message = f"Nearly the same words as {whose[near[2]]}'s."
                yield flag("near_copy", case.persona_id, prose.field, message, index=prose.index)
        said += [text for _, text in mine]
        whose += [case.persona_id] * len(mine)
    yield from _openings(cases)


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
