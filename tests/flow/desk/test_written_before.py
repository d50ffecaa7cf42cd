"""A draft is held against what was written before: on a real database."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.support import page_records
from tests.support.databases import open_part
from tests.support.drafts import Room, a_room, reworded

from panel.desk.drafts.written_before import WrittenBefore
from panel.records import Written
from panel.store.desk.prints import Prints

NOW = datetime(2026, 11, 25, tzinfo=UTC)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    url = f"sqlite:///{tmp_path / 'panel.db'}"
    prints = open_part(Prints, url)
    with a_room(url, archive=WrittenBefore(prints, lambda: NOW)) as made:
        yield made
    prints.close()


def test_a_sentence_written_of_another_product_before_is_flagged_beside_it(room: Room) -> None:
    one, other = page_records.review_a(), page_records.review_b()
    first = one.answered()[0]
    assert isinstance(first.words, Written)
    stolen = first.words.quote[0].text
    (draft_a,) = room.bring(one)
    assert "written_before" not in {f.check for f in room.review(draft_a).flags}
    copied = reworded(other, first.juror.persona_id, 0, stolen)
    (draft_b,) = room.bring(copied, run_id="run-2")
    found = [f for f in room.review(draft_b).flags if f.check == "written_before"]
    assert [f.index for f in found] == [0]
