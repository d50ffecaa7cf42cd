"""A desk on a real database, and a draft on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.drafts import Room, a_room, small


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with a_room(f"sqlite:///{tmp_path / 'panel.db'}") as found:
        yield found


@pytest.fixture
def draft(room: Room) -> str:
    """One critic's review: two claims and its views."""
    return room.bring(small())[0]
