"""RSS, Atom, JSON Feed and launch folders."""

import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.sources import CATEGORIES, take, take_text

from panel.batch.intake.source_spec import FeedTable, SourceSpec

HOSTILE = settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
LAUNCH = (
    "name: Lamp\nhomepage: https://lamp.dev\ncategory: testing\nsources:\n  - title: a\n    text: It lights desks.\n"
)


def rss(items: str, *, head: str = '<?xml version="1.0" encoding="utf-8"?>', more: str = "") -> str:
    return f'{head}<rss version="2.0"><channel><title>x</title>{more}{items}</channel></rss>'


def item(title: str = "Lamp", link: str = "https://lamp.dev/", more: str = "") -> str:
    return f"<item><title>{title}</title><link>{link}</link>{more}</item>"


async def test_rss_gives_name_release_tagline_day_and_language(tmp_path: Path) -> None:
    text = rss(
        item("Lamp 2.1 – light &amp;amp; &lt;b&gt;shade&lt;/b&gt;", "https://lamp.dev/?utm_source=x&amp;a=1",
             "<pubDate>Mon, 23 Nov 2026 23:30:00 -0800</pubDate><category>Testing</category>"),
        more="<language>en-us</language>",
    )  # fmt: skip
    (lamp,) = (await take_text(tmp_path, text, "feed")).good
    assert (lamp.name, lamp.release, lamp.tagline) == ("Lamp", "2.1", "light & shade")
    assert (lamp.homepage, lamp.at, lamp.language) == ("https://lamp.dev/?a=1", "entry 1", "en-US")
    assert (lamp.launched_at, lamp.category) == (date(2026, 11, 24), "testing")


async def test_a_head_that_a_feeds_titles_share_is_no_name(tmp_path: Path) -> None:
    things = ("Fernrohr – Sterne", "Lupe – klein", "Brille", "Prisma 2.1")
    text = rss(
        "".join(item(f"Uit de werkplaats: {thing}", f"https://acme.dev/p/{n}") for n, thing in enumerate(things))
    )
    rows = (await take_text(tmp_path, text, "f.xml")).good
    assert [(row.name, row.release, row.tagline) for row in rows] == [
        ("Fernrohr", "", "Sterne"), ("Lupe", "", "klein"), ("Brille", "", ""), ("Prisma", "2.1", ""),
    ]  # fmt: skip


async def test_the_tag_in_a_release_s_link_says_which_and_of_what(tmp_path: Path) -> None:
    page = "https://github.com/acme/lupe/releases/tag/"
    pages = [
        ("v3.1.0", "Schärfer als je"),
        ("v3.0.0", "v3.0.0 (2026-05-20)"),
        ("lupe-glas-v1.2.0", "1.2.0"),
        ("nightly", "x"),
    ]
    rows = (await take_text(tmp_path, rss("".join(item(title, page + tag) for tag, title in pages)), "f.xml")).good
    assert [(row.name, row.release, row.tagline) for row in rows] == [
        ("lupe", "v3.1.0", "Schärfer als je"), ("lupe", "v3.0.0", ""), ("lupe-glas", "v1.2.0", ""), ("lupe", "nightly", "x"),
    ]  # fmt: skip
    assert [row.homepage for row in rows] == [
        "https://github.com/acme/lupe", "https://github.com/acme/lupe", f"{page}lupe-glas-v1.2.0",
        "https://github.com/acme/lupe",
    ]  # fmt: skip


async def test_atom_takes_the_alternate_link_and_the_entrys_own_day(tmp_path: Path) -> None:
    text = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://lamp.dev/"><entry><title type="html">Lamp&lt;br/&gt;'
        '</title><link rel="self" href="https://feeds.lamp.dev/1"/><link href="/two"/>'
        "<published>2026-11-22T01:00:00Z</published></entry></feed>"
    )
    (lamp,) = (await take_text(tmp_path, text, "feed.atom")).good
    assert (lamp.name, lamp.homepage, lamp.launched_at) == ("Lamp", "https://lamp.dev/two", date(2026, 11, 22))


