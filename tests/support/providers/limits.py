"""A request and token limit per model, kept as providers keep theirs: a bucket that fills at a steady rate."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

MINUTE_S = 60.0


@dataclass
class Bucket:
    """clock: seconds."""

    per_minute: float
    size: float
    clock: Callable[[], float]
    held: float = field(init=False)
    at: float = field(init=False)

    def __post_init__(self) -> None:
        self.held, self.at = self.size, self.clock()

    def fill(self) -> float:
        """What it holds now."""
        now = self.clock()
        self.held = min(self.size, self.held + (now - self.at) * self.per_minute / MINUTE_S)
        self.at = now
        return self.held

    def wait_s(self, amount: float) -> float:
        """Seconds until this much is in it; 0 when it is there. More than the bucket's size waits for a full one."""
        return max(0.0, (min(amount, self.size) - self.fill()) * MINUTE_S / self.per_minute)

    @property
    def full_in_s(self) -> float:
        return (self.size - self.fill()) * MINUTE_S / self.per_minute


@dataclass
class Limits:
    """Settings, and one pair of buckets per model. 0: no limit.

    burst: requests that may come at once; 0 is a second's worth. The token bucket holds a minute's worth.
    """

    rpm: float = 0.0
    burst: float = 0.0
    tpm: float = 0.0
    clock: Callable[[], float] = field(kw_only=True)
    buckets: dict[str, dict[str, Bucket]] = field(default_factory=dict)

    def refuses(self, model: str, tokens: int) -> float:
        """Seconds to wait when this request is over a limit; else 0, and it is counted."""
        buckets = self._of(model)
        wants = {"requests": 1.0, "tokens": float(tokens)}
        wait_s = max((bucket.wait_s(wants[kind]) for kind, bucket in buckets.items()), default=0.0)
        if wait_s <= 0:
            for kind, bucket in buckets.items():
                bucket.held -= min(wants[kind], bucket.size)
        return wait_s

    def headers(self, provider: str, model: str) -> dict[str, str]:
        """What the provider says about its limits with every reply."""
        of = _anthropic if provider == "anthropic" else _openai
        return {k: v for kind, bucket in self._of(model).items() for k, v in of(kind, bucket).items()}

    def _of(self, model: str) -> dict[str, Bucket]:
        if model not in self.buckets:
            made = {}
            if self.rpm:
                made["requests"] = Bucket(self.rpm, self.burst or max(1.0, self.rpm / MINUTE_S), self.clock)
            if self.tpm:
                made["tokens"] = Bucket(self.tpm, self.tpm, self.clock)
            self.buckets[model] = made
        return self.buckets[model]


def _openai(kind: str, bucket: Bucket) -> dict[str, str]:
    reset_s = bucket.full_in_s
    said = f"{reset_s * 1000:.0f}ms" if reset_s < 1 else f"{reset_s // 60:.0f}m{reset_s % 60:.0f}s"
    return {
        f"x-ratelimit-limit-{kind}": f"{bucket.per_minute:.0f}",
        f"x-ratelimit-remaining-{kind}": str(int(bucket.held)),
        f"x-ratelimit-reset-{kind}": said,
    }


def _anthropic(kind: str, bucket: Bucket) -> dict[str, str]:
    full_at = datetime.now(UTC) + timedelta(seconds=bucket.full_in_s)
    return {
        f"anthropic-ratelimit-{kind}-limit": f"{bucket.per_minute:.0f}",
        f"anthropic-ratelimit-{kind}-remaining": str(int(bucket.held)),
        f"anthropic-ratelimit-{kind}-reset": full_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def too_many(provider: str, wait_s: float) -> dict[str, str]:
    """The headers of a 429. Whole seconds, as both send them; OpenAI adds milliseconds."""
    headers = {"retry-after": str(max(1, math.ceil(wait_s)))}
    return headers if provider == "anthropic" else {**headers, "retry-after-ms": str(math.ceil(wait_s * 1000))}
