from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from panel.dossier.fetch.fetch_errors import Unreachable
from panel.dossier.fetch.http_request import HttpReply
from panel.dossier.fetch.policy import FetchPolicy
from panel.dossier.fetch.server_limits import ServerLimits
from panel.dossier.fetch.url import FetchTarget, read_target

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
EPOCH = int(NOON.timestamp())


class Clock:
    """A clock that a test moves on."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at


def target(path: str = "/search/issues?q=a") -> FetchTarget:
    return read_target(f"https://api.lantern.dev{path}", FetchPolicy())


def reply(status: int = 200, path: str = "/search/issues?q=a", **headers: str) -> HttpReply:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    response: Any = None
    return HttpReply(target(path), status, named, response)


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"x_ratelimit_remaining": "0", "x_ratelimit_reset": str(EPOCH + 600)}, 600),
        ({"ratelimit_remaining": "0", "ratelimit_reset": "90"}, 90),
        ({"x_ratelimit_remaining": "0"}, 60),
        ({"x_ratelimit_remaining": "0", "x_ratelimit_reset": "soon"}, 60),
        ({"x_ratelimit_remaining": "0", "x_ratelimit_reset": "9" * 12}, 3600),
    ],
)
def test_no_request_leaves_once_a_server_leaves_none(headers: dict[str, str], wait_s: int) -> None:
    clock = Clock()
    limits = ServerLimits(clock)
    limits.note(reply(**headers))
    clock.at += timedelta(seconds=wait_s - 1)
    with pytest.raises(Unreachable, match="its server takes no more requests until"):
        limits.check(target())
    clock.at += timedelta(seconds=1)
    limits.check(target())


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (403, {"x_ratelimit_remaining": "0", "x_ratelimit_reset": str(EPOCH + 300)}),
        (403, {"retry_after": "300"}),
        (429, {"retry_after": "Fri, 20 Nov 2026 12:05:00 GMT"}),
    ],
)
def test_a_refusal_for_the_limit_says_so_with_the_time(status: int, headers: dict[str, str]) -> None:
    with pytest.raises(Unreachable, match=r"its server takes no more requests until 12:05 UTC\."):
        ServerLimits(Clock()).note(reply(status, **headers))


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (200, {"x_ratelimit_remaining": "1", "x_ratelimit_reset": str(EPOCH + 600)}),
        (200, {"retry_after": "300"}),
        (403, {}),
        (429, {"retry_after": "Fri, 20 Nov 2026 11:00:00 GMT"}),
        (200, {"x_ratelimit_remaining": "0", "x_ratelimit_reset": str(EPOCH - 5)}),
    ],
)
def test_other_replies_hold_nothing_back(status: int, headers: dict[str, str]) -> None:
    limits = ServerLimits(Clock())
    limits.note(reply(status, **headers))
    limits.check(target())


def test_one_part_of_a_server_says_nothing_of_the_others() -> None:
    limits = ServerLimits(Clock())
    limits.note(reply(x_ratelimit_remaining="0", path="/search/issues"))
    limits.check(target("/repos/lantern-labs/lantern"))
    with pytest.raises(Unreachable):
        limits.check(target("/search/code?q=b"))
