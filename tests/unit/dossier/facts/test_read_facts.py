import json
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.pages import parsed

from panel.dossier.facts.read_facts import MOST_FACTS, pricing_from, read_facts
from panel.dossier.page.passages import cut
from panel.records import Fact, disagree

DAY = date(2026, 11, 23)
STRANGE = st.text("[]:/.@%#-a1²٣Ⅷ１\ud800\x00", max_size=12)  # brackets in hosts, digits beyond ASCII, half characters
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | STRANGE,
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            ["@type", "@id", "@graph", "name", "offers", "price", "priceCurrency", "priceSpecification", "license",
             "softwareVersion", "publisher", "datePublished", "inLanguage", "referenceQuantity", "unitText", "x"]
        ),
        inner | st.sampled_from(["SoftwareApplication", "Product", "Offer", "12", "USD", "MON", "2026-01-31", "MIT"]),
        max_size=6,
    ),
    max_leaves=30,
)  # fmt: skip
TAGS = st.sampled_from(
    ["<table>", "<tr>", "<td>", "</td>", "</table>", "<h2>", "</h2>", "<p>", "</p>", "<div>", "</div>", "<sup>", "</sup>", "<dl>",
     "<dt>", "<dd>", "<li>", "<b>", "</b>", "<span>", "</span>", "<time datetime='x'>", "<a href='https://github.com/a/b'>",
     "<br>", "$12", "9,90 €", "Free", "Contact sales", "per month", "/seat", "Team", "Pricing", "License: MIT", "v1.2",
     "Last updated: 31.02.2026", "© 2026 Acme", "up to 3 users", "<td colspan='999999999'>", "<!--", "-->", "&#0;", "\x00"]
) | st.builds(str.format, st.sampled_from(
    ["<a href='{}'>GitHub</a>", "<a href='https://{}/x'>x</a>", "<td colspan='{}'>$5</td>", "<time datetime='{}'>x</time>",
     "<table><tr><td colspan='{}'>Team", "<p>${} per {} seats</p>", "<p>Version: {}</p>", "<base href='//{}'>"]
), STRANGE, STRANGE)  # fmt: skip


def read(raw: bytes | str, *, url: str = "https://acme.example/pricing", kind: str = "text/html") -> tuple[Fact, ...]:
    page = parsed(raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) else raw, url, kind=kind)
    return read_facts(page, source_id="S3", passages=cut("S3", page.blocks), checked=DAY)


def values(facts: tuple[Fact, ...], kind: str) -> list[str]:
    return [fact.value for fact in facts if fact.kind == kind]


def ld(data: Any) -> str:
    return f'<html><head><script type="application/ld+json">{json.dumps(data)}</script></head><body>x</body></html>'


CARD = "<html><body><h1>Pricing</h1><div><h3>Team</h3><p>$12 <span>/ seat / month</span></p></div></body></html>"


def test_a_fact_names_its_passage_its_origin_and_its_day() -> None:
    (plan,) = [fact for fact in read(CARD) if fact.kind == "plan"]
    assert (plan.value, plan.read_from, plan.checked) == ("Team: 12 USD per seat and month", "price list", DAY)
    passages = cut("S3", parsed(CARD, plan.source_id).blocks)
    (words,) = [p.text for p in passages if p.passage_id == plan.passage_id]
    assert "$12" in words


def test_what_a_page_hides_is_no_fact() -> None:
    hidden = CARD.replace("<div>", "<div style='display:none'>").replace("$12", "$1")
    assert values(read(hidden), "plan") == []


def test_a_struck_out_price_is_no_price_and_a_raised_mark_no_digit() -> None:
    page = CARD.replace("$12 ", "<s>$20</s> $12<sup>1</sup> ")
    assert values(read(page), "plan") == ["Team: 12 USD per seat and month"]


def test_prices_of_other_tools_are_not_this_ones() -> None:
    table = "<tr><th>Plan</th><th>Price</th></tr><tr><td>Rival</td><td>$31 per month</td></tr>"
    page = f"<html><body><h2>What others charge</h2><table>{table}</table></body></html>"
    assert values(read(page), "plan") == []


def test_sums_of_money_that_are_no_prices_are_left_alone() -> None:
    page = (
        "<html><body><h2>Pricing</h2><h3>Saved</h3><p>$3.1M</p><h3>Paid</h3><p>We raised $4 million.</p></body></html>"
    )
    assert values(read(page), "plan") == []


