import pytest

from panel.errors import Mistake
from panel.prompting.openings import deal_moves, load_moves, match
from panel.prompting.templates import Templates

PANEL = ("developer-experience", "competitor-skeptic", "futurist", "business-analyst", "reporter")
PRODUCTS = [f"tool-{number}" for number in range(60)]


def test_the_moves_of_the_issue_are_there(templates):
    assert {"number", "command", "missing", "situation", "concession", "rival", "date"} <= set(load_moves(templates))


def test_no_two_critics_of_a_launch_open_alike_while_moves_last(templates):
    for product in PRODUCTS:
        assert len(set(deal_moves(templates, product, PANEL).values())) == len(PANEL)


def test_every_persona_is_dealt_a_move_when_there_are_fewer_moves(templates):
    """Every persona is dealt a move when there are more personas than moves."""
    many = [f"critic-{number}" for number in range(2 * len(load_moves(templates)) + 1)]
    dealt = list(deal_moves(templates, "tool", many).values())
    assert len(dealt) == len(many)
    assert max(dealt.count(move) for move in dealt) == 3


def test_the_deal_is_the_same_whatever_the_order_of_personas(templates):
    assert deal_moves(templates, "tool", PANEL) == deal_moves(templates, "tool", PANEL[::-1])


def test_the_deal_differs_between_products(templates):
    openings = {deal_moves(templates, product, PANEL)["futurist"] for product in PRODUCTS}
    assert len(openings) > len(load_moves(templates)) / 2


def test_a_persona_that_joins_leaves_most_deals_as_they_were(templates):
    moves = load_moves(templates)
    kept = sum(
        match(product, PANEL, moves)[persona] == match(product, (*PANEL, "newcomer"), moves)[persona]
        for product in PRODUCTS
        for persona in PANEL
    )
    assert kept / (len(PRODUCTS) * len(PANEL)) > 0.9


def test_nobody_to_deal_to_gives_an_empty_deal(templates):
    assert deal_moves(templates, "tool", ()) == {}


@pytest.mark.parametrize("text", ["", "[]", "number: ''", "number: 3", "7: words"])
def test_moves_that_are_no_instructions_are_refused(prompt_texts, text):
    with pytest.raises(Mistake, match=r"moves.yaml"):
        load_moves(Templates({**prompt_texts, "moves.yaml": text}))
