"""One launch of a batch, from its row to its review. Its failure is its own; a limit stops the whole batch."""

import asyncio
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

from panel.batch.batch_context import BatchContext
from panel.dossier import Screen, build_dossier
from panel.errors import Deferred, Mistake, PanelError, ProviderError, ProviderRefused, Stopped, StoreError
from panel.pipeline import Panel, RunPlan, Spent, hear_panel, make_reviews, write_launch
from panel.records import Announcement, BatchRow, Dossier, Launch, LaunchSource, Review, Stamp, stated_kinds

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LaunchResult:
    """What became of a row, and what it cost in this process."""

    row: BatchRow
    spent_usd: Decimal = Decimal(0)


async def review_row(context: BatchContext, row: BatchRow) -> LaunchResult:
    """Gather, ask, check, write. The row comes back reviewed, failed with its reason, or waiting for a provider batch.

    Raises Stopped for what ends the whole batch (its budget, its time, a signal), StoreError when the disk or the
    database fails. The row is kept before this returns.
    """
    spent = Decimal(0)
    try:
        dossier = await _dossier(context, row)
        row = row.model_copy(update={"slug": dossier.launch.slug})
        plan = await asyncio.to_thread(context.plan_launch, dossier)
        asker = replace(context.asker, spent=Spent())
        panel = await hear_panel(plan, asker)
        spent = asker.spent.usd
        row = await _keep(context, row, plan, panel)
    except Deferred:
        row = await _hand_to_batch(context, row)
    except Stopped as err:
        row = failed_row(row, str(err)) if err.of == "launch" else _wait_for_money(context, row, err)
    except StoreError:
        raise
    except PanelError as err:
        row = failed_row(row, f"{err} {err.hint}".strip()).model_copy(update={"passes": may_pass(err)})
    except Exception as err:  # a bug met on one launch: named, logged whole, and the others go on
        if row.said.confidential:  # its words may stand in what was raised
            log.error("row %d (confidential) failed: %s", row.row, type(err).__name__)
        else:
            log.exception("row %d (%s) failed", row.row, row.said.name)
        row = failed_row(row, f"A fault of this program, not of the launch: {type(err).__name__}: {err}")
    await asyncio.to_thread(context.rows.put, context.run_id, row)
    return LaunchResult(row, spent)


async def _hand_to_batch(context: BatchContext, row: BatchRow) -> BatchRow:
    """This launch's calls are claimed before it is said to wait: nobody hands a batch over that lacks them."""
    try:
        if context.asker.defer is not None:
            await context.asker.defer.flush(row.slug)
    except Stopped as err:
        return failed_row(row, str(err)) if err.of == "launch" else _wait_for_money(context, row, err)
    return row.model_copy(update={"state": "waiting", "reason": "", "waits": row.waits + 1})


def _wait_for_money(context: BatchContext, row: BatchRow, err: Stopped) -> BatchRow:
    """The row, waiting for what a provider batch of this run gives back: far more is set aside than it will cost.

    Raises the error again when nothing comes back, or when it is no want of money.
    """
    defer = context.asker.defer
    if err.of not in ("run", "day") or defer is None or not defer.can_wait():
        raise err
    return row.model_copy(update={"state": "waiting", "reason": ""})


def failed_row(row: BatchRow, reason: str) -> BatchRow:
    """The row with why nothing came of it, in one line."""
    return row.model_copy(update={"state": "failed", "reason": " ".join(reason.split())[:500]})


def may_pass(err: PanelError) -> bool:
    """Whether asking later may help: a server was busy, down or cut off, and refused nothing."""
    return isinstance(err, ProviderError) and not isinstance(err, ProviderRefused)


async def _dossier(context: BatchContext, row: BatchRow) -> Dossier:
    """The dossier this batch asked with before, else a new one, kept before anybody is asked."""
    if row.slug:
        kept = await asyncio.to_thread(context.rows.load_dossier, context.run_id, row.slug)
        if kept:
            return kept
    found = with_sightings(await context.gather(row.said), row.said)
    return await asyncio.to_thread(_name, context, row, found)


def _name(context: BatchContext, row: BatchRow, found: Dossier) -> Dossier:
    """Kept under a name no other launch of this batch has, whichever process gave it."""
    for dossier in names_for(found, row):
        named = row.model_copy(update={"slug": dossier.launch.slug})
        if context.rows.add_dossier(context.run_id, named, dossier):
            return dossier
    raise Mistake(f"Three launches of this batch are called {found.launch.name!r}.", hint="Rename this one.")


async def _keep(context: BatchContext, row: BatchRow, plan: RunPlan, panel: Panel) -> BatchRow:
    """Records and pages on the disk, then the row: a kill between the two costs nothing but the work."""
    review = (await asyncio.to_thread(make_reviews, plan, panel, made=context.stamp(), how=context.how(plan)))[0]
    raw = await context.ledger.raw_replies(panel.calls)
    product_id = await asyncio.to_thread(_write, context, row, review, raw)
    lost = [o.juror.persona_id for o in review.opinions if o.outcome == "failed"]
    reason = f"{len(lost)} of {len(review.opinions)} jurors failed: {', '.join(lost)}." if lost else ""
    held = bool(review.containment and review.containment.held)
    return row.model_copy(
        update={
            "state": "reviewed", "product_id": product_id, "reason": reason,
            "verdict": "trial" if review.grade == "trial" else review.tally.verdict, "held": held,
            "incomplete": bool(lost), "passes": any(map(may_pass, panel.failures)),
            "category": review.dossier.launch.category,
            "kinds": tuple(sorted(stated_kinds(review.dossier.launch, (f.kind for f in review.dossier.facts)))),
        }
    )  # fmt: skip


def _write(context: BatchContext, row: BatchRow, review: Review, raw: Mapping[tuple[str, int], str]) -> str:
    """Files first, then SQL, then the archive, which is news of the other two; the product's id."""
    write_launch(context.folder, review, raw)
    context.rows.save_review(context.run_id, review)
    return context.archive(row, review, context.run_id)


def dossier_of_text(said: Announcement, *, made: Stamp, today: date, unread: tuple[str, ...] = ()) -> Dossier:
    """The dossier of a launch whose announcement brings its own text, where no page of it could be read.

    unread: a sentence for each page that could not. What reaches jurors beside the text is held against suspicion.
    """
    screen = Screen()
    name, release, tagline = (
        screen(getattr(said, field), source_id="S1", where=field, most=300) for field in ("name", "release", "tagline")
    )
    launch = Launch(
        name=name or f"{said.source}, {said.at}"[:120], release=release, tagline=tagline, category=said.category,
        homepage=said.homepage,
        launched_at=said.launched_at if said.launched_at and said.launched_at <= today else None, sources=said.sources,
    )  # fmt: skip
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
        name=said.name, release=said.release, tagline=said.tagline, category=said.category, homepage=said.homepage,
        launched_at=said.launched_at, seen_at=said.seen_at, embargo_until=said.embargo_until,
        confidential=said.confidential,
        sources=(LaunchSource(title=said.source[:300] or "announcement", url=said.homepage), *said.sources),
    )  # fmt: skip
