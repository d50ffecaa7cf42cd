"""The words and phrases the checks look for, apart from the code that looks. English only.

Patterns read normalised text. Each entry is an alternative of one regular expression with word boundaries around it.
"""

import re
from dataclasses import dataclass


def holds_any(text: str, letters: tuple[str, ...]) -> bool:
    """Whether any of these stands in the text. A loop, since `any` with a generator costs twice as much."""
    for some in letters:  # noqa: SIM110
        if some in text:
            return True
    return False


@dataclass(frozen=True)
class Phrases:
    """A pattern, and the few letters every one of its hits holds.

    Looking for the letters first saves the pattern on nearly every sentence: 1 us in place of 8 (measured on 90
    characters), and there are some 250 searches in a review.
    """

    pattern: "re.Pattern[str]"
    letters: tuple[str, ...] = ()  # lower case unless `exact`; (): always search
    exact: bool = False  # the letters' case counts

    def search(self, text: str) -> "re.Match[str] | None":
        """The first hit in a normalised text."""
        if self.letters and not holds_any(text if self.exact else text.lower(), self.letters):
            return None
        return self.pattern.search(text)


def _phrases(*lines: str, letters: str = "", exact: bool = False) -> Phrases:
    """One pattern of all alternatives, which are written with ` | ` between them; `letters` likewise."""
    alternatives = "|".join(part for line in lines for part in line.split(" | "))
    pattern = re.compile(rf"\b(?:{alternatives})\b", 0 if exact else re.IGNORECASE)
    return Phrases(pattern, tuple(letters.split("|")) if letters else (), exact)


METHOD_WORD = _phrases(
    r"bets? | betting | wagers? | thes[ie]s | buyers? | primitives? | moments? of truth | moats? | north star",
    r"stress[- ]tests?",
    letters="bet|wager|thes|buyer|primitive|of truth|moat|north star|stress",
)

PRAISE = _phrases(
    r"seamless(?:ly)? | powerful | robust | cutting[- ]edge | game[- ]chang(?:er|ers|ing) | revolutionary",
    r"intuitive(?:ly)?",
    r"state[- ]of[- ]the[- ]art | best[- ]in[- ]class | world[- ]class | next[- ](?:level|gen|generation)",
    r"effortless(?:ly)?",
    r"supercharg\w+ | unlock(?:s|ing)? (?:the|new|your) | blazing(?:ly)? | lightning[- ]fast | must[- ]have",
    r"a breeze",
    r"delightful(?:ly)? | elegant(?:ly)? | punch(?:es|ing)? above | groundbreaking | unparalleled | unmatched",
    r"top[- ]notch",
    r"impressive(?:ly)? | categorically",
    letters="seamless|powerful|robust|cutting|game|revolution|intuitive|state|class|next|effortless|supercharg|unlock"
    "|blazing|lightning|must|breeze|delight|elegant|punch|groundbr|unparall|unmatch|top|impress|categor",
)

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

_HANDS_ON_VERBS = (
    "ran|run|tried|try|installed|tested|used|built|deployed|benchmarked|measured|set (?:it |this )?up|spun (?:it )?up|"
    "shipped|played|spent|timed|cloned|downloaded|fine-tuned|switched|clicked|signed up|loaded|fed|pointed|asked it|"
    "watched|clocked|got it|hit|swapped|moved|migrated|put it"
)
_ADVERBS = "just|also|actually|only|finally|then|personally|even|once|recently"
FIRST_HAND = _phrases(
    rf"(?:I|[Ww]e)(?:'ve|'d| have| had)?(?: (?:{_ADVERBS}))? (?:{_HANDS_ON_VERBS})",
    r"(?:[Ii]n|[Ff]rom|[Dd]uring|[Aa]cross|[Oo]n) (?:my|our) (?:own |first |short |quick |brief )?"
    r"(?:experience|use|usage|hands|setup|workflow|machine|laptop|workstation|codebase|repo|team|data)",
    r"(?:[Mm]y|[Oo]ur) (?:own |first |short |quick |brief )?(?:tests?|testing|trials?|benchmarks?|runs?|hands-on)",
    r"[Aa]fter (?:a|an|one|two|three|four|five|several|some|a few|a couple of|\d+) (?:full |long |whole )?"
    r"(?:minutes?|hours?|days?|weeks?|months?|evenings?|afternoons?|sessions?) (?:with|of|using|on|in)",
    r"(?:work|run|fail)(?:s|ed)? (?:fine |well |badly )?(?:for|on|with) (?:me|us|my|our)",
    r"(?:ran|crashed|broke) (?:for|on) (?:me|us|my|our)",
    r"(?:[Ww]hen|[Oo]nce|[Ww]hile|[Uu]ntil|as soon as) (?:I|we) (?!know|see|can|could|have|do)\w+",
    r"[Ff]irst-hand | [Hh]ands-on (?:with|testing|use|experience)",
    letters="I |I'|we |We |we'|We'|my |My |our |Our | me| us|fter |irst-hand|ands-on",
    exact=True,
)

