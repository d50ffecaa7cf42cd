"""The network is off in every test: a socket to anywhere but this machine is an error. No test judges by the clock
what promises no speed: a loaded machine fails none of Hypothesis's examples."""

import os
import pickle
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import settings
from tests.support.schemas import MIGRATE, migrate_once

from panel.store import upgrade

if TYPE_CHECKING:
    from tests.support.databases import Postgres

# The local model's threads sleep while they wait for one another. Where others want the cores too, spinning made an
# answer cost 31 s of CPU, not 2. Read when the engine is imported, here and in every process that a test starts.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
MOST_KNOWN = 1000
REAL_CONNECT = socket.socket.connect
settings.register_profile("panel", deadline=None)
settings.load_profile("panel")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, then those with many tests; one file's tests stay together."""
    count = Counter(item.path for item in items)
    long = {item.path for item in items if item.get_closest_marker("long") or item.get_closest_marker("browser")}
    items.sort(key=lambda item: (item.path not in long, -count[item.path], item.path))


def _loopback_only(sock: socket.socket, address: object) -> None:
    host = address[0] if isinstance(address, tuple) else ""
    if sock.family in (socket.AF_INET, socket.AF_INET6) and host not in ("127.0.0.1", "::1", "localhost"):
        raise RuntimeError(f"tests may not reach the network: {address!r}")
    REAL_CONNECT(sock, address)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def network_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", _loopback_only)


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keys and addresses of whoever runs the tests never reach them."""
    for name in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "ANTHROPIC_BASE_URL", "OPENAI_BASE_URL", "PANEL_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    yield


@pytest.fixture(scope="session", autouse=True)
def migrations_run_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(upgrade, "migrate", migrate_once)
        yield


@pytest.fixture
def real_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every migration runs, for tests of what they make."""
    monkeypatch.setattr(upgrade, "migrate", MIGRATE)


@pytest.fixture(scope="session", autouse=True)
def yaml_is_read_once() -> Iterator[None]:
    """Commands run in process read the same personas, prompts and examples thousands of times; PyYAML takes 1 ms for a
    kilobyte. What a text gave before is given again, as a copy."""
    load, known = yaml.load, dict[tuple[str, object], bytes]()

    def load_once(stream: object, Loader: Any) -> object:
        if not isinstance(stream, str) or (stream, Loader) not in known:
            found = load(stream, Loader)
            if isinstance(stream, str) and len(known) < MOST_KNOWN:
                with suppress(RecursionError):  # nested deeper than a copy can be made
                    known[stream, Loader] = pickle.dumps(found)
            return found
        return pickle.loads(known[stream, Loader])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml, "load", load_once)
        yield


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of each kind without a table in it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'panel.db'}"
    else:
        with request.getfixturevalue("postgres").database(empty=True) as url:
            yield url


@pytest.fixture(scope="session")
def postgres() -> "Iterator[Postgres]":
    """A Postgres of our own, started when a test first asks for it."""
    from tests.support.databases import Postgres

    server = Postgres()
    yield server
    server.stop()


@pytest.fixture
def postgres_url(postgres: "Postgres") -> Iterator[str]:
    """The address of a database with today's schema and nothing in it."""
    with postgres.database() as url:
        yield url
