"""A draft's prose beside the archive's: what its critics wrote before, and what fits the other product as well."""

from datetime import datetime, timedelta

from panel.checks.archive import PHRASE_WINDOW, RECENT_DAYS, Past, Said, check_archive, said_by
from panel.checks.case import Case, Shelf
from panel.checks.rival import check_rival
from panel.desk.text import MAKERS_WORD
from panel.records import Answered, Dossier, Flag, Review, Written
from panel.records.prints import Print
from panel.store.desk_prints import Prints


def rival_flags(review: Review, rival: Dossier) -> tuple[Flag, ...]:
    """Flags on quotes that could be printed about the other product of a comparison just as well. Pure."""
    return tuple(check_rival(_cases(review), rival))


def prose_flags(prints: Prints, review: Review, subject: str, now: datetime) -> tuple[Flag, ...]:
    """Flags on the words of a review, as they are or as edited, which other products' reviews are needed for.

    subject: the product (a draft's scope); what was remembered of it, under whatever release, is not held against it.
    Raises StoreError.
    """
    said = said_by(_cases(review))
    return tuple(check_archive(said, _look_up(prints, said, subject, now)))


def remember(prints: Prints, review: Review, subject: str, now: datetime) -> None:
    """Keep a review's words in the archive, in place of what was kept of this product. Raises StoreError.

    Its own transaction, which waits for every other that writes: never call it from within one.
    """
    launch = review.dossier.launch
    named = f"{launch.name} {launch.release}".strip()
    rows = [
        Print(subject=subject, named=named, persona_id=one.case.persona_id, kind=kind, text=text, on_day=now.date())
        for one in said_by(_cases(review))
        for kind, text in (("quote", one.quote), *(("words", text) for text in one.looked_up))
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


def _look_up(prints: Prints, said: tuple[Said, ...], subject: str, now: datetime) -> Past:
    since = now.date() - timedelta(days=RECENT_DAYS)
    recent = {
        one.case.persona_id: prints.recent(one.case.persona_id, besides=subject, since=since, limit=PHRASE_WINDOW)
        for one in said
    }
    texts = dict.fromkeys(text for one in said for text in one.looked_up)
    return Past(recent, prints.candidates(subject, list(texts)))
