"""Wordings by which a page asks this panel for a verdict, or takes a model's turn. Lists of what has been seen.

Patterns are folded as the text is (lower case, plain letters) and stay within a sentence. A wording that honest makers
use, "rate this plugin five stars" or "before you ship", is no attempt by itself.
"""

import re
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple

from panel.records import SuspicionKind

LOOK_ALIKE = str.maketrans("аеорсухіѕјһԁԛԝοαιεν", "aeopcyxisjhdqwoaiev")


class Pattern(NamedTuple):
    """One family of wordings. Where none of `needs` stands, nothing matches: looking for words is ten times faster."""

    why: str  # shown to the editor
    pattern: str
    kind: SuspicionKind = "instruction"
    needs: str = ""  # words with blanks between them; "": always search


class PatternPair(NamedTuple):
    """What many pages say, and what makes an attempt of it when it stands beside. needs: of the opening."""

    opening: str
    task: str
    needs: str = ""


_NEAR = r"[^.!?\n]"
_ENDED = r"""(?!\W{1,4}(?:or\ )?(?:skip|abstain)\b)
    (?=\s*(?:[.,;:!?"'`)}\]<*&|]|$|\n)|\ (?:and|with|for|on\ this|no\ matter|whatever|regardless)\b)"""
_SHIP = rf"(?<![\w-])ship(?![\w-]){_ENDED}"
_VOTE = rf"(?<![\w-])(?:ship|skip|abstain)(?![\w-]){_ENDED}"
_THIS = r"(?:this|our)\ (?:tool|product|launch|release|app|library|company|service|plugin|package)\b"
_AI = r"(?:ai|llm|automated|machine|language)"
_MODELS = rf"(?:{_AI}[ -](?:models?|assistants?|agents?|readers?|systems?)|llms?|chatgpt|claude|gemini|gpt)"
_JUDGES = (
    r"(?:(?:(?:ai|llm|automated)[ -])?"
    r"(?:reviewers?|critics?|jur(?:y|ors?)|judges?|graders?|evaluators?|raters?|panel(?:ists?)?))"
)
_READER = rf"\b(?:{_JUDGES}|{_MODELS}|{_AI}\ (?:review|evaluation|analysis)s?)\b"
_TOLD = r"\b(?:must|should|shall|ha(?:s|ve)\ to|needs?\ to|(?:are|is)\ (?:to|asked|required)|please|kindly)\b"
_TOP = (
    r"(?:10\ ?/\ ?10|100\ ?/\ ?100|(?:ten|10)\ out\ of\ (?:ten|10)|full\ marks"
    r"|(?:high(?:est)?|top|best|maximum|perfect)\ (?:possible\ )?(?:scores?|ratings?|marks?|grades?|verdicts?)"
    r"|positive\ (?:reviews?|verdicts?|ratings?|assessments?)|bestnote|note\ maximale|(?:nota|puntuacion)\ maxima)"
)
_STARS = rf"(?:{_TOP}|5\ ?/\ ?5|(?:five|5)[ -]stars?)"
_WANTED = rf"""(?:\b(?:rate|score|rank|recommend|praise|endorse|favou?r|prefer)\ (?:us|{_THIS})
    | \bgive\ (?:us|{_THIS}){_NEAR}{{0,30}}?{_STARS} | \brecommend\ (?:\w+\ ){{1,3}}to\ (?:all|every)\ readers?\b
    | \breturn\ (?:only\ )?(?:a\ )?positive\ (?:review|verdict|rating)
    | \bconclude\ that\b{_NEAR}{{0,60}}\b(?:ready|best|superior|excellent|recommended)\b)"""

_DROP = r"(?:ignore|disregard|forget|dismiss|override|overrule|bypass|neglect)"
_ORDERS = r"(?:instructions?|prompts?|rules?|guidelines?|directions?|directives?|orders?|commands?|programming)"
_EARLIER = r"(?:previous(?:ly)?|prior|above|earlier|preceding|foregoing|initial|original|given|system|house)"
# Orders to drop what a model was told. By themselves a note: documentation of attacks is full of them.
_TAKEOVER = rf"""
      \b{_DROP}\s(?:about\s)?(?:(?:all|any|every|the|your|my|these|those|of)\s+){{0,3}}
        (?:{_EARLIER}[\s,/]+(?:and\s|or\s)?){{1,3}}(?:\w+\s){{0,2}}?(?:{_ORDERS}|messages?|context|text|input)\b
    | \b{_DROP}\s(?:(?:all|any|every|of|the|these)\s+){{1,3}}(?:your\s)?(?:instructions?|directives?|prompts)\b
    | \b{_DROP}\s(?:all\s)?your\s(?:\w+\s){{0,2}}?{_ORDERS}\b
    | \b{_DROP}\s(?:everything|anything|all|whatever|what)\s(?:\w+\s){{0,3}}?
        (?:above|before|previously|you\s(?:were|have|know))\b
    | \b(?:do\snot|don't|stop|never)\s(?:follow|obey)(?:ing)?\s(?:the|your|any|these)\s(?:\w+\s){{0,2}}?{_ORDERS}\b
    | \b(?:new|updated)\s(?:instructions?|orders|task)\s*: | \byour\s(?:new|real|only)\s(?:task|job|goal)\s(?:is|:)
    | \bend\sof\s(?:the\s)?dossier\b"""
