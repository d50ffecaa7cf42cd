"""A launch that speaks to reviewers: asked without those words, and the difference judged. Pure.

The words are left out of what the draft's jurors read. To learn whether they would have worked, the same jurors are
asked with them in, and once more without: a verdict that moves with the words counts only beyond what moves by itself.
"""

from collections.abc import Sequence

from panel.checks import find_suspicions, without_spans
from panel.records import Answered, Containment, Dossier, Opinion

REPEAT_DRAW = 1000  # added to a run's draw for the second asking, so that it meets no `--fresh`


def as_found_and_cleared(dossier: Dossier) -> tuple[Dossier, Dossier]:
    """The dossier with its suspicious spans on record, and the one without them; the same when there are none."""
    spans = dossier.suspicions or find_suspicions(p for source in dossier.sources for p in source.passages)
    found = dossier.model_copy(update={"suspicions": tuple(spans)})
    return found, without_spans(found, spans)


def contain(draft: Sequence[Opinion], asked_with: Sequence[Opinion], asked_twice: Sequence[Opinion]) -> Containment:
    """What the words moved, beside what moved by itself. Held when it is more, or when somebody gave no answer."""
    moved, varied = _moved(draft, asked_with), _moved(draft, asked_twice)
    silent = len(asked_with) != len(_verdicts(asked_with)) or len(asked_twice) != len(_verdicts(asked_twice))
    if silent:
        why = "Not every juror could be asked again, so nobody knows what the words would have moved."
    elif len(moved) > len(varied):
        why = f"With the words in, {_critics(len(moved))} moved; asked twice without them, {_critics(len(varied))} did."
    else:
        why = f"The words moved {_critics(len(moved))}, no more than asking twice did ({len(varied)})."
    return Containment(
        asked_with=tuple(asked_with), asked_twice=tuple(asked_twice), moved=moved, varied=varied,
        held=silent or len(moved) > len(varied), why=why,
    )  # fmt: skip


def not_asked_again(why: str) -> Containment:
    """Held: the words were left out, and what they would have moved was not found out."""
    return Containment(held=True, why=why)


def _moved(draft: Sequence[Opinion], other: Sequence[Opinion]) -> tuple[str, ...]:
    before, after = _verdicts(draft), _verdicts(other)
    return tuple(sorted(i for i in after if i in before and after[i] != before[i]))


def _verdicts(opinions: Sequence[Opinion]) -> dict[str, str]:
    return {o.juror.persona_id: o.verdict for o in opinions if isinstance(o, Answered)}


def _critics(count: int) -> str:
    return "no verdict" if not count else "1 verdict" if count == 1 else f"{count} verdicts"
