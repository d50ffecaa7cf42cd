"""All checks of one review, in an order that doesn't depend on the order of the opinions."""

from collections.abc import Callable, Iterable, Sequence

from panel.checks.case import Case, DossierIndex
from panel.checks.injection.suspicious_grounds import SuspiciousSpans, check_launch, check_suspect_grounds
from panel.checks.near_copies import check_near_copies
from panel.checks.opinion.completeness import check_asks, check_prediction, check_words
from panel.checks.opinion.first_hand import check_first_hand
from panel.checks.opinion.grounds import check_claims, check_grounds, check_verdict
from panel.checks.opinion.sentences import check_attribution, check_facts, check_references, check_uncited
from panel.checks.opinion.style import check_characters, check_dashes, check_lengths
from panel.records import Answered, Dossier, Flag, Opinion, Persona

OPINION_CHECKS: tuple[Callable[[Case], Iterable[Flag]], ...] = (
    check_verdict, check_claims, check_references, check_facts, check_uncited, check_attribution, check_first_hand,
    check_words, check_asks, check_prediction, check_lengths, check_dashes, check_characters,
)  # fmt: skip


def check_review(
    dossier: Dossier, personas: Sequence[Persona], opinions: Sequence[Opinion], *, depth: str = "read"
) -> tuple[Flag, ...]:
    """Every flag on a panel's answered opinions, in page order, then those on the panel and the launch as a whole.

    depth: "ran" or "used" when a run log is among the sources; with "read", no first-hand claim is ever backed.
    Raises KeyError for an opinion by a persona that is not in `personas`.
    """
    index, spans = DossierIndex(dossier), SuspiciousSpans(dossier)
    by_id = {p.persona_id: p for p in personas}
    answered = [o for o in opinions if isinstance(o, Answered)]
    answered.sort(key=lambda o: (by_id[o.juror.persona_id].order, o.juror.persona_id, o.draw))
    flags: list[Flag] = []
    cases = []
    for opinion in answered:
        own = [*check_grounds(opinion, index), *check_suspect_grounds(opinion, spans)]
        void = frozenset(f.index for f in own if f.field == "grounds" and f.severity == "high")
        case = Case(index, by_id[opinion.juror.persona_id], opinion, void, depth)
        cases.append(case)
        flags += own
        for check in OPINION_CHECKS:
            flags += check(case)
    if len(cases) > 1:
        flags += check_near_copies(cases)
    flags += check_launch(spans)
    return tuple(flags)
