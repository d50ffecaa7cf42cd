"""Records on disk: the bytes are Python's own `json`, whoever writes them."""

import json
import sys
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.support import page_records

from panel.pipeline import pretty_json
from panel.records import Pricing

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(st.characters())  # lone surrogates too
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | FLOATS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def by_json(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


@given(st.dictionaries(st.text(), VALUES, max_size=4))
@example({"a": 1e-05, "b": [0.00001234], "c": {"d": 1.5e-7}})
@example({"a": 5e-324, "b": 1e16, "c": sys.float_info.max, "d": -0.0, "e": 0.0001, "f": 9.99e-05})
@example({"a": "\ud800", "b": "\x00\x1f\x7f\u2028\u00e9", "c": [], "d": {}})
def test_pretty_json_spells_every_value_as_json_does(value: dict[str, Any]) -> None:
    assert pretty_json(value) == by_json(value)


@pytest.mark.parametrize("record", [page_records.comparison(), page_records.hostile(), Pricing(pricing_class="free")])
def test_pretty_json_of_a_record_is_the_json_of_its_fields(record: Any) -> None:
    assert pretty_json(record) == by_json(record.model_dump(mode="json"))
    assert pretty_json({"opinion": record, "raw": ["é"]}) == by_json(
        {"opinion": record.model_dump(mode="json"), "raw": ["é"]}
    )
