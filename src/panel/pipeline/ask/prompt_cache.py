"""Who goes first, so that the others of a launch read the dossier from the provider's cache instead of paying for it.

The first juror of a launch on a billed model writes the cache; the others follow its answer. Only cached tokens seen
in usage count: a model that shows none in three launches is warmed no more, but now and then. Marks are left out where
writing the cache would cost more than it saves, above all where one juror is alone with its model (DESIGN decision 2).

One `PromptCache` serves all launches of a batch. What it knows of a launch goes when its last juror is done.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from panel.money import Price, is_billed, price, tokens_of
from panel.pipeline.plan import Seat
from panel.records import Usage

log = logging.getLogger(__name__)
WARM_TOKENS = 1024  # shorter prefixes are cached by nobody, so nobody waits for them
MISSES_IN_A_ROW = 3  # launches without a cached token before a model is not warmed any more
TRIED_AGAIN_EVERY = 100  # launches, from then on: a cache may have been out of order


@dataclass
class ModelWarmth:
    """What one model's cache has shown so far."""

    launches: int = 0  # with more than one juror on it
    misses: int = 0  # launches in a row without a cached token

    @property
    def is_warmed(self) -> bool:
        """Whether one juror of the next launch goes first."""
        return self.misses < MISSES_IN_A_ROW or self.launches % TRIED_AGAIN_EVERY == 0


@dataclass
class SharedPrefix:
    """One launch on one model: house rules and dossier, shared by its jurors."""

    key: tuple[str, str]
    is_warmed: bool
    pays_from: int  # jurors from which writing the cache costs less than it saves
    present: int = 0  # jurors that wait or are being asked
    jurors: int = 0  # that ever came
    opened: bool = False  # the cache is written, or nobody can tell: the others go
    followers: int = 0  # replies after the cache was written
    hits: int = 0  # of these, how many read from it
    gate: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def marked(self) -> bool:
        return self.is_warmed and self.jurors >= self.pays_from

    async def wait(self) -> bool:
        """Until this juror may go. True: it goes first, and must `open` or `pass_on`."""
        if not self.is_warmed or self.opened:
            return False
        await self.gate.acquire()
        if self.opened:
            self.gate.release()
        return not self.opened

    def open(self) -> None:
        """Let all others go, once."""
        if not self.opened:
            self.opened = True
            self.gate.release()

    def note(self, usage: Usage) -> None:
        """Count a follower's reply that was just paid for."""
        if self.opened:
            self.followers += 1
            self.hits += usage.cache_read_tokens > 0

    def pass_on(self) -> None:
        """The first one sent nothing, so the cache is as cold as before: the next goes first."""
        if not self.opened:
            self.gate.release()


class PromptCache:
    """The order of jurors, and what it brought. Shared by reference between the launches of a run or a batch."""

    def __init__(self) -> None:
        self.models: dict[str, ModelWarmth] = {}
        self.prefixes: dict[tuple[str, str], SharedPrefix] = {}
        self._pays_from: dict[str, int] = {}

    def enter(self, seat: Seat, prices: Mapping[str, Price]) -> SharedPrefix | None:
        """The prefix this juror shares; None on a model nobody bills, or for a dossier too short to be cached."""
        question, spec = seat.question, seat.spec
        billed = is_billed(spec.name, prices=prices, free=spec.free)
        if not billed or tokens_of(len(question.system) + len(question.dossier)) < WARM_TOKENS:
            return None
        key = (question.cache_key, spec.name)
        prefix = self.prefixes.get(key)
        if prefix is None:
            model = self.models.setdefault(spec.name, ModelWarmth())
            pays_from = self._pays_from.get(spec.name)
            if pays_from is None:
                pays_from = self._pays_from[spec.name] = jurors_that_pay(seat, prices)
            prefix = self.prefixes[key] = SharedPrefix(key, model.is_warmed, pays_from)
        prefix.present += 1
        prefix.jurors += 1
        if prefix.jurors == 2:
            self.models[spec.name].launches += 1
        return prefix

    def leave(self, prefix: SharedPrefix) -> None:
        """A juror is done; after the last one, judge what the cache brought and forget the launch."""
        prefix.present -= 1
        if prefix.present:
            return
        del self.prefixes[prefix.key]
        if not (prefix.marked and prefix.followers):
            return
        name, model = prefix.key[1], self.models[prefix.key[1]]
        model.misses = 0 if prefix.hits else model.misses + 1
        if model.misses == MISSES_IN_A_ROW:
            log.warning(
                "%s showed no cached tokens in %d launches: its jurors are asked all at once", name, model.misses
            )


def jurors_that_pay(seat: Seat, prices: Mapping[str, Price]) -> int:
    """From how many jurors one write and the others' reads cost less than no cache; 2 where prices are unknown.

    A model without a discount for reading never pays: a number no panel reaches.
    """
    spec, million = seat.spec, 1_000_000
    classes = ("input_tokens", "cache_write_tokens", "cache_read_tokens")
    costs = [
        price(spec.name, Usage(**{name: million}), prices=prices, free=spec.free, base_url=spec.base_url)
        for name in classes
    ]
    fresh, write, read = costs
    if fresh is None or write is None or read is None:
        return 2
    return next((n for n in range(2, 100) if write + (n - 1) * read < n * fresh), 1_000_000)
