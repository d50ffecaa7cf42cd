"""Does each sentence say only what the grounds it rests on say?"""

import re
from collections.abc import Iterator, Sequence

from panel.checks.case import Case, DossierIndex, Prose
from panel.checks.figures import figures_in, names_a_benchmark
from panel.checks.language.amount_terms import contradiction, terms_in
from panel.checks.language.compared_text import _phrases, normalise
from panel.checks.language.mentions import HARD, Mention, read_names
from panel.records import Answered, Flag, Ground, standing_grounds

ATTRIBUTED = _phrases(
    r"says? | said | saying | claim(?:s|ed|ing)? | report(?:s|ed|edly) | according to | quotes? | quoted",
    r"states? | stated",
    r"advertis\w+ | promis\w+ | puts? (?:it|this|that|the) | cit(?:es|ed) | boasts? | announc\w+ | by its own",
    r"self-reported | on paper",
    r"its own (?:\w+ )?(?:tests?|figures?|numbers?|benchmarks?|pages?|docs|post|announcement)",
    r"(?:maker|vendor|company|seller|publisher)(?:'s| \w+s) | (?:team|author)'s (?:figure|number|claim|own)",
    r"the (?:launch |release |product |pricing )?(?:page|post|announcement|readme|documentation|site|changelog) \w+s",
    r"the (?:docs|model card) (?:\w+s|put|give|list|say)",
)

MAKERS = frozenset({"maker", "rival"})  # voices whose figures are no more than their own
SMALL = 20  # a bare count below it is how one talks: "two of its rivals"
_READER = re.compile(r"\byour?s?\b", re.IGNORECASE)
_RANGE = re.compile(r"\bbetween\b", re.IGNORECASE)  # both ends of a range are yet to come
UNGROUNDED_FIELDS = ("change_mind",)  # says what would have to be true, so its numbers stand nowhere yet


def check_references(case: Case) -> Iterator[Flag]:
    """Ground numbers that exist and stand; memory said as such."""
    for prose in case.sentences:
        if prose.rests_on == "memory":
            yield case.on(prose, "memory_sentence", f"Sentence {prose.index + 1} rests on memory.", prose.raw)
        if prose.rests_on != "grounds":
            continue
        unknown = [n for n in prose.grounds if n not in case.by_number]
        if unknown or not prose.grounds:
            what = f"ground {unknown[0]}, which was not given" if unknown else "no ground number"
            yield case.on(prose, "unknown_ground_number", f"Sentence {prose.index + 1} names {what}.", prose.raw)
        known = [n for n in prose.grounds if n in case.by_number]
        if known and all(n in case.void for n in known):
            message = f"Sentence {prose.index + 1} rests only on grounds that do not stand."
            yield case.on(prose, "rests_on_void_ground", message, prose.raw)


def check_facts(case: Case) -> Iterator[Flag]:
    """Every number, price, date, licence, name and command stands in an excerpt the sentence rests on."""
    for prose in (*case.sentences, *case.phrases):
        if prose.rests_on == "memory" or prose.field in UNGROUNDED_FIELDS or not prose.text:
            continue
        facts = [f for f in (*prose.facts.found, *read_names(prose.facts)) if not case.dossier_index.is_own(f)]
        if prose.rests_on == "view":
            yield from _view(case, prose, facts)
        elif facts:
            yield from _grounded(case, prose, facts)


def _view(case: Case, prose: Prose, facts: list[Mention]) -> Iterator[Flag]:
    hard = next((f for f in facts if f.kind in HARD), None)
    soft = next((f for f in facts if f.kind not in HARD), None)
    if hard:
        message = f"Sentence {prose.index + 1} is marked as a view and gives {hard.text!r}."
        yield case.on(prose, "view_with_number", message, hard.text)
    elif soft:
        message = f"Sentence {prose.index + 1} is marked as a view and names {soft.text!r}."
        yield case.on(prose, "view_with_name", message, soft.text)


def _grounded(case: Case, prose: Prose, facts: list[Mention]) -> Iterator[Flag]:
    cited = [case.by_number[n] for n in prose.grounds if n in case.by_number and n not in case.void]
    for fact in facts:
        quoted = any(case.dossier_index.facts(case.excerpts[g.number]).hold(fact) for g in cited)
        if quoted or _in_source_facts(case.dossier_index, cited, fact):
            continue
        if any(_in_passage(case.dossier_index, ground, fact) for ground in cited):
            message = f"{prose.named} gives {fact.text!r}, which stands in the passage but not in the excerpt."
            yield case.on(prose, "fact_in_passage_only", message, fact.text)
        else:
            check = "number_not_in_grounds" if fact.kind in HARD else "name_not_in_grounds"
            message = f"{prose.named} gives {fact.text!r}, which stands in no ground it rests on."
            yield case.on(prose, check, message, fact.text)
    texts = case.dossier_index.passages.by_id
    given = [(g.passage_id, rate) for g in cited for _, rate in terms_in(texts[g.passage_id])]
    for text, rate in terms_in(prose.bare):
        told = prose.field in ("for_whom", "not_for") and not rate.currency  # "a team of 10": the reader's own number
        if differs := not told and contradiction(rate, prose.bare, given):
            yield case.on(prose, "number_not_in_grounds", f"{prose.named} {differs}.", text)


