"""What a page keeps from its readers, as records for the editor. No juror reads any of it.

Texts come as they are, bounded in count and length; whoever draws them escapes them for the place they stand in.
"""

import re
from collections.abc import Iterable

from panel.dossier.clean_text import one_line
from panel.dossier.visibility.visible_tree import HiddenText
from panel.records import UNSEEN, Hidden, without_unseen

MOST_HIDDEN = 60  # of one source
MOST_LENGTH = 400
LEAST_LETTERS = 2
# A page has hundreds of honest descriptions; what style hides comes first when there is too much.
LAST = ("title", "alt", "aria-label", "placeholder", "meta", "noscript", "comment")
TAGS = re.compile("[\U000e0020-\U000e007e]{2,}")
UNSEEN_RUN = re.compile(f"(?:{UNSEEN.pattern})+")
AROUND = 60  # characters kept on each side of invisible ones
JOINERS = frozenset("\u200c\u200d\ufe0e\ufe0f\u00ad")  # in honest words: Persian, emoji, hyphenation


def as_records(source_id: str, hidden: Iterable[HiddenText]) -> tuple[Hidden, ...]:
    """Hidden texts of one source: each once, what style hides before descriptions, bounded."""
    once: dict[HiddenText, None] = {}
    for where, text in hidden:
        short = one_line(text[: 4 * MOST_LENGTH])
        if sum(map(str.isalpha, short)) >= LEAST_LETTERS:
            once[HiddenText(where, short if len(short) <= MOST_LENGTH else short[: MOST_LENGTH - 1] + "…")] = None
    ranked = sorted(once, key=lambda found: found.where.split(" ")[0] in LAST)
    kept = [Hidden(source_id=source_id, where=where, text=text) for where, text in ranked[:MOST_HIDDEN]]
    if len(ranked) > MOST_HIDDEN:
        left = len(ranked) - MOST_HIDDEN
        kept.append(Hidden(source_id=source_id, where="not listed", text=f"{left} more hidden texts"))
    return tuple(kept)


def hidden_characters(text: str) -> list[HiddenText]:
    """What a text says in characters that draw nothing: tags spelt out, the rest with its neighbours."""
    if text == without_unseen(text):
        return []
    found = [HiddenText("tag characters", "".join(chr(ord(c) - 0xE0000) for c in run)) for run in TAGS.findall(text)]
    for run in UNSEEN_RUN.finditer(text):
        if set(run.group()) <= JOINERS or TAGS.search(run.group()):
            continue
        name = f"invisible character U+{ord(run.group()[0]):04X}"
        found.append(HiddenText(name, text[max(0, run.start() - AROUND) : run.end() + AROUND]))
        if len(found) > MOST_HIDDEN:
            break
    return found
