from datetime import date

from panel.desk.drafts.stale import KnownNow, ReviewedFacts, stale_reasons
from panel.records import Plan, Pricing

DAY = date(2026, 11, 1)
PAID = Pricing(pricing_class="paid", plans=(Plan(name="Team", price="$20"),), checked=DAY)
REVIEWED = ReviewedFacts(DAY, PAID, ("https://a.example", "https://a.example/docs"))
SOON = date(2026, 11, 20)


def reasons(now: KnownNow, today: date = SOON) -> tuple[str, ...]:
    return tuple(stale_reasons(REVIEWED, now, today))


def test_a_review_of_what_is_still_known_is_not_stale() -> None:
    same = KnownNow(
        releases=(("1.0", date(2026, 10, 1)),), pricing_class="paid", looked_up=SOON, pricing=PAID,
        addresses=(*REVIEWED.addresses, "https://a.example/new"),
    )  # fmt: skip
    assert reasons(same) == ()


def test_a_release_met_since_is_named_with_its_day() -> None:
    """A release met since is named with its day, and one met before is not."""
    since = KnownNow(releases=(("1.0", DAY), ("2.0", date(2026, 11, 9)), ("2.1", date(2026, 11, 12))))
    assert reasons(since) == ("Release 2.1 came in on 2026-11-12.",)
    assert reasons(KnownNow(releases=(("", date(2026, 11, 9)),))) == ("A newer launch came in on 2026-11-09.",)


def test_another_price_class_counts_when_it_was_looked_up_later() -> None:
    assert reasons(KnownNow(pricing_class="free", looked_up=SOON)) == ("Its price class was paid and is free.",)
    assert reasons(KnownNow(pricing_class="free", looked_up=DAY)) == ()
    assert reasons(KnownNow(pricing_class="free")) == ()  # nobody knows since when
    assert reasons(KnownNow(pricing_class="unknown", looked_up=SOON)) == ()


def test_changed_plans_are_said_once_and_blank_ones_are_no_change() -> None:
    dearer = Pricing(pricing_class="paid", plans=(Plan(name="Team", price="$30"),), checked=SOON)
    assert reasons(KnownNow(pricing_class="paid", looked_up=SOON, pricing=dearer)) == (
        "Its prices changed: looked up on 2026-11-20.",
    )
    assert reasons(KnownNow(pricing=Pricing())) == ()


def test_pages_gone_from_a_newer_dossier_are_named() -> None:
    assert reasons(KnownNow(addresses=("https://a.example",))) == (
        "A page it was made of is gone: https://a.example/docs.",
    )
    assert reasons(KnownNow(addresses=())) == ("A page it was made of is gone: https://a.example, and 1 more.",)


def test_it_is_stale_at_ninety_days_and_not_a_day_before() -> None:
    assert reasons(KnownNow(), date(2027, 1, 29)) == ()
    assert reasons(KnownNow(), date(2027, 1, 30)) == ("It speaks of 2026-11-01, 90 days ago.",)
