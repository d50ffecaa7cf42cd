from datetime import UTC, datetime

import pytest

from panel.errors import Mistake
from panel.store.run_ids import check_run_id, new_run_id, safe_relpath

NOW = datetime(2026, 11, 23, 15, 12, 0, tzinfo=UTC)


def test_a_run_id_says_when_and_what() -> None:
    assert new_run_id(NOW, ["mistral-3-small", "x"]).startswith("20261123-151200-mistral-3-small-vs-x-")
    assert new_run_id(NOW, ["mistral-3-small"]).startswith("20261123-151200-mistral-3-small-")
    assert new_run_id(NOW, ["a", "b", "c"]).startswith("20261123-151200-a-and-2-more-")


def test_two_runs_of_one_second_differ() -> None:
    assert len({new_run_id(NOW, ["a"]) for _ in range(20)}) > 18


@pytest.mark.parametrize("names", [["../../etc"], ["a" * 500, "b" * 500], ["ü/ö\\: *"], []])
def test_a_run_id_is_a_folder_name_whatever_it_is_about(names: list[str]) -> None:
    run_id = new_run_id(NOW, names)
    assert check_run_id(run_id) == run_id
    assert len(run_id) < 100


@pytest.mark.parametrize("run_id", ["", ".", "..", "../x", "a/b", ".hidden", "a\\b", "a\0", "x" * 300, "a."])
def test_what_is_no_run_id_is_refused(run_id: str) -> None:
    with pytest.raises(Mistake, match="not a run id"):
        check_run_id(run_id)


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../x", "a/../../b", "a//b", "a\\b", "C:x", ".lock", "a/.x", "a/"])
def test_a_path_that_could_leave_the_folder_is_refused(path: str) -> None:
    with pytest.raises(Mistake, match="run folder"):
        safe_relpath(path)


def test_plain_paths_stay_as_they_are() -> None:
    assert str(safe_relpath("opinions/acme-2-0/dev.json")) == "opinions/acme-2-0/dev.json"
