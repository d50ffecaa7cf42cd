"""The desk as a shell builds it, its archive included, asked by more people at once than an engine has connections."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.support.newsrooms import LARK, make_workspace

from panel.cli.terminal.here import open_desk

PEOPLE = 20  # an engine hands out ten connections, and gives up on a free one after 30 s
WELL_BELOW_S = 20


def test_twenty_people_open_a_draft_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty who open a draft at once get it, though each asks the archive."""
    monkeypatch.chdir(make_workspace(tmp_path / "ws"))
    together = threading.Barrier(PEOPLE)
    with open_desk() as at:
        at.desk.open(at.who, LARK)
    with open_desk() as at:  # an archive that has counted nothing yet
        who = at.who

        def look(_: int) -> int:
            together.wait()
            return len(at.desk.open(who, LARK).points)

        began = time.monotonic()
        with ThreadPoolExecutor(PEOPLE) as people:
            assert len(set(people.map(look, range(PEOPLE)))) == 1
    assert time.monotonic() - began < WELL_BELOW_S
