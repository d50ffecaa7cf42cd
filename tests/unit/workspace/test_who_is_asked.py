"""Who is asked about which launch, by what stands in panel.toml and by what may be known of it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.support.dossiers import make_dossier

from panel.errors import Mistake
from panel.pipeline import SilentConsole
from panel.records import Announcement, Dossier, Rival, Stamp
from panel.workspace import ask_again
from panel.workspace.launches import gather_dossier, make_gather, with_rivals
from panel.workspace.workspace import Workspace, open_workspace

HOME = "https://lantern.dev"
MADE = Stamp(created_at=datetime(2026, 11, 23, tzinfo=UTC), version="0")
ALL = ("discussion", "issues", "releases", "package")


class Stopped(Mistake):
    """Ends a gathering once it is known who would be asked."""


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    (tmp_path / "panel.toml").write_text("", encoding="utf-8")
    with open_workspace(SilentConsole(), here=tmp_path) as opened:
        yield opened


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    told: list[tuple[str, ...]] = []

    async def build(url: str, **given: Any) -> None:
        told.append(given["third_parties"])
        raise Stopped("Enough.")

    monkeypatch.setattr("panel.dossier.build_live_dossier", build)
    return told


@pytest.mark.parametrize(
    ("line", "kinds"), [("", ALL), ('third_parties = ["issues"]', ("issues",)), ("third_parties = []", ())]
)
async def test_all_kinds_are_asked_unless_panel_toml_says_otherwise(
    tmp_path: Path, asked: list[Any], line: str, kinds: tuple[str, ...]
) -> None:
    (tmp_path / "panel.toml").write_text(line, encoding="utf-8")
    with open_workspace(SilentConsole(), here=tmp_path) as workspace, pytest.raises(Stopped):
        await gather_dossier(workspace, HOME, made=MADE, refresh=False)
    assert asked == [kinds]


async def test_no_third_party_is_asked_about_a_launch_that_is_not_public(
    workspace: Workspace, asked: list[Any]
) -> None:
    gather, said = make_gather(workspace, MADE), Announcement(source="f", at="line 1", name="Lantern", homepage=HOME)
    later = datetime(2027, 1, 1, tzinfo=UTC)
    for more in ({}, {"confidential": True}, {"embargo_until": later}):
        with pytest.raises(Stopped):
            await gather(said.model_copy(update=more))
    dossier = make_dossier()
    for more in ({}, {"confidential": True}, {"embargo_until": later}):
        launch = dossier.launch.model_copy(update={"homepage": HOME, **more})
        review = SimpleNamespace(dossier=dossier.model_copy(update={"launch": launch}))
        with pytest.raises(Stopped):
            await ask_again._gather(workspace, review)  # type: ignore[arg-type]
    assert asked == [ALL, (), (), ALL, (), ()]


async def test_rivals_are_read_unless_a_day_was_chosen_or_none_is_named(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def add(dossier: Dossier, **given: Any) -> Dossier:
        raise Stopped("Enough.")

    monkeypatch.setattr("panel.dossier.add_rivals", add)
    dossier = make_dossier()
    named = dossier.launch.model_copy(update={"rivals": (Rival(name="Wick", homepage="https://wick.dev"),)})
    with_one = dossier.model_copy(update={"launch": named})
    assert await with_rivals(workspace, dossier) is dossier
    assert await with_rivals(workspace, with_one, as_of=date(2026, 11, 1)) is with_one
    with pytest.raises(Stopped):
        await with_rivals(workspace, with_one)
