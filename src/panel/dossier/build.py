"""A launch made into a dossier: what every juror reads, the same bytes for the same files, today and tomorrow."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import starmap
from pathlib import Path

from panel.checks import find_suspicions
from panel.dossier.clean_text import mark_attempts
from panel.dossier.launch_file.read_launch import tidy_launch
from panel.dossier.launch_file.source_files import read_source_text, source_bytes
from panel.dossier.page.passages import Block, cut
from panel.dossier.visibility.hidden_text import as_records
from panel.errors import Mistake
from panel.records import Coverage, Dossier, Hidden, Launch, LaunchSource, Pricing, Source, Stamp, sha256_of

SLACK = timedelta(days=1)  # a file's author may live where tomorrow has begun


def build_dossier(launch: Launch, *, folder: Path, made: Stamp, today: date, as_of: date | None = None) -> Dossier:
    """The dossier of a launch.

    folder: where its source files are. today: UTC. as_of: the day the dossier speaks of; None takes the newest day
    the launch names, else today, so that the same file gives the same dossier tomorrow and every answer is reused;
    the day an embargoed launch comes out is not taken, since nobody has read anything on it yet.
    Raises Mistake for a source without readable text, an address that is none, or a day yet to come.
    """
    try:
        launch = tidy_launch(launch)
    except ValueError as err:
        raise Mistake(f"{launch.name}: {err}.", hint="Write it as https://example.com/page.") from err
    _refuse_future_days(launch, today)
    past = [day for field, day in _days(launch) if not (launch.embargo_until and field == "launched_at")]
    given = [(source, f"S{n + 1}", folder, f"{launch.name}: sources[{n}]") for n, source in enumerate(launch.sources)]
    read = tuple(starmap(read_source, given))
    sources = tuple(source for source, _ in read)
    sources += price_note(launch.pricing, f"S{len(sources) + 1}")
    total = sum(len(source.passages) for source in sources)
    emptied = tuple(source.model_copy(update={"text": ""}) for source in launch.sources)
    return Dossier(
        made=made,
        as_of=as_of or max(past, default=today),
        launch=launch.model_copy(update={"sources": emptied}),
        sources=sources,
        coverage=Coverage(passages_total=total, passages_kept=total, missing=missing_essentials(launch, sources)),
        hidden=tuple(found for _, hidden in read for found in hidden),
        suspicions=find_suspicions(passage for source in sources for passage in source.passages),
    )


def read_source(told: LaunchSource, source_id: str, folder: Path, where: str) -> tuple[Source, tuple[Hidden, ...]]:
    """A launch file's source, its file read from the folder, and what it keeps from its readers.

    Raises Mistake, naming `where`, for one without text.
    """
    raw = source_bytes(told, folder, where=where)
    read = read_source_text(told, raw, where=where)
    hidden = mark_attempts(as_records(source_id, read.hidden))
    return make_source(told, source_id, raw, read.blocks, where), hidden


def make_source(told: LaunchSource, source_id: str, raw: bytes | str, blocks: Iterable[Block], where: str) -> Source:
    """What is told of a source, with its text cut. Raises Mistake, naming `where`, for one without readable text."""
    passages = cut(source_id, blocks)
    if not passages:
        raise Mistake(f"{where} {told.title!r} holds no readable text.", hint="Paste its text, or leave it out.")
    return Source(
        source_id=source_id, title=told.title, url=told.url, kind=told.kind, voice=told.voice,
        published=told.published, fetched=told.fetched, bytes_sha256=sha256_of(raw),
        text_sha256=sha256_of("\n\n".join(passage.text for passage in passages)), passages=passages,
    )  # fmt: skip


def price_note(pricing: Pricing, source_id: str, *, by: str = "our launch file gives them") -> tuple[Source, ...]:
    """Prices that stand on no page as a source of ours, so that a juror can cite them; none when there are none."""
    if not (pricing.entry or pricing.plans):
        return ()
    lines = [f"To start: {pricing.entry}"] if pricing.entry else []
    lines += [f"Plan {p.name}: {p.price}{'; ' + p.includes if p.includes else ''}" for p in pricing.plans]
    lines.append(f"Looked up on {pricing.checked.isoformat()}." if pricing.checked else "Nobody has looked these up.")
    url = pricing.source if pricing.source.startswith(("http://", "https://")) else ""
    told = LaunchSource(title=f"Prices, as {by}", url=url, kind="pricing", voice="us", fetched=pricing.checked)
    return (make_source(told, source_id, "\n\n".join(lines), (Block("prose", line) for line in lines), "pricing"),)


def missing_essentials(launch: Launch, sources: Sequence[Source]) -> tuple[str, ...]:
    """Essentials nobody gave: a price, a page that documents the thing."""
    kinds = {source.kind for source in sources if source.voice != "rival"}
    priced = "pricing" in kinds or launch.pricing.pricing_class != "unknown"
    return (*(() if priced else ("pricing",)), *(() if kinds & {"docs", "repository"} else ("docs",)))


def _days(launch: Launch) -> Iterator[tuple[str, date]]:
    """Every day the launch names, with its field."""
    named = [("launched_at", launch.launched_at), ("pricing.checked", launch.pricing.checked)]
    named += [(f"seen_at[{n}].on", seen.on) for n, seen in enumerate(launch.seen_at)]
    for n, source in enumerate(launch.sources):
        named += [(f"sources[{n}].published", source.published), (f"sources[{n}].fetched", source.fetched)]
    yield from ((field, day) for field, day in named if day)


def _refuse_future_days(launch: Launch, today: date) -> None:
    until = launch.embargo_until.date() if launch.embargo_until else today
    for field, day in _days(launch):
        if day > max(today, until if field == "launched_at" else today) + SLACK:
            told = f"{launch.name}: {field} {day.isoformat()} is yet to come."
            raise Mistake(told, hint="Mend the day, or leave it out.")