def check_uncited(case: Case) -> Iterator[Flag]:
    """Figures in words that cite no ground stand in some passage, too: in memory sentences, answers and what's to come.

    A small count, a reader's own number, and what follows from figures of the critic's own passages by one step of
    arithmetic are nobody's claim. A change of mind and a prediction give a figure of their own, which stands nowhere
    yet; with two of one unit, one is where things stand now.
    """
    for prose in (*(s for s in case.sentences if s.rests_on == "memory"), *case.answers):
        yield from _uncited(case, prose, [f for f in prose.facts.found if not _is_readers(prose, f)])
    for prose in (*(p for p in case.phrases if p.field in UNGROUNDED_FIELDS), *case.forecast):
        counted = [f for f in prose.facts.found if f.kind in ("number", "price")]
        pair = [f for f in counted if sum(f.unit == other.unit for other in counted) > 1 and f.unit]
        if not any(_stands_anywhere(case, f) for f in pair) and not _RANGE.search(prose.text):
            yield from _uncited(case, prose, pair[:1])


def _uncited(case: Case, prose: Prose, facts: list[Mention]) -> Iterator[Flag]:
    for fact in facts:
        spelt = fact.unit == "x" and fact.text[0].isalpha()  # "three times a week"
        small = fact.kind == "number" and (not fact.unit or spelt) and fact.value < SMALL
        if fact.kind not in HARD or small or case.dossier_index.is_own(fact) or _stands_anywhere(case, fact):
            continue
        if prose.rests_on != "memory" and _follows(case, prose, fact):
            continue
        message = f"{prose.named} gives {fact.text!r}, which stands in no passage."
        yield case.on(prose, "number_not_in_grounds", message, fact.text)


def _is_readers(prose: Prose, fact: Mention) -> bool:
    """Whether it is a number of the reader's: a count or size in words that speak to the reader."""
    return fact.kind == "number" and prose.rests_on != "memory" and _READER.search(prose.text) is not None


def _stands_anywhere(case: Case, fact: Mention) -> bool:
    """In a passage of the dossier, whoever cites it, or among the days that the dossier gives outside them."""
    index = case.dossier_index
    if any(index.facts(text).hold(fact) for text in index.passages.by_id.values()):
        return True
    days = (index.source_days(s.source_id) for s in index.dossier.sources)
    return fact.kind == "date" and (index.dossier_days.hold(fact) or any(d.hold(fact) for d in days))


def _follows(case: Case, prose: Prose, fact: Mention) -> bool:
    """Whether it is a sum, difference, product or quotient of figures it stands beside and of those in own passages."""
    known = [g.passage_id for g in case.standing if g.passage_id in case.dossier_index.passages.by_id]
    given = [f for i in known for f in case.dossier_index.facts(case.dossier_index.passages.by_id[i]).found]
    others = [f for f in prose.facts.found if f is not fact]
    values = {f.value for f in (*given, *others) if f.kind in ("number", "price") and f.value}
    digits = max(0, -int(fact.value.as_tuple().exponent)) if fact.kind in ("number", "price") else 0
    made = (x for a in values for b in values for x in (a + b, a - b, a * b, a / b, 100 * (a - b) / b))
    return fact.kind in ("number", "price") and any(round(x, digits) == fact.value for x in made)


def find_backing(index: DossierIndex, opinion: Answered, flags: Sequence[Flag], text: str) -> tuple[Ground, ...] | None:
    """Grounds that stand and whose passages give a number, price, date, licence, name or command of this text.

    None for a text that gives nothing of the kind; () where it does and no passage has any of it.
    """
    read = index.facts(index.without_name(normalise(text)))
    facts = [f for f in (*read.found, *read_names(read)) if not index.is_own(f)]
    if not facts:
        return None
    known = [g for g in standing_grounds(opinion, flags) if g.passage_id in index.passages.by_id]
    return tuple(g for g in known if any(_in_passage(index, g, f) or _in_source_facts(index, [g], f) for f in facts))


def check_attribution(case: Case) -> Iterator[Flag]:
    """A figure that only the maker's passages give is the maker's, and the sentence must say so."""
    for prose in (*case.sentences, *case.phrases):
        if prose.rests_on not in ("grounds", "all") or prose.field in UNGROUNDED_FIELDS or not prose.facts.found:
            continue
        stated = figures_in(prose.facts.found, scored=names_a_benchmark(prose.text))
        figures = [f for f, _ in stated if not case.dossier_index.is_own(f)]
        if not figures or ATTRIBUTED.search(prose.text):
            continue
        cited = [case.by_number[n] for n in prose.grounds if n in case.by_number and n not in case.void]
        for fact in figures:
            givers = {_voice(case, g) for g in cited if _in_passage(case.dossier_index, g, fact)}
            if givers and givers <= MAKERS:
                whose = "the maker's" if "maker" in givers else "a rival's"
                message = f"{fact.text!r} is only {whose} figure, and the words don't say so."
                yield case.on(prose, "makers_figure_as_fact", message, fact.text)
                break


def _in_passage(index: DossierIndex, ground: Ground, fact: Mention) -> bool:
    return index.facts(index.passages.by_id[ground.passage_id]).hold(fact)


def _in_source_facts(index: DossierIndex, cited: list[Ground], fact: Mention) -> bool:
    """Days the dossier gives outside its passages, and names in the titles of the sources cited."""
    if fact.kind == "date":
        return index.dossier_days.hold(fact) or any(index.source_days(g.passage_id).hold(fact) for g in cited)
    return fact.kind == "name" and any(index.title_holds(g.passage_id, str(fact.key)) for g in cited)


def _voice(case: Case, ground: Ground) -> str:
    source = case.dossier_index.source(ground.passage_id)
    return source.voice if source else "unknown"
