"""The embedded model itself, asked here in a process and in two at once. What needs no model is with the unit tests."""

import subprocess
import sys

import pytest
from tests.support.answers import question
from tests.support.local_model import SPEC, needs_model

from panel.jurors import Exchange, Provider, SendStep, next_step, send_with_retries
from panel.jurors.conversation import AnsweredStep
from panel.jurors.dialects import open_provider

pytestmark = [pytest.mark.local_model, pytest.mark.long, needs_model]


async def test_the_local_model_picks_from_the_menu_in_silence(capfd: pytest.CaptureFixture[str]) -> None:
    asked: Provider = open_provider(SPEC)
    asks = question("picks", dossier="[S1.1] Free under the Apache licence.\n[S1.2] Needs a card with 24 GB.")
    exchanges: list[Exchange] = []
    try:
        while isinstance(step := next_step(asked, asks, exchanges), SendStep):
            reply, _ = await send_with_retries(asked, step.body)
            exchanges.append(Exchange(step.body, step.purpose, asked.read(reply.text)))
    finally:
        await asked.close()
    assert isinstance(step, AnsweredStep) and len(exchanges) == 1
    parsed = exchanges[0].parsed
    assert parsed.model == SPEC.model and parsed.usage.output_tokens < 100 and " " not in parsed.text
    assert capfd.readouterr() == ("", "")


ONE_OF_TWO = """
import asyncio, sys
from tests.support.answers import question
from tests.support.local_model import PATIENT
from panel.jurors.providers.local import LocalPicker

async def main():
    asked = LocalPicker(PATIENT)
    for _ in range(2):
        reply = await asked.send(asked.first_body(question("picks")))
        print(asked.read(reply.text).ending, flush=True)
        await asyncio.to_thread(sys.stdin.readline)
    await asked.close()

asyncio.run(main())
"""


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
