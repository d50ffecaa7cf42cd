"""Plans by shape, on pages written for this: which boxes are plans of the page's own product, and at what price."""

from datetime import date

import pytest
from tests.support.pages import parsed

from panel.dossier.facts.pricing_class import pricing_class
from panel.dossier.facts.read_facts import read_facts
from panel.dossier.page.passages import cut
from panel.records import Fact

CARDS = """<h1>{head}</h1><div><div class="c"><h3>Solo</h3><p>{solo}</p><ul><li>1 GB</li></ul></div>
<div class="c"><h3>Team</h3><p>{team}</p><ul><li>5 GB</li></ul>{more}</div></div>"""


def read(body: str, *, lang: str = "en", path: str = "", kind: str = "text/html") -> tuple[Fact, ...]:
    raw = (
        body
        if kind != "text/html"
        else f"<html lang='{lang}'><head><title>Lamp</title></head><body>{body}</body></html>"
    )
    page = parsed(raw.encode(), f"https://lamp.example/{path}", kind=kind)
    return read_facts(page, source_id="S1", passages=cut("S1", page.blocks), checked=date(2026, 11, 23))


def plans(body: str, **told: str) -> list[str]:
    return [fact.value for fact in read(body, **told) if fact.kind == "plan"]


def price_class(body: str, **told: str) -> list[str]:
    return [fact.value for fact in read(body, **told) if fact.kind == "pricing_class"]


def cards(solo: str = "Free", team: str = "$29 / month", head: str = "Lamp", more: str = "") -> str:
    return CARDS.format(solo=solo, team=team, head=head, more=more)


@pytest.mark.parametrize("free", ["Free", "$0", "Gratuit", "無料", "0 € / Monat", "$0<small>/mo</small>"])
def test_a_card_that_costs_nothing_is_free_beside_one_that_costs(free: str) -> None:
    assert plans(cards(free)) == ["Solo: free", "Team: 29 USD per month"]
    assert price_class(cards(free)) == ["freemium"]


def test_a_price_in_a_greater_heading_names_no_plan() -> None:
    page = "".join(
        f"<div class='c'><h4>{name}</h4><h2>${price}<small>/mo</small></h2><button>{button}</button></div>"
        for name, price, button in (("Starter", 9, "Buy"), ("Team", 29, "Contact us"))
    )
    assert plans(f"<h1>Lamp</h1><div>{page}</div>") == ["Starter: 9 USD per month", "Team: 29 USD per month"]
    assert price_class(page) == ["paid"]


def test_a_card_without_amount_is_on_request_where_it_says_so() -> None:
    talk, soon = (
        plans(cards("$9 / month", "", more=f"<a href='/x'>{words}</a>")) for words in ("Let's talk", "See more")
    )
    assert talk == ["Solo: 9 USD per month", "Team: contact sales"]
    assert soon == ["Solo: 9 USD per month"]


@pytest.mark.parametrize(
    "page",
    [
        "<p>Contact us</p><div><h4>Company</h4><a>About</a><a>Pricing</a><a>Contact sales</a></div>",
        "<footer><div><h4>Pro</h4><p>$9/month</p></div><div><h4>Max</h4><p>$19/month</p></div></footer>",
        "<nav><ul><li><b>Pro</b> $9/month</li></ul></nav>",
        "<div><h3>Revenue</h3><p>$12,430</p></div><div><h3>Expenses</h3><p>$3,200</p></div>",
        "<h2>Story</h2><p>We cut our bill by $40,000 in a year.</p>",
        "<div><h3>Solo</h3><p>Save $20/month</p></div><div><h3>Team</h3><p>$50 credit</p></div>",
    ],
)
def test_money_that_is_no_plan_of_the_product_is_left_alone(page: str) -> None:
    assert plans(page) == []
    assert price_class(page) == []


@pytest.mark.parametrize("head", ["Free vs Pro", "Compare our plans", "Compare editions", "Plans compared"])
def test_own_plans_set_side_by_side_are_own_plans(head: str) -> None:
    page = f"<h1>Pricing</h1><h2>{head}</h2>" + "".join(
        f"<div><span>{name}</span><span>{price}</span></div>" for name, price in (("Free", "$0"), ("Pro", "$19/mo"))
    )
    assert plans(f"<div>{page}</div>") == ["Free: free", "Pro: 19 USD per month"]


@pytest.mark.parametrize("head", ["Lamp vs Torch", "Ours vs Theirs", "Lamp compared to others", "Alternatives to Lamp"])
def test_plans_under_a_heading_that_compares_are_others_to_its_next_peer(head: str) -> None:
    theirs = "<h3>Torch Pro</h3><p>$31 per month</p>"
    own = "<h2>Lamp plans</h2><h3>Solo</h3><p>$9 per month</p>"
    assert plans(f"<h1>Pricing</h1><h2>{head}</h2>{theirs}{own}") == ["Solo: 9 USD per month"]


