"""Rivals that a launch file names, as sources of their own voice: home and price page of each, bounded.

A rival's words are another product's: no fact, price or plan of the launch comes of them, no figure of its maker's is
disputed by them, and a rival's price page does not stand for one of the launch's own.
"""

import asyncio
from collections.abc import Callable
from datetime import date

from panel.checks import find_suspicions
from panel.dossier.append import behind, next_id
from panel.dossier.clean_text import Screen, mark_attempts
from panel.dossier.gather.gather_pages import Gathered, PageEvent, gather
from panel.dossier.gather.live_dossier import source_of
from panel.dossier.gather.page_source import Fetch, anything
from panel.dossier.gather.snapshots import Snapshots
from panel.dossier.visibility.hidden_text import as_records
from panel.errors import PanelError, StoreError
from panel.records import Dossier, Rival

MOST_PAGES, MOST_BYTES, MOST_S = 2, 5_000_000, 30.0  # of each
MOST_PASSAGES = 60  # of each page


async def add_rivals(
    dossier: Dossier, *, fetch: Fetch, snapshots: Snapshots, today: date,
    admit: Callable[[str], None] = anything, refresh: bool = False,
    on_page: Callable[[PageEvent], None] = lambda event: None,
) -> Dossier:  # fmt: skip
    """The dossier with the pages of its launch's rivals behind its own; one that can't be read is one sentence.

    Arguments as `gather` takes them. Its day moves to the newest of theirs. Raises StoreError for a failing disk.
    """
    for rival in dossier.launch.rivals:
        try:
            found = await gather(
                rival.homepage, fetch=fetch, snapshots=snapshots, today=today, admit=admit, refresh=refresh,
                most_pages=MOST_PAGES, most_bytes=MOST_BYTES, most_s=MOST_S, kinds=("pricing",), on_page=on_page,
            )  # fmt: skip
        except StoreError:
            raise
        except PanelError as err:
            dossier = _unread(dossier, f"Rival {rival.name} not read: {err}")
            continue
        dossier = _unread(dossier, *(f"Rival {rival.name}: {why}" for why in found.unread))
        dossier = await asyncio.to_thread(_with, dossier, rival, found.pages)
        dossier = dossier.model_copy(update={"as_of": max(dossier.as_of, found.as_of)})
    return dossier


def _with(dossier: Dossier, rival: Rival, pages: tuple[Gathered, ...]) -> Dossier:
    for page in pages:
        screen, theirs = Screen(), _renumbered(page, next_id(dossier))
        source = source_of(theirs, screen)
        titled = source.model_copy(update={"title": f"{rival.name}, a rival: {source.title}"})
        hidden = (*dossier.hidden, *mark_attempts(as_records(theirs.source_id, theirs.parsed.hidden)), *screen.left_out)
        suspicions = (*dossier.suspicions, *find_suspicions(theirs.passages))
        dossier = behind(dossier, titled).model_copy(update={"hidden": hidden, "suspicions": suspicions})
    return dossier


def _renumbered(page: Gathered, source_id: str) -> Gathered:
    """The page as the dossier's next source, its first passages only."""
    numbered = enumerate(page.passages[:MOST_PASSAGES], 1)
    passages = tuple(passage.model_copy(update={"passage_id": f"{source_id}.{n}"}) for n, passage in numbered)
    return page._replace(source_id=source_id, voice="rival", passages=passages)


def _unread(dossier: Dossier, *sentences: str) -> Dossier:
    coverage = dossier.coverage.model_copy(update={"unread": (*dossier.coverage.unread, *sentences)})
    return dossier.model_copy(update={"coverage": coverage})
