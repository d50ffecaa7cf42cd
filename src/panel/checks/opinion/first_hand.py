"""Words that claim to have tried the tool, which no critic has: only a run log that people brought supports them.

English only. Patterns read normalised text; each is one alternative with word boundaries around it.
"""

from collections.abc import Iterator

from panel.checks.case import Case, Prose, own_words
from panel.checks.language.compared_text import _phrases, words_of
from panel.records import Flag

_DID = (  # what only somebody with the tool in hand does
    "tried(?! to)|tested|installed|deployed|benchmarked|clocked|timed|cloned|downloaded|fine-tuned|migrated|clicked|"
    "signed up|set (?:it |this )?up|spun (?:it )?up|asked it|(?:got|had) it (?:to|running|working)|switched to"
)
_DID_WITH = (  # what a reader of pages does too, with figures and sentences
    "used(?! to)|ran|built|shipped|measured|opened(?! with)|loaded|imported|exported|typed|pressed|watched(?! for)|"
    "played|fed(?! on)|pointed|hit(?! on)|swapped|moved(?! on| from| to)|spent|put it (?:through|on|in|to)|restarted|"
    "connected|tried to"
)
_READ = (  # what is on the pages, so that whoever read them has it in hand
    r"(?!(?: (?!(?:from|with|in|on|for|against|and)\b)[\w'-]+){0,3} (?:figures?|numbers?|prices?|pages?|passages?|"
    r"quotes?|excerpts?|claims?|words?|wording|docs|documentation|sums?|arithmetic|rates?|terms?|sources?|case|verdict|"
    r"votes?|argument|line|doubts?|view|yardstick|promises?|confidence|nothing|none|no|neither)\b)"
)
_NOT_IF = r"(?<!\b[Ii]f )(?<!nless )(?<!hether )(?<!ntil )(?<!efore )(?<!\b[Hh]ad )(?:I|[Ww]e)"
_OWN = r"(?:[Mm]y|[Oo]ur) (?:own |first |short |quick |brief )?"
_SPAN = (
    r"[Aa]fter (?:a|an|one|two|three|four|five|several|some|a few|a couple of|\d+) (?:full |long |whole )?"
    r"(?:minutes?|hours?|days?|weeks?|months?|evenings?|afternoons?|sessions?)"
)
_OF_USE = r"(?:of (?:\w+ )?(?:use|using|testing|tests|running|trying|work)|using|testing|running|trying)"
_WOULD = r"(?! (?:would|will|could|can|may|might|must|should)\b|'d\b|'ll\b)"
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
            message = f"{hit.group()!r} claims first-hand use without a run log."
            yield case.on(prose, "first_hand_use", message, hit.group())


def _rests_on_a_run_log(case: Case, prose: Prose) -> bool:
    grounds = [case.by_number[n] for n in prose.grounds if n in case.by_number and n not in case.void]
    sources = (case.dossier_index.source(g.passage_id) for g in grounds)
    return prose.rests_on in ("grounds", "all") and any(s is not None and s.kind == "run_log" for s in sources)
