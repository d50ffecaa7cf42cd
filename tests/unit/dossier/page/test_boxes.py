"""Boxes of pages written for the purpose: one name, what it costs, and the words that stand with it."""

import time

import pytest

from panel.dossier.page.boxes import MOST_BOXES, Box, boxes
from panel.dossier.page.html_tree import parse_html

DIVS = """<div class="grid">
<div class="card"><div class="n">Free</div><div class="p"><span>$</span><span>0</span><span>/mo</span></div><ul><li>1 GB</li></ul></div>
<div class="card hot"><div class="badge">Most popular</div><div class="n">Launch</div><div class="p">$19/mo</div><ul><li>10 GB</li></ul></div>
<div class="card"><div class="n">Scale</div><div class="p">$69/mo</div><ul><li>100 hours included, then $0.16 each</li></ul></div>
<div class="card"><div class="n">Giant</div><div class="p">Let's talk</div><ul><li>All of it</li></ul></div></div>"""
HEADS = "<section><div><h3>Solo</h3><h1>$9<small>/mo</small></h1><a>Buy</a></div><div><h3>Team</h3><h1>$29</h1><a>Ask</a></div></section>"
SWITCH = """<main><div><h3>Solo</h3><p><span>Monthly</span></p><div><div><p>Monthly</p><p>$9</p></div><div><p>Yearly</p><p>$90</p></div></div></div>
<div><h3>Team</h3><div><div><p>Monthly</p><p>$19</p></div><div><p>Yearly</p><p>$190</p></div></div></div></main>"""
FLAT = "<h1>Prices</h1><h2>Solo</h2><p>$9 per month</p><ul><li>1 GB</li></ul><h2>Team</h2><p>$19 per month</p><h2>Questions</h2><p>Ask.</p>"
ROWS = "<table><tr><th>Plan</th><th>Price</th><th>Space</th></tr><tr><td>Solo</td><td>$9</td><td>1 GB</td></tr></table>"
COLUMNS = """<table><tr><th></th><th>Solo</th><th>Team</th></tr><tr><td>Space</td><td>1 GB</td><td>5 GB</td></tr>
<tr><td>Per month</td><td>$9</td><td>$19</td></tr></table>"""
LINES = "<ul><li>Solo: $9 a month</li><li><b>Team</b> $19 a month</li><li>Ask for more</li></ul>"


def found(body: str) -> list[Box]:
    return boxes(parse_html(f"<html><body>{body}</body></html>"))


def named(body: str) -> dict[str, tuple[str, ...]]:
    return {box.name: box.prices for box in found(body)}


def test_cards_of_one_shape_are_boxes_whatever_their_elements() -> None:
    assert named(DIVS) == {"Free": ("$0/mo",), "Launch": ("$19/mo",), "Scale": ("$69/mo",), "Giant": ("Let's talk",)}
    assert named(HEADS) == {"Solo": ("$9/mo",), "Team": ("$29",)}


def test_a_box_is_one_text_of_the_pages_own_words_name_first() -> None:
    assert [box.text for box in found(DIVS)][1:3] == [
        "Launch: Most popular; $19/mo; 10 GB",
        "Scale: $69/mo; 100 hours included, then $0.16 each",
    ]


def test_a_label_and_its_amount_within_a_card_are_no_box_of_their_own() -> None:
    assert named(SWITCH) == {"Solo": ("$9", "$90"), "Team": ("$19", "$190")}


def test_a_heading_with_an_amount_below_it_is_a_box_to_the_next_heading() -> None:
    assert [(box.text, box.prices) for box in found(FLAT)] == [
        ("Solo: $9 per month; 1 GB", ("$9 per month",)),
        ("Team: $19 per month", ("$19 per month",)),
    ]


def test_rows_and_columns_of_a_table_carry_their_heads() -> None:
    (row,) = found(ROWS)
    assert (row.kind, row.name, row.prices, row.heads, row.lines) == (
        "row",
        "Solo",
        ("$9",),
        ("Price",),
        ("Space: 1 GB",),
    )
    solo, team = found(COLUMNS)
    assert (solo.kind, solo.prices, solo.heads) == ("column", ("$9",), ("Per month",))
    assert team.text == "Team: Space: 5 GB; Per month: $19"


def test_a_line_that_gives_both_is_a_box() -> None:
    assert named(LINES) == {"Solo": ("$9 a month",), "Team": ("$19 a month",)}


@pytest.mark.parametrize("amount", ["49 kr/month", "月額980円", "KES 5,000", "₹1,499", "12 zł", "¥99/月"])
def test_an_amount_in_any_currency_makes_a_box(amount: str) -> None:
    assert set(named(DIVS.replace("$19/mo", amount).replace("$69/mo", amount))) >= {"Launch", "Scale"}


@pytest.mark.parametrize("struck", ["<s>$25</s>", "<del>$25</del>"])
def test_a_struck_out_price_is_in_no_box(struck: str) -> None:
    assert named(DIVS.replace("$19/mo", f"{struck} $19/mo"))["Launch"] == ("$19/mo",)


@pytest.mark.parametrize(
    "body",
    [
        "<p>We raised $4 million and saved one customer $12,000 last year, which is a lot of money.</p>",
        "<nav><ul><li><b>Solo</b> $9</li><li><b>Team</b> $19</li></ul></nav>",
        "<p>$9</p>",
        "",
    ],
)
def test_an_amount_without_a_name_makes_no_box(body: str) -> None:
    assert found(body) == []


@pytest.mark.parametrize(
    "body",
    ["<div><h3>A b</h3>$1" * 80, "<div>" * 90 + "<p>Name x</p><p>$1</p>" * 20_000, "<i>$</i>" * 100_000,
     "<table>" + "<tr><td>Solo<td>$1" * 50_000, "<div><div>Ab</div><div>$1</div></div>" * 30_000],
)  # fmt: skip
def test_no_page_of_amounts_takes_long(body: str) -> None:
    tree = parse_html(body, huge_tree=True)
    started = time.process_time()
    assert len(boxes(tree)) <= MOST_BOXES
    assert time.process_time() - started < 5