def test_a_table_of_tools_in_which_the_product_stands_gives_no_plan() -> None:
    rows = "".join(
        f"<tr><td>{name}</td><td>{price} per month</td></tr>" for name, price in (("Lamp", "$9"), ("Torch", "$31"))
    )
    assert plans(f"<table><tr><th>Name</th><th>Price</th></tr>{rows}</table>") == []


@pytest.mark.parametrize(("lang", "read"), [("zh-CN", "99 CNY per month"), ("ja", "99 JPY per month")])
def test_a_sign_of_two_countries_goes_by_the_pages_language(lang: str, read: str) -> None:
    assert plans(cards(team="¥99/月"), lang=lang) == ["Solo: free", f"Team: {read}"]


@pytest.mark.parametrize("price", ["¥99 / month", "49 kr/month", "J$500 / month"])
def test_an_amount_that_cant_be_read_is_no_plan_and_leaves_no_class(price: str) -> None:
    assert plans(cards(team=price)) == ["Solo: free"]
    assert price_class(cards(team=price)) == []
    assert price_class(cards("$9 / month", price)) == ["paid"]  # another price can't change that


def test_a_price_goes_on_in_the_lines_below_it() -> None:
    team = "<b>$12</b></p><p>per seat / month</p><p>billed annually at $144</p><p>"
    assert plans(cards(team=team))[1] == "Team: 12 USD per seat and month, billed yearly"


def test_a_table_gives_units_in_its_heads_and_a_second_price_a_year() -> None:
    page = """<h1>Pricing</h1><table><tr><th>Plan</th><th>Monthly</th><th>Yearly</th></tr>
    <tr><td>Solo</td><td>$9</td><td>$90</td></tr><tr><td>Giant</td><td colspan=2>Let's talk</td></tr></table>"""
    assert plans(page) == ["Solo: 9 USD per month", "Solo: 90 USD per year", "Giant: contact sales"]
    tokens = """<table><tr><th>Model</th><th>Input (per 1M tokens)</th><th>Output (per 1M tokens)</th></tr>
    <tr><td>Lamp mini</td><td>$0.30</td><td>$1.20</td></tr></table>"""
    assert plans(tokens) == ["Lamp mini: 0.30 USD per 1M input tokens plus 1.20 USD per 1M output tokens"]


def test_a_markdown_page_is_read_as_the_page_it_becomes() -> None:
    page = "# Pricing\n\n## Free plan\n- **$0/month**\n\n## Starter plan\n- **$29/month**\n\n| Plan | Price |\n|---|---|\n| Max | $99 per month |\n"
    assert plans(page, kind="text/markdown", path="pricing.md") == [
        "Free plan: free", "Starter plan: 29 USD per month", "Max: 99 USD per month",
    ]  # fmt: skip


def test_a_second_list_of_the_same_plans_gives_only_another_period() -> None:
    lists = [("$9", "$29"), ("$7", "$19"), ("$90 / year", "$290 / year")]
    page = "<h1>Pricing</h1>" + "".join(
        f"<section>{cards(*prices).partition('</h1>')[2]}</section>" for prices in lists
    )
    assert plans(page.replace("<p>$9</p>", "<p>$9 / month</p>").replace("<p>$29</p>", "<p>$29 / month</p>")) == [
        "Solo: 9 USD per month", "Team: 29 USD per month", "Solo: 90 USD per year", "Team: 290 USD per year",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("page", "read"),
    [
        ("<h3>Starter — 9,90 € / Monat</h3><p>• 2 € je Slot</p>", "Starter: 9.90 EUR per month"),
        ("<div>⚡ Pro</div><div>$5 / month</div><ul><li>✓ All of Free</li></ul>", "Pro: 5 USD per month"),
        ("<h3>Pro</h3><p>$800 / month</p><p>+ $300 one-time setup</p>", "Pro: 800 USD per month"),
        ("<h3>Pro</h3><p><i>From</i> <b>$8</b> / month</p>", "Pro: from 8 USD per month"),
    ],
)
def test_a_card_has_one_name_and_one_price_whatever_stands_around_them(page: str, read: str) -> None:
    other = "<h3>Other</h3><p>$1 / month</p><p>x</p>"
    assert read in plans(f"<h1>Lamp</h1><div><div class='c'>{page}</div><div class='c'>{other}</div></div>")


