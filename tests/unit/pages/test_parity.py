"""What was looked for on each tool, and what a page says where two tools differ in it."""

from datetime import date
from typing import Any

import pytest
from tests.support import page_records

from panel.pages import comparison_html, comparison_markdown, review_html
from panel.pages.sources import parity
from panel.records import Dossier, Pricing, Sought
from panel.tally.pricing_read import read_pricing

DAY = date(2026, 11, 20)


def looked(**outcomes: str) -> tuple[Sought, ...]:
    return tuple(Sought.model_validate({"kind": kind, "outcome": what, "on": DAY}) for kind, what in outcomes.items())


def having(dossier: Dossier, **outcomes: str) -> Dossier:
    """The dossier as if its address had been gathered with this, its price unknown."""
    coverage = dossier.coverage.model_copy(update={"sought": looked(**outcomes)})
    launch = dossier.launch.model_copy(update={"pricing": Pricing()})
    own = tuple(source for source in dossier.sources if source.kind not in outcomes)
    return dossier.model_copy(update={"coverage": coverage, "launch": launch, "sources": own})


def pair(a: dict[str, str], b: dict[str, str]) -> str:
    bare = page_records.review_a().dossier.model_copy(update={"sources": ()})
    return parity([having(bare, **a), having(bare, **b)], ["Lantern", "Wick"])


@pytest.mark.parametrize(
    ("a", "b", "sentence"),
    [
        ({"docs": "read"}, {"docs": "read"}, ""),
        ({"docs": "not_readable"}, {"docs": "not_public"}, ""),
        ({"home": "read"}, {}, ""),
        ({"docs": "read"}, {}, "we read of Lantern alone documentation."),
        (
            {"pricing": "read", "issues": "read"}, {"pricing": "not_readable", "issues": "not_public"},
            "we read of Lantern alone a price page (that of Wick could not be read on 20 Nov 2026) and a list of issues "
            "(that of Wick was not to be found on 20 Nov 2026).",
        ),
        (
            {"docs": "read"}, {"discussion": "read", "package": "read"},
            "we read of Lantern alone documentation; of Wick alone a discussion and a registry’s entry.",
        ),
    ],
)  # fmt: skip
def test_one_sentence_says_what_was_read_of_one_tool_only(a: dict[str, str], b: dict[str, str], sentence: str) -> None:
    assert pair(a, b).removeprefix("The two were not read alike: ") == sentence


@pytest.mark.parametrize(
    ("voice", "sentence"), [("maker", "documentation"), ("third_party", "documentation"), ("us", ""), ("rival", "")]
)
def test_a_launch_files_sources_count_as_read_but_for_our_own(voice: str, sentence: str) -> None:
    dossier = page_records.review_a().dossier
    source = dossier.sources[0].model_copy(update={"kind": "docs", "voice": voice})
    one, none = (dossier.model_copy(update={"sources": sources}) for sources in ((source,), ()))
    said = f"The two were not read alike: we read of Lantern alone {sentence}."
    assert parity([one, none], ["Lantern", "Wick"]) == (said if sentence else "")


def compared(**outcomes: str) -> Any:
    review = page_records.review_a()
    bare = review.model_copy(update={"dossier": having(review.dossier, **outcomes)})
    return page_records.comparison(a=bare)


def test_both_pages_say_where_the_sides_differ_and_a_review_does_not() -> None:
    both = compared(docs="not_readable", discussion="read")
    for page in (comparison_html(both), comparison_markdown(both)):
        assert page.count("The two were not read alike") == 1
    assert "not read alike" not in review_html(both.review_a)


GAPS = [
    ({"pricing": "not_readable"}, "We could not read its price page on 20 Nov 2026"),
    ({"pricing": "not_public"}, "We found no price page on 20 Nov 2026"),
    ({"pricing": "read"}, "We could not make out a price on its price page of 20 Nov 2026"),
    ({}, "Nobody has looked up its price"),
]


@pytest.mark.parametrize(("outcomes", "sentence"), GAPS)
def test_a_price_nobody_read_is_ours_to_say_and_never_unknown(outcomes: dict[str, str], sentence: str) -> None:
    both = compared(**outcomes)
    for page in (comparison_html(both), review_html(both.review_a), comparison_markdown(both)):
        assert sentence in page
        assert "Price unknown" not in page
    told = read_pricing(both.review_a.dossier, both.review_b.dossier)
    assert told.a == sentence
    assert "unknown" not in told.differs


def test_what_was_looked_for_is_in_no_hash_nor_in_older_records() -> None:
    dossier = page_records.review_a().dossier
    assert "sought" not in dossier.model_dump(mode="json")["coverage"]
    coverage = dossier.coverage.model_copy(update={"sought": looked(docs="read")})
    told = dossier.model_copy(update={"coverage": coverage})
    assert told.dossier_hash == dossier.dossier_hash
    assert Dossier.model_validate_json(told.model_dump_json()).coverage.sought == looked(docs="read")
