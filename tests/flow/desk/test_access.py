"""Who gets where at the desk: every route by every role, the one-time link, sign-in, and what a page lets happen."""

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, Any

import httpx2
import pytest
from fastapi import APIRouter
from starlette.testclient import TestClient
from tests.support.desks import ORIGIN, PASSWORD, SECRET, Desk, a_desk, served_desk

from panel.desk.accounts import SESSION, is_at_least
from panel.desk.approval.audit import audit
from panel.desk.permissions import ROLES
from panel.errors import EditConflict, Mistake, NotFound, ProviderError, StoreError
from panel.records.desk import Role
from panel.web.access import AsEditor, AsWriter, Guarded, anybody, needs, roles_of
from panel.web.app import MOST_BODY_BYTES, build_app
from panel.web.guard import POLICY
from panel.web.respond import SENTENCES

OPEN = {("GET", "/enter/{secret}"), ("GET", "/sign-in"), ("POST", "/sign-in"), ("GET", "/static/{generation}/{name}")}
JSON = {"accept": "application/json"}


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Desk]:
    with a_desk(f"sqlite:///{tmp_path / 'panel.db'}") as desk:
        yield desk


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Desk]:
    with a_desk(f"sqlite:///{tmp_path / 'panel.db'}", team=False) as desk:
        yield desk


def call(client: TestClient, route: Guarded, **more: Any) -> Any:
    """The route with something in each part of its path, and no body."""
    return client.request(route.method, re.sub(r"\{[^}]*\}", "1", route.path), **more)


# Every route


@pytest.mark.parametrize("mode", ["team", "alone"])
def test_every_route_is_closed_to_nobody_and_to_lesser_roles(mode: str, request: pytest.FixtureRequest) -> None:
    desk: Desk = request.getfixturevalue(mode)
    routes = list(roles_of(desk.app))
    assert {(route.method, route.path) for route in routes if route.role is None} == OPEN
    nobody = desk.client()
    clients = {role: desk.client(role) for role in ROLES}
    for route in routes:
        if route.role is None:
            continue
        for asked in ({}, JSON):
            assert call(nobody, route, headers=asked).status_code == 401, route
        stale = {"cookie": f"{desk.deps.cookie}=not-a-token"}
        assert call(nobody, route, headers=stale).status_code == 401, route
        for role in ROLES:
            if route.path == "/sign-out" and is_at_least(desk.account(role), route.role):
                continue  # it would end the session that the next route is asked with
            status = call(clients[role], route).status_code
            expected_closed = not is_at_least(desk.account(role), route.role)
            assert (status == 403) == expected_closed, (route, role, status)
            assert status != 401, (route, role)
            assert status < 500, (route, role)


def test_a_route_that_says_no_role_stops_the_app_from_being_built(team: Desk) -> None:
    silent, torn, fine = APIRouter(), APIRouter(), APIRouter()

    @silent.get("/silent")
    def silent_page() -> str:
        return ""

    @torn.get("/torn", dependencies=[anybody])
    def torn_page(me: AsWriter) -> str:
        return ""

    @fine.get("/fine", dependencies=[needs("publisher")])
    def fine_page() -> str:
        return ""

    for router in (silent, torn):
        with pytest.raises(TypeError, match="must say which role"):
            build_app(team.deps, (router,))
    assert list(roles_of(build_app(team.deps, (fine,)))) == [Guarded("GET", "/fine", "publisher")]


def test_a_role_taken_away_counts_from_the_next_request_on(team: Desk) -> None:
    admin = team.client("admin")
    assert admin.get("/accounts").status_code == 200
    team.deps.accounts.add("Second", "admin", PASSWORD, by="test", now=team.clock())
    team.deps.accounts.rows.set_role("admin", "writer", by="test", now=team.clock())
    assert admin.get("/accounts").status_code == 403
    team.deps.accounts.rows.set_disabled("admin", True, by="test", now=team.clock())
    assert admin.get("/").status_code == 401


def test_openapi_is_for_admins_and_there_is_no_documentation_page(team: Desk) -> None:
    assert team.client("publisher").get("/openapi.json").status_code == 403
    assert team.client("admin").get("/openapi.json").json()["openapi"].startswith("3.")
    for path in ("/docs", "/redoc", "/docs/oauth2-redirect"):
        assert team.client("admin").get(path).status_code == 404


# Alone, by link


