"""Limits as servers tell them, and as no server should. Statement 21's neighbour: a header never stops a call."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from panel.jurors.rate_limits.rate_headers import KINDS, ReportedLimit, read_limits

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
OPENAI = [f"x-ratelimit-{part}-{kind}" for part in ("limit", "remaining", "reset") for kind in ("requests", "tokens")]
ANTHROPIC = [f"anthropic-ratelimit-{kind}-{part}" for kind in KINDS for part in ("limit", "remaining", "reset")]
ODD = ["", "unlimited", "-1", "nan", "inf", "-inf", "1e400", "١٢", "0x10", "9" * 400, "2026-13-45T99:99:99Z", "\x00"]


def read(**headers: str) -> dict[str, ReportedLimit]:
    return read_limits([(name.replace("_", "-"), value) for name, value in headers.items()], now=NOW)


def test_openais_headers_are_read() -> None:
    found = read(
        x_ratelimit_limit_requests="3000", x_ratelimit_remaining_requests="2999", x_ratelimit_reset_requests="20ms",
        x_ratelimit_limit_tokens="250000", x_ratelimit_remaining_tokens="249,100", x_ratelimit_reset_tokens="6m0s",
    )  # fmt: skip
    assert found == {"requests": ReportedLimit(3000, 2999, 0.02), "tokens": ReportedLimit(250_000, 249_100, 360)}


def test_anthropics_headers_are_read() -> None:
    found = read(
        anthropic_ratelimit_requests_limit="4000", anthropic_ratelimit_requests_remaining="3999",
        anthropic_ratelimit_requests_reset="2026-11-23T12:00:01Z", anthropic_ratelimit_input_tokens_limit="2000000",
        anthropic_ratelimit_output_tokens_remaining="400000",
        anthropic_ratelimit_output_tokens_reset="2026-11-23T13:00:30+01:00",
    )  # fmt: skip
    assert found == {
        "requests": ReportedLimit(4000, 3999, 1.0),
        "input-tokens": ReportedLimit(limit=2_000_000),
        "output-tokens": ReportedLimit(remaining=400_000, reset_s=30.0),
    }


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1s", 1.0),
        ("6m0s", 360.0),
        ("12ms", 0.012),
        ("1h2m3.5s", 3723.5),
        ("1d", 86_400.0),
        ("59.2", 59.2),
        ("0s", 0.0),
    ],
)
def test_a_reset_is_read_as_a_length_of_time(text: str, seconds: float) -> None:
    assert read(x_ratelimit_reset_requests=text)["requests"].reset_s == pytest.approx(seconds)


def test_a_reset_that_has_passed_is_now() -> None:
    assert read(anthropic_ratelimit_requests_reset="2026-11-23T11:00:00Z")["requests"].reset_s == 0.0


def test_a_number_with_a_point_is_a_number() -> None:
    """One peer crashed on it."""
    assert read(x_ratelimit_limit_requests="3000.0")["requests"].per_second == 50.0


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("3000,3000", 3000), ("3000, 3000", 3000), ("300,300", 300), ("3000,60", 60), ("1,000,000", 1_000_000),
        ("250,000", 250_000), ("250_000", 250_000), ("3000,", None), ("3000,nan", None),
    ],
)  # fmt: skip
def test_a_limit_told_twice_is_told_once(text: str, limit: float | None) -> None:
    found = read(x_ratelimit_limit_requests=text)
    assert (found["requests"].limit if found else None) == limit


@pytest.mark.parametrize("value", ODD)
@pytest.mark.parametrize("name", OPENAI + ANTHROPIC)
def test_an_odd_value_is_no_value(name: str, value: str) -> None:
    found = read_limits([(name, value)], now=NOW)
    assert all(t.per_second is None and t.reset_s is None for t in found.values()) or value == "١٢"


@given(
    st.lists(st.tuples(st.sampled_from(OPENAI + ANTHROPIC) | st.text(max_size=40), st.text(max_size=30)), max_size=8)
)
def test_no_header_makes_the_reading_fail(headers: list[tuple[str, str]]) -> None:
    for told in read_limits(headers, now=NOW).values():
        assert told.per_second is None or told.per_second > 0


@given(st.tuples(*(st.none() | st.floats(0, 1e12) for _ in range(3))))
@example((5e-324, None, None))
def test_whatever_was_told_gives_a_usable_rate_or_none(told: tuple[float | None, ...]) -> None:
    rate = ReportedLimit(*told).per_second
    assert rate is None or 0 < rate <= 1e12


def test_a_limit_for_a_day_shows_itself_by_its_reset() -> None:
    """200 requests a day, 20 used: back in full 2.4 h from now."""
    assert ReportedLimit(200, 180, 8640.0).per_second == pytest.approx(200 / 86_400)


@pytest.mark.parametrize("reset_s", [0.02, 1.0, 2.0])
def test_a_reset_in_whole_seconds_does_not_make_a_minutes_limit_slow(reset_s: float) -> None:
    assert ReportedLimit(4000, 3999, reset_s).per_second == pytest.approx(4000 / 60)
