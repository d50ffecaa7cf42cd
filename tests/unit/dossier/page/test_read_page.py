from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.pages import DAY, LANTERN, PAGES, media, page

from panel.dossier.charset import decode_page
from panel.dossier.page.passages import cut
from panel.dossier.page.read_page import name_and_tagline, needs_scripts, parse_page
from panel.errors import Mistake

URL = "https://acme.dev/lamp"


def html(head: str = "", body: str = "<p>Some words.</p>", lang: str = "") -> str:
    return f"<html lang='{lang}'><head>{head}</head><body>{body}</body></html>"


def test_title_day_language_and_address_are_read() -> None:
    parsed = parse_page(page("https://lantern.dev/?x=1", (PAGES / "home.html").read_bytes()))
    assert parsed.title == "Lantern – Search your notes without a server"
    assert parsed.published == date(2026, 11, 18)
    assert parsed.language == "en"
    assert parsed.url == "https://lantern.dev"
    assert parsed.description.startswith("Lantern indexes a folder")
    assert parsed.heading == "Search your notes without a server"


def test_tables_and_code_stay_readable() -> None:
    prices = parse_page(page(URL, (PAGES / "pricing.html").read_bytes()))
    assert ("table", "Plan: Team; Price: $6 a person and month; Notes: shared folders, help by mail") in prices.blocks
    start = parse_page(page(URL, (PAGES / "quickstart.html").read_bytes()))
    (code,) = [block.text for block in start.blocks if block.kind == "code"]
    assert code.splitlines()[1] == "lantern index ~/notes"


@pytest.mark.parametrize("tag", ["li", "tr><td", "code"])
def test_an_index_of_names_is_no_page_that_needs_scripts(tag: str) -> None:
    names = "".join(f"<{tag}>lantern.notes.index{n}</{tag.partition('>')[0]}>" for n in range(60))
    whole = {"li": "ul", "code": "p"}.get(tag, "table")
    index = f"<{whole}>{names}</{whole}><script src='search.js'></script>"
    assert not needs_scripts(parse_page(page(URL, html(body=index))))
    assert needs_scripts(
        parse_page(page(URL, html(body="<p>Notes</p><div id='root'></div><script src='app.js'></script>")))
    )


def test_a_canonical_address_on_another_site_is_not_believed() -> None:
    stolen = html('<link rel="canonical" href="https://trusted.example/lamp">')
    assert parse_page(page(URL, stolen)).url == URL
    own = html('<link rel="canonical" href="/products/lamp?utm_source=x#top">')
    assert parse_page(page(URL, own)).url == "https://acme.dev/products/lamp"
    assert parse_page(page(URL, html('<link rel="canonical" href="http://[">'))).url == URL


def test_a_canonical_address_of_another_at_a_shared_host_is_not_believed() -> None:
    stolen = html('<link rel="canonical" href="/view/mallory">')
    assert parse_page(page("https://sites.google.com/view/alice", stolen)).url == "https://sites.google.com/view/alice"
    own = html('<link rel="canonical" href="/acme/lamp">')
    assert parse_page(page("https://github.com/acme/lamp?tab=readme", own)).url == "https://github.com/acme/lamp"


def test_a_day_yet_to_come_is_not_when_a_page_was_published() -> None:
    for days, published in ((1, None), (0, DAY.date())):
        stated = (DAY + timedelta(days=days)).isoformat()
        assert (
            parse_page(page(URL, html(f'<meta property="article:published_time" content="{stated}">'))).published
            == published
        )


@pytest.mark.parametrize(
    ("stated", "published"), [("2026-11", None), ("2026", None), ("2026-11-01", date(2026, 11, 1))]
)
def test_a_month_is_not_made_a_day(stated: str, published: date | None) -> None:
    assert parse_page(page(URL, html(f'<meta name="date" content="{stated}">'))).published == published


@pytest.mark.parametrize(
    "stated",
    ["2026-11-18T09:00:00Z", "20261118", "18 November 2026", "November 18, 2026", "Nov 18th, 2026", "18.11.2026"],
)
def test_a_day_is_read_in_the_ways_people_write_it(stated: str) -> None:
    assert parse_page(page(URL, html(f'<meta name="date" content="{stated}">'))).published == date(2026, 11, 18)


def test_a_year_in_the_text_is_no_day() -> None:
    assert parse_page(page(URL, html(body="<p>Some words since 2019.</p><p>© 2026 Acme</p>"))).published is None