def test_prices_in_a_sentence_and_a_list_of_properties_are_no_plans() -> None:
    sentence = "<h3>料金</h3><p>プロ版は以前は月額1,888円でしたが、現在は公開されていません。担当者にお問い合わせください。</p>"
    table = "<table><tr><td>Size</td><td>5 MB</td></tr><tr><td>Billing</td><td>$3 / month</td></tr><tr><td>For</td><td>iOS</td></tr></table>"
    assert plans(sentence, lang="ja") == plans(f"<h1>Pricing</h1>{table}") == []


OFFER = """<script type="application/ld+json">{"@type": "WebApplication", "name": "Lamp", "offers": [%s]}</script>"""


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("<p>All of it is yours to use.</p>", ["free"]),
        ("<p>The hosted lamp is ¥1,888 for each seat and year, as people say, and more for larger teams.</p>", []),
        ("<table><tr><td>Since 2022</td><td>at least $19 for each seat; ask us</td></tr></table>", []),
    ],
)
def test_data_says_free_only_where_the_page_names_no_amount(body: str, named: list[str]) -> None:
    page = OFFER % '{"price": "0", "priceCurrency": "USD"}' + body
    assert price_class(page) == named
    assert plans(page) == ["Offer: free"] * len(named)


@pytest.mark.parametrize(
    ("more", "named"), [("", ["open_source"]), (" We are paid $12 by those who host with us.", [])]
)
def test_a_licence_in_data_alone_is_no_price_where_amounts_stand(more: str, named: list[str]) -> None:
    data = '<script type="application/ld+json">{"@type": "WebApplication", "name": "Lamp", "license": "MIT"}</script>'
    assert price_class(f"{data}<p>The lamp burns all night for you.{more}</p>") == named


@pytest.mark.parametrize(("amount", "named"), [("9", ["freemium"]), ("12", [])])
def test_data_says_freemium_only_where_it_gives_the_amounts(amount: str, named: list[str]) -> None:
    offers = '{"name": "A", "price": "0", "priceCurrency": "USD"}, {"name": "B", "price": "9", "priceCurrency": "USD"}'
    said = f"<p>Everybody who works with the lamp every day pays us ${amount} for it, and some pay nothing at all.</p>"
    assert price_class(OFFER % offers + said) == named


@pytest.mark.parametrize(
    ("prices", "named"),
    [
        (["$0.25 per call", "$0.05 per GB", "$19 per month"], "usage"),
        (["$19 per month", "$0.25 per call", "$0.05 per GB"], "paid"),
        (["$0.25 per call", "$19 per month", "$49 per month"], "paid"),
        (["$0.25 per call", "$19 per month"], "paid"),
        (["$25/qtr"], "paid"),
        (["contact sales", "$0.25 per call", "$0.05 per GB", "$19 per month"], "usage"),
    ],
)
def test_prices_for_use_outweigh_a_monthly_extra_after_them(prices: list[str], named: str) -> None:
    assert pricing_class(prices, []) == named


def test_a_line_below_the_price_names_no_plan_where_one_above_may() -> None:
    page = "".join(
        f"<div class='c'><p>{own}</p><p>${price} / month</p><div class='f'>{all_of}</div></div>"
        for own, price, all_of in (("“Uno”", 9, "All of Free"), ("“Duo”", 19, "All of Uno"))
    )
    assert plans(f"<h1>Lamp</h1><div>{page}</div>") == [] == price_class(page)
    below = page.replace("<p>“Uno”</p>", "").replace("<p>“Duo”</p>", "")
    assert plans(f"<h1>Lamp</h1><div>{below}</div>") == ["All of Free: 9 USD per month", "All of Uno: 19 USD per month"]


def test_a_heading_over_several_plans_is_none_of_them() -> None:
    priced = "".join(
        f"<p>${price} / month</p><p>For the many who work late, and for their friends.</p>" for price in (9, 19, 29)
    )
    assert plans(f"<h1>Lamp</h1><h2>Get the one that fits you</h2>{priced}") == [] == price_class(priced)


def test_words_that_lead_an_amount_name_no_plan() -> None:
    page = cards("$9 / month").replace("<h3>Team", "<h3>Starting price")
    assert plans(page) == ["Solo: 9 USD per month"]


@pytest.mark.parametrize(
    ("price", "more"), [("$29 / month", []), ("$39 / month", ["Team · Most loved: 39 USD per month"])]
)
def test_a_name_with_a_badge_is_a_plan_only_at_another_price(price: str, more: list[str]) -> None:
    again = cards("$9 / month", price).replace("<h3>Team", "<h3>Team · Most loved").replace("<h1>Lamp</h1>", "")
    first = ["Solo: 9 USD per month", "Team: 29 USD per month"]
    assert plans(cards("$9 / month") + again) == [*first, *more]