def test_two_prices_for_one_plan_are_both_kept_and_shown_as_differing() -> None:
    offer = {"@type": "Offer", "name": "Team", "price": "9", "priceCurrency": "USD"}
    script = f'<script type="application/ld+json">{json.dumps({"@type": "Product", "name": "Acme", "offers": offer})}</script>'
    facts = read(CARD.replace("<h1>", f"{script}<h1>"))
    (group,) = [group for group in disagree(facts) if group[0].kind == "plan"]
    assert {fact.value for fact in group} == {"Team: 9 USD", "Team: 12 USD per seat and month"}
    assert {fact.read_from for fact in group} == {"JSON-LD", "price list"}


def fact(kind: str, value: str, source_id: str = "S1", read_from: str = "JSON-LD") -> Fact:
    return Fact.model_validate({"kind": kind, "value": value, "source_id": source_id, "read_from": read_from})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (fact("licence", "MIT OR Apache-2.0"), fact("licence", "Apache-2.0 OR MIT", "S2")),
        (fact("publisher", "Acme, Inc."), fact("publisher", "ACME", "S2")),
        (fact("published", "2026-01-01"), fact("published", "2026-02-02", "S2")),
        (fact("plan", "Team: 9 USD"), fact("plan", "Solo: 5 USD", "S2")),
        (fact("version", "1.0"), fact("version", "2.0")),
    ],
)
def test_spelling_and_kinds_with_many_values_are_no_disagreement(one: Fact, other: Fact) -> None:
    assert disagree([one, other]) == ()


def test_two_sources_with_two_versions_disagree_and_neither_is_chosen() -> None:
    facts = [fact("version", "1.0"), fact("version", "1.1", "S2"), fact("name", "Acme")]
    assert disagree(facts) == ((facts[0], facts[1]),)


def test_the_price_record_takes_class_and_plans_from_one_source() -> None:
    facts = [
        fact("pricing_class", "freemium", "S2"), fact("plan", "Solo: free", "S2"), fact("plan", "Team: 9 USD per month", "S2"),
        fact("plan", "Team: 90 USD per year", "S2"), fact("plan", "Team: 99 USD per month", "S1"),
    ]  # fmt: skip
    pricing = pricing_from(facts, DAY, source="https://acme.example/pricing")
    assert (pricing.pricing_class, pricing.entry, pricing.checked) == ("freemium", "Solo: free", DAY)
    assert [(plan.name, plan.price) for plan in pricing.plans] == [
        ("Solo", "free"),
        ("Team", "9 USD per month"),
        ("Team", "90 USD per year"),
    ]


def test_no_facts_give_an_unknown_price() -> None:
    pricing = pricing_from([], DAY)
    assert (pricing.pricing_class, pricing.plans, pricing.entry) == ("unknown", (), "")


def test_days_that_have_not_come_are_not_believed() -> None:
    product = {
        "@type": "SoftwareApplication",
        "name": "Acme",
        "datePublished": "2031-01-01",
        "dateModified": "2026-11-24",
    }
    facts = read(ld(product))
    assert (values(facts, "published"), values(facts, "updated")) == ([], ["2026-11-24"])


def test_a_related_product_in_the_data_is_not_taken_for_the_page_s() -> None:
    facts = read(ld({"@type": "Product", "name": "Acme", "isRelatedTo": {"@type": "Product", "name": "Other"}}))
    assert values(facts, "name") == ["Acme"]


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(JSON)
def test_any_structured_data_gives_bounded_facts_or_none(data: Any) -> None:
    check_bounds(read(ld(data)))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(TAGS | st.text(max_size=8), max_size=60))
def test_any_markup_gives_bounded_facts_or_none(parts: list[str]) -> None:
    check_bounds(read("<html>" + "".join(parts)))


PLACEHOLDER = "<p>Post to <a href='https://[your-domain]/hook'>your own address</a>.</p>"
SPAN = "<table><tr><th colspan='²'>Plan</th><th>Price</th></tr><tr><td>Team</td><td>$12</td></tr></table>"


@pytest.mark.parametrize(
    "odd", [PLACEHOLDER, "<a href='//[::1'>GitHub</a>", "<a href='https://a\u2100b/c/d'>GitHub</a>", SPAN]
)
def test_a_link_or_a_number_that_is_none_costs_no_other_fact(odd: str) -> None:
    assert "Team: 12 USD per seat and month" in values(read(CARD.replace("</body>", odd)), "plan")


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["text/html", "text/plain", "text/markdown"]),
       st.sampled_from(["https://a.example/package.json", "https://a.example/Cargo.toml", "https://a.example/LICENSE", "", "x:"]))  # fmt: skip
