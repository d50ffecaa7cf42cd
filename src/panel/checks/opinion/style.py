"""How an opinion is written: lengths and dashes."""

import re
from collections.abc import Iterator

from panel.checks.case import Case
from panel.checks.catalogue import flag
from panel.checks.language.compared_text import count_words, normalise, split_sentences
from panel.records import Flag

MOST_SENTENCE_WORDS = 28
QUOTE_WORDS, QUOTE_AIM, QUOTE_SENTENCES = (30, 120), (45, 90), (3, 5)
MOST_LINE_WORDS = 16
MOST_PHRASE_WORDS = 18

DASH = re.compile(r"(?<!\d)[—–―]|[—–―](?!\d)|(?<=\s)-{1,3}(?=\s)|(?<=\w)--(?=\w)")


def check_dashes(case: Case) -> Iterator[Flag]:
    """More than one dash in a text."""
    for prose in (*case.sentences, *case.phrases):
        if "-" in prose.text and len(DASH.findall(prose.raw)) > 1:
            yield case.on(prose, "many_dashes", "More than one dash in a sentence.", prose.raw)


def check_lengths(case: Case) -> Iterator[Flag]:
    """Words and sentences, counted."""
    if case.written is None:
        return
    counts = [count_words(p.text) for p in case.sentences]
    yield from _quote_length(case, sum(counts))
    for prose, count in zip(case.sentences, counts, strict=True):
        pieces = split_sentences(prose.text) if count > 1 else [prose.text]
        if len(pieces) > 1:
            yield case.on(prose, "several_sentences", f"Sentence {prose.index + 1} holds {len(pieces)}.", prose.raw)
        longest = count if len(pieces) == 1 else max(count_words(p) for p in pieces)
        if longest > MOST_SENTENCE_WORDS:
            message = f"Sentence {prose.index + 1} has {longest} words; {MOST_SENTENCE_WORDS} at most."
            yield case.on(prose, "long_sentence", message, prose.raw)
    for prose in case.phrases:
        most, check = (MOST_LINE_WORDS, "long_line") if prose.field == "line" else (MOST_PHRASE_WORDS, "long_phrase")
        if (count := count_words(prose.text)) > most:
            yield case.on(prose, check, f"{prose.named} has {count} words; {most} at most.", prose.raw)


def _quote_length(case: Case, words: int) -> Iterator[Flag]:
    sentences = len(case.sentences)
    if not QUOTE_SENTENCES[0] <= sentences <= QUOTE_SENTENCES[1]:
        yield flag(
            "quote_sentences", case.persona_id, "quote", f"The quote has {sentences} sentences; 3 to 5 were asked for."
        )
    if not QUOTE_WORDS[0] <= words <= QUOTE_WORDS[1]:
        yield flag("quote_length", case.persona_id, "quote", f"The quote has {words} words; 30 to 120 are printed.")
    elif not QUOTE_AIM[0] <= words <= QUOTE_AIM[1]:
        yield flag("quote_off_aim", case.persona_id, "quote", f"The quote has {words} words; 45 to 90 is the aim.")


def opening(text: str) -> str:
    """The first three words, lower case."""
    return " ".join(normalise(text).lower().split()[:3])


# The words and phrases the checks look for, apart from the code that looks. English only.
#
# Patterns read normalised text. Each entry is an alternative of one regular expression with word boundaries around
# it.


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
