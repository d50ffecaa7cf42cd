"""The words and phrases the checks look for, apart from the code that looks. English only.

Patterns read normalised text. Each entry is an alternative of one regular expression with word boundaries around it.
"""

import re
from dataclasses import dataclass

_APART = str.maketrans(dict.fromkeys('.,;:!?()[]"/-*', " "))


def words_of(text: str) -> frozenset[str]:
    """The words of a normalised text, lower case, hyphenated ones apart."""
    return frozenset(text.lower().translate(_APART).split())


@dataclass(frozen=True)
class Phrases:
    """A pattern, and words of which every hit of it holds at least one.

    Looking at the words of a whole opinion first saves nearly every search: a search costs 8 us on 90 characters,
    and a review has some 250 of them (measured).
    """

    pattern: "re.Pattern[str]"
    words: frozenset[str] = frozenset()  # lower case; empty: always search

    def may_hit(self, words: frozenset[str]) -> bool:
        """Whether a text with these words needs searching."""
        return not self.words or not self.words.isdisjoint(words)

    def search(self, text: str) -> "re.Match[str] | None":
        """The first hit in a normalised text."""
        return self.pattern.search(text)


def _phrases(*lines: str, words: str = "", exact: bool = False) -> Phrases:
    """One pattern of all alternatives, which are written with ` | ` between them; exact: case counts."""
    alternatives = "|".join(part for line in lines for part in line.split(" | "))
    return Phrases(re.compile(rf"\b(?:{alternatives})\b", 0 if exact else re.IGNORECASE), frozenset(words.split()))


COST = _phrases(
    r"but | though | although | however | except | unless | yet | despite | lacks? | lacking | missing | the catch",
    r"costs? | giv(?:e|es|ing) up | you lose | you pay | in exchange | the price is | downside | trade-?off",
    r"requires? | needs? | must | nothing (?:says|shows|is) | no word | silent | unclear | unknown | does not",
    r"doesn't",
    r"cannot | can't | is not | isn't | are not | aren't",
)
MERIT = _phrases(
    r"but | though | although | however | despite | while | still | yet | at least | granted | admittedly",
    r"to its credit | does well | gets right | works for | useful | good for | helps? | saves? | worth",
    r"honest | clear | fair",
    r"the best (?:thing|part)",
)

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
REPEATED = _phrases(
    r"says? | said | claims? | claimed | according to | reportedly | states? | stated | promis\w+",
    r"advertis\w+ | announc\w+",
)

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
_ADVERBS = "just|also|actually|only|finally|then|personally|even|once|recently|already|briefly|first|both|now|still"
_OWN = r"(?:[Mm]y|[Oo]ur) (?:own |first |short |quick |brief )?"
_SPAN = (
    r"[Aa]fter (?:a|an|one|two|three|four|five|several|some|a few|a couple of|\d+) (?:full |long |whole )?"
    r"(?:minutes?|hours?|days?|weeks?|months?|evenings?|afternoons?|sessions?)"
)
_OF_USE = r"(?:of (?:\w+ )?(?:use|using|testing|tests|running|trying|work)|using|testing|running|trying)"
_WOULD = r"(?! (?:would|will|could|can|may|might|must|should)\b|'d\b|'ll\b)"
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

_STOP_WORDS = """
about after again also been before being between both could does down each even ever every from have here into just
like made make makes many more most much need only other over same says some such than that their them then there these
they this those through under using very were what when where which while will with without would your percent times
faster second minute hour token parameter point model tool
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
