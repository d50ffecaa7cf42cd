import asyncio
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.support.pages import DAY, LANTERN, Web, lantern, page, write

from panel.dossier.fetch.fetch_errors import FetchRefused, Unreachable
from panel.dossier.gather.gather_pages import Gathering, PageEvent, gather
from panel.dossier.gather.snapshots import Snapshots
from panel.errors import Mistake, PanelError, StoreError
from panel.records import Page

HOME = "https://lantern.dev"
TODAY = DAY.date()


@pytest.fixture
def snapshots(tmp_path: Path) -> Snapshots:
    return Snapshots(tmp_path, write=write)


async def read(web: object, snapshots: Snapshots, url: str = HOME, **more: object) -> Gathering:
    return await gather(url, **{"fetch": web, "snapshots": snapshots, "today": TODAY, **more})  # type: ignore[arg-type]


async def test_a_products_pages_are_found_from_its_first(snapshots: Snapshots) -> None:
    web = lantern()
    gathering = await read(web, snapshots, "lantern.dev/?utm_source=mail")
    assert web.asked == [*list(LANTERN)[:3], list(LANTERN)[6], *list(LANTERN)[3:6]]
    assert [(g.source_id, g.kind, g.voice) for g in gathering.pages] == [
        ("S1", "page", "maker"),
        ("S2", "pricing", "maker"),
        ("S3", "docs", "maker"),
        ("S4", "repository", "maker"),
        ("S5", "docs", "maker"),
        ("S6", "changelog", "maker"),
        ("S7", "licence", "maker"),
    ]
    assert (gathering.name, gathering.tagline) == ("Lantern", "Search your notes without a server")
    assert gathering.unread == ()


async def test_no_more_pages_are_asked_for_than_allowed_and_the_rest_is_listed(snapshots: Snapshots) -> None:
    web = lantern()
    gathering = await read(web, snapshots, most_pages=3)
    assert len(web.asked) == len(gathering.pages) == 3
    assert (
        gathering.unread[0] == "Repository not read: https://github.com/lantern-labs/lantern, enough pages were read."
    )
    assert len(gathering.unread) == 4


async def test_bytes_are_bounded_over_all_pages(snapshots: Snapshots) -> None:
    gathering = await read(lantern(), snapshots, most_bytes=10)
    assert len(gathering.pages) == 1
    assert "enough bytes were read" in gathering.unread[0]


async def test_time_is_bounded_and_a_page_that_hangs_is_given_up(snapshots: Snapshots) -> None:
    web = lantern()

    async def hangs(url: str, *, known: Page | None = None) -> Page:
        if url.endswith("pricing"):
            await asyncio.Event().wait()
        return await web(url)

    gathering = await read(hangs, snapshots, most_s=0.3)
    assert len(gathering.pages) == 1
    assert gathering.unread[0].startswith(
        "Pricing not read: Could not read https://lantern.dev/pricing: gathering took"
    )
    assert gathering.unread[1] == "Docs not read: https://lantern.dev/docs/, time was up."


@pytest.mark.parametrize(
    ("held", "sentence"),
    [
        (404, "No page at https://lantern.dev/pricing: the server answered 404 (not found)."),
        (503, "Could not read https://lantern.dev/pricing: the server answered 503 (service unavailable)."),
        (799, "Could not read https://lantern.dev/pricing: the server answered 799, which is no status there is."),
        (FetchRefused(f"{HOME}/pricing", "robots.txt says no", rule="robots"), "Refused https://lantern.dev/pricing: robots.txt says no."),
        (Unreachable(f"{HOME}/pricing", "it dripped"), "Could not read https://lantern.dev/pricing: it dripped."),
        (page(f"{HOME}/pricing", b"%PDF", media="application/pdf"), "https://lantern.dev/pricing is application/pdf, which holds no text to read."),
        (page(f"{HOME}/pricing", "<p></p>"), "https://lantern.dev/pricing holds no readable text."),
        (page(f"{HOME}/pricing", "<p>Buy it all.", final_url="https://pay.example/x"), "https://lantern.dev/pricing leads to 'pay.example', which is not the maker's."),
    ],
)  # fmt: skip
async def test_a_page_that_fails_is_one_sentence_and_gathering_goes_on(
    snapshots: Snapshots, held: object, sentence: str
) -> None:
    events: list[PageEvent] = []
    gathering = await read(lantern(pricing=held), snapshots, on_page=events.append)
    assert gathering.unread == (f"Pricing not read: {sentence}",)
    assert [g.kind for g in gathering.pages] == ["page", "docs", "repository", "docs", "changelog", "licence"]
    assert [g.source_id for g in gathering.pages] == ["S1", "S2", "S3", "S4", "S5", "S6"]
    assert [e.how for e in events].count("unread") == 1


@pytest.mark.parametrize(
    ("held", "error"),
    [
        (404, Mistake),
        (500, Unreachable),
        (FetchRefused(HOME, "private", rule="address"), FetchRefused),
        (page(HOME, "<div></div>"), Mistake),
        (page(HOME, b"x", media="image/png"), Mistake),
    ],
)
async def test_only_the_first_pages_failure_is_an_error(
    snapshots: Snapshots, held: object, error: type[PanelError]
) -> None:
    with pytest.raises(error):
        await read(lantern(home=held), snapshots)


