"""What an announcement adds to a dossier: where it was seen, and names to tell it apart by. Pure."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from panel.dossier import build_dossier
from panel.dossier.clean import Screen
from panel.records import Announcement, BatchRow, Dossier, Launch, LaunchSource, Stamp


def dossier_of_text(said: Announcement, *, made: Stamp, today: date, unread: tuple[str, ...] = ()) -> Dossier:
    """The dossier of a launch whose announcement brings its own text, where no page of it could be read.

    unread: a sentence for each page that could not. What reaches jurors beside the text is held against suspicion.
    """
    screen = Screen()
    name, release, tagline = (
        screen(getattr(said, field), source_id="S1", where=field, most=300) for field in ("name", "release", "tagline")
    )
    launch = Launch(
        name=name or f"{said.source}, {said.at}"[:120],
        release=release,
        tagline=tagline,
        category=said.category,
        homepage=said.homepage,
        launched_at=said.launched_at if said.launched_at and said.launched_at <= today else None,
        sources=said.sources,
    )
    dossier = build_dossier(launch, folder=Path(), made=made, today=today)
    coverage = dossier.coverage.model_copy(update={"unread": unread})
    return dossier.model_copy(update={"coverage": coverage, "hidden": (*dossier.hidden, *screen.left_out)})


def with_sightings(dossier: Dossier, said: Announcement) -> Dossier:
    """The dossier with every place the launch was seen. Sightings are in no prompt and in no dossier hash."""
    launch = dossier.launch
    seen = tuple(dict.fromkeys((*launch.seen_at, *said.seen_at)))
    update: dict[str, object] = {"seen_at": seen}
    if said.category and not launch.category:
        update["category"] = said.category
    if said.launched_at and not launch.launched_at:
        update["launched_at"] = said.launched_at
    return dossier.model_copy(update={"launch": launch.model_copy(update=update)})


def names_for(dossier: Dossier, row: BatchRow) -> Iterator[Dossier]:
    """The dossier under its own name, then under names that tell two tools called alike apart: by site, by row."""
    yield dossier
    launch = dossier.launch
    host = (urlsplit(row.said.homepage or launch.homepage).hostname or "").removeprefix("www.")
    if host:
        yield _called(dossier, f"{launch.name[:80]} ({host[:30]})")
    yield _called(dossier, f"{launch.name[:90]} (row {row.row})")


def _called(dossier: Dossier, name: str) -> Dossier:
    return dossier.model_copy(update={"launch": dossier.launch.model_copy(update={"name": name})})


def as_launch(said: Announcement) -> Launch:
    """As much of a launch as an announcement tells: what its product is known by, and what a change is seen from."""
    return Launch(
        name=said.name,
        release=said.release,
        tagline=said.tagline,
        category=said.category,
        homepage=said.homepage,
        launched_at=said.launched_at,
        seen_at=said.seen_at,
        embargo_until=said.embargo_until,
        confidential=said.confidential,
        sources=(LaunchSource(title=said.source[:300] or "announcement", url=said.homepage),),
    )
