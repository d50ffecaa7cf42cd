"""What the archive knows of an announced launch, and of the products that newcomers may be compared with."""

from datetime import UTC, datetime

from panel.batch.batch_context import NoteReviewed
from panel.batch.intake.shortlist import KnownOf, ReviewedBefore
from panel.batch.launch import as_launch
from panel.pipeline import announced_digest, look_up_launch, meet_reviewed
from panel.records import Announcement, BatchRow, Review
from panel.store import Products


def known_in(products: Products) -> KnownOf:
    """Of an announcement: reviewed when, by which run, and whether it changed since."""

    def known(said: Announcement) -> ReviewedBefore | None:
        launch = as_launch(said)
        met = look_up_launch(launch, products, digest=announced_digest(launch))
        if met is None or met.launch is None or not met.launch.runs:
            return None
        what = "its announcement differs" if met.changed else ""
        return ReviewedBefore(met.launch.runs[-1], met.launch.last_seen.date(), is_changed=met.changed, what=what)

    return known


def note_in(products: Products) -> NoteReviewed:
    """Brings a reviewed launch to its product, as announced and as read; gives back the product's id."""

    def note(row: BatchRow, review: Review, run_id: str) -> str:
        said = as_launch(row.said)
        return meet_reviewed(review.dossier, products, run_id=run_id, now=datetime.now(UTC), announced=said).product_id

    return note
