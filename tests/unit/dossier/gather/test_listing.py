"""The product's own address, found on pages about it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panel.dossier.gather.listing import find_homepage, is_listing, leads_home, product_address
from panel.dossier.identity.address import tidy_address

LIST = "https://list.example/posts/lamp"
NOISE = (
    '<nav><a href="https://other.example">Other</a></nav><a href="/about">About</a><a href="https://x.com/list">X</a>'
    '<a href="https://www.linkedin.com/company/list">in</a><a href="mailto:a@b.c">mail</a>'
)


def page(*parts: str, noise: str = NOISE) -> str:
    return f"<html><head><title>Lamp</title></head><body>{noise}{''.join(parts)}<footer><a href='https://ads.example'>Visit website</a></footer></body></html>"


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ('<a href="https://lamp.dev/?utm_source=list&ref=list">Visit website</a>', "https://lamp.dev"),
        ('<a class="btn product-link" href="https://lamp.dev/app">Go</a>', "https://lamp.dev/app"),
        ('<a href="https://lamp.dev">lamp.dev</a><a href="https://bulb.dev/a/b">a guide</a>', "https://lamp.dev"),
        ('<h1><a href="https://lamp.dev">A light for desks</a></h1><p><a href="https://bulb.dev">bulb</a></p>', "https://lamp.dev"),
        ('<p>We made <a href="https://lamp.dev">this</a></p>', "https://lamp.dev"),
        ('<p><a href="https://github.com/acme/lamp/releases/tag/v1">Source</a></p>', "https://github.com/acme/lamp"),
        ('<aside><a href="https://lamp.dev">Website</a></aside><p><a href="https://bulb.dev">x</a></p>', "https://lamp.dev"),
        ('<div class="related"><a href="https://bulb.dev">Website</a></div><p><a href="https://lamp.dev">x</a></p>', "https://lamp.dev"),
        ('<a href="/r/abc">Visit website</a>', "https://list.example/r/abc"),
        ('<a href="/out?url=https%3A%2F%2Flamp.dev%2F%3Futm_medium%3Dx">Visit website</a>', "https://lamp.dev"),
        ('<base href="https://lamp.dev/"><a href="home">Website</a>', "https://lamp.dev/home"),
        ('<script type="application/ld+json">{"@graph":[{"@type":["SoftwareApplication"],"url":"https://list.example/x",'
         '"sameAs":["https://x.com/lamp","https://lamp.dev"]}]}</script><a href="https://bulb.dev">Visit website</a>', "https://lamp.dev"),
    ],
)  # fmt: skip
def test_the_homepage_is_found_by_the_rule(html: str, found: str) -> None:
    assert find_homepage(page(html), LIST) == found


@pytest.mark.parametrize(
    "html",
    [
        "",
        '<a href="https://www.producthunt.com/products/lamp">Lamp</a><a href="https://betalist.com/lamp">Lamp</a>',
        '<div class="comments"><a href="https://lamp.dev">my own tool</a></div>',
        '<a href="javascript:alert(1)">Visit website</a><a href="https://user:pw@lamp.dev">Website</a>',
        '<a href="https://blog.example/2026/11/long/path/post">a post</a>',
    ],
)
def test_a_page_that_names_no_homepage_gives_none(html: str) -> None:
    assert find_homepage(page(html), LIST) == ""


HACKER_NEWS = (
    '<html op="item"><body><a href="news">Hacker News</a><span class="titleline"><a href="item?id=1">Show HN: a linter</a></span>'
    '<div class="toptext">{text}</div><div class="comment"><a href="https://rival.example">https://rival.example</a></div>'
    '<span class="yclinks"><a href="https://github.com/HackerNews/API">API</a></span></body></html>'
)


def test_a_text_post_leads_to_its_authors_link_and_to_no_commenters() -> None:
    at = "https://news.ycombinator.com/item?id=1"
    linked = '<a href="https:&#x2F;&#x2F;shlint.example">https:&#x2F;&#x2F;shlint.example</a> <a href="https://github.com/a/b">b</a>'
    assert find_homepage(HACKER_NEWS.format(text=linked), at) == "https://shlint.example"
    assert find_homepage(HACKER_NEWS.format(text="I wrote a linter."), at) == ""


def test_a_known_name_picks_its_link_among_many() -> None:
    html = page('<p><a href="https://a.dev/x">Bulb</a> <a href="https://b.dev/x">Lamp</a></p>', noise="")
    assert find_homepage(html, LIST, name="LAMP") == "https://b.dev/x"


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("https://news.ycombinator.com/item?id=1", True), ("https://www.producthunt.com/products/lamp", True),
        ("https://betalist.com/startups/lamp", True), ("https://apps.apple.com/app/id1", True),
        ("https://github.com/acme/lamp", False), ("https://github.com/topics/lamps", True), ("https://lamp.dev", False),
        ("https://lamp.substack.com", False), ("", False),
    ],
)  # fmt: skip
def test_listings_are_told_from_products(address: str, is_one: bool) -> None:
    assert is_listing(address) is is_one


@pytest.mark.parametrize(
    ("address", "front"),
    [
        ("https://github.com/acme/lamp/releases/tag/v1%2Fx", "https://github.com/acme/lamp"),
        ("https://gitlab.com/acme/lamp/-/releases/v1", "https://gitlab.com/acme/lamp"),
        ("https://github.com/acme/lamp", "https://github.com/acme/lamp"),
        (
            "https://github.com/acme/lamp/tree/main/packages/bulb",
            "https://github.com/acme/lamp/tree/main/packages/bulb",
        ),
        ("https://lamp.dev/releases/1", "https://lamp.dev/releases/1"),
    ],
)
def test_a_release_page_leads_to_its_repository(address: str, front: str) -> None:
    assert product_address(address) == front


@pytest.mark.parametrize(
    ("address", "tidy"),
    [
        ("https://lamp.dev/?ref=producthunt", "https://lamp.dev"),
        ("https://lamp.dev/?ref=news.ycombinator.com&via=hn", "https://lamp.dev"),
        ("https://lamp.dev/file?ref=main", "https://lamp.dev/file?ref=main"),
        ("https://lamp.dev/?ref=v2.1", "https://lamp.dev/?ref=v2.1"),
    ],
)
def test_a_referrer_is_dropped_and_a_branch_stays(address: str, tidy: str) -> None:
    assert tidy_address(address) == tidy
    assert tidy_address(tidy) == tidy


PIECES = st.lists(
    st.sampled_from(
        ["<a href='", "'>", "</a>", "https://lamp.dev", "https://[", "//", "?url=https://lamp.dev", "Website", "<footer>", "<base href='",
         '<script type="application/ld+json">', "</script>", '{"@type": "Product", "url": ', "[" * 50, "\0", "é", "<h1>", "<div class='comment"]
    ),
    max_size=30,
)  # fmt: skip


@settings(deadline=None)
@given(PIECES)
def test_any_page_gives_a_tidy_address_that_leads_away_or_none(pieces: list[str]) -> None:
    found = find_homepage("".join(pieces), LIST)
    assert found == "" or (
        tidy_address(found) == found and (leads_home(found, LIST) or found.startswith("https://list.example/"))
    )
