"""Which grounds stand, read from the flags: rooms that may not import `checks` need it too."""

from collections.abc import Iterable

from panel.records.opinion import Answered, Ground
from panel.records.review import Flag


def standing_grounds(opinion: Answered, flags: Iterable[Flag]) -> tuple[Ground, ...]:
    """Grounds that may be counted and shown as evidence, in the juror's order.

    The rule: a high flag on field "grounds" voids the ground its `index` names (docs/checks.md lists which do).
    """
    persona_id = opinion.juror.persona_id
    void = {f.index for f in flags if f.persona_id == persona_id and f.field == "grounds" and f.severity == "high"}
    return tuple(g for g in opinion.grounds if g.number not in void)


def is_grounded(opinion: Answered, flags: Iterable[Flag]) -> bool:
    """Whether the verdict may count: a ship needs a standing ground for, a skip one against.

    An abstention claims nothing and is always grounded.
    """
    if opinion.verdict == "abstain":
        return True
    side = "for" if opinion.verdict == "ship" else "against"
    return any(g.side == side for g in standing_grounds(opinion, flags))