def test_the_link_lets_in_once_and_leaves_no_secret_behind(alone: Desk) -> None:
    browser = alone.client()
    came = browser.get(f"/enter/{SECRET}")
    assert (came.status_code, came.headers["location"]) == (303, "/")
    assert came.headers["referrer-policy"] == "no-referrer"
    assert "no-store" in came.headers["cache-control"]
    front = browser.get("/")
    assert front.status_code == 200
    assert "Mara Lind" in front.text
    assert SECRET not in front.text
    other = alone.client()
    again = other.get(f"/enter/{SECRET}")
    assert again.status_code == 401
    assert "used already" in again.text
    assert other.get("/").status_code == 401
    assert browser.get("/").status_code == 200


def test_a_wrong_secret_lets_nobody_in_and_uses_nothing_up(alone: Desk) -> None:
    for wrong in ("x", SECRET[:-1], SECRET + "x", SECRET.upper(), "%00", "é"):
        assert alone.client().get(f"/enter/{wrong}").status_code == 401
    assert alone.client().get(f"/enter/{SECRET}").status_code == 303


def test_a_page_fetched_ahead_uses_no_link_up(alone: Desk) -> None:
    for purpose in ("prefetch", "prefetch;prerender"):
        ahead = alone.client().get(f"/enter/{SECRET}", headers={"sec-purpose": purpose})
        assert ahead.status_code == 401
        assert "set-cookie" not in ahead.headers
    assert alone.client().head(f"/enter/{SECRET}").status_code == 405
    assert alone.client().get(f"/enter/{SECRET}").status_code == 303


def test_without_the_link_a_page_says_what_to_do(alone: Desk) -> None:
    for path in ("/", "/accounts", "/sign-in"):
        closed = alone.client().get(path)
        assert closed.status_code == 401
        assert "Open the link that" in closed.text
    told = alone.client().get("/", headers=JSON).json()
    assert told["error"]["kind"] == "not_signed_in"
    form = {"name": "owner", "password": PASSWORD}
    assert alone.client().post("/sign-in", data=form).status_code == 404


def test_a_session_ends_after_half_a_day(alone: Desk) -> None:
    browser = alone.client()
    browser.get(f"/enter/{SECRET}")
    alone.clock.pass_s(SESSION.total_seconds() - 1)
    assert browser.get("/").status_code == 200
    alone.clock.pass_s(1)
    assert browser.get("/").status_code == 401


# A team, by name


def sign_in(client: TestClient, name: str = "editor", password: str = PASSWORD, **more: str) -> Any:
    return client.post("/sign-in", data={"name": name, "password": password, **more})


def test_signing_in_leads_to_the_page_that_was_wanted(team: Desk) -> None:
    team.account("editor")
    browser = team.client()
    asked = browser.get("/accounts?x=1")
    assert asked.status_code == 401
    assert 'name="next" value="/accounts?x=1"' in asked.text
    came = sign_in(browser, next="/accounts?x=1")
    assert (came.status_code, came.headers["location"]) == (303, "/accounts?x=1")
    assert browser.get("/").status_code == 200


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x", "/a\r\nX: y", "\t//e", "", "/ /e"],
)
def test_signing_in_never_leads_off_the_desk(team: Desk, elsewhere: str) -> None:
    team.account("editor")
    came = sign_in(team.client(), next=elsewhere)
    assert (came.status_code, came.headers["location"]) == (303, "/")


def test_a_failed_sign_in_says_the_same_of_everybody(team: Desk) -> None:
    team.account("editor")
    pages = []
    for name in ("editor", "nobody"):
        answer = sign_in(team.client(), name=name, password="wrong")
        assert answer.status_code == 401
        assert "set-cookie" not in answer.headers
        pages.append(answer.text.replace(f'value="{name}"', ""))
    assert pages[0] == pages[1]


def test_too_many_failures_wait_and_say_how_long(team: Desk) -> None:
    team.account("editor")
    for _ in range(3):
        assert sign_in(team.client(), password="wrong").status_code == 401
    refused = sign_in(team.client())
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert "Try again in 1 second." in refused.text
    told = team.client().post("/sign-in", data={"name": "editor", "password": "x"}, headers=JSON)
    assert (told.status_code, told.json()["error"]["kind"]) == (429, "too_soon")
    team.clock.pass_s(1)
    assert sign_in(team.client()).status_code == 303


def test_signing_in_again_ends_the_session_before(team: Desk) -> None:
    browser = team.client("editor")
    before = browser.cookies[team.deps.cookie]
    browser.cookies.clear()
    came = browser.post(
        "/sign-in", data={"name": "editor", "password": PASSWORD}, headers={"cookie": f"{team.deps.cookie}={before}"}
    )
    assert came.status_code == 303
    assert team.deps.accounts.signed_in(before, now=team.clock()) is None


