"""Feeds and listings over real HTTP, by the fetcher and its rules."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial

import pytest
from tests.support.sources import Taken, take
from tests.support.web import Internet, Site, web

from panel.batch.intake.source_spec import SourceSpec
from panel.dossier.fetch.client import Fetcher
from panel.dossier.fetch.fetch_errors import FetchRefused
from panel.dossier.fetch.policy import FetchPolicy
from panel.dossier.gather.listing import follow_listing
from panel.errors import Mistake
from panel.records.batch import Announcement

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
RSS = '<rss version="2.0"><channel><item><title>Lamp: a light</title><link>/lamp</link></item></channel></rss>'
LIST = "http://list.example/posts/lamp"


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with web() as running:
        yield running


def fetcher(site: Site) -> Fetcher:
    """Public names lead to the test's site; this machine's own addresses are refused as ever."""
    internet = Internet(site)
    return Fetcher(FetchPolicy(pace_s=0), now=lambda: NOW, resolve=internet.resolve, backend=internet.backend)


async def take_url(site: Site, url: str) -> Taken:
    return await take(SourceSpec(label="web", source=url), fetch=partial(fetcher(site).get, as_feed=True))


@pytest.mark.parametrize(
    ("media", "body", "name"),
    [
        ("application/rss+xml", RSS, "Lamp"),
        ("text/xml", RSS, "Lamp"),
        ("application/atom+xml; charset=utf-8", '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Lämp</title><link href="https://l.dev"/></entry></feed>', "Lämp"),
        ("application/feed+json", '{"version": "https://jsonfeed.org/version/1.1", "items": [{"title": "Lamp", "url": "https://l.dev"}]}', "Lamp"),
        ("application/json", '[{"title": "Lamp", "url": "https://l.dev"}]', "Lamp"),
        ("application/x-ndjson", '{"title": "Lamp", "url": "https://l.dev"}\n', "Lamp"),
        ("text/csv", "name,url\nLamp,l.dev\n", "Lamp"),
        ("application/csv", "name,url\nLamp,l.dev\n", "Lamp"),
        ("application/vnd.ms-excel", "name;url\nLamp;l.dev\n", "Lamp"),
        ("application/octet-stream", RSS, "Lamp"),
        ("application/yaml", "name: Lamp\nhomepage: https://l.dev\nsources:\n  - {title: x, file: /etc/passwd}\n", "Lamp"),
    ],
)  # fmt: skip
async def test_a_feed_is_read_from_its_address(site: Site, media: str, body: str, name: str) -> None:
    site.put("/feed", body, media)
    taken = await take_url(site, "http://feeds.example/feed")
    assert [row.name for row in taken.good] == [name]
    assert taken.good[0].homepage in ("https://l.dev", "http://feeds.example/lamp")
    assert "rss+xml" in site.asked[-1].headers["accept"]


async def test_a_front_page_given_as_a_feed_names_the_feed(site: Site) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/blog/feed">'
    site.put("/", f"<html><head>{link}</head><p>Lamp</p></html>", "text/html")
    ((_, reason),) = (await take_url(site, "http://feeds.example/")).bad
    assert "http://feeds.example/blog/feed" in reason


@pytest.mark.parametrize(
    "media",
    [
        "application/octet-stream",
        "application/rss+xml",
        "application/atom+xml",
        "application/feed+json",
        "application/x-ndjson",
    ],
)
async def test_a_page_is_never_a_feed(site: Site, media: str) -> None:
    site.put("/feed", RSS, media)
    with pytest.raises(FetchRefused, match="only text is read"):
        await fetcher(site).get("http://feeds.example/feed")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1/feed", "Refused"), ("http://feeds.example/type/pdf", "Refused"),
        ("http://feeds.example/gone", "Its server answers 404"), ("http://feeds.example/redirect-to/metadata", "Refused"),
    ],
)  # fmt: skip
async def test_a_feed_that_cannot_be_had_is_one_bad_source(site: Site, url: str, why: str) -> None:
    taken = await take_url(site, url)
    assert taken.good == []
    ((at, reason),) = taken.bad
    assert at == ""
    assert why in reason


def said(**more: str) -> Announcement:
    return Announcement(source="a", at="entry 1", name="Lamp", **{"listing": LIST, **more})


async def test_a_listing_is_followed_to_the_homepage(site: Site) -> None:
    site.put("/posts/lamp", '<a href="https://lamp.example/?utm_source=list">Visit website</a>')
    found = await follow_listing(said(), fetch=fetcher(site).get)
    assert (found.homepage, found.listing) == ("https://lamp.example", LIST)


async def test_a_listings_redirector_is_followed_to_where_it_leads(site: Site) -> None:
    site.put("/posts/lamp", '<a href="/r/1">Visit website</a>')
    site.put("/r/1", "", status=302, headers={"Location": "http://lamp.example/home?utm_source=list&ref=list"})
    site.put("/home?utm_source=list&ref=list", "<p>Lamp</p>")
    found = await follow_listing(said(), fetch=fetcher(site).get)
    assert found.homepage == "http://lamp.example/home"


async def test_a_listing_that_only_redirects_leads_to_the_product(site: Site) -> None:
    site.put("/posts/lamp", "", status=301, headers={"Location": "http://lamp.example/"})
    assert (await follow_listing(said(), fetch=fetcher(site).get)).homepage == "http://lamp.example"


async def test_a_listing_without_a_homepage_says_so(site: Site) -> None:
    site.put("/posts/lamp", "<p>Nothing here.</p>")
    with pytest.raises(Mistake, match="names no homepage of the product"):
        await follow_listing(said(), fetch=fetcher(site).get)


async def test_a_listing_that_is_gone_says_so(site: Site) -> None:
    with pytest.raises(Mistake, match="answers 404"):
        await follow_listing(said(), fetch=fetcher(site).get)


async def test_a_listing_that_leads_into_our_network_is_refused(site: Site) -> None:
    site.put("/posts/lamp", '<a href="/r/1">Visit website</a>')
    site.put("/r/1", "", status=302, headers={"Location": "http://10.0.0.1/"})
    with pytest.raises(FetchRefused):
        await follow_listing(said(), fetch=fetcher(site).get)


async def test_redirectors_in_a_circle_end(site: Site) -> None:
    site.put("/posts/lamp", '<a href="/r/1">Visit website</a>')
    site.put("/r/1", '<a href="/r/1">Visit website</a>')
    with pytest.raises(Mistake, match="redirect to redirect"):
        await follow_listing(said(), fetch=fetcher(site).get)


async def test_a_product_with_an_address_or_a_file_is_not_fetched(site: Site) -> None:
    for known in (said(homepage="http://lamp.example"), said(launch_file="/x/lamp.yaml")):
        assert await follow_listing(known, fetch=fetcher(site).get) is known
    assert site.asked == []


async def test_a_listing_given_as_the_homepage_is_followed_too(site: Site) -> None:
    site.put("/products/lamp", '<a href="http://lamp.example">Visit website</a>')
    found = await follow_listing(
        said(listing="", homepage="http://producthunt.com/products/lamp"), fetch=fetcher(site).get
    )
    assert (found.homepage, found.listing) == ("http://lamp.example", "http://producthunt.com/products/lamp")
