"""A circuit breaker: after some failures in a row a server counts as down, and one call at a time finds out.

Closed, it lets everything through. Open, it lets one call through when a pause is over; the pause grows while they
fail. Other calls wait until patience ends, counted from the first failure; later ones are told at once.
"""

from dataclasses import dataclass

FAILURES_IN_A_ROW = 6  # one call in ten failing by chance opens it once in a million calls
FIRST_PAUSE_S, LONGEST_PAUSE_S = 2.0, 60.0
PATIENCE_S = 300.0
PROBE_WAIT_S = 30.0  # how long calls wait for a probe under way once patience has ended


@dataclass
class OpenCircuit:
    """Since when, until when calls wait for it, when the next call may try, and what it last said."""

    since: float
    give_up_at: float
    probe_at: float
    pause_s: float
    why: str
    probed_at: float | None = None  # since when a call is finding out


class CircuitBreaker:
    """Whether a server is up, as far as its answers tell. Times are seconds of one clock."""

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self.patience_s = patience_s
        self.in_a_row = 0
        self.first_failed_at = 0.0
        self.down: OpenCircuit | None = None

    def answered(self) -> bool:
        """The server spoke, whatever it said. True when that ends an outage."""
        was_down, self.down, self.in_a_row = self.down is not None, None, 0
        return was_down

    def failed(self, now: float, why: str, *, probe: bool) -> None:
        """A call brought no answer: down, 5xx, unreachable, timed out, cut off."""
        self.in_a_row += 1
        self.first_failed_at = now if self.in_a_row == 1 else self.first_failed_at
        if self.down is None and self.in_a_row >= FAILURES_IN_A_ROW:
            give_up_at = self.first_failed_at + self.patience_s
            self.down = OpenCircuit(self.first_failed_at, give_up_at, now + FIRST_PAUSE_S, FIRST_PAUSE_S, why)
        elif self.down is not None and probe:
            pause_s = min(LONGEST_PAUSE_S, self.down.pause_s * 2)
            self.down.pause_s, self.down.probe_at, self.down.why = pause_s, now + pause_s, why
            self.down.probed_at = None

    def left_alone(self, now: float, until: float, why: str) -> None:
        """It asks for a long wait: nobody tries before its end, and calls fail by name when patience is shorter."""
        give_up_at = now if until - now > self.patience_s else now + self.patience_s
        self.down = OpenCircuit(now, give_up_at, until, until - now, why)

    def probe_ended(self) -> None:
        """The probing call went away without a word: another may try."""
        if self.down is not None:
            self.down.probed_at = None

    def hold_s(self, now: float) -> float:
        """Seconds until a call may go; 0 lets it through (as the probe when down), inf waits for a probe's end."""
        if self.down is None:
            return 0.0
        return float("inf") if self.down.probed_at is not None else max(0.0, self.down.probe_at - now)

    def give_up_in_s(self, now: float) -> float | None:
        """Seconds until waiting calls fail; None while the server is up."""
        if self.down is None:
            return None
        probed_at = self.down.probed_at
        until = self.down.give_up_at if probed_at is None else max(self.down.give_up_at, probed_at + PROBE_WAIT_S)
        return max(0.0, until - now)

    def begin_probe(self, now: float) -> bool:
        """Mark a call that goes now as the probe. False when the server is up."""
        if self.down is None:
            return False
        self.down.probed_at = now
        return True