def test_people_change_their_own_password_and_are_signed_out_elsewhere(team: Desk) -> None:
    here, elsewhere = team.client("writer"), team.client("writer")
    before = here.cookies[team.deps.cookie]
    new = {"password": PASSWORD, "new": "another four words"}
    assert 'href="/password"' in here.get("/").text
    assert here.post("/password", data=new | {"password": "wrong"}).status_code == 422
    assert here.post("/password", data=new | {"new": "short"}).status_code == 422
    changed = here.post("/password", data=new)
    assert (changed.status_code, changed.headers["location"]) == (303, "/?said=own_password")
    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 401
    assert team.deps.accounts.signed_in(before, now=team.clock()) is None
    assert sign_in(team.client(), name="writer").status_code == 401
    assert sign_in(team.client(), name="writer", password="another four words").status_code == 303


def test_guessing_ones_own_password_waits_like_signing_in(team: Desk) -> None:
    thief = team.client("writer")
    statuses = [
        thief.post("/password", data={"password": "wrong", "new": "another four words"}).status_code for _ in range(4)
    ]
    assert statuses == [422, 422, 422, 429]


def test_signing_out_ends_the_session_on_the_server(team: Desk) -> None:
    browser = team.client("editor")
    token = browser.cookies[team.deps.cookie]
    left = browser.post("/sign-out")
    assert (left.status_code, left.headers["location"]) == (303, "/sign-in?said=signed_out")
    assert "Max-Age=0" in left.headers["set-cookie"]
    assert SENTENCES["signed_out"] in team.client().get("/sign-in?said=signed_out").text
    thief = team.client()
    thief.cookies.set(team.deps.cookie, token)
    assert thief.get("/").status_code == 401


@pytest.mark.parametrize(
    ("origin", "name", "secure"),
    [(ORIGIN, "panel_desk_8707", False), ("https://desk.example.org", "__Host-panel_desk", True)],
)
def test_the_cookie_is_for_this_site_only_and_not_for_scripts(
    tmp_path: Path, origin: str, name: str, secure: bool
) -> None:
    with a_desk(f"sqlite:///{tmp_path / 'panel.db'}", origin=origin) as desk:
        desk.account("editor")
        cookie = sign_in(desk.client()).headers["set-cookie"]
    said = cookie.split("; ")
    assert said[0].startswith(f"{name}=")
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Max-Age=43200"} <= set(said)
    assert ("Secure" in said) == secure
    assert "Domain" not in cookie


# What stands before every route


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:8708", "localhost:8707", "", "127.0.0.1:8707.evil.example"]
)
def test_another_host_is_refused_before_anything_runs(alone: Desk, host: str) -> None:
    for path in ("/", f"/enter/{SECRET}", "/static/x/desk.css", "/nowhere"):
        refused = alone.client().get(path, headers={"host": host})
        assert refused.status_code == 421
        assert "set-cookie" not in refused.headers
    assert alone.client().get(f"/enter/{SECRET}").status_code == 303


@pytest.mark.parametrize("origin", ["http://127.0.0.1:80", "https://desk.example:443"])
def test_a_port_that_browsers_leave_out_may_be_named(tmp_path: Path, origin: str) -> None:
    with a_desk(f"sqlite:///{tmp_path / 'panel.db'}", origin=origin) as desk:
        assert ":" not in desk.client().build_request("GET", "/sign-in").headers["host"]
        assert desk.client("writer").get("/").status_code == 200


FOREIGN: list[dict[str, str]] = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},  # another port of this machine
    {"sec-fetch-site": "cross-site", "origin": ORIGIN},
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "http://127.0.0.1:9999"},
    {"origin": "https://127.0.0.1:8707"},
    {"referer": "https://evil.example/127.0.0.1:8707"},
    {"referer": f"{ORIGIN}.evil.example/"},
    {},
]
OURS: list[dict[str, str]] = [
    {"sec-fetch-site": "same-origin"},
    {"sec-fetch-site": "none"},
    {"origin": ORIGIN},
    {"referer": f"{ORIGIN}/accounts"},
]


@pytest.mark.parametrize("shown", FOREIGN)
def test_no_other_site_can_make_the_desk_act(team: Desk, shown: dict[str, str]) -> None:
    """Whatever the method; and signing in is an act, too: else a visitor works under an attacker's name."""
    browser = team.client("admin")
    del browser.headers["sec-fetch-site"]
    for method in ("POST", "PUT", "PATCH", "DELETE", "QUERY"):
        for path in ("/sign-out", "/sign-in", "/accounts", "/nowhere"):
            assert browser.request(method, path, headers=shown).status_code == 403
    assert browser.get("/", headers=shown).status_code == 200


