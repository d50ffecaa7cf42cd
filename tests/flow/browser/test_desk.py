"""The desk in a real browser: the link, sign-in, what axe-core finds, the keyboard, a phone, both colour schemes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.support.browser import axe_violations, needs_axe, needs_chromium
from tests.support.desks import PASSWORD, SECRET, Desk, served_desk
from tests.support.web import web_in_thread

from panel.records.desk import Role

PAGES = {"sign-in": "/sign-in", "nothing": "/nowhere", "accounts": "/accounts", "password": "/password"}
SIZES = {"desktop": (1440, 900), "phone": (360, 740)}

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with served_desk(f"sqlite:///{tmp_path_factory.mktemp('desk') / 'panel.db'}") as desk:
        for role in ("admin", "editor", "writer"):
            desk.account(role)  # type: ignore[arg-type]
        desk.deps.accounts.rows.set_disabled("writer", True, by="test", now=desk.clock())
        yield desk


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Desk]:
    with served_desk(f"sqlite:///{tmp_path / 'panel.db'}", team=False) as desk:
        yield desk


@contextmanager
def visit(
    browser: Any, desk: Desk, role: Role | None = None, size: str = "desktop", *, quiet: bool = True, **options: Any
) -> Iterator[Any]:
    """A page in a context of its own. quiet: nothing on its console but errors on purpose, no request elsewhere."""
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, base_url=desk.deps.origin, **options)
    if role:
        token = desk.deps.accounts.start_session(desk.account(role), now=desk.clock()).token
        context.add_cookies([{"name": desk.deps.cookie, "value": token, "url": desk.deps.origin}])
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    try:
        yield page
        if quiet:
            assert [text for text in said if "the server responded with a status of 4" not in text] == []
            assert [url for url in asked if not url.startswith(desk.deps.origin)] == []
    finally:
        context.close()


def test_the_link_signs_in_and_stays_in_no_address_bar(browser: Any, alone: Desk) -> None:
    with visit(browser, alone) as page:
        page.goto(f"/enter/{SECRET}")
        assert page.url == f"{alone.deps.origin}/"
        assert page.evaluate("document.cookie") == ""
        assert page.evaluate("document.referrer") == ""
        page.reload()
        assert page.locator(".who").inner_text().startswith("Mara Lind")
        page.get_by_role("button", name="Sign out").click()
        assert page.locator("h1").inner_text() == "Closed"
        assert "You are signed out." in page.locator(".said").inner_text()
        page.go_back()
        page.reload()
        assert page.locator("h1").inner_text() == "Closed"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_another_site_leads_to_the_desk_and_makes_it_do_nothing(browser: Any, alone: Desk, host: str) -> None:
    """From another port of this host, which to a browser is the same site, and from another site."""
    page_of_theirs = (
        f"<form method=post action='{alone.deps.origin}/sign-out'><button>Win a prize</button></form>"
        f"<a href='{alone.deps.origin}/enter/{SECRET}'>In</a>"
        f"<iframe src='{alone.deps.origin}/'></iframe><script>fetch('{alone.deps.origin}/', {{credentials: 'include'}})"
        ".then(() => document.title = 'read', () => document.title = 'not read')</script>"
    )
    with web_in_thread() as site, visit(browser, alone, quiet=False) as page:
        site.put("/theirs", page_of_theirs, "text/html")
        theirs = site.url("/theirs").replace("127.0.0.1", host)
        page.goto(theirs)
        page.get_by_role("link", name="In").click()
        assert page.locator(".who").inner_text().startswith("Mara Lind")
        page.goto(theirs)
        page.wait_for_function("document.title === 'not read'")
        assert "Good to see you" not in page.frames[1].content()
        page.get_by_role("button").click()
        page.wait_for_url("**/sign-out")
        assert page.locator("body").inner_text().startswith("Refused")
        page.goto(alone.deps.origin)
        assert page.locator(".who").count() == 1


@needs_axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_wrong(browser: Any, team: Desk, name: str, size: str, scheme: str) -> None:
    role: Role | None = None if name == "sign-in" else "admin"
    with visit(browser, team, role, size, color_scheme=scheme) as page:
        page.goto(PAGES[name])
        page.evaluate("document.querySelectorAll('details').forEach((folded) => (folded.open = true))")
        assert axe_violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@needs_axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong_with_a_closed_desk_and_a_failed_sign_in(
    browser: Any, alone: Desk, team: Desk, scheme: str
) -> None:
    with visit(browser, alone, color_scheme=scheme) as page:
        page.goto("/")
        assert page.locator("h1").inner_text() == "Closed"
        assert axe_violations(page) == []
    with visit(browser, team, color_scheme=scheme) as page:
        page.goto("/sign-in")
        page.get_by_label("Name").fill(f"nobody {scheme}")
        page.get_by_label("Password").fill("wrong")
        page.get_by_role("button", name="Sign in").click()
        assert page.get_by_role("alert").inner_text().startswith("That name and password")
        assert page.get_by_label("Name").input_value() == f"nobody {scheme}"
        assert axe_violations(page) == []


def test_signing_in_by_keyboard_alone_goes_where_one_was_going(browser: Any, team: Desk) -> None:
    with visit(browser, team) as page:
        page.goto("/accounts")
        for keys in ("admin", PASSWORD):
            page.keyboard.type(keys)
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/accounts")
        assert page.locator("h1").inner_text() == "Accounts"
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        assert focused.inner_text() == "Skip to the page"
        assert focused.bounding_box()["y"] >= 0
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"


def test_what_is_focused_is_seen_and_large_enough_to_hit(browser: Any, team: Desk) -> None:
    with visit(browser, team, "admin", "phone") as page:
        page.goto("/accounts")
        shown = page.evaluate(
            """() => [...document.querySelectorAll("a, button, input, select, summary")].filter((e) => e.checkVisibility()
              && e.className !== "jump").map((e) => { e.focus(); const s = getComputedStyle(e), r = e.getBoundingClientRect();
              return [e.outerHTML.slice(0, 80), s.outlineStyle !== "none", Math.min(r.width, r.height) >= 24]; })"""
        )
        page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"
        assert [name for name, _, is_large in shown if not is_large] == []


@pytest.mark.parametrize("script", [True, False])
def test_an_account_is_made_and_disabled_with_and_without_script(browser: Any, team: Desk, script: bool) -> None:
    name = f"Jo {script}"
    with visit(browser, team, "admin", java_script_enabled=script) as page:
        page.goto("/accounts")
        form = page.locator(".part form")
        form.get_by_label("Name").fill(name)
        form.get_by_label("Role").select_option("publisher")
        form.get_by_label("Password").fill(PASSWORD)
        form.get_by_role("button").click()
        assert page.get_by_role("status").inner_text().startswith("The account is there.")
        if script:
            assert page.url.endswith("/accounts")
        row = page.locator(".account", has_text=name)
        row.get_by_role("button", name="Disable").click()
        assert "disabled" in page.locator(".account", has_text=name).inner_text()
