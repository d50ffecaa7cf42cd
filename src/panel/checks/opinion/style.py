"""How an opinion is written: lengths, dashes, and characters and markup that must never reach a page.

Pages escape everything anyway: the flags tell the editor.
"""

import re
from collections.abc import Iterator

from panel.checks.case import Case
from panel.checks.catalogue import flag
from panel.checks.language.compared_text import count_words, normalise, split_sentences
from panel.records import UNSEEN, Flag

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
        message = f"The quote has {sentences} sentences; 3 to 5 were asked for."
        yield flag("quote_sentences", case.persona_id, "quote", message)
    if not QUOTE_WORDS[0] <= words <= QUOTE_WORDS[1]:
        yield flag("quote_length", case.persona_id, "quote", f"The quote has {words} words; 30 to 120 are printed.")
    elif not QUOTE_AIM[0] <= words <= QUOTE_AIM[1]:
        yield flag("quote_off_aim", case.persona_id, "quote", f"The quote has {words} words; 45 to 90 is the aim.")


def opening(text: str) -> str:
    """The first three words, lower case."""
    return " ".join(normalise(text).lower().split()[:3])


MARKUP = re.compile(
    r"</?[a-zA-Z!][^<>]{0,200}>|<!--|!?\[[^\]]{0,200}\]\([^)]{0,300}\)|\bhttps?:/?/?\S+|\bwww\.\S+"
    r"|\b(?:javascript|data|vbscript):\S+|\*\*\S|\b__\w+__\b|^#{1,6}\s|```|\{\{|\{%"
    r"|&(?:#x?[0-9a-fA-F]+|[a-zA-Z]{2,8});",
    re.MULTILINE | re.IGNORECASE,
)
CODE = re.compile(r"(?<!`)`[^`\n]+`(?!`)")  # printed as it stands; a page makes no markup or link of it
LIST_ITEM = re.compile(r"\s*(?:[-*+]|\d+\.)\s")
MARKS = ("<", "](", "http", "www.", "script:", "data:", "**", "__", "#", "```", "{", "&")  # each hit holds one


def check_characters(case: Case) -> Iterator[Flag]:
    """Hidden characters in anything the model sent, markup and links in what readers see."""
    texts = list(_texts(case))
    together = "\n".join(text for _, _, text, _ in texts).lower()
    marked = any(mark in together for mark in MARKS)
    hidden = not (together.isascii() and together.replace("\n", "").isprintable())
    for field, index, text, shown in texts:
        if hidden and (hit := UNSEEN.search(text)):
            name = f"U+{ord(hit.group()):04X}"
            yield _on(case, field, index, "hidden_characters", f"The text holds a hidden character, {name}.", name)
        found = (MARKUP.search(CODE.sub("` `", text)) if marked else None) or LIST_ITEM.match(text)
        if shown and found:
            message = f"The text holds markup or a link: {found.group()!r}."
            yield _on(case, field, index, "markup", message, found.group())


def _texts(case: Case) -> Iterator[tuple[str, int, str, bool]]:
    """Field, index, text, and whether it is in the juror's own words (an excerpt's markup is its source's)."""
    for prose in (*case.sentences, *case.phrases, *case.answers, *case.claims):
        yield prose.field, prose.index, prose.raw, True
    for ground in case.opinion.grounds:
        yield "excerpt", ground.number, ground.excerpt, False
    prediction = case.written.prediction if case.written else None
    if prediction:
        yield "prediction", 0, prediction.statement, True
        yield "prediction", 0, f"{prediction.resolve_by} {prediction.settled_at}", False


def _on(case: Case, field: str, index: int, check: str, message: str, excerpt: str) -> Flag:
    return flag(check, case.persona_id, field, message, index=index, excerpt=excerpt)