@pytest.mark.parametrize("shown", OURS)
def test_the_desks_own_pages_act(team: Desk, shown: dict[str, str]) -> None:
    browser = team.client("admin")
    del browser.headers["sec-fetch-site"]
    assert browser.post("/sign-out", headers=shown).status_code == 303


def test_every_answer_carries_the_policy(team: Desk) -> None:
    broken = APIRouter()

    @broken.get("/broken", dependencies=[anybody])
    def broken_page() -> str:
        raise ZeroDivisionError

    app = build_app(team.deps, (*_routers(), broken))
    client = TestClient(app, base_url=ORIGIN, raise_server_exceptions=False)
    answers = [client.get(path) for path in ("/", "/sign-in", "/nowhere", "/broken", "/static/x/y")]
    answers += [client.get("/", headers={"host": "evil.example"}), client.post("/accounts")]
    answers += [client.post("/sign-in", content=b"x" * (MOST_BODY_BYTES + 1), headers={"origin": ORIGIN})]
    assert [a.status_code for a in answers] == [401, 200, 404, 500, 404, 421, 403, 413]
    for answer in answers:
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"


def _routers() -> tuple[APIRouter, ...]:
    from panel.web.routes import ROUTERS

    return ROUTERS


def test_a_body_too_large_is_refused_whether_or_not_its_length_is_told(team: Desk) -> None:
    def in_parts() -> Iterator[bytes]:
        yield from [b"name=" + b"x" * 100_000] * 11

    form = {"content-type": "application/x-www-form-urlencoded"}
    assert team.client().post("/sign-in", content=in_parts(), headers=form).status_code == 413


def test_no_page_holds_a_script_or_style_of_its_own(team: Desk) -> None:
    admin = team.client("admin")
    pages = [admin.get("/"), admin.get("/accounts"), admin.get("/nowhere"), team.client().get("/sign-in")]
    for page in pages:
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:", page.text)


def test_style_and_scripts_are_kept_by_browsers_under_a_name_that_changes(team: Desk) -> None:
    page = team.client().get("/sign-in").text
    named = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert len(named) == 3
    for path in named:
        found = team.client().get(path)
        assert found.status_code == 200
        assert found.headers["cache-control"] == "public, max-age=31536000, immutable"
    types = [team.client().get(path).headers["content-type"] for path in named]
    assert types == ["image/svg+xml", "text/css; charset=utf-8", "text/javascript; charset=utf-8"]
    generation = named[0].split("/")[2]
    for wrong in (
        named[0].replace(generation, "0" * 12),
        f"/static/{generation}/nothing.css",
        f"/static/{generation}/..%2fapp.py",
    ):
        assert team.client().get(wrong).status_code == 404


# Errors


@pytest.mark.parametrize(
    ("error", "status"),
    [(Mistake("No.", hint="Do."), 422), (NotFound("No.", hint="Do."), 404), (EditConflict("No.", hint="Do."), 409),
     (StoreError("No.", hint="Do."), 503), (ProviderError("No.", hint="Do."), 502), (KeyError("secret detail"), 500)],
)  # fmt: skip
def test_every_error_is_a_page_or_json_with_its_status(team: Desk, error: Exception, status: int) -> None:
    failing = APIRouter()

    @failing.get("/failing")
    def failing_page(me: Annotated[Any, needs("writer")]) -> str:
        raise error

    app = build_app(team.deps, (failing,))
    client = TestClient(app, base_url=ORIGIN, raise_server_exceptions=False)
    client.cookies.set(team.deps.cookie, team.client("writer").cookies[team.deps.cookie])
    page = client.get("/failing", headers={"accept": "text/html,application/xhtml+xml"})
    told = client.get("/failing", headers=JSON)
    assert page.status_code == told.status_code == status
    assert page.headers["content-type"].startswith("text/html")
    assert "secret detail" not in page.text + told.text
    if status != 500:
        assert "No." in page.text
        texts = {"yours": "", "theirs": ""} if status == 409 else {}
        assert told.json() == {"error": {"kind": error.kind, "message": "No.", "hint": "Do."} | texts}  # type: ignore[attr-defined]


