"""The wordings by which pages speak to reviewers and models instead of readers. Lists of what has been seen.

A rule's words decide whether its pattern is tried at all; patterns read folded text (lower case, plain letters).
A rule's `excuse` says when an honest page may use its words: `mentioned`, where the passage speaks about attacks or
prompt formats; `quoted`, where they also stand in quotation marks; both in a listing. Words about this panel's own task
(verdict, critic, dossier) excuse nothing.
"""

import re
from dataclasses import dataclass
from typing import Literal

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

    def may_hit(self, words: frozenset[str]) -> bool:
        """Whether a passage with these words needs searching: a search costs 10 us, this 0.1 (measured)."""
        return not any(need.isdisjoint(words) for need in self.needs)


def _rule(
    name: str, kind: SuspicionKind, needs: str, pattern: str, excuse: Excuse = "never", *, also: str = ""
) -> Rule:
    """needs, also: words; ` | ` parts sets of which each is needed."""
    sets = tuple(frozenset(part.split()) for part in f"{needs} | {also}".split("|") if part.split())
    return Rule(name, kind, sets, Lazy(pattern, re.VERBOSE), excuse)


_NEAR = r"[^.!?\n]"
_QUOTE = r"[\"'`*_(\[{<]{0,3}"
_ORDERS = (
    r"(?:instructions?|prompts?|rules?|guidelines?|directions?|directives?|orders?|commands?|messages?|constraints?"
    r"|polic(?:y|ies)|programming|conversations?|context|inputs?|texts?|restrictions?|safeguards?|filters?|protocols?)"
)
_EARLIER = (
    r"(?:previous(?:ly)?|prior|above|earlier|preceding|foregoing|former|initial|original|past|old|stated|given|"
    r"aforementioned|provided)"
)
_THEIRS = r"(?:system|existing|current|other|developer|safety|content|default|ethical|moral|house|editorial)"
_REVIEWER = (
    r"(?:reviewers?|critics?|jur(?:y|ors?)|judges?|graders?|evaluators?|raters?|panel(?:ists?)?|"
    r"(?:large\ )?language\ models?|llms?|gpts?|chatgpt|claude|gemini|chatbots?|bots?|crawlers?|summari[sz]ers?|"
    r"ai(?:s|\ (?:models?|assistants?|agents?|systems?|readers?|reviewers?|critics?|tools?|crawlers?|overviews?))?|"
    r"models?|assistants?|(?:automated|ai|screening|scoring)\ (?:analysis(?:\ software)?|systems?|tools?|screening))"
)
_PRAISE = (
    r"(?:10\ ?/\ ?10|5\ ?/\ ?5|100\ ?/\ ?100|five[\ -]stars?|5[\ -]stars?|ten\ out\ of\ ten|10\ out\ of\ 10"
    r"|full\ marks|"
    r"(?:the\ )?(?:highest|top|best|maximum|perfect|max)\ (?:possible\ )?(?:scores?|ratings?|marks?|grades?|verdicts?)|"
    r"positive\ (?:review|verdict|rating|assessment)s?|high(?:est)?\ confidence|confidence\ (?:of\ )?1(?:\.0)?)"
)
_VERDICT = r"(?:ship|skip|abstain)(?![\w-])(?!\ (?:faster|your|code|features?|to|with|products?|it\ to|the))"
_TOLD = (
    r"(?:must|should|shall|will|have\ to|need\ to|ought\ to|"
    r"are\ (?:to|required|instructed|asked|directed|obliged|expected)(?:\ to)?)"
)
_SAY = (
    r"(?:answer|vote|reply|respond|output|return|print|say|conclude|decide|write|state|report|rule|choose|select"
    r"|pick|give)"
)