def test_any_bytes_at_any_address_give_bounded_facts_or_none(raw: bytes, kind: str, url: str) -> None:
    check_bounds(read(raw, url=url, kind=kind))


def check_bounds(facts: tuple[Fact, ...]) -> None:
    assert len(facts) <= MOST_FACTS
    assert all(0 < len(fact.value) <= 300 and "\n" not in fact.value for fact in facts)
    assert all(Fact.model_validate(fact.model_dump()) == fact for fact in facts)
    pricing_from(facts, DAY)


@pytest.mark.parametrize("price", [
    "月額980円です", "980円/月", "49 kr/month", "99 Kč měsíčně", "499 руб/мес", "₽499", "299 บาท", "Rp 99.000/bulan", "MYR 20 per month", "20 RON/month", "9 900 FCFA",
])  # fmt: skip
def test_a_page_with_a_price_that_cant_be_read_is_never_free(price: str) -> None:
    page = f"<html><body><h1>Pricing</h1><div><h3>Solo</h3><p>Free</p></div><div><h3>Team</h3><p>{price}</p></div><p>It is free to use.</p></body></html>"
    assert values(read(page), "plan")[0] == "Solo: free"
    assert values(read(page), "pricing_class") in ([], ["freemium"])
    offer = {"@type": "Product", "name": "Acme", "offers": {"@type": "Offer", "price": "0", "priceCurrency": "JPY"}}
    assert values(read(ld(offer).replace("<body>x", f"<body>{price}")), "pricing_class") != ["free"]


@pytest.mark.parametrize("words", [
    "0 kr", "Up to 100 builds/month", "5 GB/month", "Needs PHP 8.2", "RFC 2119", "50 PDF/month", "2026年11月23日", "We won 5 awards", "¥0",
])  # fmt: skip
def test_other_numbers_leave_a_free_page_free(words: str) -> None:
    page = f"<html><body><h1>Pricing</h1><div><h3>Solo</h3><p>Free</p></div><p>{words}</p></body></html>"
    assert values(read(page), "pricing_class") == ["free"]


REPOSITORY = "https://github.com/acme-team/lamp-core"


@pytest.mark.parametrize("words", [
    "GitHub", "View on GitHub", "View it on GitLab", "Star us on GitHub", "Source", "Source code", "GitHub repository", "Repo",
    "Quellcode auf GitHub", "Code source", "Open source", "GitHub ↗", "Star 12.3k",
])  # fmt: skip
def test_a_link_called_source_leads_to_the_repository(words: str) -> None:
    found = values(read(f"<html><body><p><a href='{REPOSITORY}'>{words}</a></p></body></html>"), "repository")
    assert found == [REPOSITORY]


@pytest.mark.parametrize("link", [
    f"<a href='{REPOSITORY}'>Postgres</a>", f"<a href='{REPOSITORY}'><svg></svg></a>", f"<a href='{REPOSITORY}'>on</a>",
    f"<a href='{REPOSITORY}'>12.3k</a>", f"<a href='{REPOSITORY}'>acme-team/lamp-core</a>", f"<a href='{REPOSITORY}' title='Built with lamp-core'></a>",
    "<a href='https://gitlab.com/-/trial_registrations/new'>GitLab</a>", "<a href='https://gitlab.com/acme/-/issues'>Source</a>",
    "<a href='https://github.com/features/actions'>GitHub</a>",
])  # fmt: skip
def test_a_link_that_names_something_else_is_not_the_repository(link: str) -> None:
    assert values(read(f"<html><body><p>Acme builds on {link}.</p></body></html>"), "repository") == []


@pytest.mark.parametrize("page", ["<div>" * 5_000, "<table><tr><td>" * 300, "[" * 100_000, "<p>$" + "1,111" * 20_000])
def test_deep_and_endless_pages_are_read_to_their_end(page: str) -> None:
    check_bounds(read(page, url="https://a.example"))


def test_deep_structured_data_is_ignored() -> None:
    page = '<html><script type="application/ld+json">' + "[" * 100_000 + "</script><p>x</p></html>"
    assert values(read(page), "name") == []
