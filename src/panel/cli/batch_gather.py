"""Dossiers for a batch: one fetcher for all launches, so that its pace holds for every host."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from panel.cli.shell import Shell
from panel.errors import PanelError, StoreError
from panel.records import Announcement, Dossier, Stamp

if TYPE_CHECKING:
    from panel.batch.batch_context import Gather
    from panel.store import Products

GATHERED_AT_ONCE = 16  # sites read side by side; each host is asked once a second at most all the same


def make_gather(shell: Shell, made: Stamp, products: "Products") -> "Gather":
    """From an announcement to its dossier: a launch file's own sources, else the product's pages and the announcement's
    own text; and neighbours.

    Raises Mistake for a file or an address that can't be used, Unreachable for a page that doesn't answer. Where there
    is a text, both are sentences in the dossier's coverage.
    """
    from panel.batch.launch import dossier_of_text
    from panel.cli.compose.launches import live_dossier, make_fetcher
    from panel.dossier.append import append_texts
    from panel.dossier.gather.listed_launch import follow_listing
    from panel.pipeline.products import with_neighbours

    fetcher = make_fetcher(shell)
    places = asyncio.Semaphore(GATHERED_AT_ONCE)

    async def gather(said: Announcement) -> Dossier:
        if said.launch_file:
            return await asyncio.to_thread(_from_file, shell, said, made, products)
        today, found = datetime.now(UTC).date(), said
        try:
            async with places:
                found = await follow_listing(said, fetch=fetcher.get)
                dossier = await live_dossier(
                    shell, found.homepage, fetcher=fetcher, made=made, refresh=False, category=said.category
                )
            dossier = await asyncio.to_thread(append_texts, dossier, said.sources)
        except StoreError:
            raise
        except PanelError as err:
            if not said.sources:
                raise
            unread = (f"Homepage not read: {err}",) if said.homepage or said.listing else ()
            dossier = await asyncio.to_thread(dossier_of_text, found, made=made, today=today, unread=unread)
        return await asyncio.to_thread(with_neighbours, dossier, products, today=today)

    return gather


def _from_file(shell: Shell, said: Announcement, made: Stamp, products: "Products") -> Dossier:
    """The launch of a file that is meant, by name and release when the file holds several."""
    from panel.dossier import build_dossier, read_launches
    from panel.pipeline.products import with_neighbours

    found = read_launches(Path(said.launch_file), categories=shell.categories)
    mine = [pair for pair in found if pair[0].name == said.name and pair[0].release == said.release] or found
    launch, folder = mine[0]
    today = datetime.now(UTC).date()
    return with_neighbours(build_dossier(launch, folder=folder, made=made, today=today), products, today=today)
