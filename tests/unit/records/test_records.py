"""Records: frozen, strict, and hashed by content alone."""

import subprocess
import sys
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from panel.records import (
    LINE_ENDS,
    UNSEEN,
    Answered,
    Coverage,
    Declined,
    Dossier,
    Failed,
    Ground,
    Juror,
    Launch,
    NotAsked,
    Opinion,
    Passage,
    Sentence,
    Source,
    Stamp,
    Unusable,
    Usage,
    Written,
    canonical_json,
    slugify,
    without_unseen,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
JUROR = Juror(persona_id="futurist", model="local/x", family="local")
opinions: TypeAdapter[Opinion] = TypeAdapter(Opinion)
text = st.text(max_size=60)


def dossier(*, created_at: datetime = NOW, fetched: date | None = None, passage: str = "It is free.") -> Dossier:
    source = Source(
        source_id="S1", title="Page", kind="page", voice="maker", fetched=fetched, bytes_sha256="sha256:0",
        text_sha256="sha256:0", passages=(Passage(passage_id="S1.1", text=passage),),
    )  # fmt: skip
    launch = Launch.model_validate({"name": "Acme", "sources": [{"title": "Page", "fetched": fetched}]})
    return Dossier(
        made=Stamp(created_at=created_at, version="1"), as_of=date(2026, 11, 23), launch=launch, sources=(source,),
        coverage=Coverage(passages_total=1, passages_kept=1),
    )  # fmt: skip


def test_dossier_hash_ignores_when_it_was_made_and_fetched() -> None:
    later = datetime(2027, 1, 1, tzinfo=UTC)
    assert dossier().dossier_hash == dossier(created_at=later, fetched=date(2026, 1, 1)).dossier_hash


def test_a_changed_copy_has_a_hash_of_its_own() -> None:
    """A hash is reckoned once: what is copied from a record whose hash was asked for does not have the old one."""
    first = dossier()
    before = first.dossier_hash
    changed = first.model_copy(update={"as_of": date(2026, 2, 2)})
    assert changed.dossier_hash == Dossier.model_validate_json(changed.model_dump_json()).dossier_hash != before
    assert first == dossier() and first.dossier_hash == before


def test_dossier_hash_changes_with_a_single_character_a_juror_reads() -> None:
    assert dossier().dossier_hash != dossier(passage="It is free!").dossier_hash


def test_a_passage_is_found_by_its_id_and_a_made_up_one_is_none() -> None:
    found = dossier().passage("S1.1")
    assert found and found.text == "It is free."
    assert dossier().passage("S1.2") is None
    assert dossier().source_of("S2.1") is None


def test_values_are_frozen_and_refuse_unknown_fields() -> None:
    with pytest.raises(ValidationError):
        JUROR.model = "other"  # type: ignore[misc]
    with pytest.raises(ValidationError, match="Extra inputs"):
        Juror.model_validate({**JUROR.model_dump(), "mood": "good"})


def test_nan_is_no_confidence() -> None:
    with pytest.raises(ValidationError):
        Answered(juror=JUROR, verdict="ship", confidence=float("nan"), words=NotAsked())


@given(
    st.one_of(
        st.builds(Declined, juror=st.just(JUROR), why=text),
        st.builds(Unusable, juror=st.just(JUROR), why=text),
        st.builds(Failed, juror=st.just(JUROR), why=text),
        st.builds(
            Answered,
            juror=st.just(JUROR),
            verdict=st.sampled_from(["ship", "skip", "abstain"]),
            confidence=st.floats(0, 1),
            grounds=st.lists(
                st.builds(
                    Ground, number=st.integers(1, 4), side=st.sampled_from(["for", "against"]), claim=text,
                    passage_id=text, excerpt=text,
                ),
                max_size=4,
            ).map(tuple),
            words=st.one_of(
                st.just(NotAsked()),
                st.builds(
                    Written, line=text, for_whom=text, not_for=text, change_mind=text, counter=text,
                    quote=st.lists(
                        st.builds(Sentence, text=text, rests_on=st.sampled_from(["grounds", "view", "memory"])), max_size=5
                    ).map(tuple),
                ),
            ),
        ),
    )
)  # fmt: skip
def test_an_opinion_survives_the_trip_to_disk_and_back(opinion: Opinion) -> None:
    assert opinions.validate_json(opinion.model_dump_json()) == opinion


@given(st.text(max_size=200))
def test_a_slug_is_always_a_safe_file_name(name: str) -> None:
    slug = slugify(name)
    assert slug and len(slug) <= 60
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not slug.startswith("-")


@given(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=5))
def test_canonical_json_does_not_depend_on_the_order_of_keys(value: dict[str, object]) -> None:
    assert canonical_json(value) == canonical_json(dict(reversed(value.items())))


def test_usage_adds_class_by_class() -> None:
    total = Usage(input_tokens=1, cache_write_tokens=2) + Usage(cache_read_tokens=3, output_tokens=4)
    assert total == Usage(input_tokens=1, cache_write_tokens=2, cache_read_tokens=3, output_tokens=4)


def test_importing_panel_reads_nothing_and_loads_nothing_heavy() -> None:
    code = (
        "import sys; before = set(sys.modules); opened = []\n"
        "sys.addaudithook(lambda e, a: opened.append(a[0]) if e == 'open' else None)\n"
        "import panel\n"
        "ours = [o for o in opened if isinstance(o, str) and 'panel' not in o]\n"
        "new = set(sys.modules) - before - {'panel', 'panel.version'}\n"
        "assert not ours, ours\n"
        "assert not new, new\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@given(st.text(st.characters() | st.sampled_from("\t\n\r\x00\x7f\x85\xa0\u200b a"), max_size=20))
def test_plain_text_is_left_as_searching_it_would_leave_it(text: str) -> None:
    assert without_unseen(text) == UNSEEN.sub("", LINE_ENDS.sub("\n", text))
