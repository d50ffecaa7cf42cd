"""What a batch may cost, said before anything is asked: from files' sizes, else from a stated assumption."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from panel.jurors import ModelSpec
from panel.money import Estimate, PlannedCall, Price, estimate, is_billed, price_sentence
from panel.records import BatchPlan, BatchRow

RULES_CHARACTERS = 14_000  # house rules and schema
PERSONA_CHARACTERS = 2_500  # a persona's brief and question
SHORT_DOSSIER, LONG_DOSSIER = 8_000, 48_000  # characters of a live dossier: a one-page site, one with docs and pricing


@dataclass(frozen=True)
class BatchPrice:
    """Launches and calls to pay for, low to high in USD. `unpriced` models are in neither figure."""

    launches: int
    calls: int
    low_usd: Decimal
    high_usd: Decimal
    unpriced: tuple[str, ...]
    free: bool
    economy: bool
    assumed: int  # launches whose dossier is still to be gathered: their length is assumed

    @property
    def sentence(self) -> str:
        """What the person is told before being asked."""
        what = f"{self.launches} launches, {self.calls} calls"
        half = ", at the batch price" if self.economy else ""
        assumed = f" {self.assumed} dossiers are still to be gathered; their length is assumed." if self.assumed else ""
        return price_sentence(
            what, self.low_usd, self.high_usd, self.unpriced, free=self.free, half=half, assumed=assumed
        )


def price_batch(
    rows: Iterable[BatchRow], plan: BatchPlan, specs: Mapping[str, ModelSpec], prices: Mapping[str, Price]
) -> BatchPrice:
    """The range for asking every seat about every row once. specs: persona_id -> model.

    Rows are priced by the length of their dossier, each length once, so that ten thousand cost no more than ten.
    """
    counts: dict[tuple[int, int], int] = {}
    assumed = 0
    for row in rows:
        lengths = _lengths(row)
        assumed += lengths == (SHORT_DOSSIER, LONG_DOSSIER)
        counts[lengths] = counts.get(lengths, 0) + 1
    low = high = Decimal(0)
    unpriced: dict[str, None] = {}
    for (shortest, longest), count in counts.items():
        least, most = _estimate(specs, shortest, prices, plan), _estimate(specs, longest, prices, plan)
        low, high = low + count * least.low_usd, high + count * most.high_usd
        unpriced |= dict.fromkeys(most.unpriced)
    launches = sum(counts.values())
    free = not any(is_billed(spec.name, prices=prices, free=spec.free) for spec in specs.values())
    return BatchPrice(launches, launches * len(specs), low, high, tuple(unpriced), free, plan.economy, assumed)


def _lengths(row: BatchRow) -> tuple[int, int]:
    """Characters a dossier will have, least and most, in thousands."""
    said = row.said
    if not said.launch_file and (said.homepage or said.listing or not said.sources):
        return SHORT_DOSSIER, LONG_DOSSIER
    try:
        size = Path(said.launch_file).stat().st_size if said.launch_file else sum(len(s.text) for s in said.sources)
    except OSError:
        return SHORT_DOSSIER, LONG_DOSSIER
    rounded = -(-size // 1000) * 1000
    return rounded, rounded


def _estimate(
    specs: Mapping[str, ModelSpec], dossier_characters: int, prices: Mapping[str, Price], plan: BatchPlan
) -> Estimate:
    calls = [
        PlannedCall(
            model=spec.name, prefix_characters=RULES_CHARACTERS + dossier_characters, own_characters=PERSONA_CHARACTERS,
            room=spec.max_output_tokens, launch="any", free=spec.free, base_url=spec.base_url,
        )
        for spec in specs.values()
    ]  # fmt: skip
    return estimate(calls, prices=prices, batch=plan.economy)
