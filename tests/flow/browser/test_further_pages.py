"""The desk's further pages in a real browser: what axe-core finds, both colour schemes, a phone, and no script at all."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
import yaml
from tests.support.browser import axe_violations, needs_axe, needs_chromium, open_chromium
from tests.support.desks import Desk, served_desk, sign
from tests.support.newsrooms import CRITIC, DRAFT, NewsroomFolder

from panel.pipeline import SilentConsole
from panel.workspace import asking_in_background, open_workspace

SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
PAGES = {
    "offer": f"/drafts/{DRAFT}/offer", "ask a critic": f"/drafts/{DRAFT}/ask?critic={CRITIC}",
    "ask the panel": f"/drafts/{DRAFT}/ask", "answered": f"/drafts/{DRAFT}/asking", "stats": "/stats",
    "product": "/products/larkspindle", "stale": "/stale",
}  # fmt: skip

pytestmark = needs_chromium


@dataclass
class Looked:
    """A desk behind a socket, and a browser to look at it."""

    desk: Desk
    chromium: Any

    @contextmanager
    def visit(self, size: str = "desktop", **options: Any) -> Iterator[Any]:
        """A page for an admin. Fails for anything on its console but refusals, and for a request elsewhere."""
        width, height = SIZES[size]
        origin = self.desk.deps.origin
        context = self.chromium.new_context(viewport={"width": width, "height": height}, base_url=origin, **options)
        token = self.desk.deps.accounts.start_session(self.desk.account("admin"), now=self.desk.clock()).token
        context.add_cookies([{"name": self.desk.deps.cookie, "value": token, "url": origin}])
        page, said, asked = context.new_page(), list[str](), list[str]()
        page.on("console", lambda message: said.append(message.text))
        page.on("request", lambda request: asked.append(request.url))
        try:
            yield page
            assert said == []
            assert [url for url in asked if not url.startswith(origin)] == []
        finally:
            context.close()


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Looked]:
    """A signed review of an earlier launch, and one critic who answers otherwise when asked again."""
    root = tmp_path_factory.mktemp("looked")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        here = NewsroomFolder(root)
        line = yaml.safe_load(here.script.read_text(encoding="utf-8"))[DRAFT][CRITIC]["line"]
        here.says(CRITIC, line=f"Surely: {line}", verdict="skip", counter="Something else altogether.")
        workspace = open_workspace(SilentConsole())
        with (
            served_desk(
                workspace.settings.database_url, ask_again=lambda d: asking_in_background(workspace, d)
            ) as desk,
            open_chromium() as chromium,
        ):
            me, drafts = desk.account("admin"), desk.deps.desk
            drafts.take_in()
            sign(desk, DRAFT, me)
            drafts.bring_run_log(me, DRAFT, "A run of ours", "$ larkspindle review 12\n3 comments", date(2026, 11, 24))
            yield Looked(desk, chromium)


def asked_again(page: Any, desk: Desk) -> None:
    """From the draft to the page that says the panel answered, by what the pages offer."""
    page.goto(f"/drafts/{DRAFT}")
    page.get_by_role("link", name=re.compile("^Ask again the Futurist")).click()
    page.get_by_role("button", name="Show the price").click()
    assert "no bill comes from there" in page.locator("main").inner_text()
    page.get_by_role("button", name="Ask the Futurist").click()
    asking = desk.deps.askings.of(DRAFT)
    assert asking and asking.work
    asking.work.result(60)
    page.goto(f"/drafts/{DRAFT}/asking")


def test_a_critic_is_asked_again_and_taken_over_without_script(looked: Looked) -> None:
    with looked.visit(java_script_enabled=False) as page:
        asked_again(page, looked.desk)
        page.get_by_role("link", name="See the difference").click()
        assert page.locator("ins").first.inner_text().strip() == "Surely:"
        page.get_by_role("button", name="Take it over").click()
        assert page.get_by_role("status").first.inner_text().startswith("The newer review is in.")


def test_progress_looks_again_by_itself_and_says_when_it_is_over(looked: Looked) -> None:
    with looked.visit() as page:
        asked_again(page, looked.desk)
        asking = looked.desk.deps.askings.of(DRAFT)
        assert asking
        asking.state, asking.sentence = "asking", "futurist: answered."
        page.goto(f"/drafts/{DRAFT}/asking")
        assert page.get_by_role("status").inner_text() == "futurist: answered."
        asking.state = "offered"
        page.get_by_role("link", name="See the difference").wait_for(timeout=20_000)


def test_an_approval_file_is_downloaded_by_its_link(looked: Looked) -> None:
    with looked.visit() as page:
        page.goto(f"/drafts/{DRAFT}/history")
        with page.expect_download() as download:
            page.get_by_role("link", name="Approval file").click()
        assert re.fullmatch(rf"approval-{DRAFT}-\d+\.json", download.value.suggested_filename)


@needs_axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_wrong_on_the_further_pages(looked: Looked, size: str, scheme: str) -> None:
    if looked.desk.deps.desk.offered(looked.desk.account("admin"), DRAFT) is None:
        with looked.visit() as page:
            asked_again(page, looked.desk)
    found: dict[str, Any] = {}
    with looked.visit(size, color_scheme=scheme) as page:
        for name, path in PAGES.items():
            assert page.goto(path).status == 200, name
            page.evaluate("document.querySelectorAll('details').forEach((folded) => (folded.open = true))")
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if bad := [*axe_violations(page), *([f"{wide} px too wide"] if wide > 0 else [])]:
                found[name] = bad
    assert found == {}
