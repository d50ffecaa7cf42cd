"""Pages read with a browser: when one is asked, what is kept of it, and that a snapshot needs none."""

from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.pages import DAY, Web, lantern, page, write

from panel.dossier.fetch.browser import Rendered
from panel.dossier.gather.gather_pages import Gathering, gather
from panel.dossier.gather.live_dossier import build_live_dossier
from panel.dossier.gather.snapshots import Snapshots
from panel.errors import Mistake
from panel.records import Coverage, Dossier, Page, Stamp, sha256_of

HOME = "https://acme.dev"
SHELL = '<title>Acme</title><div id="root"></div><script type="module" src="/app.js"></script>'
SHOWN = "<title>Acme</title><h1>Acme</h1><p>Acme sorts the notes on your own machine by what they are about.</p>"
PICTURE = b"\xff\xd8\xff a picture"


class Browser:
    """A Render that shows one text for every page, or is not there."""

    def __init__(self, missing: str = "", text: str = SHOWN) -> None:
        self.missing, self.text = missing, text
        self.shown: list[str] = []

    def why_not(self) -> str:
        return self.missing

    async def render(self, page: Page) -> Rendered:
        self.shown.append(page.final_url)
        body = self.text.encode()
        changed = {"body": body, "sha256": sha256_of(body), "charset": "utf-8", "etag": "", "rendered": True}
        return Rendered(page.model_copy(update=changed), PICTURE)


@pytest.fixture
def snapshots(tmp_path: Path) -> Snapshots:
    return Snapshots(tmp_path, write=write)


async def read(web: Web, snapshots: Snapshots, browser: Browser | None = None, **more: object) -> Gathering:
    given = {"fetch": web, "snapshots": snapshots, "today": DAY.date(), "browser": browser, **more}
    return await gather(HOME, **given)  # type: ignore[arg-type]


async def dossier_of(web: Web, snapshots: Snapshots, browser: Browser | None, **more: object) -> Dossier:
    given = {"fetch": web, "snapshots": snapshots, "today": DAY.date(), "browser": browser, **more}
    return await build_live_dossier(HOME, made=Stamp(created_at=DAY, version="0"), **given)  # type: ignore[arg-type]


async def test_a_page_that_scripts_fill_is_read_with_a_browser(snapshots: Snapshots) -> None:
    browser = Browser()
    gathering = await read(Web({HOME: SHELL}), snapshots, browser)
    assert "by what they are about" in gathering.pages[0].passages[-1].text
    assert browser.shown == [HOME]


async def test_a_page_that_shows_nothing_in_a_browser_either_is_one_sentence(snapshots: Snapshots) -> None:
    empty = Browser(text="<title>Acme</title><h1>Acme</h1><div></div>")
    for browser in (empty, None):  # at once, and when its snapshot is read
        with pytest.raises(Mistake, match="shows no text, in a browser neither"):
            await read(Web({HOME: SHELL}), snapshots, browser)


async def test_a_rendered_index_of_names_is_read(snapshots: Snapshots) -> None:
    names = "".join(f"<li>module_{n:03}</li>" for n in range(200))
    gathering = await read(Web({HOME: SHELL}), snapshots, Browser(text=f"<title>Acme</title><ul>{names}</ul>"))
    assert len(gathering.pages[0].passages) == 200


async def test_a_page_with_its_text_in_it_starts_no_browser(snapshots: Snapshots) -> None:
    browser = Browser()
    gathering = await gather(
        "https://lantern.dev", fetch=lantern(), snapshots=snapshots, today=DAY.date(), browser=browser
    )
    assert len(gathering.pages) == 7
    assert browser.shown == []


async def test_every_html_page_is_rendered_where_that_is_asked_for(snapshots: Snapshots) -> None:
    browser = Browser()
    await gather(
        "https://lantern.dev", fetch=lantern(), snapshots=snapshots, today=DAY.date(), browser=browser, renders_all=True
    )
    assert browser.shown == ["https://lantern.dev"]  # the one text it shows links to no other


async def test_a_text_file_is_not_rendered(snapshots: Snapshots) -> None:
    browser = Browser()
    await read(Web({HOME: page(HOME, "Plain words.", media="text/plain")}), snapshots, browser, renders_all=True)
    assert browser.shown == []


async def test_without_a_browser_the_sentence_says_what_is_missing(snapshots: Snapshots) -> None:
    browser = Browser("the extra `browser` is not installed")
    with pytest.raises(Mistake) as caught:
        await read(Web({HOME: SHELL}), snapshots, browser)
    told = "https://acme.dev shows its text only where its scripts run, and the extra `browser` is not installed."
    assert str(caught.value) == told
    assert "panel new NAME" in caught.value.hint
    assert browser.shown == []


async def test_the_dossier_says_what_was_read_with_a_browser(snapshots: Snapshots) -> None:
    dossier = await dossier_of(Web({HOME: SHELL}), snapshots, Browser())
    assert dossier.coverage.rendered == ("S1",)
    assert dossier.sources[0].bytes_sha256 == sha256_of(SHOWN)


async def test_a_dossier_is_made_again_from_snapshots_without_a_browser(snapshots: Snapshots) -> None:
    first = await dossier_of(Web({HOME: SHELL}), snapshots, Browser())
    web = Web({})
    again = await dossier_of(web, snapshots, None)
    assert (again.dossier_hash, again.coverage.rendered) == (first.dossier_hash, ("S1",))
    assert web.asked == []
    whole = await dossier_of(web, snapshots, Browser("gone"), renders_all=True)
    assert whole.dossier_hash == first.dossier_hash


async def test_a_page_kept_as_it_came_is_rendered_when_all_are(snapshots: Snapshots) -> None:
    web, browser = Web({HOME: SHOWN}), Browser()
    await read(web, snapshots)
    await read(web, snapshots, browser, renders_all=True)
    assert browser.shown == [HOME]
    assert [reading.rendered for reading in snapshots.readings(HOME)] == [False, True]


async def test_a_rendered_page_is_asked_for_without_its_old_validators(snapshots: Snapshots) -> None:
    web = Web({HOME: page(HOME, SHELL).model_copy(update={"etag": '"1"'})})
    await read(web, snapshots, Browser())
    await read(web, snapshots, Browser(), max_age_days=-1)
    known = web.known[-1]
    assert known is not None
    assert (known.rendered, known.etag) == (True, "")


async def test_the_picture_is_kept_beside_the_page_and_pruned_with_it(snapshots: Snapshots) -> None:
    await read(Web({HOME: SHELL}), snapshots, Browser())
    assert snapshots.picture(HOME) == PICTURE
    assert snapshots.picture("https://other.dev") == b""
    snapshots.prune(before=DAY.date() + timedelta(days=1))
    assert snapshots.picture(HOME) == PICTURE  # of an address's newest reading
    later = DAY + timedelta(days=1)
    snapshots.put(page(HOME, SHELL, at=later))
    assert snapshots.prune(before=later.date()) == 2
    assert snapshots.picture(HOME) == b""


def test_a_page_that_no_browser_read_is_kept_as_before(snapshots: Snapshots) -> None:
    snapshots.put(page(HOME, SHELL))
    (line,) = next(iter(snapshots.folder.glob("pages/*.jsonl"))).read_text().splitlines()
    assert "rendered" not in line
    assert "picture" not in line


def test_a_dossiers_hash_does_not_say_how_its_pages_were_read() -> None:
    plain = Coverage(passages_total=1, passages_kept=1)
    assert "rendered" not in plain.model_dump_json()
    assert "rendered" in plain.model_copy(update={"rendered": ("S1",)}).model_dump_json()