@pytest.mark.parametrize("url", ["", "not an address", "file:///etc/passwd", "javascript:alert(1)"])
async def test_what_is_no_web_address_is_a_mistake_and_nothing_is_asked(snapshots: Snapshots, url: str) -> None:
    web = lantern()
    with pytest.raises(Mistake):
        await read(web, snapshots, url)
    assert web.asked == []


async def test_a_disk_that_fails_at_any_page_ends_it(tmp_path: Path) -> None:
    written: list[Path] = []

    def fills_up(path: Path, content: bytes) -> None:
        written.append(path)
        if len(written) > 3:
            raise StoreError("The disk is full.")
        write(path, content)

    web = lantern()
    with pytest.raises(StoreError):
        await read(web, Snapshots(tmp_path, write=fills_up))
    assert len(web.asked) == 2


async def test_a_page_that_says_what_another_said_is_dropped(snapshots: Snapshots) -> None:
    events: list[PageEvent] = []
    same_text = (await lantern()(f"{HOME}/docs/")).model_copy(
        update={"url": f"{HOME}/changelog", "final_url": f"{HOME}/changelog"}
    )
    home_again = page(f"{HOME}/pricing", "<p>Welcome home.", final_url=HOME)
    gathering = await read(lantern(changelog=same_text, pricing=home_again), snapshots, on_page=events.append)
    assert [g.kind for g in gathering.pages] == ["page", "docs", "repository", "docs", "licence"]
    assert gathering.unread == ()
    assert [(e.kind, e.how) for e in events if e.how == "same"] == [("pricing", "same"), ("changelog", "same")]


async def test_pages_that_all_call_themselves_the_first_are_read_all_the_same(snapshots: Snapshots) -> None:
    """One canonical address in every page's head is a common mistake; prices were lost for it."""
    head = f'<link rel="canonical" href="{HOME}">'
    first = f"{head}<h1>Lamp</h1><p>It glows.</p><a href=/pricing>Pricing</a>"
    web = Web({HOME: first, f"{HOME}/pricing": f"{head}<h1>Pricing</h1><p>It costs 5 USD.</p>"})
    gathering = await read(web, snapshots)
    assert [(g.kind, g.parsed.url) for g in gathering.pages] == [("page", HOME), ("pricing", f"{HOME}/pricing")]


async def test_a_page_that_calls_itself_pricing_hides_no_price_page(snapshots: Snapshots) -> None:
    """A page that calls itself its price page does not keep that from being read."""
    first = f'<link rel="canonical" href="{HOME}/pricing"><h1>Lamp</h1><p>It glows.</p><a href=/pricing>Pricing</a>'
    web = Web({HOME: first, f"{HOME}/pricing": "<h1>Pricing</h1><p>It costs 5 USD.</p>"})
    assert [g.kind for g in (await read(web, snapshots)).pages] == ["page", "pricing"]


async def test_recent_snapshots_are_read_and_the_web_is_not_asked(snapshots: Snapshots) -> None:
    first = await read(lantern(), snapshots)
    events: list[PageEvent] = []
    nothing = Web({})
    again = await read(nothing, snapshots, today=TODAY + timedelta(days=7), on_page=events.append)
    assert nothing.asked == []
    assert again == first
    assert again.as_of == TODAY
    assert {e.how for e in events} == {"kept"}


async def test_old_snapshots_and_a_refresh_ask_the_web_with_what_is_known(snapshots: Snapshots) -> None:
    await read(lantern(), snapshots)
    for day, more in ((1, {"refresh": True}), (9, {})):
        web = lantern(DAY + timedelta(days=day))
        gathering = await read(web, snapshots, today=TODAY + timedelta(days=day), **more)
        assert all(known is not None for known in web.known)
        assert len(web.asked) == len(LANTERN)
        assert gathering.as_of == TODAY + timedelta(days=day)


async def test_what_failed_is_asked_for_again(snapshots: Snapshots) -> None:
    await read(lantern(pricing=503), snapshots)
    web = lantern()
    gathering = await read(web, snapshots)
    assert web.asked == [f"{HOME}/pricing"]
    assert gathering.unread == ()


async def test_nothing_deeper_than_a_quick_start_is_followed(snapshots: Snapshots) -> None:
    deep = "<h1>Docs</h1><p>Words of the docs.</p><a href='/docs/quickstart/'>Quick start</a><a href='/docs/pricing'>Pricing</a>"
    web = lantern(docs=page(f"{HOME}/docs/", deep))
    web.pages[f"{HOME}/docs/quickstart/"] = page(
        f"{HOME}/docs/quickstart/", deep + "<a href='/docs/tutorial'>Tutorial</a>"
    )
    await read(web, snapshots)
    assert f"{HOME}/docs/pricing" not in web.asked
    assert f"{HOME}/docs/tutorial" not in web.asked


