"""Pages read with a real Chromium, over a real HTTP server on loopback: what is seen, what is not, and the sandbox."""

import shutil
import stat
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import html as lxml_html
from tests.support.browser import CHROMIUM, needs_chromium
from tests.support.web.server import Site, web

from panel.dossier.fetch import browser
from panel.dossier.fetch.browser import Browser, Rendered, browser_command
from panel.dossier.fetch.client import Fetcher
from panel.dossier.fetch.policy import FetchPolicy
from panel.dossier.page.read_page import needs_scripts, parse_page
from panel.errors import Mistake

pytest.importorskip("playwright.async_api", reason="playwright is not installed")
pytestmark = [*needs_chromium, pytest.mark.long]
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HEAD = '<!doctype html><html lang="en"><head><title>Acme</title></head><body>'
GREEN = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9" fill="#060"/></svg>'


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with web() as served:
        yield served


def fetcher_for(site: Site) -> Fetcher:
    return Fetcher(FetchPolicy(allow_loopback=site.host_port, pace_s=0), now=lambda: NOW)


async def render(site: Site, html: str, path: str = "/") -> Rendered:
    site.put(path, HEAD + html)
    fetcher = fetcher_for(site)
    return await Browser(fetcher).render(await fetcher.get(site.url(path)))


def seen(rendered: Rendered) -> str:
    """Every word of the body that is not marked as hidden."""
    body = lxml_html.document_fromstring(rendered.page.body.decode()).body
    for hidden in body.xpath(".//*[@hidden]"):
        hidden.drop_tree()
    return " | ".join(text for part in body.itertext() if (text := " ".join(part.split())))


async def test_a_page_that_scripts_make_is_read_whole(site: Site) -> None:
    script = "root.innerHTML = '<h2>Notes in order</h2>'; fetch('/say.json').then((r) => r.json()).then((j) => root.append(j.say))"
    site.put("/app.js", script, "application/javascript")
    site.put("/say.json", '{"say": "Acme sorts your notes by what they are about."}', "application/json")
    html = '<div id="root"></div><script type="module" src="/app.js"></script>'
    site.put("/", HEAD + html)
    fetcher = fetcher_for(site)
    page = await fetcher.get(site.url("/"))
    assert needs_scripts(parse_page(page))
    rendered = await Browser(fetcher).render(page)
    assert seen(rendered) == "Notes in order | Acme sorts your notes by what they are about."
    assert not needs_scripts(parse_page(rendered.page))
    assert (rendered.page.rendered, rendered.page.final_url, rendered.page.etag) == (True, page.final_url, "")
    assert rendered.page.fetched_at == NOW


HIDDEN = {
    "no display": '<p style="display:none">{}</p>',
    "not visible": '<p style="visibility:hidden">{}</p>',
    "off the screen": '<p style="position:absolute;left:-9999px">{}</p>',
    "in a pixel": '<p style="position:absolute;width:1px;height:1px;overflow:hidden">{}</p>',
    "without room": '<div style="height:0;overflow:hidden"><p>{}</p></div>',
    "cut away": '<p style="clip-path:inset(50%)">{}</p>',
    "in its ground's colour": '<p style="color:#fefefe">{}</p>',
    "on a dark ground": '<div style="background:#111"><p style="color:#121212">{}</p></div>',
    "positioned, in its ground's colour": '<p style="color:#fff;position:relative">{}</p>',
    "tiny": '<p style="font-size:1px">{}</p>',
    "shrunk": '<p style="transform:scale(.01)">{}</p>',
    "faint": '<div style="opacity:.2"><p style="opacity:.2">{}</p></div>',
    "without ink": '<p style="color:transparent">{}</p>',
    "pushed out": '<p style="overflow:hidden;text-indent:-9999px">{}</p>',
    "taken away by a script": "<p id='gone'>{}</p><script>gone.style.display = 'none'</script>",
    "in a script's template": "<template>{}</template>",
}
SHOWN = {
    "plain": "<p>{}</p>",
    "shown again": '<div style="visibility:hidden"><p style="visibility:visible">{}</p></div>',
    "shown by a script": "<p id='came' style='display:none'>{}</p><script>came.style.display = 'block'</script>",
    "on a picture": '<div style="position:relative;height:60px"><img src="/green.svg" style="position:absolute;width:100%;height:60px"><p style="position:relative;color:#fff">{}</p></div>',
    "on its own ground": '<p style="color:#fff;background:#123">{}</p>',
    "letters of a gradient": '<h2 style="background:linear-gradient(red,blue);-webkit-background-clip:text;color:transparent"><span>{}</span></h2>',
    "far down, fading in": "<div style='height:4000px'></div><p id='late' style='opacity:0;transition:opacity 3s'>{}</p><script>new IntersectionObserver((all) => all.forEach((one) => { if (one.isIntersecting) late.style.opacity = 1 })).observe(late)</script>",
    "in closed details": '<details name="one"><summary>More</summary>{}</details><details name="one"><summary>Most</summary>x</details>',
    "in a shadow": "<my-box><b>{}</b></my-box><script>customElements.define('my-box', class extends HTMLElement { connectedCallback() { this.attachShadow({mode: 'open'}).innerHTML = '<p><slot></slot></p>' } })</script>",
    "without a box": '<p style="display:contents">{}</p>',
    "absolute, beside what is cut": '<div style="position:relative"><div style="height:0;overflow:hidden"><p style="position:absolute;top:0">{}</p></div></div><br>',
}