@pytest.mark.parametrize(
    ("declared", "written"),
    [("utf-8", "utf-8"), ("utf-16", "utf-16"), ("iso-8859-1", "cp1252"), ("utf-8", "cp1252"), ("nonsense", "utf-8"),
     ("zip", "utf-8"), ("utf-7", "utf-8"), ("us-ascii", "cp1252")],
)  # fmt: skip
async def test_a_feed_that_lies_about_its_encoding_is_read(tmp_path: Path, declared: str, written: str) -> None:
    text = rss(item("Café"), head=f'<?xml version="1.0" encoding="{declared}"?>')
    assert [row.name for row in (await take_text(tmp_path, text.encode(written), "f.xml")).good] == ["Café"]


async def test_a_torn_feed_gives_what_stands_before_the_tear(tmp_path: Path) -> None:
    text = rss("".join(item(f"Lamp{n}", f"https://lamp{n}.dev") for n in range(5)))
    taken = await take_text(tmp_path, text[: text.index("lamp3.dev")], "f.xml")
    assert [row.name for row in taken.good][:3] == ["Lamp0", "Lamp1", "Lamp2"]


@pytest.mark.parametrize("entity", ['"&#160;"', '"&#38;#38;"', "'&#x2014;'", '"…"'])
async def test_an_entity_that_is_declared_as_a_character_is_read(tmp_path: Path, entity: str) -> None:
    text = rss(item("Lampe&a;Eins"), head=f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a {entity}>]>')
    (lamp,) = (await take_text(tmp_path, text, "f.xml")).good
    assert lamp.name.startswith("Lampe") and lamp.name.endswith("Eins")


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE r [<!ENTITY a "a text of its own">]>',
        '<!DOCTYPE r [<!ENTITY b "b"><!ENTITY a "&b;&b;">]>',
        '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE r [<!ENTITY % a "b">]>',
        '<!-- <rss> --><!DOCTYPE r [<!ENTITY a "<b/>">]>',
    ],
)
async def test_a_feed_with_entities_of_its_own_is_refused(tmp_path: Path, doctype: str) -> None:
    taken = await take_text(tmp_path, rss(item("&a;"), head=f'<?xml version="1.0"?>{doctype}'), "f.xml")
    assert taken.bad == [("", "It declares entities of its own, and such feeds are not read.")]


@pytest.mark.parametrize(
    ("more", "names"),
    [("", ["Lamp"]), (', "tags": ["a"], "none": []', ["Lamp"]), (', "people": [{"name": "Ada"}]', [])],
)
async def test_json_s_one_list_of_objects_is_its_list_of_launches(tmp_path: Path, more: str, names: list[str]) -> None:
    taken = await take_text(tmp_path, f'{{"werkzeuge": [{{"name": "Lamp", "url": "lamp.dev"}}]{more}}}', "f.json")
    assert [row.name for row in taken.good] == names
    assert bool(taken.bad) == (not names)


ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title>{}<entry><title>Lamp</title>{}</entry></feed>'
OWN = "https://acme.dev/blog/feed"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (ATOM.format(f'<link rel="self" href="{OWN}"/>', '<link href="../lamp"/>'), "f.atom"),
        (ATOM.format("", f'<link xml:base="{OWN}" href="/lamp"/>'), "f.atom"),
        (rss(item(link="/lamp"), more="<link>https://acme.dev</link>"), "f.xml"),
        (f'{{"version": "https://jsonfeed.org/version/1.1", "feed_url": "{OWN}", "items": '
         '[{"title": "Lamp", "url": "../lamp"}]}', "f.json"),
        ('{"version": "https://jsonfeed.org/version/1", "home_page_url": "https://acme.dev/", "items": '
         '[{"title": "Lamp", "url": "/lamp"}]}', "f.json"),
    ],
)  # fmt: skip
async def test_a_saved_feeds_links_are_relative_to_its_own_address(tmp_path: Path, text: str, name: str) -> None:
    assert [row.homepage for row in (await take_text(tmp_path, text, name)).good] == ["https://acme.dev/lamp"]


