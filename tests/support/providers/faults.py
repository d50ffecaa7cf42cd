"""What can go wrong with a call, and a rule that spreads it over a share of the calls, the same way each time."""

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

RAW: dict[str, tuple[int, dict[str, str], dict[str, Any]]] = {  # behaviour -> status, headers, error object
    "busy": (429, {"retry-after": "2"}, {"type": "rate_limit_error", "code": "rate_limit_exceeded", "message": "Slow down"}),
    "busy_bare": (429, {}, {"type": "rate_limit_error", "code": "rate_limit_exceeded", "message": "Slow down"}),
    "long_wait": (429, {"retry-after": "86400"}, {"type": "rate_limit_error", "code": None, "message": "Tomorrow"}),
    "overloaded": (529, {}, {"type": "overloaded_error", "code": None, "message": "Overloaded"}),
    "overloaded_wait": (529, {"retry-after": "2"}, {"type": "overloaded_error", "code": None, "message": "Overloaded"}),
    "down": (500, {}, {"type": "api_error", "code": "server_error", "message": "Internal error"}),
    "down_wait": (500, {"retry-after": "2"}, {"type": "api_error", "code": "server_error", "message": "Internal error"}),
    "bad_key": (401, {}, {"type": "authentication_error", "code": "invalid_api_key", "message": "Wrong key: {key}"}),
    "forbidden": (403, {}, {"type": "permission_error", "code": None, "message": "No"}),
    "unknown_model": (404, {}, {"type": "not_found_error", "code": "model_not_found", "message": "No such model"}),
    "unprocessable": (422, {}, {"type": "invalid_request_error", "code": None, "message": "No"}),
    "spend_cap": (429, {}, {"type": "insufficient_quota", "code": "insufficient_quota", "message": "You exceeded your quota"}),
    "spend_limit": (429, {}, {"type": "rate_limit_error", "details": {"error_code": "enforced_spend_limit_reached"}, "message": "Limit"}),
    "no_credit": (400, {}, {"type": "invalid_request_error", "message": "Your credit balance is too low"}),
}  # fmt: skip
WORKED = {  # a status told after the model has answered: behaviour -> status, and the share of `work_s` it takes
    "gave_up": (408, 0.0), "gateway": (504, 0.0), "cut": (524, 0.0), "failed_late": (500, 1.0), "bad_gateway": (502, 1.0),
}  # fmt: skip
BROKEN = ("reset", "reset_mid_body", "hang", "drip", "half", "malformed", "error_200")  # the reply, on its way
ANSWERS = ("garbage", "refuse", "truncate", "truncate_parseable", "empty")  # what the model said
BEHAVIOURS = (
    "ok",
    *ANSWERS,
    *BROKEN,
    *WORKED,
    "page",
    "slow",
    *RAW,
)

STATUSES = ("busy", "busy_bare", "overloaded", "overloaded_wait", "down", "down_wait")
PASSING = (*STATUSES, *WORKED, *BROKEN, *ANSWERS)  # everything that another try or another question gets over
STOPPING = ("bad_key", "forbidden", "unknown_model", "spend_cap", "spend_limit", "no_credit", "page", "long_wait")


@dataclass(frozen=True)
class Faults:
    """Spread `kinds` evenly over a share (0..1) of the requests.

    Which request meets what depends on the seed, the request's own bytes and how often they came, on nothing else: the
    same run meets the same faults in any order and at any speed, and a request sent again is drawn anew. What the
    model said wrongly is said to a first question only: a repair or a second go with more room is answered. What loses a
    paid answer meets a body's first request only: it is sent once more, and whoever gives up then is tested by hand.
    """

    share: float
    seed: int = 0
    kinds: tuple[str, ...] = PASSING
    retry_after_s: float = 1.0  # in place of the 2 s that the behaviours name
    hang_s: float = 3600.0
    drip_s: float = 1.0
    work_s: float = 2.5  # of a model whose answer is lost behind a 500 or 502

    def of(self, body: bytes, nth: int, *, first_question: bool = True) -> str:
        """The behaviour of the nth request (0..) with this digest; "" for none."""
        dice = blake2b(b"%d %d " % (self.seed, nth) + body, digest_size=8).digest()
        if int.from_bytes(dice[:4]) >= self.share * 2**32:
            return ""
        kind = self.kinds[int.from_bytes(dice[4:]) % len(self.kinds)]
        loses = kind in WORKED or kind in BROKEN
        return "" if (kind in ANSWERS and not first_question) or (loses and nth) else kind

    def of_batch_call(self, call: bytes, nth: int) -> str:
        """The same for a request about batches: a status or a reset, before anything was done."""
        kinds = tuple(kind for kind in self.kinds if kind in (*STATUSES, "reset"))
        return Faults(self.share, self.seed, kinds).of(call, nth) if kinds else ""

    def headers(self, behaviour: str) -> dict[str, str]:
        """The headers of this answer, with the wait asked for here."""
        named = RAW[behaviour][1]
        if "retry-after" not in named or behaviour == "long_wait":
            return named
        return {"retry-after": f"{self.retry_after_s:g}"}


NO_FAULTS = Faults(0.0, retry_after_s=2.0, drip_s=0.2)


@dataclass
class Stats:
    """What the server has seen. `GET /stats`, with its CPU time beside it."""

    requests: int = 0
    good: int = 0  # whole answers that left the server
    in_flight: int = 0
    most_in_flight: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    behaviours: dict[str, int] = field(default_factory=dict)  # all but "ok"
    over_limit: int = 0  # 429s of the limiter; those that a behaviour made are in `behaviours`
    batches: int = 0  # accepted
    uploads: int = 0
    batch_calls: int = 0  # requests about batches and files

    def count(self, where: dict[str, int], name: object) -> None:
        where[str(name)] = where.get(str(name), 0) + 1
