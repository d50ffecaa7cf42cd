"""What a rule about attempts is, and the words that several of them share."""

import re
from dataclasses import dataclass
from typing import Literal

from panel.checks.folding import words_in
from panel.checks.lazy import Lazy
from panel.records.dossier import SuspicionKind

Excuse = Literal["never", "quoted", "mentioned"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One family of wordings."""

    name: str  # shown to the editor: "tells the reader to ignore instructions"
    kind: SuspicionKind
    needs: tuple[frozenset[str], ...]  # sets of words in lower case: every hit has at least one word of each
    pattern: Lazy
    excuse: Excuse = "never"
    marks: str = ""  # of which every hit has one

    def may_hit(self, words: frozenset[str], text: str) -> bool:
        """Whether a passage with these words needs searching: a search costs 10 us, this 0.1 (measured)."""
        for need in self.needs:
            if need.isdisjoint(words):
                return False
        return not self.marks or any(mark in text for mark in self.marks)


def rule(
    name: str,
    kind: SuspicionKind,
    needs: str,
    pattern: str,
    excuse: Excuse = "never",
    *,
    also: str = "",
    marks: str = "",
) -> Rule:
    """needs, also: words; ` | ` parts sets, each of them needed. The rarest comes first: rules are found by it."""
    sets = tuple(words for part in f"{needs} | {also}".split("|") if (words := words_in(part)))
    return Rule(name, kind, sets, Lazy(pattern, re.VERBOSE), excuse, marks)


NEAR = r"[^.!?\n]"
QUOTE = r"[\"'`*_(\[{<]{0,3}"
ORDERS = (
    r"(?:instructions?|prompts?|rules?|guidelines?|directions?|directives?|orders?|commands?|messages?|constraints?"
    r"|polic(?:y|ies)|programming|conversations?|context|inputs?|texts?|restrictions?|safeguards?|filters?|protocols?)"
)
EARLIER = (
    r"(?:previous(?:ly)?|prior|above|earlier|preceding|foregoing|former|initial|original|past|old|stated|given|"
    r"aforementioned|provided)"
)
THEIRS = r"(?:system|existing|current|other|developer|safety|content|default|ethical|moral|house|editorial)"
REVIEWER = (
    r"(?:reviewers?|critics?|jur(?:y|ors?)|judges?|graders?|evaluators?|raters?|panel(?:ists?)?|"
    r"(?:large\ )?language\ models?|llms?|gpts?|chatgpt|claude|gemini|chatbots?|bots?|crawlers?|summari[sz]ers?|"
    r"ai(?:s|\ (?:models?|assistants?|agents?|systems?|readers?|reviewers?|critics?|tools?|crawlers?|overviews?))?|"
    r"models?|assistants?|(?:automated|ai|screening|scoring)\ (?:analysis(?:\ software)?|systems?|tools?|screening))"
)
REVIEWER_WORDS = (
    "reviewer reviewers critic critics jury juror jurors judge judges grader graders evaluator evaluators rater raters "
    "panel panelist panelists llm llms gpt gpts chatgpt claude gemini chatbot chatbots bot bots crawler crawlers "
    "summarizer summarizers summariser summarisers ai ais model models assistant assistants automated screening scoring"
)
PRAISE = (
    r"(?:10\ ?/\ ?10|5\ ?/\ ?5|100\ ?/\ ?100|five[\ -]stars?|5[\ -]stars?|ten\ out\ of\ ten|10\ out\ of\ 10"
    r"|full\ marks|"
    r"(?:the\ )?(?:highest|top|best|maximum|perfect|max)\ (?:possible\ )?(?:scores?|ratings?|marks?|grades?|verdicts?)|"
    r"positive\ (?:review|verdict|rating|assessment)s?|high(?:est)?\ confidence|confidence\ (?:of\ )?1(?:\.0)?)"
)
VERDICT = r"(?:ship|skip|abstain)(?![\w-])(?!\ (?:faster|your|code|features?|to|with|products?|it\ to|the))"
TOLD = (
    r"(?:must|should|shall|will|have\ to|need\ to|ought\ to|"
    r"are\ (?:to|required|instructed|asked|directed|obliged|expected)(?:\ to)?)"
)
SAY = (
    r"(?:answer|vote|reply|respond|output|return|print|say|conclude|decide|write|state|report|rule|choose|select"
    r"|pick|give)"
)
