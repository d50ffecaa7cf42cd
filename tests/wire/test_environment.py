"""What the SDKs find in the environment and would send along: nothing of it arrives anywhere."""

import asyncio
import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.support.answers import answer, raw, spec
from tests.support.providers.our_side import ASKED

from panel.jurors.dialects import open_provider

NAMED = re.compile(r"[\"'`]((?:OPENAI|AZURE_OPENAI|ANTHROPIC)_[A-Z0-9_]+)[\"'`]")
BY_HAND = {
    "OPENAI_CUSTOM_HEADERS", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY", "OPENAI_BASE_URL",
    "ANTHROPIC_CUSTOM_HEADERS", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL", "ANTHROPIC_PROFILE",
}  # fmt: skip
HEADERS = "X-Secret: hush\nAuthorization: Bearer of-somebody-else\nx-api-key: of-somebody-else\nUser-Agent: hush"
SPECIAL = {
    "OPENAI_CUSTOM_HEADERS": HEADERS, "ANTHROPIC_CUSTOM_HEADERS": HEADERS,
    "OPENAI_BASE_URL": "http://192.0.2.9/hush", "ANTHROPIC_BASE_URL": "http://192.0.2.9/hush",
}  # fmt: skip
apis = pytest.mark.parametrize("api", ["responses", "chat", "messages"])


def variables_of(*packages: str) -> set[str]:
    """Every variable that the installed packages' sources name."""
    found: set[str] = set()
    for package in packages:
        located = find_spec(package)
        assert located and located.origin
        for path in Path(located.origin).parent.rglob("*.py"):
            if "types" not in path.parts and "resources" not in path.parts:
                found.update(NAMED.findall(path.read_text("utf-8")))
    return found


async def heard_from(api: str) -> dict[str, str]:
    """The headers of one request, as they arrive."""
    heads: list[bytes] = []
    reply = raw(api, answer()).encode()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        length = re.search(rb"content-length: (\d+)", heads[0], re.I)
        assert length
        await reader.readexactly(int(length[1]))
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
        writer.write(head % len(reply) + reply)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        asked = open_provider(spec(api, base_url=f"http://127.0.0.1:{port}/v1"))
        body = asked.first_body(ASKED)
        await asked.send(body)
        await asked.close()
    lines = heads[0].decode().strip().split("\r\n")[1:]
    named = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    assert len(named) == len(lines), "a header stands twice"
    return {**named, "host": "here"}


@apis
async def test_nothing_of_an_sdks_own_variables_arrives(api: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that the two SDKs read are set; what a server receives is what it receives without them."""
    names = variables_of("openai", "anthropic")
    assert names >= BY_HAND, "the sources are not where they were"
    for name in names:
        monkeypatch.delenv(name, raising=False)
    without = await heard_from(api)
    for name in names - {"OPENAI_LOG", "ANTHROPIC_LOG"}:
        monkeypatch.setenv(name, SPECIAL.get(name, "hush"))
    assert await heard_from(api) == without
    assert spec(api).api_key in str(without) and "hush" not in str(without)
