"""Every promise of the store is tried on SQLite and on a real Postgres."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.support.databases import open_part

from panel.store import BatchRows, Ledger, Locks, ProviderBatches, RunRecords
from panel.store.locks.process_locks import open_locks

if TYPE_CHECKING:
    from tests.support.drafts import Room


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'panel.db'}"
    else:
        with request.getfixturevalue("postgres").database() as url:
            yield url


@pytest.fixture
def locks(database_url: str, tmp_path: Path) -> Iterator[Locks]:
    found = open_locks(database_url, tmp_path)
    yield found
    found.close()


@pytest.fixture
def ledger(database_url: str, tmp_path: Path) -> Iterator[Ledger]:
    found = open_part(Ledger, database_url, runs_dir=tmp_path)
    yield found
    found.close()


@pytest.fixture
def records(database_url: str, tmp_path: Path) -> Iterator[RunRecords]:
    found = open_part(RunRecords, database_url, runs_dir=tmp_path)
    yield found
    found.close()


@pytest.fixture
def rows(database_url: str) -> Iterator[BatchRows]:
    found = open_part(BatchRows, database_url)
    yield found
    found.close()


@pytest.fixture
def batches(database_url: str) -> Iterator[ProviderBatches]:
    found = open_part(ProviderBatches, database_url)
    yield found
    found.close()


@pytest.fixture
def room(database_url: str) -> "Iterator[Room]":
    """A desk with one person of each role and no drafts yet."""
    from tests.support.drafts import a_room

    with a_room(database_url) as found:
        yield found