@pytest.mark.parametrize("link", ["0", "lamp-1", "tag:acme.dev,2026:1", "www.lamp.dev/start"])
async def test_an_id_or_a_host_is_no_relative_link(tmp_path: Path, link: str) -> None:
    taken = await take_text(tmp_path, rss(item(link=link), more="<link>https://acme.dev</link>"), "f.xml")
    assert [row.homepage for row in taken.good] == ["https://www.lamp.dev/start" if "www" in link else ""]


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ('<link rel="alternate" type="application/rss+xml" href="https://acme.dev/feed?a=1&amp;b">', "https://acme.dev/feed?a=1&b"),
        ("<LINK TYPE=application/atom+xml HREF='https://acme.dev/x' REL=alternate>", "names its feed: https://acme.dev/x"),
        ('<link rel="alternate" hreflang="de" href="/de"><link rel="stylesheet" href="/feed.css">', "Look for the feed's address"),
    ],
)  # fmt: skip
async def test_a_page_given_as_a_feed_names_the_feed_it_has(tmp_path: Path, head: str, says: str) -> None:
    taken = await take_text(tmp_path, f"<!doctype html><html><head>{head}</head><p>Lamp</p></html>", "index.html")
    ((at, reason),) = taken.bad
    assert (at, reason.startswith("It is a web page, not a feed.")) == ("", True)
    assert says in reason


async def test_an_entry_about_entities_does_not_cost_the_feed(tmp_path: Path) -> None:
    taken = await take_text(tmp_path, rss(item("<![CDATA[<!ENTITY a 'b'> explained]]>") + item()), "f.xml")
    assert [row.name for row in taken.good][-1] == "Lamp"


async def test_reading_a_feed_opens_no_file_and_no_address_it_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[object] = []
    secret = tmp_path / "secret"
    secret.write_text("Secret")
    real = os.open
    monkeypatch.setattr(os, "open", lambda *a, **k: opened.append(a[0]) or real(*a, **k))
    text = f'<?xml version="1.0"?><!DOCTYPE r SYSTEM "file://{secret}">' + rss(item(), head="")
    taken = await take_text(tmp_path, text, "f.xml")
    assert len(taken.good) == 1
    assert not [name for name in opened if "secret" in str(name)]
    # bytes that are a file's name, which feedparser would open
    assert (await take_text(tmp_path, str(secret), "f.xml", format="rss")).bad == [
        ("", "It is no RSS or Atom feed. Give the feed's own address, not the page's.")
    ]


async def test_a_listing_given_as_the_link_is_a_listing(tmp_path: Path) -> None:
    text = rss(
        item(link="https://www.producthunt.com/products/lamp")
        + item(link="https://github.com/acme/lamp/releases/tag/v1")
    )
    listed, repository = (await take_text(tmp_path, text, "f.xml")).good
    assert (listed.homepage, listed.listing) == ("", "https://www.producthunt.com/products/lamp")
    assert repository.homepage == "https://github.com/acme/lamp"


async def test_a_title_that_is_only_a_version_takes_the_repositorys_name(tmp_path: Path) -> None:
    text = rss(item("Release v2.1.0: faster", "https://github.com/acme/lamp/releases/tag/v2.1.0"))
    (lamp,) = (await take_text(tmp_path, text, "f.xml")).good
    assert (lamp.name, lamp.release, lamp.tagline) == ("lamp", "v2.1.0", "faster")


async def test_json_feed_prefers_the_address_elsewhere(tmp_path: Path) -> None:
    text = (
        '{"version": "https://jsonfeed.org/version/1.1", "title": "x", "language": "de", "items": ['
        '{"id": "1", "title": "Lamp: a light", "url": "https://blog.example/1", "external_url": "https://lamp.dev",'
        ' "date_published": "2026-11-23T10:00:00+01:00", "tags": ["x", "Databases"]}, 7]}'
    )
    taken = await take_text(tmp_path, text, "feed.json")
    (lamp,) = taken.good
    assert (lamp.name, lamp.homepage, lamp.language, lamp.category) == ("Lamp", "https://lamp.dev", "de", "databases")
    assert taken.bad == [("entry 2", "It is no object with fields.")]