async def test_text_is_read_as_far_as_a_browser_shows_it(site: Site) -> None:
    site.put("/green.svg", GREEN, "image/svg+xml")
    hidden = [part.replace("{}", f"Nobody sees words {n}.") for n, part in enumerate(HIDDEN.values())]
    shown = [part.replace("{}", f"Anybody sees words {n}.") for n, part in enumerate(SHOWN.values())]
    rendered = await render(site, "".join([*hidden, *shown]))
    read = seen(rendered)
    assert [name for n, name in enumerate(SHOWN) if f"Anybody sees words {n}." not in read] == []
    assert [name for n, name in enumerate(HIDDEN) if f"Nobody sees words {n}." in read] == []
    told = " ".join(found.text for found in parse_page(rendered.page).hidden)
    assert [name for n, name in enumerate(HIDDEN) if f"Nobody sees words {n}." not in told] == []


async def test_a_folded_part_is_marked_whole_beside_the_button_that_opens_it(site: Site) -> None:
    fold = '<button aria-controls="a">Why?</button><div id="a" hidden><p>Because</p><p>it is.</p></div>'
    rendered = await render(site, f"<header><p hidden>Not yet.</p><p>Questions</p></header>{fold}")
    body = rendered.page.body.decode()
    assert '</button><div id="a" hidden><p>Because</p><p>it is.</p></div>' in body
    assert "<header><p hidden>Not yet.</p><p>Questions</p></header>" in body


async def test_a_page_cant_forge_what_its_browser_says(site: Site) -> None:
    forged = """<p hidden>Nobody sees this.</p><script>
      Element.prototype.checkVisibility = () => true;
      window.getComputedStyle = () => ({opacity: '1', display: 'block', position: 'static', overflowX: 'visible'});
      Range.prototype.getClientRects = () => [{left: 0, top: 0, right: 99, bottom: 99, height: 99}];
      Array.prototype.join = () => '<p>Forged.</p>';
    </script><p>Anybody sees this.</p><p id="x"></p><script>x.setAttribute('title', '"><b>broken out</b>')</script>"""
    rendered = await render(site, forged)
    assert seen(rendered) == "Anybody sees this."


async def test_its_picture_is_the_first_screen_with_its_images(site: Site) -> None:
    site.put("/green.svg", GREEN, "image/svg+xml")
    rendered = await render(
        site, '<p>Words.</p><img src="/green.svg" width="300" height="300"><div style="height:9000px">'
    )
    assert rendered.picture.startswith(b"\xff\xd8\xff")
    assert _jpeg_size(rendered.picture) == (1200, 800)
    assert "/green.svg" in site.paths()
    assert len(rendered.picture) <= browser.MOST_PICTURE


def _jpeg_size(picture: bytes) -> tuple[int, int]:
    at = 2
    while picture[at + 1] not in (0xC0, 0xC2):
        at += 2 + int.from_bytes(picture[at + 2 : at + 4], "big")
    return int.from_bytes(picture[at + 7 : at + 9], "big"), int.from_bytes(picture[at + 5 : at + 7], "big")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc here to look a process up in")
async def test_chromium_runs_in_its_own_sandbox_and_never_as_root() -> None:
    async with browser._opened(browser_command()) as chromium:
        await (await chromium.new_page()).goto("about:blank")
        session = await chromium.new_browser_cdp_session()
        processes = (await session.send("SystemInfo.getProcessInfo"))["processInfo"]
        arguments = (await session.send("Browser.getBrowserCommandLine"))["arguments"]
        looks = [(process["type"], _status(process["id"])) for process in processes]
    assert not [argument for argument in arguments if "sandbox" in argument]
    assert all("0" not in status["Uid"].split() for _, status in looks)
    renderers = [status for kind, status in looks if kind == "renderer"]
    assert renderers
    assert all(status["Seccomp"] == "2" and int(status["CapEff"], 16) == 0 for status in renderers)
    assert all(len(status["NSpid"].split()) > 1 for status in renderers)  # in a namespace of its own


def _read(process: int, what: str) -> bytes:
    return Path(f"/proc/{process}/{what}").read_bytes()


def _status(process: int) -> dict[str, str]:
    lines = _read(process, "status").decode().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter; pytest's own is root's."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


async def test_a_chromium_set_up_without_its_sandbox_is_refused(site: Site, open_folder: Path) -> None:
    program = open_folder / "chromium"
    program.write_text(f'#!/bin/sh\nexec {CHROMIUM} --no-sandbox "$@"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    site.put("/", HEAD + "<p>Words.</p>")
    fetcher = fetcher_for(site)
    with pytest.raises(Mistake, match="set up here with '--no-sandbox', and is not used so"):
        await Browser(fetcher, program=str(program)).render(await fetcher.get(site.url("/")))


async def test_no_variable_of_ours_reaches_the_browser(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    async with browser._opened(browser_command()) as chromium:
        session = await chromium.new_browser_cdp_session()
        (process,) = (
            p for p in (await session.send("SystemInfo.getProcessInfo"))["processInfo"] if p["type"] == "browser"
        )
        environment = _read(process["id"], "environ")
    assert b"HOME=" in environment
    assert b"sk-secret" not in environment
