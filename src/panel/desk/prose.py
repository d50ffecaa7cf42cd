"""A draft's prose beside the archive's: what its critics wrote before of other products."""

from datetime import datetime, timedelta

from panel.checks.case import Case, Shelf
from panel.checks.near_copies import LEAST_WORDS_BEFORE, check_written_before, compared
from panel.desk.text import MAKERS_WORD
from panel.records import Answered, Flag, Review, Written
from panel.records.prints import Print
from panel.store.desk_prints import Prints

RECENT_DAYS = 180
MOST_WORDS = 800  # texts of each critic looked at: about its last 200 quotes


def prose_flags(prints: Prints, review: Review, subject: str, now: datetime) -> tuple[Flag, ...]:
    """Flags on the words of a review, as they are or as edited, that its critics wrote of other products.

    subject: the product (a draft's scope); what was remembered of it, under whatever release, is not held against it.
    Raises StoreError.
    """
    cases, since = _cases(review), now.date() - timedelta(days=RECENT_DAYS)
    past = {
        case.persona_id: prints.recent(case.persona_id, besides=subject, since=since, limit=MOST_WORDS)
        for case in cases
    }
    return tuple(check_written_before(cases, past))


def remember(prints: Prints, review: Review, subject: str, now: datetime) -> None:
    """Keep a review's words in the archive, in place of what was kept of this product. Raises StoreError.

    Its own transaction, which waits for every other that writes: never call it from within one.
    """
    launch = review.dossier.launch
    named = f"{launch.name} {launch.release}".strip()
    rows = [
        Print(subject=subject, named=named, persona_id=case.persona_id, text=text, on_day=now.date())
        for case in _cases(review)
        for _, text in compared(case, LEAST_WORDS_BEFORE)
    ]
    prints.remember(subject, rows)


def _cases(review: Review) -> tuple[Case, ...]:
    shelf = Shelf(review.dossier)
    return tuple(
        Case(shelf, review.persona(opinion.juror.persona_id), _own(opinion), depth=review.depth)
        for opinion in review.answered()
    )


def _own(opinion: Answered) -> Answered:
    """Without the words that the desk puts before what an editor attributed: they are no critic's habit."""
    if not isinstance(opinion.words, Written):
        return opinion
    quote = tuple(s.model_copy(update={"text": s.text.removeprefix(MAKERS_WORD)}) for s in opinion.words.quote)
    return opinion.model_copy(update={"words": opinion.words.model_copy(update={"quote": quote})})
