"""How many calls may be in flight: doubled by each answer at first, then one more a round, less when a server limits.

Additive increase, multiplicative decrease. Pure: told what happened, it says how many.
"""

START_SHARE, LEAST_START = 0.25, 8  # of the cap in flight before the first answer
SHRINK = 0.75
USED_SHARE = 0.9  # of the room in flight, for it to count as used


class AdaptiveLimit:
    """Calls in flight at most, between 1 and a cap. Calls are numbered as they leave."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.limit = 1.0
        self.shrunk_at = 0  # calls up to this number were in flight at the last shrink
        self.start()

    def start(self) -> None:
        """Begin, or begin again after an outage: a few calls find out whether all is well."""
        self.limit = float(min(self.most, max(LEAST_START, int(self.most * START_SHARE))))
        self.opening = True  # no limit met yet: each answer doubles
        self.peak = self.answers = 0  # most in flight, and answers, since it last grew

    def allowed(self, part: float = 1.0) -> int:
        """Calls in flight at most, now. part: 0..1, this process's share of the cap."""
        return max(1, int(min(self.limit, self.most * part)))

    def left(self, in_flight: int) -> None:
        self.peak = max(self.peak, in_flight)

    def answered(self, in_flight: int) -> None:
        """A call was answered. Where the room was used, a round of answers makes it larger by one."""
        if self.opening:
            self.limit = min(float(self.most), self.limit * 2)
            return
        self.answers += 1
        if self.answers >= self.limit:
            if self.peak >= int(self.limit) * USED_SHARE:
                self.limit = min(float(self.most), self.limit + 1)
            self.peak, self.answers = in_flight, 0

    def limited(self, number: int, newest: int, in_flight: int) -> bool:
        """The server limited call `number`; `newest` has left since. True when this is the first of its round."""
        if number <= self.shrunk_at:
            return False
        self.limit = max(1.0, min(self.limit, max(in_flight, self.limit / 2)) * SHRINK)
        self.opening, self.shrunk_at = False, newest
        self.peak = self.answers = 0
        return True
