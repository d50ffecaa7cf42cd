import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from panel.store.ledger.bodies import LONG, exact_json, fold_body, named_hashes, unfold

WORDS = st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=20)
LONGER = st.builds(lambda word, times: (word or "x") * times, WORDS, st.integers(1, LONG))
NAMES = st.one_of(WORDS, st.sampled_from(["$text", "$json", "$kept", "schema"]))
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), WORDS, LONGER
)
BODIES = st.dictionaries(
    NAMES,
    st.recursive(
        LEAVES, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=4))
    ),
    max_size=4,
)


@given(BODIES)
def test_unfolding_gives_back_the_exact_body(body: dict[str, Any]) -> None:
    folded, apart = fold_body(body)
    assert exact_json(unfold(folded, apart)) == exact_json(body)


@given(BODIES)
def test_a_folded_body_names_exactly_the_texts_taken_out(body: dict[str, Any]) -> None:
    folded, apart = fold_body(body)
    assert named_hashes(folded) == apart.keys()


@given(BODIES, BODIES)
def test_different_bodies_fold_differently(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert (fold_body(one)[0] == fold_body(other)[0]) == (exact_json(one) == exact_json(other))


def test_what_many_bodies_share_is_taken_out_once() -> None:
    shared = {"schema": {"field": "d" * 600}, "input": ["p" * 20_000]}
    folded, apart = fold_body(shared | {"persona": "developer"})
    assert len(folded) < 300
    assert apart == fold_body(shared | {"persona": "skeptic"})[1]


def test_a_short_body_stays_as_it_is() -> None:
    body = {"model": "m", "schema": {"type": "object"}}
    assert fold_body(body) == (json.dumps(body, separators=(",", ":")), {})