def test_an_error_page_shows_text_as_text(team: Desk) -> None:
    hostile = APIRouter()

    @hostile.get("/hostile")
    def hostile_page(me: AsEditor) -> str:
        raise Mistake("<script>alert(1)</script>", hint='"><img src=x onerror=alert(1)>')

    client = TestClient(build_app(team.deps, (hostile,)), base_url=ORIGIN)
    client.cookies.set(team.deps.cookie, team.client("editor").cookies[team.deps.cookie])
    page = client.get("/hostile").text
    assert "<script>alert" not in page
    assert "<img" not in page


def test_a_wrong_form_is_told_by_its_fields_and_not_by_what_was_typed(team: Desk) -> None:
    told = team.client().post("/sign-in", data={"password": "my secret words"}, headers=JSON)
    assert told.status_code == 422
    assert told.json()["error"]["message"] == "Missing or wrong: name."
    assert "my secret words" not in told.text


def test_a_page_says_only_sentences_of_ours(team: Desk) -> None:
    writer = team.client("writer")
    for sentence in SENTENCES.values():
        assert sentence not in writer.get("/?said=Your+account+is+locked").text
    assert "Your account is locked" not in writer.get("/?said=Your+account+is+locked").text


# Many at once


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_ten_people_work_at_once_and_nobody_is_turned_away(
    database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Ten browsers on a real socket sign in, read and act together: each answer is theirs, each act in the log."""
    url = request.getfixturevalue("postgres_url") if database == "postgres" else f"sqlite:///{tmp_path / 'panel.db'}"
    with served_desk(url) as desk:
        desk.account("admin")
        gate = threading.Barrier(10)

        def work(i: int) -> list[int]:
            name = f"Person {i}"
            desk.deps.accounts.add(name, "admin", PASSWORD, by="test", now=desk.clock())
            mine = httpx2.Client(base_url=desk.deps.origin, headers={"sec-fetch-site": "same-origin"}, timeout=60)
            gate.wait()
            with mine:
                statuses = [mine.post("/sign-in", data={"name": name, "password": PASSWORD}).status_code]
                for j in range(5):
                    page = mine.get("/accounts")
                    assert f"<bdi>{name}</bdi>" in page.text.partition("</header>")[0]
                    new = {"name": f"New {i} {j}", "role": "writer", "password": PASSWORD}
                    statuses += [page.status_code, mine.post("/accounts", data=new).status_code]
            return statuses

        with ThreadPoolExecutor(10) as pool:
            answers = list(pool.map(work, range(10)))
        assert answers == [[303, *[200, 303] * 5]] * 10
        added = [account for account in desk.deps.accounts.rows.all() if account.name.startswith("New ")]
        assert len(added) == 50
        assert audit(desk.deps.desk.store).broken == ()


# Accounts, on a page


def test_an_admin_keeps_accounts_on_a_page(team: Desk) -> None:
    admin = team.client("admin")
    new = {"name": "Jo <b>Roe</b>", "role": "writer", "password": PASSWORD, "sign_in": "jo"}
    added = admin.post("/accounts", data=new)
    assert (added.status_code, added.headers["location"]) == (303, "/accounts?said=account_added")
    jo = team.deps.accounts.find("jo")
    page = admin.get("/accounts").text
    assert "Jo &lt;b&gt;Roe&lt;/b&gt;" in page
    assert PASSWORD not in page
    assert sign_in(team.client(), name="jo").status_code == 303
    for part, data in (
        ("role", {"role": "publisher"}),
        ("password", {"password": "another four words"}),
        ("disabled", {"disabled": "true"}),
    ):
        assert admin.post(f"/accounts/{jo.account_id}/{part}", data=data).status_code == 303
    assert sign_in(team.client(), name="jo", password="another four words").status_code == 401
    assert admin.post(f"/accounts/{jo.account_id}/disabled", data={"disabled": "false"}).status_code == 303
    assert sign_in(team.client(), name="jo", password="another four words").status_code == 303
    assert team.deps.accounts.find("jo").role == "publisher"


def test_an_admin_can_not_shut_themselves_out(team: Desk) -> None:
    admin = team.client("admin")
    mine = team.account("admin").account_id
    assert admin.post(f"/accounts/{mine}/disabled", data={"disabled": "true"}).status_code == 422
    assert admin.post(f"/accounts/{mine}/role", data={"role": "writer"}).status_code == 422
    assert admin.post("/accounts/nobody/role", data={"role": "writer"}).status_code == 404
    assert admin.post(f"/accounts/{mine}/role", data={"role": "emperor"}).status_code == 422


def test_the_navigation_shows_what_a_role_may(team: Desk) -> None:
    roles: tuple[Role, ...] = ("writer", "admin")
    shown = ['href="/accounts"' in team.client(role).get("/").text for role in roles]
    assert shown == [False, True]