async def test_a_mapping_reaches_nested_fields_templates_constants_and_fallbacks(tmp_path: Path) -> None:
    text = '{"data": {"posts": [{"node": {"n": "Lamp", "id": 7, "links": [{"u": ""}, {"u": "https://lamp.dev"}]}}]}}'
    taken = await take_text(
        tmp_path, text, "f.json", entries="data.posts", name="node.n", homepage=("node.links.0.u", "node.links.1.u"),
        listing="https://list.example/{node.id}", category="=databases", where="The List",
    )  # fmt: skip
    (lamp,) = taken.good
    assert (lamp.name, lamp.homepage, lamp.listing) == ("Lamp", "https://lamp.dev", "https://list.example/7")
    assert (lamp.category, lamp.seen_at[0].where) == ("databases", "The List")
    assert lamp.seen_at[0].url == "https://list.example/7"


async def test_a_category_we_do_not_have_is_unknown(tmp_path: Path) -> None:
    taken = await take_text(
        tmp_path,
        "name,url,category\nLamp,l.dev,Lamps\nBulb,b.dev,Dev Tools\n",
        categories={"dev tools": "coding-assistants"},
    )
    assert [row.category for row in taken.good] == ["", "coding-assistants"]


async def test_only_keeps_what_launches_something(tmp_path: Path) -> None:
    text = rss(item("Show HN: Lamp") + item("We are hiring"))
    taken = await take_text(tmp_path, text, "f.xml", only="^show hn:", strip="^show hn: ")
    assert [row.name for row in taken.good] == ["Lamp"]
    assert taken.bad == [("entry 2", "Its title 'We are hiring' is no launch by this feed's rule `only`.")]


async def test_a_web_page_is_no_feed(tmp_path: Path) -> None:
    taken = await take_text(tmp_path, "<!doctype html><title>x</title>", "feed.xml")
    assert "web page, not a feed" in taken.bad[0][1]


async def test_a_folder_of_launch_files_is_read_and_bad_ones_are_named(tmp_path: Path) -> None:
    (tmp_path / "lamp.yaml").write_text(LAUNCH)
    (tmp_path / "bomb.yaml").write_text("a: &a [x]\nb: &b [*a, *a]\nname: x\n")
    (tmp_path / "notes.md").write_text("# Only notes\n")
    (tmp_path / "page.txt").write_text("not a launch")
    (tmp_path / "bad.json").write_text('{"name": "Bad"}')
    (tmp_path / "deep.yaml").write_text("a: " + "[" * 5000)
    os.mkfifo(tmp_path / "pipe.yaml")  # reading it would wait for ever
    taken = await take(SourceSpec(label="sent", source=str(tmp_path), table=FeedTable(where="sent in")))
    (lamp,) = taken.good
    assert (lamp.at, lamp.launch_file) == ("lamp.yaml", str((tmp_path / "lamp.yaml").resolve()))
    assert (lamp.category, lamp.seen_at[0].where) == ("testing", "sent in")
    assert [at for at, _ in taken.bad] == ["bad.json", "bomb.yaml", "deep.yaml", "pipe.yaml"]
    assert "repeated by *name" in dict(taken.bad)["bomb.yaml"]


async def test_one_launch_file_is_a_source(tmp_path: Path) -> None:
    (lamp,) = (await take_text(tmp_path, LAUNCH, "lamp.yaml")).good
    assert lamp.launch_file.endswith("lamp.yaml")


async def test_one_sources_failure_leaves_the_others(tmp_path: Path) -> None:
    good = tmp_path / "a.csv"
    good.write_text("name,url\nLamp,l.dev\n")
    sources = [SourceSpec(label="gone", source=str(tmp_path / "gone.csv")), SourceSpec(label="nul", source="a\0b"),
               SourceSpec(label="a", source=str(good))]  # fmt: skip
    taken = await take(*sources)
    assert [row.name for row in taken.good] == ["Lamp"]
    assert [row.source for row in taken.heard] == ["gone", "nul"]


PIECES = st.lists(
    st.sampled_from(
        ["<item>", "</item>", "<title>", "</title>", "<link>", "</link>", "<entry>", "&amp;", "&#0;", "&bogus;", "<![CDATA[", "]]>",
         "<!--", "<?x", "<a b='", "http://a.dev", "\0", "\ufffe", "<pubDate>", "99 Foo 2026", '<link href="//[">', "é", "&lt;b&gt;", " "]
    ),
    max_size=25,
)  # fmt: skip


