"""The price shown before anything is spent."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from panel.money import PlannedCall, Price, estimate, tokens_of

OURS = {"x/y": Price(input=Decimal(3), cache_write=Decimal("3.75"), cache_read=Decimal("0.3"), output=Decimal(15))}
CALL = PlannedCall(model="x/y", prefix_characters=20_000, own_characters=2_000, room=4000, launch="one")


def test_tokens_are_a_quarter_of_the_characters_rounded_up():
    assert [tokens_of(n) for n in (0, 1, 4, 5, 8)] == [0, 1, 1, 2, 2]


def test_low_writes_the_shared_dossier_once_and_reads_it_after():
    low = estimate([CALL] * 4, prices=OURS).low_usd
    write, read, own, answer = 5000 * Decimal("3.75"), 3 * 5000 * Decimal("0.3"), 4 * 500 * 3, 4 * 900 * 15
    assert low == (write + read + own + answer) / 1_000_000


def test_a_juror_alone_on_its_launch_pays_plain_input():
    assert estimate([CALL], prices=OURS).low_usd == Decimal(5500 * 3 + 900 * 15) / 1_000_000


def test_high_pays_the_dossier_again_for_a_repair_and_all_the_room():
    high = estimate([CALL], prices=OURS).high_usd
    own = 500 + 500 + 4000 + 200
    assert high == (2 * 5000 * Decimal("3.75") + own * 3 + 2 * 4000 * 15) / 1_000_000


def test_models_without_a_price_are_named_and_in_neither_figure():
    stranger = PlannedCall(model="x/unknown", prefix_characters=10, own_characters=10, room=10, launch="one")
    both = estimate([CALL, stranger, stranger], prices=OURS)
    assert (both.unpriced, both.calls, both.high_usd) == (("x/unknown",), 3, estimate([CALL], prices=OURS).high_usd)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.builds(
            PlannedCall,
            model=st.just("x/y"),
            prefix_characters=st.integers(0, 50_000),
            own_characters=st.integers(0, 5000),
            room=st.integers(1, 9000),
            launch=st.sampled_from("ab"),
        ),
        max_size=6,
    )
)
def test_low_is_never_above_high(calls):
    found = estimate(calls, prices=OURS)
    assert 0 <= found.low_usd <= found.high_usd
