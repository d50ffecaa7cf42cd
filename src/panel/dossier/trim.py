"""A dossier that fits a small context, with a receipt for what was left out.

The rule. Passages are taken in this order while they fit, and stand in their old order in the result:
1. of each source in turn, its first heading and its first passage that is no heading;
2. what sources of kind `pricing` say, in order, rivals' not;
3. all other headings;
4. the rest, source by source in turns, each from its top.
A passage that does not fit is left out and the next one is tried. Ids never change, so a ground on a trimmed dossier
stands in the whole one too. At least one passage is always kept.
"""

from collections.abc import Iterator
from itertools import zip_longest

from panel.records import Dossier, Passage

CHARACTERS_A_TOKEN = 3.5  # English prose is nearer 4; prices and code are nearer 3
PASSAGE_TOKENS = 8  # its id and line end
SOURCE_TOKENS = 40  # its title, kind, voice, day and address
LAUNCH_TOKENS = 120  # the facts above the sources


def count_tokens(passage: Passage) -> int:
    """About how many tokens a passage takes in a prompt; an estimate on the high side."""
    return PASSAGE_TOKENS + int(len(passage.text) / CHARACTERS_A_TOKEN) + 1


def trim_dossier(dossier: Dossier, *, budget_tokens: int) -> Dossier:
    """The dossier itself when it fits, else as much of it as does, by the rule above.

    budget_tokens: for the whole dossier as it stands in a prompt, by the estimate of `count_tokens`.
    """
    left = budget_tokens - LAUNCH_TOKENS - SOURCE_TOKENS * len(dossier.sources)
    if sum(count_tokens(p) for source in dossier.sources for p in source.passages) <= left:
        return dossier
    kept: set[str] = set()
    for passage in _in_order_of_worth(dossier):
        tokens = count_tokens(passage)
        if passage.passage_id not in kept and (tokens <= left or not kept):
            kept.add(passage.passage_id)
            left -= tokens
    return _keep(dossier, kept)


def _in_order_of_worth(dossier: Dossier) -> Iterator[Passage]:
    """Every passage at least once, the most wanted first."""
    for source in dossier.sources:
        yield from [p for p in source.passages if p.kind == "heading"][:1]
        yield from [p for p in source.passages if p.kind != "heading"][:1]
    for source in dossier.sources:
        if source.kind == "pricing" and source.voice != "rival":
            yield from source.passages
    for source in dossier.sources:
        yield from (p for p in source.passages if p.kind == "heading")
    for row in zip_longest(*(source.passages for source in dossier.sources)):
        yield from (p for p in row if p is not None)


def _keep(dossier: Dossier, kept: set[str]) -> Dossier:
    sources = tuple(
        source.model_copy(update={"passages": tuple(p for p in source.passages if p.passage_id in kept)})
        for source in dossier.sources
    )
    dropped = tuple(p.passage_id for source in dossier.sources for p in source.passages if p.passage_id not in kept)
    covered = dossier.coverage
    note = f"Cut to fit a small model: {len(kept)} of {covered.passages_total} passages kept."
    told = {"passages_kept": len(kept), "dropped": (*covered.dropped, *dropped), "note": note}
    return dossier.model_copy(update={"sources": sources, "coverage": covered.model_copy(update=told)})
