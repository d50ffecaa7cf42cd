"""The maker's figures, and whose word each is. The rule and its limits are written out in docs/checks.md."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import product

from panel.checks.language.compared_text import STOP_WORDS, _phrases, normalise, split_sentences
from panel.checks.language.mentions import MEASURES, WORD_NUMBERS, Mention, any_word, read_amounts, read_facts
from panel.records import Dossier, Figure, Passage, Source

BENCHMARK = _phrases(
    r"scor(?:es?|ed|ing) | benchmarks? | accuracy | pass@\d+ | MMLU(?:-Pro)? | GPQA | HumanEval\+?",
    r"SWE-?bench | GSM8K",
    r"MATH | Arena | Elo | BLEU | F1 | MT-Bench | IFEval | AIME | perplexity",
    exact=True,
)

METHOD = _phrases(
    r"data ?sets? | test sets? | samples? | n ?= ?\d+ | hardware | [ABHLT]\d{2,3}s? | M[1-5] (?:Pro|Max|Ultra)",
    r"MacBook | GPUs? | CPUs? | baselines? | compared (?:to|with) | against (?:the|a|an|its) | versus | relative to",
    r"measured | measurements? | methodology | method | evaluat\w+ | benchmarked | median | p9[059]",
    r"percentile | seeds? | runs | averaged | tasks",
    r"on (?:MMLU|GPQA|HumanEval|SWE|GSM8K|MT-Bench)(?:-\w+)?",
)

REPEATED = _phrases(
    r"says? | said | claims? | claimed | according to | reportedly | states? | stated | promis\w+",
    r"advertis\w+ | announc\w+",
)

MOST_FIGURES = 5
SHARED_WORDS = 2  # content words a figure's sentence and another's must share to be about the same thing
RANK = {"%": 0, "pp": 0, "x": 0, "points": 0, "score": 0, "tok/s": 1, "req/s": 1, "fps": 1, "ms": 1, "s": 1, "min": 1,
        "h": 1, "tokens": 2, "parameters": 2}  # fmt: skip
RANKS = sorted(set(RANK.values()))
MANY_HANDS = frozenset({"discussion", "issues"})  # the passage beside one is somebody else's
SPECIFIED = frozenset({"tokens", "parameters"})  # sizes by design: nothing was measured, so no method is missing

_DIGIT = re.compile(r"\d")
_SPELT = {rank: any_word(word for word, unit in MEASURES.items() if RANK.get(unit) == rank) for rank in RANKS}
_HELD = {  # any figure of this rank is found by one of these; a single pattern takes three times as long
    rank: [re.compile(rf"{before}{words}(?!\w)") for before in (r"[\d\s-]", any_word(WORD_NUMBERS))]
    for rank, words in _SPELT.items()
}
_HELD[RANK["score"]].append(BENCHMARK.pattern)
_HELD[RANK["parameters"]].append(re.compile(r"[BM](?!\w)"))
_LIST_NUMBER = re.compile(r"(?:^|\s)(?:\d{1,2}[.)]|step \d+:?)(?=\s)", re.IGNORECASE)
_VERSION_BEFORE = re.compile(r"(?:\bversion|\bv|\brelease|==|>=|~=|@)\s?$", re.IGNORECASE)
_COUNTED = re.compile(  # things somebody counted or had: "34 of the 90 defects", "a 300-line diff", "with 16 GB"
    r"(?<![\w.,$€£#-])(?!(?:19|20)\d\d\b)\d[\d,]{0,12}(?:-[a-z]+|\s(?:of\b|[a-z]{3,}|[KMGT]B\b))"
)
_CONTENT = re.compile(r"[a-z]{4,}")


@dataclass(frozen=True)
class StatedFigure:
    """A figure where it stands."""

    fact: Mention
    unit: str
    sentence: str
    passage: Passage
    source: Source

    @cached_property
    def words(self) -> frozenset[str]:
        """What the sentence is about; looked for only where two figures are compared."""
        return content_words(self.sentence)

    @cached_property
    def is_measured(self) -> bool:
        """Whether it says how it was got: by a method, or counts beside it. Ours and a run log's need not."""
        owed = self.source.voice == "third_party" and self.source.kind != "run_log"
        return not owed or _names_a_method(self) or _gives_counts(normalise(self.passage.text))


def names_a_benchmark(sentence: str) -> bool:
    """Whether a bare number in the sentence may be a score."""
    return BENCHMARK.search(sentence) is not None


def figures_in(facts: Iterable[Mention], *, scored: bool) -> list[tuple[Mention, str]]:
    """Facts of a sentence that somebody measured or designed, each with the unit it is compared by.

    Shares, multiples, scores, speeds, times, sizes. Prices, dates, version numbers, list numbers and bare counts are
    none; a bare number is a score when the sentence names a benchmark.
    """
    found = ((fact, _unit(fact, scored=scored)) for fact in facts)
    return [(fact, unit) for fact, unit in found if unit in RANK]


