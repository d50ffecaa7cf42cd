"""What a run will cost, before it starts: a low and a high figure, from characters."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from panel.errors import Mistake
from panel.money.prices import PRICE_LINE, Price, price
from panel.records import Usage

CHARACTERS_PER_TOKEN = 4  # English prose; see `tokens_of` for the error
USUAL_OUTPUT_TOKENS = 900  # a full answer's JSON; a model that reasons at length uses more
LEAST_CACHED_TOKENS = 1024  # shorter prefixes are cached by neither provider
REPAIR_QUESTION_TOKENS = 200


@dataclass(frozen=True)
class PlannedCall:
    """One question that will be asked, in characters."""

    model: str  # provider/model
    prefix_characters: int  # house rules, schema and dossier: shared by the jurors of a launch
    own_characters: int  # persona's brief and question
    room: int  # output tokens allowed
    launch: str  # calls with the same launch and model share the prefix
    free: bool = False
    base_url: str = ""


@dataclass(frozen=True)
class Estimate:
    """The range a run will most likely cost. `unpriced` models are in neither figure."""

    calls: int
    low_usd: Decimal  # every shared prefix read from the cache after its first call, usual answers, no repair
    high_usd: Decimal  # no cache hit, every answer repaired once and as long as allowed
    unpriced: tuple[str, ...] = ()


def price_sentence(
    what: str, low_usd: Decimal, high_usd: Decimal, unpriced: Sequence[str], *, free: bool, half: str = "",
    assumed: str = "",
) -> str:  # fmt: skip
    """What a person is told before being asked. half, assumed: what is said behind the range and at the end."""
    if free:
        return f"{what}, on this machine: no bill comes from there."
    unknown = f" The price of {' and '.join(unpriced)} is unknown." if unpriced else ""
    if unpriced and not high_usd:
        return f"{what}.{unknown}"
    return f"{what}: ${low_usd:.2f} to ${high_usd:.2f}{half}. Stored answers cost nothing.{assumed}{unknown}"


def refuse_unpriced(unpriced: Sequence[str], *limits_usd: Decimal | None) -> None:
    """Raises Mistake for a limit that can't be kept, since a price under it is unknown."""
    if unpriced and any(limit is not None for limit in limits_usd):
        raise Mistake(
            f"The price of {' and '.join(unpriced)} is unknown, so a budget can't be kept.",
            hint=f"Give it in panel.toml: {PRICE_LINE}; or go without --budget and other limits.",
        )


def tokens_of(characters: int) -> int:
    """Tokens of so many characters: a quarter of them, rounded up.

    Right within about 15 % for English prose on both hosted families (a rule of thumb of theirs, not measured here);
    code and tables run up to a third over it, Chinese and Japanese three to four times over it.
    """
    return -(-characters // CHARACTERS_PER_TOKEN)


def estimate(calls: Sequence[PlannedCall], *, prices: Mapping[str, Price], batch: bool = False) -> Estimate:
    """The cost of these calls, low to high. Answers the ledger holds are the caller's to leave out.

    Not in `high_usd`: asking again with more room, attempts a provider bills without answering.
    """
    low = high = Decimal(0)
    unpriced: dict[str, None] = {}
    sharing = Counter((call.model, call.launch) for call in calls)
    warmed: set[tuple[str, str]] = set()
    for call in calls:
        prefix = (call.model, call.launch)
        usage = _least_usage(call, first=prefix not in warmed, shared=sharing[prefix] > 1)
        warmed.add(prefix)
        least = _cost(call, usage, prices, batch=batch)
        most = _cost(call, _most_usage(call), prices, batch=batch)
        if least is None or most is None:
            unpriced[call.model] = None
            continue
        low, high = low + least, high + max(most, least)
    return Estimate(len(calls), low, high, tuple(unpriced))


def _cost(call: PlannedCall, usage: Usage, prices: Mapping[str, Price], *, batch: bool) -> Decimal | None:
    return price(call.model, usage, prices=prices, free=call.free, batch=batch, base_url=call.base_url)


def _least_usage(call: PlannedCall, *, first: bool, shared: bool) -> Usage:
    prefix, own = tokens_of(call.prefix_characters), tokens_of(call.own_characters)
    output = min(USUAL_OUTPUT_TOKENS, call.room)
    if not shared or prefix < LEAST_CACHED_TOKENS:
        return Usage(input_tokens=prefix + own, output_tokens=output)
    if first:
        return Usage(input_tokens=own, cache_write_tokens=prefix, output_tokens=output)
    return Usage(input_tokens=own, cache_read_tokens=prefix, output_tokens=output)


def _most_usage(call: PlannedCall) -> Usage:
    """Two calls at full length, the second holding what the first said; the prefix written each time."""
    prefix, own = tokens_of(call.prefix_characters), tokens_of(call.own_characters)
    again = own + call.room + REPAIR_QUESTION_TOKENS
    return Usage(input_tokens=own + again, cache_write_tokens=2 * prefix, output_tokens=2 * call.room)
