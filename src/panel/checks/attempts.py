"""The wordings by which pages speak to reviewers and models instead of readers. Lists of what has been seen.

A rule's words decide whether its pattern is tried at all; patterns read folded text (lower case, plain letters).
A rule's `excuse` says when an honest page may use its words: `mentioned`, where the passage speaks about attacks or
prompt formats; `quoted`, where they also stand in quotation marks; both in a listing. Words about this panel's own task
(verdict, critic, dossier) excuse nothing.
"""

from panel.checks.lazy import Lazy
from panel.checks.takeovers import TAKEOVERS
from panel.checks.wordings import (
    EARLIER,
    NEAR,
    ORDERS,
    PRAISE,
    QUOTE,
    REVIEWER,
    REVIEWER_WORDS,
    SAY,
    THEIRS,
    TOLD,
    VERDICT,
    Rule,
    rule,
)

RULES: tuple[Rule, ...] = (
    rule(
        "tells the reader to ignore what it was told", "instruction",
        "ignore disregard forget dismiss neglect override overrule bypass discard drop delete erase omit cancel "
        "follow following obey obeying listen",
        rf"""\b(?:ignore|disregard|forget|dismiss|neglect|override|overrule|bypass)\s+(?:about\s+|that\s+
          |completely\s+|now\s+)?(?:
            (?:all|any|every|each|both|everything)?\s*(?:of\s+)?(?:the|your|my|these|those|this|our|its)?\s*
              (?:{EARLIER}[\s,/]+(?:and\s+|or\s+)?){{1,4}}(?:\w+\s+){{0,2}}?{ORDERS}\b
          | (?:(?:all|any|every)\s+(?:of\s+)?(?:the\s+|your\s+|these\s+)?|your\s+
            |the\s+house\s+)(?:{THEIRS}\s+){{0,2}}{ORDERS}\b
          | (?:all|any|every)\s+(?:of\s+)?(?:the\s+|your\s+|these\s+)?(?:\w+\s+)?(?:instructions?|directions
            |directives|prompts)\b
          | (?:all\s+)?your\s+(?:\w+\s+){{0,2}}(?:instructions?|prompts?|rules|guidelines|programming|training
            |polic(?:y|ies)|directives)\b
          | (?:the\s+)?{ORDERS}\s+(?:above|before|you\s+(?:were|have\ been|got|received)|given|so\s+far)\b
          | (?:all|everything|anything|whatever|what)\s+(?:\w+\s+){{0,3}}?(?:above|before|previously|prior
            |you\s+(?:were|have\ been|know))\b
          | (?:instructions|directions)\s*(?:,|and\b)
        )
        | \b(?:discard|drop|delete|erase|omit|cancel)\s+(?:all\s+)?(?:of\s+)?(?:the\s+|your\s+|my\s+)?(?:{EARLIER}\s+
          |system\s+){{1,2}}(?:instructions?|rules|guidelines|directives|orders|programming|prompts?)\b
        | \b(?:do\s+not|don't|stop|no\s+longer)\s+(?:follow(?:ing)?|obey(?:ing)?|listen(?:ing)?\s+to)\s+(?:the\s+
          |any\s+(?:of\s+)?(?:the\s+|your\s+)?|your\s+|these\s+|those\s+)(?:\w+\s+){{0,2}}?{ORDERS}\b""",
        "quoted",
        also=(
            "instructions instruction prompt prompts rules rule guidelines guideline directions direction directives "
            "directive orders order commands command messages message constraints policies policy programming "
            "conversation conversations context input inputs text texts restrictions safeguards filters protocols "
            "protocol everything all anything above before training what whatever prior previously restriction "
            "safeguard "
            "filter constraint"
        ),
    ),
    rule(
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
            "passage data text texts content opinions opinion signals signal pages page documents document "
            "article dossier "
            "snippets snippet"
        ),
    ),
    rule(
        "asks for a model's own instructions", "instruction",
        "prompt prompts instruction instructions message messages configuration guideline guidelines directives "
        "rules",
        r"""\b(?:reveal|repeat|leak|print|output|display|disclose|dump|recite|echo|expose|show(?:\s+me)?|tell\s+me
          |give\s+me|encode|translate|summari[sz]e|list)\s+
        (?:me\s+)?(?:all\s+(?:of\s+)?)?(?:the\s+(?:entire\s+|full\s+|exact\s+)?(?:\w+\s+of\s+)?)?your\s+
        (?:(?:entire|full|exact|own|secret|hidden|internal|initial|original|starting|system|complete|previous
          |developer|current)\s+){1,3}
        (?:prompts?|instructions?|messages?|configuration|guidelines?|directives|rules)\b
        | \bwhat(?:'s|\s+(?:are|were|is))\s+(?:the\s+opposite\s+of\s+)?your\s+(?:initial|original|system|secret|hidden
          |exact|starting|full)\s+(?:prompts?|instructions?|messages?)\b""",
        "mentioned",
        also="your",
    ),
    rule(
        "asks for a model's own instructions", "instruction",
        "system hidden initial initialization initialisation above given",
        r"""\b(?:show|give|tell|send)\s+me\s+(?:the\s+|all\s+)?(?:system|hidden|initial)\s+(?:prompt|instructions?
          |message)\b
        | \bi\s+need\s+to\s+see\s+the\s+system\s+prompt\b | \b(?:display|output
          |print)\s+(?:the\s+)?(?:system\s+configuration|initiali[sz]ation\s+string)\b
        | \b(?:output|print|copy|encode|repeat)\s+(?:back\s+)?the\s+(?:above\s+text|text\s+(?:above
          |you\s+were\s+given))\b""",
        "mentioned",
        also=(
            "prompt instruction instructions message configuration string text | show give tell send see display "
            "output print copy encode repeat"
        ),
    ),
    rule(
        "repeats a model's instructions back", "instruction",
        "repeat output print recite copy summarize summarise display told supposed instructed given everything",
        r"""\b(?:repeat|output|print|recite|copy|summari[sz]e|display)\s+(?:back\s+)?(?:(?:everything|all
          |the\s+(?:text|words|contents?|instructions|entire\s+\w+|conversation))\s+){1,2}
        (?:above|before|that\s+(?:came|you)|you\s+(?:were|have)|in\s+the\s+system|from\s+the\s+(?:start|beginning)
          |back\s+to\s+me)
        | \binstructions\s+you\s+(?:were|have\s+been)\s+given\b
        | \bwhat\s+were\s+you\s+told\b | \bnot\s+supposed\s+to\s+tell\s+me\b | \bi\s+was\s+instructed\s+to\b
        | \brepeat\s+this\s+entire\s+conversation\b | \beverything\s+in\s+the\s+system\s+prompt\b""",
        "mentioned",
        also="above before came you in from back tell instructed conversation prompt",
    ),
    rule(
        "addresses reviewers or models", "instruction",
        "note notes message notice attention instruction instructions hint reminder memo important warning dear "
        "hello hi hey metadata profile "
        "if you automated visible readable invisible addressed screening review analysis evaluation scoring",
        rf"""\b(?:notes?|messages?|notice|attention|instructions?|hints?|reminders?|memo|important|warning|metadata
          |profile)\s*(?:to|for|:|,)?\s+
            (?:(?:all|any|the|every|our|automated|human|this|these|expert|trustworthy|fellow
              |future)\s+){{0,3}}{REVIEWER}\s*[:;,!\-]
        | \b(?:dear|attention|hello|hi|hey)\s+(?:(?:all|any|the|ai|llm)\s+)?{REVIEWER}\s*[,:!]
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
            f"{REVIEWER_WORDS} language humans asks questioned asked"
        ),
    ),
    rule(
        "tells reviewers what to conclude", "instruction",
        f"you {REVIEWER_WORDS}",
        rf"""\b(?:you|(?:the\s+|any\s+|all\s+|every\s+|each\s+)?(?:ai\s+|automated\s+
          |llm\s+)?{REVIEWER})\s+(?:\w+ly\s+)?{TOLD}\s+(?:\w+ly\s+|always\s+|never\s+|not\s+|only\s+|now\s+|then\s+
          |to\s+)*
            (?:{SAY}{NEAR}{{0,50}}?(?:\b{VERDICT}|\bverdict\b|\b{PRAISE})
              |(?:rate|score|grade|rank|recommend|endorse|favou?r|praise)\b{NEAR}{{0,60}}?\b(?:this|us|our|highly
                |favou?rabl[ey]|positive(?:ly)?|{PRAISE})\b)
        | \b(?:ai\s+(?:reviewers?|critics?|models?|assistants?|agents?|judges?|systems?)
          |(?:large\s+)?language\s+models?|llms?|critics|jurors?|panelists?|(?:the|each|every|any)\s+(?:reviewer
          |critic|juror|judge|panel|evaluator)|any\s+(?:automated|ai)\s+\w+)\s+
            (?:(?:reading|reviewing|evaluating|scoring|of)\s+(?:\w+\s+){{1,4}})?{TOLD}\s+(?:\w+ly\s+|always\s+
              |never\s+|not\s+|only\s+|now\s+|to\s+)*
            (?:conclude|recommend|mention|praise|answer|vote|rate|return|decide|remember|cite|quote|score|reach|ignore
              |disregard|treat|endorse|favou?r|skip|ship|respond|reply|write|say)\b""",
        also=(
            "must should shall will have need ought are | ship skip abstain verdict rate score grade rank recommend "
            "endorse favor favour praise conclude mention answer vote return decide remember cite quote reach ignore "
            "disregard treat respond reply write say output print state report rule choose select pick give stars "
            "marks "
            "rating confidence"
        ),
    ),
    rule(
        "asks for a verdict or a mark", "instruction",
        "ship skip abstain",
        rf"""(?:^|[.!?:;,"')\]>*\n-]\s{{0,9}}|\b(?:please|always|just|simply|then|and|must|now|to|kindly)\s+)
            (?:{SAY}|set|make|mark)\s+(?:\w+\s+){{0,4}}?(?:with\s+|only\s+|as\s+|a\s+|the\s+word\s+
              |verdict\s*[:=]?\s*|verdict\s+(?:to|of|is)\s+)*{QUOTE}{VERDICT}{QUOTE}(?=[\s.,;:!?"'`)\]}}]|$)
        | \b(?:correct|right|only|expected|final|true|proper|honest)\s+(?:answer|response|outcome|choice|vote)\s*(?:is
          |:|=)\s*{QUOTE}{VERDICT}
        | \b(?:never|not|don't)\s+(?:vote|answer|choose|say|pick)\s+(?:for\s+|with\s+)?{QUOTE}(?:ship|skip|abstain)\b
        | \bverdict\s*["'`*]*\s*(?:is|was|:|=|->|to|must\ be|should\ be|of|field)?\s*{QUOTE}(?:ship|skip|abstain)\b""",
        also=(
            "answer vote reply respond output return print say conclude decide write state report rule choose "
            "select pick give set make mark verdict response outcome choice"
        ),
    ),
    rule(
        "asks for a verdict or a mark", "instruction",
        "quote review line verdict summary",
        rf"""\b(?:the|your|its)\s+(?:quote|review|line|verdict|summary)\s+(?:must|should|has\s+to|needs\s+to
          |contains)\b{NEAR}{{0,50}}?\b(?:words?|contains?|say|include|praise|positive|best)\b""",
        also="must should has needs contains | word words contain contains say include praise positive best",
    ),
    rule(
        "asks for a verdict or a mark", "instruction",
        "rate score grade mark rank give award assign",
        rf"""\b(?:rate|score|grade|mark|rank)\s+(?:this|it|us|our|the\s+\w+)\b{NEAR}{{0,40}}?\b(?:{PRAISE}
          |as\s+(?:excellent|outstanding|the\s+best|perfect)|highly|favou?rably|10\b|9\b|5\b)
        | \b(?:give|award|assign)\s+(?:this|it|us|our|the)\b{NEAR}{{0,30}}?\b{PRAISE}""",
        also=(
            "this it us our the | 10 5 9 100 stars star marks mark ten highest top best maximum perfect max "
            "positive high confidence excellent outstanding highly favourably favorably"
        ),
    ),
    rule(
        "asks for a verdict or a mark", "instruction",
        "positive favourable favorable glowing flattering",
        r"""\b(?:write|give|produce|publish|return|leave)\s+(?:only\s+)?(?:a\s+|an\s+)?(?:very\s+|overwhelmingly\s+
          |strongly\s+|glowing\s+)*(?:positive|favou?rable|glowing|flattering)\s+(?:review|verdict|assessment|quote
          |rating|summary)s?\b""",
        also=(
            "write give produce publish return leave | review reviews verdict verdicts assessment assessments "
            "quote quotes rating ratings summary summarys"
        ),
    ),
    rule(
        "asks for a verdict or a mark", "instruction",
        "negative negatives weakness weaknesses drawback drawbacks downside downsides criticism criticisms flaw "
        "flaws cons limitation limitations",
        r"""\b(?:do\s+not|don't|never)\s+(?:mention|list|report|write|include|cite|say|raise|discuss)\s+(?:any\s+
          |the\s+)?(?:negatives?|weakness(?:es)?|drawbacks?|downsides?|criticisms?|flaws?|cons|limitations)\b""",
        also="not don never | mention list report write include cite say raise discuss",
    ),
    rule(
        "asks for a verdict or a mark", "instruction",
        "recommended recommend",
        rf"""\b(?:highly\s+recommended?|recommend\s+(?:this|it|us|our)\b){NEAR}{{0,40}}\b(?:in\s+your\s+(?:review
          |verdict|answer|report)|to\s+(?:your\s+|all\s+)?(?:readers|users))""",
        also="your readers users",
    ),
    rule(
        "claims to speak for this panel", "panel_claim",
        "panel jury juror jurors critic critics reviewer reviewers editors editor verdict judge judges "
        "panelist panelists "
        "model models",
        rf"""\b(?:the|this|our|your|entire|whole|full|all|other|earlier|previous)\s+(?:panel|jury|jurors?|critics
          |reviewers|judges|(?:ai\s+|other\s+)?models|editors?)\s+
            (?:on\s+(?:this|the)\s+panel\s+)?(?:(?:has|have|had|already|all|unanimously|previously|now|formally|just
              |both)\s+){{0,4}}
            (?:approved?|agreed?|voted?|decided|concluded|ruled|cleared|endorsed|chosen?|chose|verified|signed\s+off
              |settled|said|answered|shipped)\b
            {NEAR}{{0,60}}?\b(?:ship|skip|verdict|unanimous(?:ly)?|approv\w+|this\s+(?:tool|product|launch|release
              |page|review)|on\s+it)\b
        | \bthe\s+panel\s+(?:has|have|had)?\s*(?:already\s+|unanimously\s+|formally\s+)*(?:approved|cleared|verified
          |endorsed|certified|voted|agreed)\b
        | \b(?:jurors?|reviewers?|critics?|judges?|panelists?|models?)\s+(?:(?:have|has|all|already
          |unanimously)\s+){{0,3}}(?:agreed|agree|voted|vote|decided|chose|answered|said|concluded)\s+(?:on\s+|for\s+
          |to\s+|that\s+\w+\s+(?:is|are)\s+)?(?:a\s+|an?\s+unanimous\s+)?{QUOTE}{VERDICT}
        | \b(?:our|the|final|panel'?s?|consensus|official|unanimous|agreed|overall)\s+(?:\w+\s+)?verdict\s*(?:is|was|:
          |=|-|,|so\s+far\s+is)?\s*(?:an?\s+|clearly\s+|already\s+|unanimous(?:ly)?\s+)*{QUOTE}(?:ship|skip|abstain
          |approved)\b""",
        also=(
            "approved approve agreed agree voted vote decided concluded ruled cleared endorsed endorse chosen "
            "chose choose "
            "verified signed settled said answered shipped certified ship skip abstain"
        ),
    ),
    rule(
        "claims to speak for this panel", "panel_claim", "unanimous unanimously",
        rf"""\b(?:unanimous|unanimously)\s+(?:voted\s+)?{QUOTE}ship\b""",
        also="ship",
    ),
    rule(
        "claims to speak for this panel", "panel_claim",
        "approved verified cleared certified vetted audited preapproved",
        r"""\b(?:this|the)\s+(?:tool|launch|product|page|release|review|candidate|submission|dossier)\s+(?:has\s+been
          |have\s+been|was|is|were)\s+(?:already\s+|fully\s+|pre[- ]?)*(?:approved|verified|cleared|certified|vetted
          |audited)\s+(?:by|for)\s+(?:the\s+|our\s+|this\s+|senior\s+|your\s+)?(?:panel|editors?|reviewers?|critics?
          |jur(?:y|ors)|editorial|publication|management|ai)\b""",
        also="by for",
    ),
    rule(
        "claims to speak for this panel", "panel_claim", "override overrule skip bypass",
        r"""\b(?:override|overrule|skip|bypass)\s+(?:the\s+)?(?:manual\s+)?(?:scoring|scores|review|checks?
          |the\s+panel)\s+(?:and|to|with)\b""",
        also="scoring scores review check checks panel",
    ),
    rule(
        "carries a verdict in the panel's own form", "panel_claim",
        "verdict panel panel_dossier panel_launch panel_source panel_system panel_rule panel_rules "
        "panel_verdict",
        r"""["'{,]\s*["']?verdict["']?\s*[:=]\s*["']?(?:ship|skip|abstain)\b
        | </?\s*panel[-_ ](?:dossier|launch|source|system|rules?|verdict)\b""",
        also=(
            "ship skip abstain dossier launch source system rule rules verdict panel_dossier panel_launch panel_source "
            "panel_system panel_rule panel_rules panel_verdict"
        ),
    ),
    *TAKEOVERS,
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