def _unit(fact: Mention, *, scored: bool) -> str:
    if fact.kind != "number":
        return ""
    if fact.unit:
        return fact.unit
    if fact.text[-1] in "BM" and fact.text[0].isdigit():
        return "parameters"
    small = fact.value < 20 and fact.value == fact.value.to_integral()
    return "score" if scored and not small and fact.text[0].isdigit() else ""


def maker_figures(dossier: Dossier) -> tuple[Figure, ...]:
    """Up to five figures from the maker's passages, in reading order, with whose word each is.

    Shares, multiples and scores are taken before speeds and times, those before sizes; each value once.
    """
    name = frozenset(_CONTENT.findall(normalise(dossier.launch.name).lower()))
    chosen = _chosen(list(_read(dossier, ("maker",))))
    ranks = {RANK[stated.unit] for stated in chosen}
    texts = [text for text in _read(dossier, ("third_party", "us")) if any(map(text.may_hold, ranks))] if chosen else []
    others = [stated for text in texts for stated in text.figures]
    return tuple(_judged(stated, others, name) for stated in chosen)


@dataclass(frozen=True)
class _Text:
    """A passage with a digit in it, normalised. Its figures are read once, if ever."""

    passage: Passage
    source: Source
    text: str

    def may_hold(self, rank: int) -> bool:
        return any(held.search(self.text) for held in _HELD[rank])

    @cached_property
    def figures(self) -> Sequence[StatedFigure]:
        return tuple(_in_passage(self))


def _chosen(texts: Sequence[_Text]) -> list[StatedFigure]:
    """Each value once, the best ranks first; then in reading order."""
    best: dict[tuple[Decimal, str], tuple[int, int, StatedFigure]] = {}
    for rank, (at, text) in product(RANKS, enumerate(texts)):
        if len(best) < MOST_FIGURES and text.may_hold(rank):
            for n, stated in enumerate(text.figures):
                if RANK[stated.unit] == rank:
                    best.setdefault((stated.fact.value, stated.unit), (at, n, stated))
    first = list(best.values())[:MOST_FIGURES]
    return [stated for _, _, stated in sorted(first, key=lambda one: one[:2])]


def _read(dossier: Dossier, voices: Sequence[str]) -> Iterator[_Text]:
    for source in dossier.sources:
        if ("us" if source.kind == "run_log" else source.voice) in voices:
            for passage in source.passages:
                if passage.kind != "code" and _DIGIT.search(passage.text):
                    yield _Text(passage, source, normalise(passage.text))


def _in_passage(text: _Text) -> Iterator[StatedFigure]:
    for sentence in split_sentences(text.text):
        plain = _LIST_NUMBER.sub(" ", sentence)
        scored = names_a_benchmark(plain)
        for fact, unit in figures_in(read_facts(plain).found if scored else read_amounts(plain), scored=scored):
            before = plain.partition(fact.text)[0]
            if not _VERSION_BEFORE.search(before[-12:]):
                yield StatedFigure(fact, unit, sentence, text.passage, text.source)


def content_words(sentence: str) -> frozenset[str]:
    """Words of four letters and more that say what a sentence is about, without a plural s."""
    words = (w.removesuffix("s") for w in _CONTENT.findall(sentence.lower()) if w not in STOP_WORDS)
    return frozenset(w for w in words if w not in STOP_WORDS)


def _judged(stated: StatedFigure, others: Sequence[StatedFigure], name: frozenset[str]) -> Figure:
    """name: the product's own words, which every sentence about it shares."""
    same = (o for o in others if o.unit == stated.unit)
    related = [o for o in same if len((o.words & stated.words) - name) >= SHARED_WORDS]
    differing = [o for o in related if o.fact.value != stated.fact.value]
    repeating = [o for o in related if o.fact.value == stated.fact.value and not REPEATED.search(o.sentence)]
    disputing = _ids(o for o in differing if o.is_measured)
    supporting = [i for i in _ids(o for o in repeating if o.is_measured) if i not in disputing]
    questioning = _ids(differing)
    standing = "disputed_by" if disputing else "supported_by" if supporting else "questioned_by"
    if not (disputing or supporting or questioning):
        told_how = stated.unit in SPECIFIED or _names_a_method(stated)
        standing = "makers_word_only" if told_how else "no_method_given"
    told = {"figure": stated.fact.text, "sentence": stated.sentence, "passage_id": stated.passage.passage_id}
    return Figure.model_validate({**told, "standing": standing, "others": disputing or supporting or questioning})


@lru_cache(maxsize=256)
def _gives_counts(text: str) -> bool:
    for fact, _ in figures_in(read_amounts(text), scored=False):
        text = text.replace(fact.text, "")
    return _COUNTED.search(text) is not None


def _ids(stated: Iterable[StatedFigure]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(s.passage.passage_id for s in stated))


def _names_a_method(stated: StatedFigure) -> bool:
    """Whether the passage, or one beside it by the same hand, says on what, with or against what it was measured."""
    passages = stated.source.passages
    at, reach = passages.index(stated.passage), 0 if stated.source.kind in MANY_HANDS else 1
    return any(METHOD.search(normalise(p.text)) for p in passages[max(0, at - reach) : at + reach + 1])
