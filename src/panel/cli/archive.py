"""Commands and the archive of products: neighbours before a run, the news after it."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import date, datetime

from panel.cli.output import talk
from panel.cli.shell import Shell
from panel.errors import StoreError
from panel.records import Dossier, Review


def with_archive(shell: Shell, dossiers: Sequence[Dossier], today: date) -> list[Dossier]:
    """The dossiers with other products of their categories that the archive knew before. today: UTC."""
    if not shell.has_database:
        return list(dossiers)
    from panel.pipeline.products import with_neighbours

    with closing(shell.open_products()) as products:
        return [with_neighbours(dossier, products, today=today) for dossier in dossiers]


def note_in_archive(shell: Shell, reviews: Iterable[Review], run_id: str, now: datetime) -> None:
    """Bring the launches a finished run has answers on to their products, and say whose further launch one is.

    The run is whole and paid for: an archive that can't be written is said and stops nothing. now: UTC.
    """
    from panel.pipeline.products import meet_reviewed

    try:
        with closing(shell.open_products()) as products:
            for review in (review for review in reviews if review.is_answered):
                met = meet_reviewed(review.dossier, products, run_id=run_id, now=now)
                if met.new_launch and not met.new_product:
                    talk(f"  {review.slug} is a further launch of {met.product_slug}: panel products show lists them.")
    except StoreError as err:
        talk(f"The run is whole, but the archive of products could not note it. {err}")
