"""Words that a launch may carry: they are in no hash that was, and in no prompt."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from tests.support.records import a_review

from panel.dossier import build_dossier, read_launches
from panel.errors import Mistake
from panel.pipeline.products import announced_digest
from panel.prompting import Templates, render_shared
from panel.records import Announcement, Launch, LaunchSource, Run, Stamp
from panel.workspace.folder import find_workspace

TODAY = date(2026, 11, 25)
MADE = Stamp(created_at=datetime(2026, 11, 25, tzinfo=UTC), version="0")
TEXT = "name: Acme\nsources:\n  - title: Page\n    text: It copies ten thousand folders in four seconds.\n"


def read(folder: Path, more: str) -> Launch:
    path = folder / "acme.yaml"
    path.write_text(TEXT + more, encoding="utf-8")
    return read_launches(path, categories=frozenset())[0][0]


def test_a_launch_without_them_has_the_json_it_had() -> None:
    launch = Launch(name="Acme", sources=(LaunchSource(title="Page"),))
    assert not {"embargo_until", "confidential"} & launch.model_dump().keys()
    assert "embargo_until" not in launch.model_dump_json()
    assert "embargo_until" not in Announcement(source="s", at="1", name="n").model_dump_json()
    assert "again" not in Run.model_json_schema()["required"]


def test_a_review_keeps_its_hash_with_the_fields_there_are_now() -> None:
    assert a_review().review_hash == "sha256:dabf5ab349366bbd5442b4ad96e182f8f7fba6b150573d9ed875e57fbbaf0caf"


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-12-01", datetime(2026, 12, 1, tzinfo=UTC)),
        ("2026-12-01T09:00+01:00", datetime(2026, 12, 1, 8, tzinfo=UTC)),
        ("2026-12-01T09:00Z", datetime(2026, 12, 1, 9, tzinfo=UTC)),
    ],
)
def test_an_embargo_is_a_time_with_its_zone_or_a_days_beginning(tmp_path: Path, written: str, moment: datetime) -> None:
    assert read(tmp_path, f"embargo_until: {written}\n").embargo_until == moment


@pytest.mark.parametrize("written", ["2026-12-01T09:00", "soon", "2026-13-01"])
def test_a_time_without_its_zone_is_no_embargo(tmp_path: Path, written: str) -> None:
    with pytest.raises(Mistake, match="embargo_until") as caught:
        read(tmp_path, f"embargo_until: {written}\n")
    assert "2026-12-01T09:00+01:00" in caught.value.hint


def test_confidential_is_yes_or_no(tmp_path: Path) -> None:
    assert read(tmp_path, "confidential: true\n").confidential
    assert not read(tmp_path, "confidential: false\n").confidential
    with pytest.raises(Mistake, match="confidential"):
        read(tmp_path, "confidential: perhaps\n")


def test_both_words_are_in_no_prompt_no_dossier_hash_and_no_digest(tmp_path: Path) -> None:
    plain, marked = (read(tmp_path, more) for more in ("", "embargo_until: 2031-07-09\nconfidential: true\n"))
    one, other = (build_dossier(at, folder=tmp_path, made=MADE, today=TODAY) for at in (plain, marked))
    assert one.dossier_hash == other.dossier_hash
    assert announced_digest(plain) == announced_digest(marked)
    templates = Templates(find_workspace(tmp_path).prompts)
    assert render_shared(templates, one) == render_shared(templates, other)


def test_a_launch_day_to_come_is_allowed_up_to_its_embargo_and_not_without(tmp_path: Path) -> None:
    day = "launched_at: 2026-12-01\n"
    launch = read(tmp_path, day + "embargo_until: 2026-12-01\n")
    dossier = build_dossier(launch, folder=tmp_path, made=MADE, today=TODAY)
    assert (dossier.as_of, dossier.launch.launched_at) == (TODAY, date(2026, 12, 1))
    for more in (day, day + "embargo_until: 2026-11-27\n"):
        with pytest.raises(Mistake, match="yet to come"):
            build_dossier(read(tmp_path, more), folder=tmp_path, made=MADE, today=TODAY)


def test_the_dossiers_day_stays_when_the_embargo_is_over(tmp_path: Path) -> None:
    text = "launched_at: 2026-12-01\nembargo_until: 2026-12-01\n"
    launch = read(tmp_path, text + "seen_at:\n  - where: Press kit\n    on: 2026-11-20\n")
    days = {
        build_dossier(launch, folder=tmp_path, made=MADE, today=TODAY + timedelta(days=n)).as_of for n in (0, 5, 20)
    }
    assert days == {date(2026, 11, 20)}