async def test_a_repository_can_be_the_first_page(snapshots: Snapshots) -> None:
    start = "https://github.com/lantern-labs/lantern"
    web = lantern()
    web.pages[f"{start}/releases"] = "<h1>0.4.0</h1><p>Questions may name a year.</p>"
    web.pages[f"{start}/blob/main/LICENSE"] = "<p>Apache License, version 2.0.</p>"
    gathering = await read(web, snapshots, start)
    assert gathering.name == "lantern"
    assert [(g.kind, g.voice) for g in gathering.pages] == [
        ("repository", "maker"),
        ("changelog", "maker"),
        ("licence", "maker"),
    ]
    assert "https://github.com/lantern-labs/other" not in web.asked


async def test_a_redirect_of_the_first_page_says_who_the_maker_is(snapshots: Snapshots) -> None:
    moved = page(
        HOME, "<h1>Lamp</h1><p>It glows.</p><a href='/pricing'>Pricing</a>", final_url="https://lamp.example.org/"
    )
    web = Web({HOME: moved, "https://lamp.example.org/pricing": "<p>It is free.</p>"})
    gathering = await read(web, snapshots)
    assert [(g.kind, g.voice) for g in gathering.pages] == [("page", "maker"), ("pricing", "maker")]


async def test_a_launch_list_is_read_and_nobodys_word(snapshots: Snapshots) -> None:
    post = "https://www.producthunt.com/posts/lamp"
    web = Web({post: "<h1>Lamp</h1><p>It glows.</p><a href='/pricing'>Pricing</a><a href='https://lamp.dev'>Lamp</a>"})
    gathering = await read(web, snapshots, post)
    assert [(g.kind, g.voice) for g in gathering.pages] == [("page", "unknown")]
    assert web.asked == [post]


async def test_a_part_of_the_page_for_prices_counts_as_having_them(snapshots: Snapshots) -> None:
    web = Web({HOME: "<h1>Lamp</h1><p>It glows.</p><a href='#pricing'>Pricing</a>"})
    assert (await read(web, snapshots)).sections == {"pricing"}


def test_the_newest_days_page_dates_the_gathering(snapshots: Snapshots) -> None:
    web = lantern(DAY - timedelta(days=3), pricing=page(f"{HOME}/pricing", "<p>It is free.", at=DAY))
    assert asyncio.run(read(web, snapshots)).as_of == date(2026, 11, 23)


SAID = "Lamp is a light for desks that follows the eye. " * 2
SHELLS = {
    "an empty root": '<div id="root"></div><script src="/a.js"></script>',
    "a root with a spinner": '<main id="x"><div class="s"><i></i></div><!-- app --></main><script src="/a.js"></script>',
    "an element of its own": f"<lamp-app></lamp-app><p>{SAID}</p><script src=/a.js></script>",
    "a module": f"<p>{SAID}</p><script type='module' src='/a.js'></script>",
    "a word in German": f"<p>{SAID}</p><script src='/a.js'></script><noscript>Bitte JavaScript einschalten.</noscript>",
    "a word in Japanese": "<noscript><p>このサイトではスクリプトが必要です</p></noscript><h1>灯</h1><script>go()</script>",
    "no sentence at all": "<nav><a href=/a>Home</a> <a href=/b>Log in</a></nav><div id=r>Loading…</div><script src=/a.js></script>",
}
PLAIN = {
    "no script": '<p>A lamp.</p><div id="root"></div><noscript>Nothing is lost without scripts here.</noscript>',
    "only data": '<p>A lamp.</p><script type="application/ld+json">{}</script>',
    "a script beside the text": f"<p>{SAID}</p><script src='/count.js'></script><noscript><img src=/count.gif></noscript>",
    "prose enough": f"<p>{SAID * 4}</p><div id='root'></div><script type='module' src='/a.js'></script>",
    "prose without spaces": "<p>" + "机の上を照らす灯で、目を追います。" * 9 + "</p><div id='r'></div><script src='/a.js'></script>",
}  # fmt: skip


@pytest.mark.parametrize("name", SHELLS)
async def test_a_page_that_needs_its_scripts_fails_by_name(snapshots: Snapshots, name: str) -> None:
    shell = page(HOME, f"<title>Lamp</title><body>{SHELLS[name]}</body>")
    with pytest.raises(Mistake, match="shows its text only where its scripts run") as caught:
        await read(Web({HOME: shell}), snapshots)
    assert caught.value.hint.startswith("Save the page")


@pytest.mark.parametrize("name", PLAIN)
async def test_a_page_whose_text_is_there_is_read_whatever_its_scripts(snapshots: Snapshots, name: str) -> None:
    web = Web({HOME: page(HOME, f"<title>Lamp</title><body>{PLAIN[name]}</body>")})
    assert len((await read(web, snapshots)).pages) == 1


async def test_a_linked_page_that_needs_its_scripts_is_among_the_unread(snapshots: Snapshots) -> None:
    gathering = await read(lantern(pricing=page(f"{HOME}/pricing", SHELLS["an empty root"])), snapshots)
    assert gathering.unread[0].startswith("Pricing not read: https://lantern.dev/pricing shows its text only")
