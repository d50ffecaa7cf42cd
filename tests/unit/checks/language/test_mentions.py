"""A number, a day or a licence is one in many spellings. Imaginary sentences about imaginary pages."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.checks.language.mentions import HARD, read_amounts, read_facts

SAME_NUMBERS = [
    ("Its 2,000 requests are free.", "2000 free requests a month"),
    ("Its 2000 requests are free.", "2,000 free requests a month"),
    ("It takes 3,000 users.", "Bis zu 3.000 Nutzer"),
    ("It costs 19.90 euros.", "nur 19,90 € im Angebot"),
    ("It is €1,299.00.", "1.299,00 € einmalig"),
    ("It is between $10 and $20.", "The plans cost $10-20/mo"),
    ("It is €10 to €20.", "10-20 € je nach Plan"),
    ("It runs a 7B model.", "Runs Mistral-7B on a laptop"),
    ("A call is 15 cents.", "Each call costs $0.15"),
    ("It is $0.15.", "15¢ for each call"),
    ("One has two weeks.", "a 14-day trial"),
    ("It takes 48 hours.", "An answer comes within two days"),
    ("It is under GPL-3.0.", "the GNU General Public License v3.0"),
    ("It is under AGPLv3.", "GNU Affero General Public License version 3"),
    ("It is under BSL 1.1.", "Business Source License 1.1"),
    ("It is under BUSL-1.1.", "Business Source License 1.1"),
    ("It may break before 1.0.", "The tool is pre-1.0"),
    ("It needs Python 3.", "Python 3.12 or later is needed"),
    ("It is version 2.", "Now at v2.1 for all"),
    ("It takes 3,000 users.", "3 000 utilisateurs au plus"),
    ("It is $2,000.", "2000 USD once"),
    ("It lasts 24 months.", "valid for two years"),
]  # fmt: skip
OTHER_NUMBERS = [
    ("It takes 12 users.", "12,000 users at most"),
    ("It began in 2019.", "2,019 users asked for it"),
    ("It is under GPL-2.0.", "the GNU General Public License v3.0"),
    ("It is $3.", "3.5 $ a month"),
    ("It is 19.90 €.", "$19.90 a month"),
    ("It is under LGPL.", "GNU Affero General Public License version 3"),
    ("It needs Python 4.", "Python 3.12 or later is needed"),
    ("It has 4 seats.", "Needs Python 4.2 or later"),
    ("It takes two weeks.", "It takes two days"),
    ("It is $20.", "10-20 users may share it"),
    ("It takes 60 users.", "It takes one or two minutes"),
    ("It is $1,000,000.", "$3 per million tokens"),
]  # fmt: skip


def stand(text, passage):
    """Whether each hard fact of a sentence stands in a passage."""
    return [read_facts(passage).hold(fact) for fact in read_facts(text).found if fact.kind in HARD]


@pytest.mark.parametrize(("text", "passage"), SAME_NUMBERS)
def test_the_same_number_in_another_spelling_stands(text, passage):
    assert stand(text, passage) and all(stand(text, passage))


@pytest.mark.parametrize(("text", "passage"), OTHER_NUMBERS)
def test_a_number_that_only_looks_alike_does_not_stand(text, passage):
    assert stand(text, passage) == [False]


@pytest.mark.parametrize("digits", ["0", "7", "007", "1999", "12345678901234567890123456789"])
def test_a_plain_whole_number_is_read_to_its_last_digit(digits):
    found = read_facts(f"It copies {digits} files.").found
    assert [int(fact.value if fact.kind == "number" else fact.text) for fact in found] == [int(digits)]
    assert not any(fact.unit or fact.called for fact in found)


SENTENCES = [text for pair in SAME_NUMBERS + OTHER_NUMBERS for text in pair]


@given(st.lists(st.sampled_from(SENTENCES), max_size=3).map(" ".join))
def test_amounts_are_the_numbers_among_all_facts_but_bare_ones(text):
    numbers = [f for f in read_facts(text).found if f.kind == "number" and not f.text.isdigit()]
    plainly = [fact._replace(called="", also=()) for fact in numbers]
    assert [fact._replace(called="", also=()) for fact in read_amounts(text)] == plainly


@given(st.text(st.sampled_from("0129.,'  $€kMv-axB/\u0663²%"), max_size=40))
def test_any_digits_and_marks_are_read_without_an_error(text):
    assert all(fact.text in text for fact in read_facts(text).found)


@pytest.mark.parametrize("piece", ["111 ", "$1 ", "General ", "1.111'", "2000 ", "a-1.1"])
def test_facts_of_a_long_run_take_time_that_grows_with_it(piece):
    begun = time.process_time()
    read_facts(piece * 20_000)
    assert time.process_time() - begun < 10  # measured: 0.1 to 1 s; 18 s where it grows with the square
