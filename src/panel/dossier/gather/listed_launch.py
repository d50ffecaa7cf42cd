"""A listing followed to the product's homepage: the page is read, and what it links to asked where it leads.

The fetcher's rules hold for both requests: addresses, robots.txt, pace, bytes. A listing that asks robots to stay away
is not read, and its launch is skipped with that reason.
"""

import asyncio
from http import HTTPStatus

from panel.dossier.charset import decode_page
from panel.dossier.fetch.fetch_errors import shown
from panel.dossier.gather.listing import find_homepage, is_listing, is_redirector, leads_home, tidy_homepage
from panel.dossier.gather.page_source import Fetch
from panel.errors import Mistake
from panel.records import Announcement

MOST_HOPS = 2  # redirectors a listing may hide its link behind, beside the redirects the fetcher follows itself


async def follow_listing(said: Announcement, *, fetch: Fetch) -> Announcement:
    """The announcement with the product's own address.

    One that has it, or is a launch file, comes back as it is and nothing is fetched. Raises Mistake where the listing
    names no homepage or can't be used, and what `fetch` raises; the message is the reason to skip the row with.
    """
    if said.launch_file or (said.homepage and not is_listing(said.homepage)):
        return said
    listing = said.listing or said.homepage
    if not listing:
        raise Mistake("It names no address to read.", hint="Add its homepage.")
    address = await homepage_behind(listing, fetch=fetch, name=said.name)
    return said.model_copy(update={"homepage": address, "listing": listing})


async def homepage_behind(listing: str, *, fetch: Fetch, name: str = "") -> str:
    """The product's address a listing names. Raises Mistake, and what `fetch` raises."""
    address, page = listing, await fetch(listing)
    for _ in range(MOST_HOPS):
        if leads_home(page.final_url, listing) and not is_redirector(page.final_url, listing):
            return tidy_homepage(page.final_url)
        if not HTTPStatus.OK <= page.status < HTTPStatus.MULTIPLE_CHOICES:
            raise Mistake(f"Its listing {shown(address)} answers {page.status}.")
        address = await asyncio.to_thread(find_homepage, decode_page(page), page.final_url, name=name)
        if not address:
            raise Mistake(f"Its listing {shown(listing)} names no homepage of the product.", hint="Add its homepage.")
        if not is_redirector(address, listing):
            return address
        page = await fetch(address)
    if leads_home(page.final_url, listing):
        return tidy_homepage(page.final_url)
    raise Mistake(f"Its listing {shown(listing)} leads from redirect to redirect.", hint="Add its homepage.")