_TAKEOVER_ELSEWHERE = r"""
      (?:ignor(?:ier|a\s|e[zr]\s|e\s(?:to[du]|[al]?[ae]s\s)|em\s|ar\s)|vergiss|vergessen|missachte|oublie|olvida|esque[cz]a
        |dimentica|negeer|zignoruj|игнорируй|забудь)[^.!?\n]{0,50}?
        (?:anweisung|regeln|instru[ck]|istruzion|consignes|regles|reglas|regras|regole|инструкц|правил)
    | (?:忽略|无视|無視|忘记)[^。\n]{0,20}?(?:指令|指示|规则|規則|提示)
    | (?:指示|命令|ルール)[^。\n]{0,20}?(?:無視|忘れ) | (?:지시|명령|지침)[^.\n]{0,20}?(?:무시|잊)"""
# Another's turn in a conversation. Documentation of models shows these too.
_TURN = r"""<\|(?:im_start|im_end|start_header_id|eot_id|endoftext|system|user|assistant)\|>|\[/?inst\]|<</?sys>>
    |<(?:start|end)_of_turn>|</?(?:system|system_prompt|tool_call|function_calls?)>
    |(?:^|\n|[.!?>]\s|\#{1,4}\s?)(?:system|assistant|developer)\s?:\s"""

_TAKEOVER_NEEDS = "ignore disregard forget dismiss overri overru bypass neglect follow obey"
_TAKEOVER_NEEDS += " instruction order task job goal dossier"
_TAKEOVER_ELSEWHERE_NEEDS = "ignor vergiss vergessen missachte oublie olvida esque dimentica negeer игнорируй забудь"
_TAKEOVER_ELSEWHERE_NEEDS += " 忽略 无视 無視 忘记 指示 命令 ルール 지시 명령 지침"