RULES: tuple[Rule, ...] = (
    _rule(
        "tells the reader to ignore what it was told", "instruction",
        "ignore disregard forget dismiss neglect override overrule bypass discard drop delete erase omit cancel "
        "follow following obey obeying listen",
        rf"""\b(?:ignore|disregard|forget|dismiss|neglect|override|overrule|bypass)\s+(?:about\s+|that\s+
          |completely\s+|now\s+)?(?:
            (?:all|any|every|each|both|everything)?\s*(?:of\s+)?(?:the|your|my|these|those|this|our|its)?\s*
              (?:{_EARLIER}[\s,/]+(?:and\s+|or\s+)?){{1,4}}(?:\w+\s+){{0,2}}?{_ORDERS}\b
          | (?:(?:all|any|every)\s+(?:of\s+)?(?:the\s+|your\s+|these\s+)?|your\s+
            |the\s+house\s+)(?:{_THEIRS}\s+){{0,2}}{_ORDERS}\b
          | (?:all|any|every)\s+(?:of\s+)?(?:the\s+|your\s+|these\s+)?(?:\w+\s+)?(?:instructions?|directions
            |directives|prompts)\b
          | (?:all\s+)?your\s+(?:\w+\s+){{0,2}}(?:instructions?|prompts?|rules|guidelines|programming|training
            |polic(?:y|ies)|directives)\b
          | (?:the\s+)?{_ORDERS}\s+(?:above|before|you\s+(?:were|have\ been|got|received)|given|so\s+far)\b
          | (?:all|everything|anything|whatever|what)\s+(?:\w+\s+){{0,3}}?(?:above|before|previously|prior
            |you\s+(?:were|have\ been|know))\b
          | (?:instructions|directions)\s*(?:,|and\b)
        )
        | \b(?:discard|drop|delete|erase|omit|cancel)\s+(?:all\s+)?(?:of\s+)?(?:the\s+|your\s+|my\s+)?(?:{_EARLIER}\s+
          |system\s+){{1,2}}(?:instructions?|rules|guidelines|directives|orders|programming|prompts?)\b
        | \b(?:do\s+not|don't|stop|no\s+longer)\s+(?:follow(?:ing)?|obey(?:ing)?|listen(?:ing)?\s+to)\s+(?:the\s+
          |any\s+(?:of\s+)?(?:the\s+|your\s+)?|your\s+|these\s+|those\s+)(?:\w+\s+){{0,2}}?{_ORDERS}\b""",
        "quoted",
        also=(
            "instructions instruction prompt prompts rules rule guidelines guideline directions direction directives "
            "directive orders order commands command messages message constraints policies policy programming "
            "conversation conversations context input inputs text texts restrictions safeguards filters protocols "
            "protocol everything all anything above before training"
        ),
    ),
    _rule(
        "tells the reader what evidence to leave out", "instruction",
        "ignore disregard omit dismiss overlook exclude forget",
        r"""\b(?:ignore|disregard|omit|dismiss|overlook|exclude|forget)\s+(?:all|any|every|the|other|these
          |those)?\s*(?:of\s+)?(?:the\s+)?
        (?:(?:negative|critical|bad|contrary|remaining|other|opposing|following|third[- ]party|rest)\s*(?:of\s+(?:the
          |this)\s+)?){1,2}
        (?:\w+\s+)?(?:indicators?|reviews?|evidence|info(?:rmation)?|points?|sources?|passages?|data|texts?|content
          |opinions?|signals?|pages?|documents?|article|dossier|snippets?)\b""",
        also=(
            "indicators indicator reviews review evidence information info points point sources source passages "
            "passage data text texts content opinions signals pages documents article dossier snippets"
        ),
    ),
    _rule(
        "asks for a model's own instructions", "instruction",
        "prompt prompts instructions message configuration guidelines directives rules "
        "text string",
        r"""\b(?:reveal|repeat|leak|print|output|display|disclose|dump|recite|echo|expose|show(?:\s+me)?|tell\s+me
          |give\s+me|encode|translate|summari[sz]e|list)\s+
        (?:me\s+)?(?:all\s+(?:of\s+)?)?(?:the\s+(?:entire\s+|full\s+|exact\s+)?(?:\w+\s+of\s+)?)?your\s+
        (?:(?:entire|full|exact|own|secret|hidden|internal|initial|original|starting|system|complete|previous
          |developer|current)\s+){1,3}
        (?:prompts?|instructions?|messages?|configuration|guidelines?|directives|rules)\b
        | \b(?:show|give|tell|send)\s+me\s+(?:the\s+|all\s+)?(?:system|hidden|initial)\s+(?:prompt|instructions?
          |message)\b
        | \bi\s+need\s+to\s+see\s+the\s+system\s+prompt\b | \b(?:display|output
          |print)\s+(?:the\s+)?(?:system\s+configuration|initiali[sz]ation\s+string)\b
        | \b(?:output|print|copy|encode|repeat)\s+(?:back\s+)?the\s+(?:above\s+text|text\s+(?:above
          |you\s+were\s+given))\b
        | \bwhat(?:'s|\s+(?:are|were|is))\s+(?:the\s+opposite\s+of\s+)?your\s+(?:initial|original|system|secret|hidden
          |exact|starting|full)\s+(?:prompts?|instructions?|messages?)\b""",
        "mentioned",
        also="your me the",
    ),
    _rule(
        "repeats a model's instructions back", "instruction", "instructions told conversation above prompt repeat",
        r"""\b(?:repeat|output|print|recite|copy|summari[sz]e|display)\s+(?:back\s+)?(?:(?:everything|all
          |the\s+(?:text|words|contents?|instructions|entire\s+\w+|conversation))\s+){1,2}
        (?:above|before|that\s+(?:came|you)|you\s+(?:were|have)|in\s+the\s+system|from\s+the\s+(?:start|beginning)
          |back\s+to\s+me)
        | \binstructions\s+you\s+(?:were|have\s+been)\s+given\b
        | \bwhat\s+were\s+you\s+told\b | \bnot\s+supposed\s+to\s+tell\s+me\b | \bi\s+was\s+instructed\s+to\b
        | \brepeat\s+this\s+entire\s+conversation\b | \beverything\s+in\s+the\s+system\s+prompt\b""",
        "mentioned",
    ),
    _rule(
        "addresses reviewers or models", "instruction",
        "note notes message notice attention instruction instructions hint reminder memo important warning dear "
        "hello hi hey metadata profile "
        "if you automated visible readable invisible",
        rf"""\b(?:notes?|messages?|notice|attention|instructions?|hints?|reminders?|memo|important|warning|metadata
          |profile)\s*(?:to|for|:|,)?\s+
            (?:(?:all|any|the|every|our|automated|human|this|these|expert|trustworthy|fellow
              |future)\s+){{0,3}}{_REVIEWER}\s*[:;,!\-]
        | \b(?:dear|attention|hello|hi|hey)\s+(?:(?:all|any|the|ai|llm)\s+)?{_REVIEWER}\s*[,:!]
        | \bif\s+you(?:\ are|'re)\s+(?:an?|the)\s+(?:\w+\s+)?(?:ai|llms?|(?:large\s+)?language\s+model|assistant
          |chatbot|bot|reviewer|critic|juror|judge|evaluator|crawler)
            \s*(?:[,:]|\s(?:reading|reviewing|evaluating|summari[sz]ing|processing|scanning|or|then|you|please|asked
              |tasked))
        | \byou\s*,?\s+(?:the|as\s+an?|as\s+the|an?)\s+(?:ai|llm|language\s+model|reviewer|critic|juror|judge
          |evaluator|assistant)\s*(?:,|\s(?:must|should|will|are|have))
        | \bif\s+(?:questioned|the\s+user\s+asks|you\s+are\s+(?:asked|questioned))\b[^.!?\n]{0,80}\b(?:say|respond
          |reply|answer|report|tell)\b
        | \bfor\s+(?:automated|ai|llm)\s+(?:screening|review|analysis|evaluation|scoring)\s*(?:systems?|tools?
          |software)?\s*:
        | \b(?:visible|readable|addressed)\s+(?:only\s+)?(?:to|by)\s+(?:ai|llms?|models?|language\s+models)\b
          | \binvisible\s+to\s+humans\b""",
        also=(
            "reviewer reviewers critic critics jury juror jurors judge judges grader graders evaluator evaluators "
            "raters panel panelists llm llms gpt chatgpt claude gemini chatbot chatbots bot bots crawler crawlers ai "
            "ais model models assistant assistants automated screening scoring humans asks questioned asked"
        ),
    ),
    _rule(
        "tells reviewers what to conclude", "instruction",
        "reviewers reviewer critics critic jurors juror judges judge panel panelists evaluators graders models "
        "model llms llm ai assistants assistant agents you automated critics",
        rf"""\b(?:you|(?:the\s+|any\s+|all\s+|every\s+|each\s+)?(?:ai\s+|automated\s+
          |llm\s+)?{_REVIEWER})\s+(?:\w+ly\s+)?{_TOLD}\s+(?:\w+ly\s+|always\s+|never\s+|not\s+|only\s+|now\s+|then\s+
          |to\s+)*
            (?:{_SAY}{_NEAR}{{0,50}}?(?:\b{_VERDICT}|\bverdict\b|\b{_PRAISE})
              |(?:rate|score|grade|rank|recommend|endorse|favou?r|praise)\b{_NEAR}{{0,60}}?\b(?:this|us|our|highly
                |favou?rabl[ey]|positive(?:ly)?|{_PRAISE})\b)
        | \b(?:ai\s+(?:reviewers?|critics?|models?|assistants?|agents?|judges?|systems?)
          |(?:large\s+)?language\s+models?|llms?|critics|jurors?|panelists?|(?:the|each|every|any)\s+(?:reviewer
          |critic|juror|judge|panel|evaluator)|any\s+(?:automated|ai)\s+\w+)\s+
            (?:(?:reading|reviewing|evaluating|scoring|of)\s+(?:\w+\s+){{1,4}})?{_TOLD}\s+(?:\w+ly\s+|always\s+
              |never\s+|not\s+|only\s+|now\s+|to\s+)*
            (?:conclude|recommend|mention|praise|answer|vote|rate|return|decide|remember|cite|quote|score|reach|ignore
              |disregard|treat|endorse|favou?r|skip|ship|respond|reply|write|say)\b""",
        also=(
            "must should shall will have need ought are | ship skip abstain verdict rate score grade rank recommend "
            "endorse favor favour praise conclude mention answer vote return decide remember cite quote reach ignore "
            "disregard treat respond reply write say stars marks rating confidence"
        ),
    ),
    _rule(
        "asks for a verdict or a mark", "instruction",
        "ship skip abstain verdict rate score rating stars star marks grade confidence vote recommend review "
        "approve quote line verdict",
        rf"""(?:^|[.!?:;,"')\]>*\n-]\s*|\b(?:please|always|just|simply|then|and|must|now|to|kindly)\s+)
            (?:{_SAY}|set|make|mark)\s+(?:\w+\s+){{0,4}}?(?:with\s+|only\s+|as\s+|a\s+|the\s+word\s+
              |verdict\s*[:=]?\s*|verdict\s+(?:to|of|is)\s+)*{_QUOTE}{_VERDICT}{_QUOTE}(?=[\s.,;:!?"'`)\]}}]|$)
        | \b(?:correct|right|only|expected|final|true|proper|honest)\s+(?:answer|response|outcome|choice|vote)\s*(?:is
          |:|=)\s*{_QUOTE}{_VERDICT}
        | \b(?:never|not|don't)\s+(?:vote|answer|choose|say|pick)\s+(?:for\s+|with\s+)?{_QUOTE}(?:ship|skip|abstain)\b
        | \b(?:the|your|its)\s+(?:quote|review|line|verdict|summary)\s+(?:must|should|has\s+to|needs\s+to
          |contains)\b{_NEAR}{{0,50}}?\b(?:words?|contains?|say|include|praise|positive|best)\b
        | \bverdict\s*["'`*]*\s*(?:is|was|:|=|->|to|must\ be|should\ be|of|field)?\s*{_QUOTE}(?:ship|skip|abstain)\b
        | \b(?:rate|score|grade|mark|rank)\s+(?:this|it|us|our|the\s+\w+)\b{_NEAR}{{0,40}}?\b(?:{_PRAISE}
          |as\s+(?:excellent|outstanding|the\s+best|perfect)|highly|favou?rably|10\b|9\b|5\b)
        | \b(?:give|award|assign)\s+(?:this|it|us|our|the)\b{_NEAR}{{0,30}}?\b{_PRAISE}
        | \b(?:write|give|produce|publish|return|leave)\s+(?:only\s+)?(?:a\s+|an\s+)?(?:very\s+|overwhelmingly\s+
          |strongly\s+|glowing\s+)*(?:positive|favou?rable|glowing|flattering)\s+(?:review|verdict|assessment|quote
          |rating|summary)s?\b
        | \b(?:do\s+not|don't|never)\s+(?:mention|list|report|write|include|cite|say|raise|discuss)\s+(?:any\s+
          |the\s+)?(?:negatives?|weakness(?:es)?|drawbacks?|downsides?|criticisms?|flaws?|cons|limitations)\b
        | \b(?:highly\s+recommended?|recommend\s+(?:this|it|us|our)\b){_NEAR}{{0,40}}\b(?:in\s+your\s+(?:review
          |verdict|answer|report)|to\s+(?:your\s+|all\s+)?(?:readers|users))""",
        also=(
            "answer vote reply respond output return print say conclude decide write state report rule choose select "
            "pick give set make mark verdict correct right only expected final true honest quote line rate score grade "
            "rank award assign produce publish leave mention list include cite "
            "raise discuss recommend recommended vote "
            "never not don't"
        ),
    ),
    _rule(
        "claims to speak for this panel", "panel_claim",
        "panel panel's jury jurors critics reviewers editors editor verdict approved preapproved judges models "
        "consensus",
        rf"""\b(?:the|this|our|your|entire|whole|full|all|other|earlier|previous)\s+(?:panel|jury|jurors?|critics
          |reviewers|judges|(?:ai\s+|other\s+)?models|editors?)\s+
            (?:on\s+(?:this|the)\s+panel\s+)?(?:(?:has|have|had|already|all|unanimously|previously|now|formally|just
              |both)\s+){{0,4}}
            (?:approved?|agreed?|voted?|decided|concluded|ruled|cleared|endorsed|chosen?|chose|verified|signed\s+off
              |settled|said|answered|shipped)\b
            {_NEAR}{{0,60}}?\b(?:ship|skip|verdict|unanimous(?:ly)?|approv\w+|this\s+(?:tool|product|launch|release
              |page|review)|on\s+it)\b
        | \bthe\s+panel\s+(?:has|have|had)?\s*(?:already\s+|unanimously\s+|formally\s+)*(?:approved|cleared|verified
          |endorsed|certified|voted|agreed)\b
        | \b(?:jurors?|reviewers?|critics?|judges?|panelists?|models?)\s+(?:(?:have|has|all|already
          |unanimously)\s+){{0,3}}(?:agreed|agree|voted|vote|decided|chose|answered|said|concluded)\s+(?:on\s+|for\s+
          |to\s+|that\s+\w+\s+(?:is|are)\s+)?(?:a\s+|an?\s+unanimous\s+)?{_QUOTE}{_VERDICT}
        | \b(?:our|the|final|panel'?s?|consensus|official|unanimous|agreed|overall)\s+(?:\w+\s+)?verdict\s*(?:is|was|:
          |=|-|,|so\s+far\s+is)?\s*(?:an?\s+|clearly\s+|already\s+|unanimous(?:ly)?\s+)*{_QUOTE}(?:ship|skip|abstain
          |approved)\b
        | \b(?:unanimous|unanimously)\s+(?:voted\s+)?{_QUOTE}ship\b
        | \b(?:this|the)\s+(?:tool|launch|product|page|release|review|candidate|submission|dossier)\s+(?:has\s+been
          |have\s+been|was|is|were)\s+(?:already\s+|fully\s+|pre[- ]?)*(?:approved|verified|cleared|certified|vetted
          |audited)\s+(?:by|for)\s+(?:the\s+|our\s+|this\s+|senior\s+|your\s+)?(?:panel|editors?|reviewers?|critics?
          |jur(?:y|ors)|editorial|publication|management|ai)\b
        | \b(?:override|overrule|skip|bypass)\s+(?:the\s+)?(?:manual\s+)?(?:scoring|scores|review|checks?
          |the\s+panel)\s+(?:and|to|with)\b""",
        also=(
            "approved approve agreed agree voted vote decided concluded ruled cleared endorsed chosen chose verified "
            "signed settled said answered shipped verdict unanimous unanimously certified vetted audited override "
            "overrule skip bypass"
        ),
    ),
    _rule(
        "carries a verdict in the panel's own form", "panel_claim", "verdict rests_on confidence panel",
        r"""["'{,]\s*["']?verdict["']?\s*[:=]\s*["']?(?:ship|skip|abstain)\b
        | </?\s*panel[-_ ](?:dossier|launch|source|system|rules?|verdict)\b""",
        also="ship skip abstain panel",
    ),
    _rule(
        "gives a model another role", "instruction",
        "you act pretend dan roleplay simulate imagine mode jailbreak jailbroken character persona stay behave "
        "unfiltered uncensored",
        r"""\byou\s+(?:are|'re|will\s+be|shall\s+be)\s+(?:(?:now|no\s+longer|henceforth
          |from\s+now\s+on)\b[^.!?\n]{0,50}?\b(?:ai|a\.i\.|assistant|model|(?:chat)?bot|mode|(?:un)?restricted
          |unfiltered|uncensored|free|bound|character|role|dan|\w*gpt|persona|evil|critic|reviewer|juror|editor|judge
          |terminal|roleplay\w*|named|called)\b
            |going\s+to\s+(?:act|pretend|be|play|imitate|simulate|roleplay)\b|to\s+act\s+as\b|about\s+to\s+immerse\b)
        | \b(?:act|respond|behave|answer)s?\s+(?:like|as)\s+(?:your?|you're)\b | \byou\s+are\s+[a-z]*gpt\b
          | \bi\s+am\s+going\s+to\s+(?:ask|give|provide)\b[^.!?\n]{0,60}\byou\s+(?:will|must|are)\b
        | \bfor\s+the\s+(?:rest|remainder|duration)\s+of\s+(?:this|our|the)\s+(?:conversation|chat|session)\b
        | \bfrom\s+now\s+on\b[^.!?\n]{0,60}?\b(?:you|your|act|respond|answer|reply|speak)\b
        | \b(?:act|behave|respond|answer|reply|function|role-?play|pose|speak|operate)\s+(?:like|as)\s+(?:(?:if
          |though)\s+you\s+(?:are|were)|(?:an?|the)\s+(?:\w+\s+){0,3}?(?:ai|model|chatbot|assistant|bot|persona
          |character|person|being|human|expert|hacker|machine|language)\b|dan\b|[a-z]+gpt\b)
        | \b(?:pretend|imagine|assume|suppose)\s+(?:that\s+)?(?:you(?:\ are|'re|\ were)
          |to\s+be)\s+[^.!?\n]{0,50}?\b(?:ai|model|assistant|bot|chatbot|(?:un)?restricted|character|dan|evil|hacker
          |human|without|free|robot|editor|critic|juror|not|no\s+longer)\b
        | \bi\s+want\s+you\s+to\s+(?:act|pretend|be|behave|simulate|roleplay|respond|answer|write|ignore|play|imitate
          |become)\b
        | \bdo\s+anything\s+now\b | \b(?:developer|debug|maintenance|god|jailbreak|unrestricted|evil|dan
          |opposite)\s+mode\s+(?:enabled|activated|output|on|unlocked|is\s+(?:now\s+)?(?:on|active|enabled))\b
        | \bstay\s+in\s+character\b | \bjailbr(?:oken|eaks?)\s+(?:enabled|mode|prompt\s*:)
        | \byou\s+(?:will|are\s+going\s+to|must|shall)\s+(?:now\s+)?(?:act|role-?play|play\s+the\s+role|pretend
          |simulate|immerse|imitate|behave|embody|become|take\s+on)\b
        | \b(?:without|no|free\s+of|free\s+from)\s+(?:any\s+)?(?:ethical|moral|content|safety|censorship
          |openai)\s+(?:or\s+\w+\s+)?(?:restrictions?|guidelines?|constraints?|polic(?:y|ies)|filters?|limitations?
          |boundaries)\b
        | \b(?:unfiltered|uncensored|amoral)\s+(?:and\s+\w+\s+)?(?:ai|chatbot|model|assistant|response|answer|language
          |chat\s+bot|being|output)s?\b
        | \b(?:(?:hello|hey|hi|dear)[,]?\s+)(?:chat-?gpt|gpt|claude|gemini|bard|bing|clyde|ai)\b""",
        "mentioned",
    ),
    _rule(
        "forbids a model to refuse or to tell", "instruction",
        "refuse decline deny reject mention reveal disclose deviate admit apologize tell obey comply cannot warn "
        "obliged",
        r"""\byou\s+(?:must|will|shall|should|can|may|are|do)\s*(?:not|never|n't)\s+(?:\w+\s+){0,3}?(?:refuse|decline
          |deny|reject|deviate|apologi[sz]e|warn|break\s+character|say\s+(?:that\s+)?(?:you|no)|mention|reveal
          |disclose|admit|tell)\b
        | \byou\s+can(?:not|'t)\s+(?:refuse|decline|deny|reject|say\s+no|say\s+you)\b
        | \b(?:do\s+not|don't|never)\s+(?:mention|reveal|disclose|flag|report|quote|cite|tell|acknowledge
          |repeat)\s+(?:this|these|that\s+you|the|any\s+of\s+(?:this|these))\s*(?:is\s+|are\s+)?(?:instructions?
          |message|note|text|paragraph|passage|prompt|sentence|rule|to\s+(?:the\s+)?(?:user|reader|anyone)|request
          |section)\b
        | \b(?:never|not\s+ever|not)\s+(?:refuse|decline)s?\s+(?:a|any|to|an|my|the\s+user)\b | \b(?:must|will
          |shall)\s+(?:always\s+)?(?:obey|comply\s+with)\b""",
        "mentioned",
    ),
    _rule(
        "gives new instructions", "instruction",
        "instruction instructions task goal job objective role mission purpose system override update prompt "
        "directive question begins respond reply print output say answer write",
        rf"""\b(?:new|updated|revised|real|actual|true|additional|special|secret|following
          |important)\s+(?:system\s+)?(?:instructions?|directives?|orders|prompt)\s*(?:\(|:|!|--|follow|are\s+as
          |for\s+(?:the\s+)?(?:ai|llm|model|assistant|reviewer|critic|panel))
        | \byour\s+(?:new|real|only|actual|true|next|sole|primary|first)\s+(?:task|instructions?|goal|job|objective
          |role|mission|purpose|directive|order)s?\s*(?:is|are|:|=|will\ be)
        | \bsystem\s+(?:override|alert|notice|directive|command|instruction|note|update
          |chain\s+of\s+thought)\s*(?:[:!]|for\b|result)
        | (?:^|[\n>*#\]]|[.!?"]\s|---\s?)\s*\[?(?:system|developer|admin(?:istrator)?|root|assistant
          |ai)\]?\s*(?:message|prompt)?\s*:\s+(?:\w+\s+){{0,2}}?(?:you|ignore|focus|the\s+user|user|override|reply
          |respond|answer|output|print|new|disregard|do|from|this|now|verdict|forget)\b
        | \b(?:print|output|say|reply|respond|answer|write|return)\s+(?:\w+\s+){{0,2}}?(?:with\s+)?(?:only
          |nothing\s+(?:else|but)|exclusively|just|exactly)\s+(?:with\s+|the\s+(?:following|word|words|phrase|text
          |sentence)\b|this\b|["'<{{])
        | \b(?:absolutely\s+)?nothing\s+else\s*[.:!"']?\s*$ | \bfocus\s+(?:only|exclusively
          |solely)\s+on\s+(?:the\s+)?(?:following|information|positive|this)\b
        | \bend\s+of\s+(?:the\s+)?(?:document|context|prompt|instructions|input|dossier|session|system\s+prompt
          |web\s*page|sources?|quoted\s+\w+)\b{_NEAR}{{0,60}}?\b(?:instruction|system|you|now|new|verdict|answer
          |focus)""",
        "mentioned",
        also=(
            "new updated revised real actual true additional special secret following your system only nothing "
            "exclusively just exactly end override you"
        ),
    ),
    _rule(
        "forges turns of a conversation", "instruction",
        "im_start im_end inst sys system user assistant human eot_id start_header_id endoftext start_of_turn "
        "instruction response begin_of_text",
        r"""<\|?\s*(?:im_start|start_header_id|start_of_turn|system|user|assistant)\s*\|?>\s*(?:system|user|assistant
          |developer|model)?\s*(?:<\|end_header_id\|>)?\s*\n?\s*(?:\w+\W+){3}
        | <\|(?:im_end|eot_id|endoftext|end_of_text|end)\|>|</s>\s*<s>|<end_of_turn>
        | \[/?inst\]|<</?sys>>|\[/?sys(?:tem)?\]|</?(?:system|user_query|system[-_]prompt|end\ of\ session)>
        | (?:^|\s)\#{2,4}\s*(?:instruction|system|response|new\s+task|user|assistant)\s*:
        | \b(?:assistant|ai)\s*:\s.{0,400}?\b(?:user|human)\s*:\s | \b(?:user|human)\s*:\s.{0,400}?\b(?:assistant
          |ai)\s*:\s.{0,200}?\b(?:ship|verdict|recommend|rate|approve)""",
        "mentioned",
    ),
    _rule(
        "forges a tool call", "instruction",
        "name function tool tool_call tool_calls arguments parameters function_call "
        "invoke tool_use recipient_name",
        r"""\{\s*"(?:name|function|tool|tool_name|recipient_name|tool_calls?)"\s*:\s*.{1,120}?"(?:arguments|parameters
          |input|args)"\s*:
        | <(?:tool_calls?|function_calls?|invoke|tool_use|tool_code)[\s>]""",
        "quoted",
        also=(
            "arguments parameters input args tool_call tool_calls function_call function_calls invoke tool_use "
            "tool_code"
        ),
    ),
    _rule(
        "asks to fetch, to link or to show an image", "instruction", "http https www markdown image link",
        r"""\b(?:include|insert|add|append|embed|output|render|print|write|put)\s+(?:\w+\s+){0,5}?(?:link|image|url
          |markdown|html|iframe|script)\b[^.!?\n]{0,60}?\b(?:in|to|at|into)\s+(?:your|the|every
          |all)\s+(?:\w+\s+)?(?:answer|review|response|reply|output|quote|verdict|summary)s?\b
        | \b(?:visit|open|fetch|browse|call|request|load)\b[^.!?\n]{0,40}https?://\S+[^.!?\n]{0,60}\b(?:before|then
          |and)\s+(?:you\s+)?(?:answer|rate|review|decide|vote|follow|do\s+what)""",
        also="include insert add append embed output render print write put visit open fetch browse call request load",
    ),
)  # fmt: skip

# Words by which an honest page speaks about such attempts.
_MENTIONS = """
attack attacks attacker attackers injection injections jailbreak jailbreaks jailbreaking adversarial malicious owasp
guardrail guardrails firewall detect detects detected detecting detection detector detectors
block blocks blocked blocking scanner scanners exploit exploits leak leakage leaks probe probes probing mitigate
mitigates mitigation sanitize sanitizes payload payloads classifier threat threats vulnerability
template templates tokenizer tokens chatml delimiters
"""
MENTIONS = frozenset(_MENTIONS.split())
# Words about this panel's own task: with one of them nearby, nothing is excused.
OURS = Lazy(
    r"\b(?:verdicts?|(?:vote|answer|say|reply|choose|respond(?:\s+with)?)\s+\W?ship|critics?|jurors?"
    r"|this\s+(?:panel|review|launch|dossier)|dossier|reviewers?)\b"
)
