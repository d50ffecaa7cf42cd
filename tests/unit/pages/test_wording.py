"""The interface's words: counts as k of n, depth, independence."""

from datetime import date
from decimal import Decimal

import pytest
from tests.support import page_records

from panel.pages import wording
from panel.records import Rho, Usage
from panel.tally.effective_votes import effective_jurors


def test_a_count_is_over_votes_and_names_the_rest() -> None:
    assert wording.panel_sentence(page_records.tally(2, 1, "ship", abstain=1)) == "2 of 3 ship, 1 abstained"
    assert wording.panel_sentence(page_records.tally(3, 1, "ship")) == "3 of 4 ship"


def test_nobody_voting_is_said_and_is_no_share() -> None:
    tally = page_records.tally(0, 0, "not_enough", failed=4)
    assert wording.panel_sentence(tally) == "No votes, 4 failed"
    assert wording.independence([page_records.juror("futurist")], tally) == "Nobody voted: there is no count to weigh."


def test_depth_counts_each_page_once_and_says_whose_they_are() -> None:
    assert wording.depth_sentence([page_records.review_a(), page_records.review_b()]) == (
        "Critics read, and ran nothing. 5 pages, 4 by the makers. 23 Nov 2026."
    )
    assert wording.depth_sentence([page_records.review_a(), page_records.review_a()]).startswith(
        "Critics read, and ran nothing. 3 pages, 2 "
    )


def test_depth_is_that_of_the_shallower_review_and_names_both_days() -> None:
    later = page_records.dossier(page_records.LEDGER, page_records.LEDGER_PASSAGES, as_of=date(2026, 11, 24))
    used = page_records.review_b(depth="used", dossier=later)
    assert wording.depth_sentence([page_records.review_a(), used]).startswith("Critics read, and ran nothing. ")
    assert wording.depth_sentence([used]).startswith(
        "Critics read, and ran nothing; a person used it for work: see the run log. "
    )
    assert wording.depth_sentence([page_records.review_a(), used]).endswith("23 Nov 2026 and 24 Nov 2026.")


@pytest.mark.parametrize(
    ("models", "sentence"),
    [
        (("local/smollm2",) * 4, "One model: treat as about one opinion."),
        (("openai/a", "openai/b") * 2, "Models of one family: treat as about one opinion."),
        (("openai/a", "anthropic/b") * 2, "Models of two families: treat as about one and a half opinions."),
        (tuple(f"maker-{n}/m" for n in range(12)), "Models of 12 families: treat as about two opinions."),
    ],
)
def test_independence_says_how_many_opinions_the_count_is_worth(models: tuple[str, ...], sentence: str) -> None:
    worth = effective_jurors([model.partition("/")[0] for model in models], Rho())
    interval = page_records.ONE_MODEL.model_copy(update={"effective": worth})
    tally = page_records.tally(3, 1, "ship").model_copy(update={"interval": interval})
    assert wording.independence([page_records.juror("futurist", m) for m in models], tally) == sentence


@pytest.mark.parametrize(
    ("verdict", "start"),
    [("ship", "The panel would ship X: 3 of 4"), ("skip", "The panel would skip X: 1 of 4"), ("split", "The panel is split on X"),
     ("not_enough", "Too few critics voted on X")],
)  # fmt: skip
def test_a_review_opens_with_its_answer(verdict: str, start: str) -> None:
    assert wording.review_answer("X", page_records.tally(3, 1, verdict)).startswith(start)


def test_an_unknown_price_is_never_zero() -> None:
    assert wording.money(None) == "unknown"
    assert wording.money(Decimal("0.054399")) == "$0.0544"
    assert wording.money(Decimal(0)) == "$0.0000"


def test_a_probability_is_a_count() -> None:
    assert wording.in_hundred(0.65) == "about 65 in 100"
    assert wording.in_hundred(0.001) == "fewer than 1 in 100"


def test_tokens_name_only_the_classes_used() -> None:
    assert wording.tokens(Usage(input_tokens=1200, output_tokens=550)) == "1,200 in, 550 out"
    assert wording.tokens(Usage()) == "none"


def test_names_are_listed_as_in_a_sentence() -> None:
    assert [wording.listed(names) for names in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