@HOSTILE
@given(pieces=PIECES)
async def test_any_pieces_of_a_feed_are_read_or_reported(tmp_path: Path, pieces: list[str]) -> None:
    taken = await take_text(tmp_path, rss("".join(pieces)), "f.xml", format="rss")
    assert all(type(row).model_validate(row.model_dump()) == row for row in taken.rows)
    assert all(row.category in CATEGORIES | {""} for row in taken.good)


FEED = "<rss><channel><title>T</title>{}</channel></rss>"


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2019/11/15 10:00:00", date(2019, 11, 15)),
        ("2026年11月23日", date(2026, 11, 23)),
        ("1795478400", date(2026, 11, 24)),
        ("Mon, 01 Jan 0001 00:00:00 +0000", None),
        ("15/11/2019", None),
    ],
)
async def test_a_feeds_day_is_the_one_written_or_none(tmp_path: Path, written: str, day: date | None) -> None:
    item = f"<item><title>Lamp</title><link>https://l.dev</link><pubDate>{written}</pubDate></item>"
    (lamp,) = (await take_text(tmp_path, FEED.format(item), "feed.xml")).good
    assert lamp.launched_at == day


async def test_entries_nobody_can_read_are_said_and_an_empty_feed_is_not(tmp_path: Path) -> None:
    strange = '<x:item xmlns:x="urn:x"><x:title>Lamp</x:title></x:item>'
    atom = '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:y="urn:y"><title>T</title><y:entry/></feed>'
    for text in (f'<rdf xmlns="http://purl.org/rss/1.0/">{strange}</rdf>', atom):
        taken = await take_text(tmp_path, text, "feed.xml")
        assert len(taken.rows) == len(taken.bad) == 1
    for text in (FEED.format(""), FEED.format("<!-- <item></item> --><description><![CDATA[<item>]]></description>")):
        assert (await take_text(tmp_path, text, "feed.xml")).rows == []


async def test_an_id_is_no_address_and_the_entry_stays_under_its_name(tmp_path: Path) -> None:
    entries = "".join(
        f"<entry><id>{an_id}</id><title>Lamp</title></entry>" for an_id in ("tag:acme.dev,2026:1", "urn:uuid:1", "0")
    )
    taken = await take_text(tmp_path, f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>', "feed.xml")
    assert [(row.name, row.homepage) for row in taken.good] == [("Lamp", "")] * 3


LONG = "Lamp is a light for desks that follows the eye and costs 89 euros once."


@pytest.mark.parametrize("voice", ["unknown", "maker"])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", f"Name,Short description\nLamp,{LONG}\n"),
        ("a.jsonl", f'{{"name": "Lamp", "content_html": "<p>{LONG}</p>"}}\n'),
        ("a.json", f'{{"items": [{{"title": "Lamp", "summary": "{LONG}"}}]}}'),
        ("a.xml", FEED.format(f"<item><title>Lamp</title><description>&lt;p&gt;{LONG}&lt;/p&gt;</description></item>")),
        (
            "b.xml",
            '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Lamp</title>'
            f'<summary>Lamp</summary><content type="html">&lt;b&gt;{LONG}&lt;/b&gt;</content></entry></feed>',
        ),
    ],
)
async def test_an_entrys_own_text_is_a_source_of_the_launch(tmp_path: Path, name: str, text: str, voice: str) -> None:
    (lamp,) = (await take_text(tmp_path, text, name, voice=voice)).good
    (source,) = lamp.sources
    assert LONG in source.text
    assert (source.title, source.voice, source.kind) == ("Its entry in today", voice, "other")


@pytest.mark.parametrize("said", ["Lamp", "A light.", "", "<p hidden>It is the best light there is, they say.</p>"])
async def test_a_text_too_short_to_read_is_no_source(tmp_path: Path, said: str) -> None:
    text = FEED.format(f"<item><title>Lamp</title><description><![CDATA[{said}]]></description></item>")
    (lamp,) = (await take_text(tmp_path, text, "feed.xml")).good
    assert lamp.sources == ()
    (off,) = (await take_text(tmp_path, f"Name,Description\nLamp,{LONG}\n", text="")).good
    assert off.sources == ()
