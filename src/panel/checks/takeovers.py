"""The wordings that take a model over: another role, new instructions, forged turns and tool calls. As attempts.py."""

from panel.checks.wordings import NEAR, Rule, rule

TAKEOVERS: tuple[Rule, ...] = (
    rule(
        "gives a model another role", "instruction",
        "you",
        r"""\byou\s+(?:are|'re|will\s+be|shall\s+be)\s+(?:(?:now|no\s+longer|henceforth
          |from\s+now\s+on)\b[^.!?\n]{0,50}?\b(?:ai|a\.i\.|assistant|model|(?:chat)?bot|mode|(?:un)?restricted
          |unfiltered|uncensored|free|bound|character|role|dan|\w*gpt|persona|evil|critic|reviewer|juror|editor|judge
          |terminal|roleplay\w*|named|called)\b
            |going\s+to\s+(?:act|pretend|be|play|imitate|simulate|roleplay)\b|to\s+act\s+as\b|about\s+to\s+immerse\b)""",
        "mentioned",
        also="now longer henceforth from going act immerse",
    ),
    rule(
        "gives a model another role", "instruction",
        "act acts respond responds behave behaves answer answers",
        r"""\b(?:act|respond|behave|answer)s?\s+(?:like|as)\s+(?:your?|you're)\b""",
        "mentioned",
        also="as like | you your",
    ),
    rule(
        "gives a model another role", "instruction",
        "going",
        r"""\bi\s+am\s+going\s+to\s+(?:ask|give|provide)\b[^.!?\n]{0,60}\byou\s+(?:will|must|are)\b""",
        "mentioned",
        also="you | ask give provide",
    ),
    rule(
        "gives a model another role", "instruction",
        "you",
        r"""\byou\s+are\s+[a-z]*gpt\b""",
        "mentioned",
        also="are",
    ),
    rule(
        "gives a model another role", "instruction",
        "conversation chat session",
        r"""\bfor\s+the\s+(?:rest|remainder|duration)\s+of\s+(?:this|our|the)\s+(?:conversation|chat|session)\b""",
        "mentioned",
        also="rest remainder duration",
    ),
    rule(
        "gives a model another role", "instruction",
        "from",
        r"""\bfrom\s+now\s+on\b[^.!?\n]{0,60}?\b(?:you|your|act|respond|answer|reply|speak)\b""",
        "mentioned",
        also="now | you your act respond answer reply speak",
    ),
    rule(
        "gives a model another role", "instruction",
        "act behave respond answer reply function roleplay role pose speak operate",
        r"""\b(?:act|behave|respond|answer|reply|function|role-?play|pose|speak|operate)\s+(?:like|as)\s+(?:(?:if
          |though)\s+you\s+(?:are|were)|(?:an?|the)\s+(?:\w+\s+){0,3}?(?:ai|model|chatbot|assistant|bot|persona
          |character|person|being|human|expert|hacker|machine|language)\b|dan\b|[a-z]+gpt\b)""",
        "mentioned",
        also=(
            "as like | you ai model chatbot assistant bot persona character person being human expert hacker "
            "machine language dan gpt an a the dan"
        ),
    ),
    rule(
        "gives a model another role", "instruction",
        "pretend imagine assume suppose",
        r"""\b(?:pretend|imagine|assume|suppose)\s+(?:that\s+)?(?:you(?:\ are|'re|\ were)
          |to\s+be)\s+[^.!?\n]{0,50}?\b(?:ai|model|assistant|bot|chatbot|(?:un)?restricted|character|dan|evil|hacker
          |human|without|free|robot|editor|critic|juror|not|no\s+longer)\b""",
        "mentioned",
        also="you be",
    ),
    rule(
        "gives a model another role", "instruction",
        "want",
        r"""\bi\s+want\s+you\s+to\s+(?:act|pretend|be|behave|simulate|roleplay|respond|answer|write|ignore|play|imitate
          |become)\b""",
        "mentioned",
        also="you | act pretend be behave simulate roleplay respond answer write ignore play imitate become",
    ),
    rule(
        "gives a model another role", "instruction",
        "anything mode",
        r"""\bdo\s+anything\s+now\b
        | \b(?:developer|debug|maintenance|god|jailbreak|unrestricted|evil|dan
          |opposite)\s+mode\s+(?:enabled|activated|output|on|unlocked|is\s+(?:now\s+)?(?:on|active|enabled))\b""",
        "mentioned",
        also="do developer debug maintenance god jailbreak unrestricted evil dan opposite",
    ),
    rule(
        "gives a model another role", "instruction",
        "character jailbroken jailbreak jailbreaks",
        r"""\bstay\s+in\s+character\b
        | \bjailbr(?:oken|eaks?)\s+(?:enabled|mode|prompt\s*:)""",
        "mentioned",
        also="stay enabled mode prompt",
    ),
    rule(
        "gives a model another role", "instruction",
        "you",
        r"""\byou\s+(?:will|are\s+going\s+to|must|shall)\s+(?:now\s+)?(?:act|role-?play|play\s+the\s+role|pretend
          |simulate|immerse|imitate|behave|embody|become|take\s+on)\b""",
        "mentioned",
        also=(
            "act roleplay role play pretend simulate immerse imitate behave embody become take | will must shall "
            "going"
        ),
    ),
    rule(
        "gives a model another role", "instruction",
        "ethical moral content safety censorship openai",
        r"""\b(?:without|no|free\s+of|free\s+from)\s+(?:any\s+)?(?:ethical|moral|content|safety|censorship
          |openai)\s+(?:or\s+\w+\s+)?(?:restrictions?|guidelines?|constraints?|polic(?:y|ies)|filters?|limitations?
          |boundaries)\b""",
        "mentioned",
        also=(
            "without no free | restriction restrictions guideline guidelines constraint constraints policy "
            "policies filter filters limitation limitations boundary boundaries"
        ),
    ),
    rule(
        "gives a model another role", "instruction",
        "unfiltered uncensored amoral",
        r"""\b(?:unfiltered|uncensored|amoral)\s+(?:and\s+\w+\s+)?(?:ai|chatbot|model|assistant|response|answer|language
          |chat\s+bot|being|output)s?\b""",
        "mentioned",
        also=(
            "ai ais chatbot chatbots model models assistant assistants response responses answer answers language "
            "languages chat being beings output outputs"
        ),
    ),
    rule(
        "gives a model another role", "instruction",
        "hello hey hi dear",
        r"""\b(?:(?:hello|hey|hi|dear)[,]?\s+)(?:chat-?gpt|gpt|claude|gemini|bard|bing|clyde|ai)\b""",
        "mentioned",
        also="chatgpt chat gpt claude gemini bard bing clyde ai",
    ),
    rule(
        "forbids a model to refuse or to tell", "instruction",
        "refuse refuses decline declines deny reject mention reveal disclose deviate admit apologize "
        "apologise tell obey "
        "comply warn character say flag report quote cite acknowledge repeat",
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
        also="never not n don can cannot must will shall shouldn mustn mayn aren won couldn",
    ),
    rule(
        "gives new instructions", "instruction",
        "instruction instructions directive directives orders prompt",
        r"""\b(?:new|updated|revised|real|actual|true|additional|special|secret|following
          |important)\s+(?:system\s+)?(?:instructions?|directives?|orders|prompt)\s*(?:\(|:|!|--|follow|are\s+as
          |for\s+(?:the\s+)?(?:ai|llm|model|assistant|reviewer|critic|panel))""",
        "mentioned",
        also="new updated revised real actual true additional special secret following important",
    ),
    rule(
        "gives new instructions", "instruction",
        "your",
        r"""\byour\s+(?:new|real|only|actual|true|next|sole|primary|first)\s+(?:task|instructions?|goal|job|objective
          |role|mission|purpose|directive|order)s?\s*(?:is|are|:|=|will\ be)""",
        "mentioned",
        also=(
            "new real only actual true next sole primary first | task tasks instruction instructions goal goals "
            "job jobs objective objectives role roles mission missions purpose purposes directive directives "
            "order orders"
        ),
    ),
    rule(
        "gives new instructions", "instruction",
        "system",
        r"""\bsystem\s+(?:override|alert|notice|directive|command|instruction|note|update
          |chain\s+of\s+thought)\s*(?:[:!]|for\b|result)""",
        "mentioned",
        also="override alert notice directive command instruction note update chain",
    ),
    rule(
        "gives new instructions", "instruction",
        "system developer admin administrator root assistant ai",
        r"""(?:^|[\n>*#\]]|[.!?"]\s|---\s?)\s{0,9}\[?(?:system|developer|admin(?:istrator)?|root|assistant
          |ai)\]?\s*(?:message|prompt)?\s*:\s+(?:\w+\s+){0,2}?(?:you|ignore|focus|the\s+user|user|override|reply
          |respond|answer|output|print|new|disregard|do|from|this|now|verdict|forget)\b""",
        "mentioned",
        also=(
            "you ignore focus user override reply respond answer output print new disregard do from this now "
            "verdict forget"
        ),
    ),
    rule(
        "gives new instructions", "instruction",
        "print output say reply respond answer write return",
        r"""\b(?:print|output|say|reply|respond|answer|write|return)\s+(?:\w+\s+){0,2}?(?:with\s+)?(?:only
          |nothing\s+(?:else|but)|exclusively|just|exactly)\s+(?:with\s+|the\s+(?:following|word|words|phrase|text
          |sentence)\b|this\b|["'<{])""",
        "mentioned",
        also="only nothing exclusively just exactly",
    ),
    rule(
        "gives new instructions", "instruction",
        "nothing focus",
        r"""\b(?:absolutely\s+)?nothing\s+else\s*[.:!"']?\s*$
        | \bfocus\s+(?:only|exclusively
          |solely)\s+on\s+(?:the\s+)?(?:following|information|positive|this)\b""",
        "mentioned",
        also="else only exclusively solely",
    ),
    rule(
        "gives new instructions", "instruction",
        "end",
        rf"""\bend\s+of\s+(?:the\s+)?(?:document|context|prompt|instructions|input|dossier|session|system\s+prompt
          |web\s*page|sources?|quoted\s+\w+)\b{NEAR}{{0,60}}?\b(?:instruction|system|you|now|new|verdict|answer
          |focus)""",
        "mentioned",
        also=(
            "document context prompt instructions input dossier session system web webpage source sources quoted "
            "| instruction instructions system you now new verdict answer focus"
        ),
    ),
    rule(
        "forges turns of a conversation", "instruction",
        "im_start im_end inst sys system user assistant human eot_id start_header_id endoftext start_of_turn end "
        "instruction response end_of_text end_of_turn s user_query system_prompt new",
        r"""<\|?\s*(?:im_start|start_header_id|start_of_turn|system|user|assistant)\s*\|?>\s*(?:system|user|assistant
          |developer|model)?\s*(?:<\|end_header_id\|>)?\s*\n?\s*(?:\w+\W+){3}
        | <\|(?:im_end|eot_id|endoftext|end_of_text|end)\|>|</s>\s*<s>|<end_of_turn>
        | \[/?inst\]|<</?sys>>|\[/?sys(?:tem)?\]|</?(?:system|user_query|system[-_]prompt|end\ of\ session)>""",
        "mentioned",
        marks="<[",
    ),
    rule(
        "forges turns of a conversation", "instruction", "instruction system response task user assistant",
        r"""(?:^|\s)\#{2,4}\s*(?:instruction|system|response|new\s+task|user|assistant)\s*:""",
        "mentioned",
        marks="#",
    ),
    rule(
        "forges turns of a conversation", "instruction", "assistant ai",
        r"""\b(?:assistant|ai)\s*:\s.{0,400}?\b(?:user|human)\s*:\s | \b(?:user|human)\s*:\s.{0,400}?\b(?:assistant
          |ai)\s*:\s.{0,200}?\b(?:ship|verdict|recommend|rate|approve)""",
        "mentioned",
        also="user human",
        marks=":",
    ),
    rule(
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
    rule(
        "asks to fetch, to link or to show an image", "instruction",
        "include insert add append embed output render print write put",
        r"""\b(?:include|insert|add|append|embed|output|render|print|write|put)\s+(?:\w+\s+){0,5}?(?:link|image|url
          |markdown|html|iframe|script)\b[^.!?\n]{0,60}?\b(?:in|to|at|into)\s+(?:your|the|every
          |all)\s+(?:\w+\s+)?(?:answer|review|response|reply|output|quote|verdict|summary)s?\b""",
        also="link image url markdown html iframe script | in to at into",
    ),
    rule(
        "asks to fetch, to link or to show an image", "instruction", "visit open fetch browse call request load",
        r"""\b(?:visit|open|fetch|browse|call|request|load)\b[^.!?\n]{0,40}https?://\S+[^.!?\n]{0,60}\b(?:before|then
          |and)\s+(?:you\s+)?(?:answer|rate|review|decide|vote|follow|do\s+what)""",
        also="http https | before then and",
        marks=":",
    ),
)  # fmt: skip
