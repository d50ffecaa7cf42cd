"""A critic that repeats itself: openings, phrases and sentences that stand in reviews of other products.

Pure: what the archive holds comes in as values. Windows, counts and limits are written out in docs/checks.md.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from panel.checks.case import Case, Prose
from panel.checks.likening import likened, nearest, own_words
from panel.checks.phrases import common_grams, phrases_of
from panel.checks.table import flag
from panel.records import Flag
from panel.records.prints import SENTENCE_BREAK, Print

OPENER_WINDOW = 30  # quotes of the critic looked at, the newest first
PHRASE_WINDOW = 100
RECENT_DAYS = 180  # older quotes are no habit any more
OPENERS = ((5, 3), (4, 3), (3, 4))  # first words, and in how many of the window they make a habit
LEAST_PHRASE = 3  # quotes
PHRASE_SHARE = 0.03  # of the window, to be exceeded
LEAST_OWN_WORDS = 7  # of a sentence; shorter ones are alike by accident


@dataclass(frozen=True)
class Past:
    """What the archive holds of other products' reviews, looked up for one review."""

    recent: Mapping[str, Sequence[str]] = field(default_factory=dict)  # persona_id -> its quotes, newest first
    alike: Mapping[str, Sequence[Print]] = field(default_factory=dict)  # likened text -> what may be near it


@dataclass(frozen=True)
class Said:
    """A critic's printed words, likened."""

    case: Case
    sentences: tuple[tuple[Prose, str], ...]
    line: tuple[Prose, str]

    @property
    def quote(self) -> str:
        return SENTENCE_BREAK.join(text for _, text in self.sentences)

    @property
    def compared(self) -> list[tuple[Prose, str]]:
        """Sentences and the line, where they are long enough to be looked up."""
        return [(p, text) for p, text in (*self.sentences, self.line) if is_long(text)]

    @property
    def whole(self) -> str:
        """The quote in one piece, its sentences in alphabetical order; "" when each is long enough to be looked up."""
        texts = [text for _, text in self.sentences]
        whole = " ".join(sorted(texts))
        return "" if all(map(is_long, texts)) or not is_long(whole) else whole

    @property
    def looked_up(self) -> list[str]:
        """What may have been written before, each text once."""
        texts = [text for _, text in self.compared]
        return list(dict.fromkeys([*texts, self.whole] if self.whole else texts))


def is_long(text: str) -> bool:
    return len(own_words(text)) >= LEAST_OWN_WORDS


def said_by(cases: Iterable[Case]) -> tuple[Said, ...]:
    """Each critic's words, once; a trial juror wrote none, and the first draw is the one that is printed."""
    said: dict[str, Said] = {}
    for case in cases:
        sentences = tuple((p, likened(case, p)) for p in case.sentences)
        line = next(((p, likened(case, p)) for p in case.phrases if p.field == "line"), None)
        if sentences and line:
            said.setdefault(case.persona_id, Said(case, sentences, line))
    return tuple(said.values())


def check_archive(said: Iterable[Said], past: Past) -> Iterator[Flag]:
    """Stock openers, stock phrases, and what was written before about another product."""
    for one in said:
        quotes = past.recent.get(one.case.persona_id, ())
        opener = _opener(one, quotes[:OPENER_WINDOW])
        if opener:
            yield opener
        yield from _phrases(one, quotes[:PHRASE_WINDOW], opener.excerpt if opener else "")
        yield from _written_before(one, past)


def _opener(said: Said, quotes: Sequence[str]) -> Flag | None:
    """The longest first words that are a habit."""
    words = said.sentences[0][1].split()
    for size, habit in OPENERS:
        start = " ".join(words[:size])
        if len(words) < size or len(own_words(start)) < 2:
            continue
        times = sum(f"{quote} ".startswith(f"{start} ") for quote in quotes)
        if times >= habit:
            message = f"Opens like {times} of its last {len(quotes)} quotes: {start!r}."
            return flag("stock_opener", said.case.persona_id, "quote", message, excerpt=start)
    return None


def _phrases(said: Said, quotes: Sequence[str], opener: str) -> Iterator[Flag]:
    need = max(LEAST_PHRASE, int(PHRASE_SHARE * len(quotes)) + 1)
    if not common_grams(said.quote, quotes, need):  # of most critics
        return
    for prose, text in said.sentences:
        for phrase, times in phrases_of(said.case, prose, text, quotes, need):
            if opener and prose.index == 0 and (opener in phrase or phrase in opener):
                continue  # said once already
            message = f"{phrase!r} stands in {times} of its last {len(quotes)} quotes."
            yield flag("stock_phrase", said.case.persona_id, "quote", message, index=prose.index, excerpt=phrase)


def _written_before(said: Said, past: Past) -> Iterator[Flag]:
    found = False
    for prose, text in said.compared:
        if match := _match(text, past):
            found = True
            message = f"Nearly {_whose(said, match)} {match.named}, {match.on_day.isoformat()}."
            yield flag(
                "written_before", said.case.persona_id, prose.field, message, index=prose.index, excerpt=prose.raw
            )
    if not found and (match := _match(said.whole, past)):
        message = f"The whole quote is nearly {_whose(said, match)} {match.named}, {match.on_day.isoformat()}."
        yield flag("written_before", said.case.persona_id, "quote", message)


def _match(text: str, past: Past) -> Print | None:
    prints = past.alike.get(text, ())
    at = nearest(text, [p.text for p in prints]) if prints else None
    return None if at is None else prints[at]


def _whose(said: Said, match: Print) -> str:
    mine = match.persona_id == said.case.persona_id
    return "its own words on" if mine else f"{match.persona_id}'s words on"
