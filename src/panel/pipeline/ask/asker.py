"""Ask every juror once, through the ledger: what was answered is never paid for again.

The order of writes is the promise. A call is `sent` on disk before it leaves and `answered` on disk before anybody
sees the answer, so that after a kill only calls in flight are paid twice (DESIGN decision 6).
"""

import logging
from dataclasses import dataclass

from panel.pipeline.ask.ask_context import AskContext
from panel.pipeline.ask.turn import Turn
from panel.pipeline.events import TurnEnded
from panel.pipeline.plan import Seat
from panel.records import Opinion

log = logging.getLogger(__name__)


@dataclass
class Asker(AskContext):
    """Asks seats. `dataclasses.replace(asker, spent=Spent(), draw=...)` makes another for the next launch.

    Limiters, health and prompt cache are shared between them; `failures` is each one's own.
    """

    async def ask(self, seat: Seat) -> Opinion:
        """What came of asking this juror. Never raises for what a server does; raises Stopped at a limit, and Deferred.

        The first juror of a launch on a billed model goes ahead and writes the provider's cache; the others of that
        launch and model follow, so that four critics cost little more than one (DESIGN decision 2).
        """
        turn = Turn(self, seat)
        opinion = await self._in_turn(turn)
        if opinion.outcome == "unusable" and self.retry_unusable and turn.reused and self.defer is None:
            turn = Turn(self, seat, again=True)
            opinion = await turn.take()
        who = f"{turn.in_log(seat.question.product)}, {seat.persona.persona_id} on {seat.spec.name}"
        log.info("%s: %s, %d calls%s", who, opinion.outcome, len(turn.calls), " from the ledger" if turn.reused else "")
        slug = seat.question.product
        self.listen(TurnEnded(slug, opinion, turn.reused, self.spent.usd, self.stages.get(slug, "")))
        return opinion

    async def _in_turn(self, turn: Turn) -> Opinion:
        prefix = None if self.defer else self.prompt_cache.enter(turn.seat, self.prices)
        if prefix is None:
            return await turn.take()
        turn.prefix = prefix
        try:
            turn.leads = await prefix.wait()
            return await turn.take()
        finally:
            if turn.leads:
                prefix.pass_on() if turn.reused else prefix.open()
            self.prompt_cache.leave(prefix)
