"""What critics wrote before of other products, as opening a draft asks."""

from collections.abc import Callable
from datetime import datetime, timedelta

from panel.checks import LEAST_WORDS_BEFORE, Case, DossierIndex, check_written_before, compared
from panel.desk.drafts.overlay import MAKERS_WORD
from panel.desk.times import utc_now
from panel.records import Answered, Flag, Print, Review, Written
from panel.store import Prints

RECENT_DAYS = 180
MOST_WORDS = 800  # texts of each critic looked at: about its last 200 quotes
KEPT, MOST_KEPT = timedelta(minutes=10), 256  # how long an answer is good, and how many are kept


class WrittenBefore:
    """The words of one database; without prints it knows nothing. Any thread may ask.

    Answers are kept for some minutes: the same draft is opened after each act. prints: with an engine of its own.
    Whoever asks holds one of the desk's connections; were the answer to wait for a second of the same ten, ten who ask
    at once would wait for one another.
    """

    def __init__(self, prints: Prints | None = None, clock: Callable[[], datetime] = utc_now) -> None:
        self._prints, self._clock = prints, clock
        self._found: dict[tuple[str, ...], tuple[datetime, tuple[Flag, ...]]] = {}

    def flags(self, printed: Review, scope: str) -> tuple[Flag, ...]:
        """Flags on the words of a review, as they are or as edited, that its critics wrote of other products.

        scope: the product; what was remembered of it, under whatever release, is not held against it.
        Raises StoreError.
        """
        if self._prints is None:
            return ()
        now, cases = self._clock(), _cases(printed)
        words = {case.persona_id: compared(case, LEAST_WORDS_BEFORE) for case in cases}
        key = (scope, *(text for who, said in words.items() for text in (who, *(text for _, text in said))))
        if key in self._found and now - self._found[key][0] < KEPT:
            return self._found[key][1]
        since = now.date() - timedelta(days=RECENT_DAYS)
        past = {who: self._prints.recent(who, besides=scope, since=since, limit=MOST_WORDS) for who in words}
        found = tuple(check_written_before(cases, past))
        self._found = (self._found if len(self._found) < MOST_KEPT else {}) | {key: (now, found)}
        return found

    def remember(self, printed: Review, scope: str) -> None:
        """Keep a review's words, in place of what was kept of this product. Raises StoreError.

        Its own transaction, which waits for every other that writes: never call it from within one.
        """
        if self._prints is None:
            return
        launch, today = printed.dossier.launch, self._clock().date()
        named = f"{launch.name} {launch.release}".strip()
        rows = [
            Print(subject=scope, named=named, persona_id=case.persona_id, text=text, on_day=today)
            for case in _cases(printed)
            for _, text in compared(case, LEAST_WORDS_BEFORE)
        ]
        self._prints.remember(scope, rows)


NO_ARCHIVE = WrittenBefore()


def _cases(review: Review) -> tuple[Case, ...]:
    index = DossierIndex(review.dossier)
    answered = review.answered()
    return tuple(Case(index, review.persona(o.juror.persona_id), _own(o), depth=review.depth) for o in answered)


def _own(opinion: Answered) -> Answered:
    """Without the words that the desk puts before what an editor attributed: they are no critic's habit."""
    if not isinstance(opinion.words, Written):
        return opinion
    quote = tuple(s.model_copy(update={"text": s.text.removeprefix(MAKERS_WORD)}) for s in opinion.words.quote)
    return opinion.model_copy(update={"words": opinion.words.model_copy(update={"quote": quote})})