@pytest.mark.parametrize(
    ("body", "charset", "text"),
    [
        ("Prix : 5 €".encode(), "", "Prix : 5 €"),
        ("Prix : 5 €".encode("cp1252"), "", "Prix : 5 €"),
        ("Prix : 5 €".encode("cp1252"), "ISO-8859-1", "Prix : 5 €"),
        ("料金".encode("shift_jis"), "Shift_JIS", "料金"),
        ('<meta charset="euc-jp">料金'.encode("euc_jp"), "", '<meta charset="euc-jp">料金'),
        (b'<meta charset="utf-16">plain', "", '<meta charset="utf-16">plain'),
        ('<!-- <meta charset="euc-jp"> -->é'.encode(), "", '<!-- <meta charset="euc-jp"> -->é'),
        ('<meta name="x" content="charset=euc-jp">é'.encode(), "", '<meta name="x" content="charset=euc-jp">é'),
        (b"\xef\xbb\xbfplain", "latin-1", "plain"),
        ("\ufeffwide".encode("utf-16-le"), "utf-8", "wide"),
        (b"+ADw-script+AD4-", "utf-7", "+ADw-script+AD4-"),
        (b"uryyb", "rot13", "uryyb"),
        (b"a\xffb", "utf-8", "a\ufffdb"),
        (b"a", "no-such-charset", "a"),
        (b"a", "zlib", "a"),
    ],
)
def test_bytes_become_text_as_a_browser_would_have_it(body: bytes, charset: str, text: str) -> None:
    assert decode_page(page(URL, body, charset=charset)) == text


def test_plain_text_and_markdown_are_read_as_what_they_are() -> None:
    licence = parse_page(page("https://acme.dev/LICENSE", "MIT License\n\nDo as you like.", media="text/plain"))
    assert [block.text for block in licence.blocks] == ["MIT License", "Do as you like."]
    for url, kind in (("https://acme.dev/README.md", "text/plain"), ("https://acme.dev/readme", "text/markdown")):
        assert parse_page(page(url, "# Lamp\n\nIt *glows*.", media=kind)).blocks == (
            ("heading", "Lamp"),
            ("prose", "It glows."),
        )


@pytest.mark.parametrize("kind", ["application/pdf", "image/png", "application/json", "text/css", ""])
def test_what_is_no_text_is_said_in_one_sentence(kind: str) -> None:
    with pytest.raises(Mistake, match="holds no text to read"):
        parse_page(page(URL, b"%PDF", media=kind))


@pytest.mark.parametrize(
    ("head", "url", "name", "tagline"),
    [
        ("<title>Lamp: notes that glow</title>", URL, "Lamp", "notes that glow"),
        ("<title>Lamp – Notes | Acme</title><meta property='og:site_name' content='Acme'>", URL, "Lamp", "Notes"),
        (
            "<title>Notes | Acme</title><meta property='og:site_name' content='Acme'>",
            "https://acme.dev/",
            "Acme",
            "Notes",
        ),
        ("<title>Lamp</title>", URL, "Lamp", "It glows"),
        ("<title>Lamp-2 well-made</title>", URL, "Lamp-2 well-made", "It glows"),
        ("", URL, "It glows", ""),
        ("<title>Pricing – Lamp</title>", URL, "Lamp", "It glows"),
        ("<title>Lamp – API docs – Home</title>", URL, "Lamp", "It glows"),
        ("<title>Release notes</title><meta property='og:site_name' content='Acme'>", URL, "Acme", "It glows"),
        ("<title>Plans that make themselves | Lamp</title>", "https://acme.dev/", "Plans that make themselves", "Lamp"),
    ],
)
def test_name_and_tagline_come_from_the_pages_own_head(head: str, url: str, name: str, tagline: str) -> None:
    parsed = parse_page(page(url, html(head, "<h1>It glows</h1><p>Some more words of text.</p>")))
    assert name_and_tagline(parsed) == (name, tagline)


@pytest.mark.parametrize("name", sorted(LANTERN.values()))
def test_the_same_bytes_give_the_same_passages_whenever_they_are_read(name: str) -> None:
    body = (PAGES / name).read_bytes()
    one, other = (parse_page(page(URL, body, media=media(name), at=DAY + timedelta(days=d))) for d in (0, 400))
    assert cut("S1", one.blocks) == cut("S1", other.blocks)
    assert replace(one, published=None) == replace(other, published=None)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.sampled_from(["<p>", "</p>", "<h2>", "<pre>", "<table><tr><td>", "<title>", "</title>", "a b. ", "\x00", "<meta charset=utf-7>",
                              "<!--", "-->", "&#xd800;", "é", "<html lang=\"x'\">", "<link rel=canonical href=//>"]), max_size=30),
    st.binary(max_size=20),
)  # fmt: skip
def test_any_bytes_are_read_twice_to_the_same_or_refused_twice(parts: list[str], tail: bytes) -> None:
    body = "".join(parts).encode() + tail
    assert _outcome(body) == _outcome(body)


def _outcome(body: bytes) -> object:
    try:
        parsed = parse_page(page(URL, body))
    except Mistake as err:
        return str(err)
    passages = cut("S1", parsed.blocks)
    assert [p.passage_id for p in passages] == [f"S1.{n}" for n in range(1, len(passages) + 1)]
    return parsed, passages
