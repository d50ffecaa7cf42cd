"""Characters and markup that must never reach a page. Pages escape everything anyway: this tells the editor."""

import re
from collections.abc import Iterator

from panel.checks.case import Case
from panel.checks.catalogue import flag
from panel.records import UNSEEN, Flag

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
            yield _on(
                case, field, index, "markup", f"The text holds markup or a link: {found.group()!r}.", found.group()
            )


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