PAIRS = (
    PatternPair(
        rf"{_TAKEOVER} | \b(?:ignore|disregard|forget)\ the\ above\b",
        rf"""{_WANTED} | {_STARS} | (?:\b(?:and|to|then|now|must|should|you|highly)|[.,:;])\ (?:praise|recommend)\ \w+
            | \b(?:say|state|write)\b{_NEAR}{{0,40}}?\bthe\ best\b | \bno\ (?:weakness|flaw|limitation)
            | \b(?:jurors?|dossier)\b""",
        _TAKEOVER_NEEDS,
    ),
    PatternPair(_TAKEOVER_ELSEWHERE, rf"(?<![a-z])ship(?![a-z]) | {_STARS}", _TAKEOVER_ELSEWHERE_NEEDS),
    PatternPair(
        _TURN,
        rf"{_WANTED} | \b(?:votes?|verdict)\b[^\n]{{0,30}}?{_SHIP} | \bpraise\ th",
        "< [ system assistant developer",
    ),
)
RULES = (
    Pattern(
        "forges a mark of this panel's prompts",
        r"[\[【〔⟦]\s?s\s?\d{1,3}\s?\.\s?\d{1,4}\s?[\]】〕⟧] | [<‹«]\s?/?\s?panel[-_ ](?:dossier|launch|source)\b",
        needs="[ 【 〔 ⟦ panel",
    ),
    Pattern(
        "tells the reader what verdict to give",
        rf"""\b(?:answer|vote|reply|respond|conclude|decide)s?\b
            (?:\s(?:only|just|with|that|the|a|verdict|word|is|as|be|for)){{0,3}}[\s:"'`*]{{1,4}}{_SHIP}
        | \b(?:never|not|must|should)\s(?:vote|answer)\s["'`*]?(?:skip|abstain)\b
        | \bverdicts?(?:\sfield)?["'`*]{{0,2}}\s?(?::|=|is|must\sbe|should\sbe|to|as|of)\s?(?:always\s)?
            ["'`*]{{0,2}}{_VOTE}
        | \bship["'`*]{{0,2}}\s(?:is\s(?:\w+\s){{0,4}})?verdict\b | [:,]\s(?:please\s)?say\s["'`*]?{_SHIP}
        | \b(?:rispondi|antworte|repondez|respond[ae]|vota|odpowiedz|ответь)\s(?:mit\s|com\s)?ship\b | 回答\s?ship\b""",
        needs="ship skip abstain",
    ),
    Pattern(
        "tells reviewers or models how to judge",
        rf"{_READER}{_NEAR}{{0,80}}?{_TOLD}{_NEAR}{{0,80}}?{_WANTED}",
        needs="rate score rank recommend praise endorse favo prefer give return conclude",
    ),
    Pattern(
        "tells reviewers or models how to judge",
        rf"""{_READER}(?:\ (?:who|that))?\ (?:read|evaluat|review|judg|rat|summari[sz])\w*\ (?:this|our)\b
            {_NEAR}{{0,60}}?{_TOLD}{_NEAR}{{0,40}}?\b(?:recommend|rank|praise|endorse|favou?r|choose)\b
        | \b(?:{_MODELS}|ai\ {_JUDGES})\s?[:,]\ (?:please\ )?(?:recommend|rank|praise|endorse)\b
        | \b(?:rate|score|rank|grade|give)\ {_THIS}{_NEAR}{{0,40}}?(?:{_TOP}|\bthe\ best\b)
        | \brank\ {_THIS}\ first\b""",
        needs="recommend rank praise endorse favo choose rate score grade give",
    ),
    Pattern(
        "speaks for this panel",
        rf"""\b(?:the|our|this|other|all|of\ four)\s(?:{_JUDGES}|{_MODELS}|models)\b{_NEAR}{{0,30}}?
            \b(?:voted|agreed|answered|decided)\s(?:on\s|for\s)?["'`*]?{_VOTE}
        | \breviewers\sagreed\s(?:on\s)?{_SHIP}
        | \b(?:the|our|this)\s(?:ai\s)?(?:panel|critics|jurors)\s(?:has|have)\s(?:already\s)?
            (?:approved|cleared|verified|endorsed)\s(?:this|the)\s(?:launch|release|tool|product|review|dossier)
        | \bthis\s(?:dossier|launch|product|tool)\s(?:was|has\ been|is)\s(?:approved|cleared|verified)
            \sby\s(?:the|our)\s(?:panel|reviewers|critics)\b""",
        "panel_claim",
        "voted agreed answered decided approved cleared verified endorsed",
    ),
)
# Where no reader sees it, an order to any model is an attempt.
HIDDEN_RULES = tuple(
    Pattern("instructs models where no reader sees it", pattern)
    for pattern in (
        rf"{_TAKEOVER} | {_TAKEOVER_ELSEWHERE} | <\|im_start\|> | \[inst\]",
        rf"\byou\ are\ now\ (?:dan|an?|the)\b(?:\ \w+){{0,3}}?\ (?:{_MODELS}|{_JUDGES}|ai|assistant|editor|chatbot)\b",
        rf"""{_READER}{_NEAR}{{0,40}}?(?::|{_TOLD}){_NEAR}{{0,80}}?
            (?:\b(?:give|assign|write)\b{_NEAR}{{0,30}}?{_STARS}|\b(?:do\ not|never)\ mention\b)""",
    )
)
# Words that attempts and honest pages use: a note for the editor.
NOTES = Pattern(
    "",
    rf"""{_TAKEOVER}
    | \b(?:note|notice|attention|message|dear)\b[^.!?\n]{{0,12}}?\b{_AI}\ (?:reviewer|critic|model|agent)s?\s?[:,]""",
    needs=f"{_TAKEOVER_NEEDS} reviewer critic model agent",
)


def words_in(needs: str, folded: str) -> tuple[str, ...]:
    """Those of a pattern's needs that stand in a folded text; where it has none the empty word, which always does."""
    return tuple(word for word in _words(needs) if word in folded)


@cache
def _words(needs: str) -> tuple[str, ...]:
    return tuple(fold(needs).split()) or ("",)


@cache
def compiled(pattern: str) -> "re.Pattern[str]":
    """The pattern as it reads folded text; made when first needed, since all of them together take a while."""
    return re.compile("".join(c if c.isascii() else plain(c) for c in pattern), re.VERBOSE)


@lru_cache(maxsize=4096)
def plain(letter: str) -> str:
    """The letter in lower case without accents, as the Latin one it looks like; "" for a mark on another."""
    if letter in "’‘“”":
        return "'" if letter in "’‘" else '"'
    low = unicodedata.normalize("NFKD", letter.lower()).translate(LOOK_ALIKE)
    return "".join(c for c in low if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")


def fold(text: str) -> str:
    """Lower case, look-alikes as plain letters, accents gone."""
    return text.lower() if text.isascii() else "".join(map(plain, text))
