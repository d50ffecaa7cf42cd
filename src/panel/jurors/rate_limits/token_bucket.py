"""One limit of a server as a token bucket: what is left of it now, and how long until a call fits.

The server's word goes before our own guess, whoever else uses the same key. A reply says what was left when its
request was let in; since then the bucket has refilled and we have sent more, and both are known. Which of the requests
that left together came first is not: so a reply gives bounds, and our guess is moved between them.
"""

from panel.jurors.rate_limits.rate_headers import ReportedLimit

KEPT_BACK_S = 0.25  # of the refill stays in the bucket: what a late packet or a busy machine may shift a send by
KEPT_BACK_SHARE = 0.2  # and never more than this share of it


class TokenBucket:
    """A limit that refills steadily. Amounts are requests or tokens; times are seconds of one clock."""

    def __init__(self, rate: float, room: float, now: float) -> None:
        self.rate, self.room, self.level, self.at = rate, room, room, now
        self.told_sent_at = float("-inf")  # when the request was sent whose reply spoke last
        self.told_remaining = False

    def level_at(self, now: float) -> float:
        """What is left; negative when more was sent than there was."""
        self.level = min(self.room, self.level + self.rate * max(0.0, now - self.at))
        self.at = max(self.at, now)
        return self.level

    def wait_s(self, amount: float, now: float) -> float:
        """Seconds until this much may be sent. More than the bucket ever holds goes when it is full."""
        missing = min(amount + self._kept_back(), self.room) - self.level_at(now)
        return missing / self.rate if missing > 1e-9 else 0.0

    def fit(self, amount: float, now: float) -> float:
        """How many calls of this size might leave now, one after another."""
        return max(0.0, self.level_at(now) - self._kept_back()) / max(amount, 1e-9)

    def _kept_back(self) -> float:
        return min(self.room * KEPT_BACK_SHARE, self.rate * KEPT_BACK_S)

    def take(self, amount: float, now: float) -> None:
        self.level = self.level_at(now) - amount

    def empty(self, now: float) -> None:
        """The server says that nothing is left."""
        self.level = min(self.level_at(now), 0.0)

    def tell(
        self, told: ReportedLimit, *, sent_at: float, surely_after: float, maybe_after: float, now: float,
        share: float = 1.0,
    ) -> None:  # fmt: skip
        """Take over what a reply tells.

        sent_at: when its request was sent. surely_after, maybe_after: what we sent after it, without and with those
        that left together with it. share: 0..1, our part of a limit that several processes use. A reply to an older
        request than the last that spoke is old news.
        """
        per_second = told.per_second
        if per_second is None or sent_at < self.told_sent_at:
            return
        self.level_at(now)
        self.told_sent_at, self.rate = sent_at, max(1e-9, per_second * share)
        if told.remaining is None:
            return
        left = told.remaining * share
        self.room = max(self.room, left) if self.told_remaining else max(1.0, left + 1.0)
        gained = left + self.rate * (now - sent_at)  # it never holds more than its room, and may have been full before
        most, least = min(self.room, gained - surely_after), min(self.room, gained) - maybe_after
        self.level = max(least, min(most, self.level if self.told_remaining else most))
        self.told_remaining = True


def bucket_of(told: ReportedLimit, now: float, *, share: float = 1.0) -> TokenBucket | None:
    """A bucket for a limit just learnt, holding a second's worth until the server says what is left."""
    per_second = told.per_second
    if per_second is None:
        return None
    rate = max(1e-9, per_second * share)
    return TokenBucket(rate, max(1.0, rate), now)