_IS_NOT = r"(?:is|are|was|were|'s|'re)(?:n't| not)"
_DOES_NOT = r"\b(?:do|does|did|will|would|can|could|wo|ca|has|have)(?:n't|not| not)\b"
_IT = r"(?:it|this|that|they|these|those|he|she|you|we)"
_PAUSE = r"(?:[,;:]|\s-)"
_MERELY = "(?:just|only|merely|simply|so much)"
_HELPS = r"(?:is|was|has|had|can|could|may|will|would|does|did)"
CONTRAST = Phrases(
    re.compile(
        "|".join(
            (
                rf"{_IS_NOT}\b[^.;:!?]{{1,80}}?{_PAUSE}\s*(?:but )?{_IT} ?(?:'s|'re|is|are|was|were)\b",
                rf"{_IS_NOT} (?:a|an|the|about|because|just)\b[^.;:!?,]{{1,60}},? (?:but|rather) ",  # isn't a X but a Y
                rf"{_DOES_NOT}[^.;:!?]{{1,60}}?(?:[,;]|\s-)\s*{_IT} (?!{_HELPS}\b)\w+s\b",  # doesn't X, it Ys
                rf"\bnot {_MERELY}\b[^.;!?]{{1,80}}?(?:\b(?:but|as)\b|{_PAUSE}\s*(?:{_IT}|also)\b)",  # not just X but Y
                r"(?:^|[,;] |\s-\s)not (?:a|an|the|because|by|for|about|in)\b[^.;:!?]{1,60}?,? but ",  # not X but Y
                r"[,;] not (?:just |only |merely )?(?:a|an|the|its|their|because|about) \w+[^,;]{0,40}$",  # X, not a Y
                r"\bless (?:about|of )? ?(?:a|an|about|the)\b[^.,;]{1,50}\b(?:than|and more)\b",  # less a X than a Y
                r"\bmore than (?:just|simply|merely)\b",
                r"\b(?:stop|forget)\b[^.;!?]{1,40}[,;] (?:start|think)\b",
            )
        ),
        re.IGNORECASE,
    ),
    letters=("not ", "n't", "less ", "more than", "stop ", "forget "),
)
DENIES = re.compile(rf"{_IS_NOT} (?:just|only|merely|simply|about|a|an|the)\b[^,;:]*[.!]?$", re.IGNORECASE)
AFFIRMS = re.compile(r"^(?:It|This|That|They)(?:'s|'re| is| are) (?:about|a|an|the)\b")

BENCHMARK = _phrases(
    r"scor(?:es?|ed|ing) | benchmarks? | accuracy | pass@\d+ | MMLU(?:-Pro)? | GPQA | HumanEval\+?",
    r"SWE-?bench | GSM8K",
    r"MATH | Arena | Elo | BLEU | F1 | MT-Bench | IFEval | AIME | perplexity",
    letters="scor|benchm|accuracy|pass@|MMLU|GPQA|HumanEval|SWE|GSM8K|MATH|Arena|Elo|BLEU|F1|MT-Bench|IFEval|AIME|perplex",
    exact=True,
)
METHOD = _phrases(
    r"data ?sets? | test sets? | samples? | n ?= ?\d+ | hardware | [ABHLT]\d{2,3}s? | M[1-5] (?:Pro|Max|Ultra)",
    r"MacBook",
    r"GPUs? | CPUs? | baselines? | compared (?:to|with) | versus | relative to | measured | measurements?",
    r"methodology",
    r"method | evaluat\w+ | benchmarked | median | p9[059] | percentile | seeds? | runs | averaged | tasks",
    r"on (?:MMLU|GPQA|HumanEval|SWE|GSM8K|MT-Bench)(?:-\w+)?",
)

_STOP_WORDS = """
about after again also been before being between both could does down each even ever every from have here into just
like made make makes many more most much need only other over same says some such than that their them then there these
they this those through under using very were what when where which while will with without would your percent times
faster second minute hour token parameter point model tool
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
