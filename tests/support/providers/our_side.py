"""Our side of the wire: one question, and a provider of ours that asks it of a fake."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from tests.support.answers import question, spec
from tests.support.providers.server import Fake, serving

from panel.jurors import Provider
from panel.jurors.batch_api.protocol import BatchApi, BatchRequest, BatchStatus, custom_id
from panel.jurors.dialects import open_provider
from panel.prompting.schema import answer_schema

DOSSIER = """<panel-source id="S1">
Source S1: page, the maker's own word, no day given
[S1.1] Acme is free to download and to run under the Apache 2.0 licence.
[S1.2] It needs a card with 24 GB of memory and an hour of patience.
</panel-source>"""
PERSONA = """YOU READ FOR: Money
Answer these in `answers`:
- first_cost: What does it cost?

Now answer about Acme, as of 2026-11-23, from the dossier only."""
ASKED = question(dossier=DOSSIER, persona=PERSONA, schema=answer_schema())
ROWS = 40


@asynccontextmanager
async def facing(
    api: str, *behaviours: str, always: str = "ok", **changes: Any
) -> AsyncIterator[tuple[Provider, Fake]]:
    """A provider of this dialect at a fresh server that behaves so. changes: of the model's spec."""
    async with serving(*behaviours, always=always) as fake:
        provider = open_provider(spec(api, base_url=address(api, fake), **changes))
        try:
            yield provider, fake
        finally:
            await provider.close()


async def no_wait(seconds: float) -> None:
    """Time passes only in a list."""


def address(api: str, fake: Fake) -> str:
    return fake.address if api == "messages" else f"{fake.address}/v1"


def requests(api: str, count: int = ROWS, start: int = 0) -> list[BatchRequest]:
    """Calls that differ in their persona."""
    questions = [replace(ASKED, persona=f"{PERSONA}\nCall {n}.") for n in range(start, start + count)]
    provider = open_provider(spec(api))
    bodies = [provider.first_body(question) for question in questions]
    return [BatchRequest(custom_id(f"sha256:{n:064x}", 0), body) for n, body in enumerate(bodies, start)]


async def until_ended(batch_api: BatchApi, provider_batch_id: str) -> BatchStatus:
    for _ in range(50):
        found = await batch_api.status(provider_batch_id)
        if found.state == "ended":
            return found
    raise AssertionError("never ended")
