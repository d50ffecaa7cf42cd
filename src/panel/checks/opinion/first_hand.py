"""Words that claim to have tried the tool, which no critic has: only a run log that people brought supports them."""

from collections.abc import Iterator

from panel.checks.case import Case, Prose, own_words
from panel.checks.language.compared_text import _phrases, words_of
from panel.checks.opinion.style import _DID, _DID_WITH, _NOT_IF, _OF_USE, _OWN, _READ, _SPAN, _WOULD
from panel.records import Flag

_ADVERBS = "just|also|actually|only|finally|then|personally|even|once|recently|already|briefly|first|both|now|still"

FIRST_HAND = _phrases(
    rf"{_NOT_IF}(?:'ve|'d| have| had)?(?: (?:{_ADVERBS}))? (?:(?:{_DID})(?! nothing| no| none)|(?:{_DID_WITH}){_READ})",
    rf"{_NOT_IF}(?:'ve|'m|'re| have| am| are)?(?: (?:been|{_ADVERBS}))* (?:run|(?:us|runn|test)ing){_READ}",
    rf"{_NOT_IF}(?: (?:{_ADVERBS}))? use (?:it|them)(?! as)",
    rf"(?:[Ii]n|[Ff]rom|[Dd]uring|[Aa]cross|[Oo]n) {_OWN}(?:experience|use(?! of)|usage|hands|setup|workflow|machine|"
    r"laptop|workstation|codebase|repo|team(?! plan)|data(?! cent))",
    rf"{_OWN}(?:tests|testing|trials|benchmarks|runs|hands-on|install)",
    rf"{_OWN}(?:test|trial|benchmark|run)(?! (?:is|for|of|would))",
    rf"{_SPAN} with (?:it|this|that|them|both|[A-Z]\w+) | {_SPAN} {_OF_USE}[\w ]*,? (?:I|we|my|our){_WOULD}",
    rf"(?:I|[Ww]e){_WOULD} [^.;:!?]{{0,60}}{_SPAN} {_OF_USE}",
    r"(?:worked|ran|failed|crashed|broke|froze)(?: fine| well| badly)? (?:for|on|with) (?:me|us|my|our)",
    r"(?:works|fails|crashes)(?: fine| well| badly)? on (?:my|our) | ^(?:First-hand|Hands-on),? (?:it|this|that|the)",
    words="i i've i'd i'm we we've we'd we're my our me us after hand hands",
    exact=True,
)


def check_first_hand(case: Case) -> Iterator[Flag]:
    """A claim of first-hand use needs a run log among the grounds it rests on; the depth "read" has none."""
    if not FIRST_HAND.may_hit(case.words):
        return
    for prose in (*case.sentences, *case.phrases, *case.answers, *case.claims):
        hit = FIRST_HAND.search(own_words(case, prose)) if FIRST_HAND.may_hit(words_of(prose.text)) else None
        if hit and not (case.depth != "read" and _rests_on_a_run_log(case, prose)):
            yield case.on(
                prose, "first_hand_use", f"{hit.group()!r} claims first-hand use without a run log.", hit.group()
            )


def _rests_on_a_run_log(case: Case, prose: Prose) -> bool:
    grounds = [case.by_number[n] for n in prose.grounds if n in case.by_number and n not in case.void]
    sources = (case.dossier_index.source(g.passage_id) for g in grounds)
    return prose.rests_on in ("grounds", "all") and any(s is not None and s.kind == "run_log" for s in sources)
