"""Near copies: critics of one panel who sound alike, and what a critic wrote before about another product."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from panel.checks.case import Case, Prose
from panel.checks.catalogue import flag
from panel.checks.language.compared_text import word_run
from panel.checks.opinion.style import opening
from panel.records import Flag, Print

NEAR = 85.0  # rapidfuzz ratio, 0..100: 85 lets about one word in eight differ
NEAR_TURNED = 92.0  # the same of the words in order of the alphabet, which finds what was turned round
LEAST_WORDS = 5  # of a sentence; shorter ones are alike by accident
LEAST_WORDS_BEFORE = 7


def check_near_copies(cases: Sequence[Case]) -> Iterator[Flag]:
    """Near copies and like openings among a panel; the flag is on whoever stands later on the page."""
    said: list[str] = []
    whose: list[str] = []
    for case in cases:
        mine = compared(case, LEAST_WORDS)
        for prose, text in mine:
            if (at := nearest(text, said)) is not None:  # one flag a sentence: whoever said it first
                message = f"Nearly the same words as {whose[at]}'s."
                yield case.on(prose, "near_copy", message, "")
        said += [text for _, text in mine]
        whose += [case.persona_id] * len(mine)
    yield from _openings(cases)


def check_written_before(cases: Iterable[Case], past: Mapping[str, Sequence[Print]]) -> Iterator[Flag]:
    """What a critic wrote of another product nearly word for word. past: persona_id -> its words, newest first."""
    for case in cases:
        prints = past.get(case.persona_id, ())
        texts = [p.text for p in prints]
        for prose, text in compared(case, LEAST_WORDS_BEFORE):
            if (at := nearest(text, texts)) is not None:
                message = f"Nearly its own words on {prints[at].named}, {prints[at].on_day.isoformat()}."
                yield case.on(prose, "written_before", message, prose.raw)


def compared(case: Case, least: int) -> list[tuple[Prose, str]]:
    """Sentences of the quote and the line, those of so many words, in the form in which they are compared.

    What stands in a passage is nobody's.
    """
    prose = (*case.sentences, *(p for p in case.phrases if p.field == "line"))
    texts = [(p, word_run(p.bare)) for p in prose]
    passages = case.dossier_index.passages
    return [(p, text) for p, text in texts if len(text.split()) >= least and not passages.hold_run(text)]


def nearest(text: str, others: Sequence[str]) -> int | None:
    """Position of the text nearest to this one, None when none is near."""
    if not others:
        return None
    from rapidfuzz import fuzz, process  # 20 ms to import, and a first review has nothing to be compared with

    near = process.extractOne(text, others, scorer=fuzz.ratio, score_cutoff=NEAR) or process.extractOne(
        text, others, scorer=fuzz.token_sort_ratio, score_cutoff=NEAR_TURNED
    )
    return int(near[2]) if near else None


def _openings(cases: Sequence[Case]) -> Iterator[Flag]:
    first: dict[str, str] = {}
    for case in cases:
        if not case.sentences or not case.sentences[0].text:
            continue
        start = opening(case.sentences[0].text)
        if start in first:
            message = f"Opens with {start!r}, as {first[start]} does."
            yield flag("same_opening", case.persona_id, "quote", message, excerpt=start)
        first.setdefault(start, case.persona_id)
