"""Every operation the app describes, with generated input, as an admin: no 5xx, no status or shape it doesn't name.

Routers that join `ROUTERS` are covered by themselves. Some end their session: the next has another.
Schemathesis's pytest plugin does not run on this pytest; its strategies and checks do.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import create_engine
from tests.support.databases import Postgres
from tests.support.desks import ORIGIN, Desk, a_desk
from tests.support.meetings import meet

from panel.records import Launch, LaunchSource, ProductFacts
from panel.web.app import DeskApp, build_app
from panel.web.deps import Deps

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
A_DAY_S = 24 * 3600 + 1
EXAMPLES = 12  # of each operation and kind
KINDS = {"fitting": GenerationMode.POSITIVE, "unfitting": GenerationMode.NEGATIVE}


def described(app: DeskApp) -> Any:
    schema = schemathesis.openapi.from_dict(app.openapi())
    schema.app = app
    return schema


def operations(app: DeskApp) -> dict[str, Any]:
    """By "GET /accounts"."""
    return {found.ok().label: found.ok() for found in described(app).get_all_operations()}


HERE = operations(build_app(Deps(engine=create_engine("sqlite://"), origin=ORIGIN)))
ASKED = [
    (label, kind)
    for label, found in sorted(HERE.items())
    for kind in KINDS
    if kind == "fitting" or found.body or found.query  # nothing else is read: nothing can be unfitting
]


@pytest.fixture(scope="module")
def desk(postgres: Postgres) -> Iterator[Desk]:
    """On Postgres, which refuses what SQLite takes (a NUL, too large a number)."""
    with postgres.database() as url, a_desk(url) as made:
        yield made


@pytest.fixture(scope="module")
def real(desk: Desk) -> dict[str, list[str]]:
    """What there is, by the part of a path that names it."""
    there = {"draft_id": desk.fill(), "account_id": [desk.account("writer").account_id]}
    for name in ("Lamp", "Kettle"):
        launch = Launch(name=name, sources=(LaunchSource(title="Page"),))
        facts = ProductFacts(name=name)
        meet(launch, desk.deps.products, facts=facts, now=desk.clock())
    return there | {"slug": ["lamp", "kettle"]}


@pytest.fixture(scope="module")
def found(desk: Desk) -> dict[str, Any]:
    return operations(desk.app)


def headers_of(desk: Desk, token: str) -> dict[str, str]:
    host = desk.deps.origin.removeprefix("http://")
    return {"host": host, "cookie": f"{desk.deps.cookie}={token}", "sec-fetch-site": "same-origin"}


def admin_token(desk: Desk) -> str:
    return desk.deps.accounts.start_session(desk.account("admin"), now=desk.clock()).token


def test_the_description_names_every_page_and_act(desk: Desk) -> None:
    assert {"GET /", "POST /sign-in", "POST /sign-out", "POST /accounts/{account_id}/role"} <= set(HERE)


@pytest.mark.parametrize(("label", "kind"), ASKED)
def test_any_input_gets_an_answer_the_description_names(
    desk: Desk, real: dict[str, list[str]], found: dict[str, Any], label: str, kind: str
) -> None:
    operation, statuses, tokens = found[label], list[int](), list[str]()

    @given(
        case=operation.as_strategy(generation_mode=KINDS[kind]),
        accept=st.sampled_from(["text/html", "application/json"]),
        turn=st.integers(0, 3),
    )
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def ask(case: Any, accept: str, turn: int) -> None:
        for name in real.keys() & (case.path_parameters or {}).keys():
            if turn:  # of four, three name something that is there
                case.path_parameters[name] = real[name][turn % len(real[name])]
        if label == "POST /sign-in":
            desk.clock.pass_s(A_DAY_S)  # failures are forgotten, so that more tries than the first are looked at
        if not tokens or not desk.deps.accounts.signed_in(tokens[-1], now=desk.clock()):
            tokens.append(admin_token(desk))
        answer = case.call(headers={**headers_of(desk, tokens[-1]), "accept": accept}, allow_redirects=False)
        statuses.append(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    ask()
    assert statuses


def test_text_that_postgres_refuses_gets_an_answer_too(desk: Desk, real: dict[str, list[str]]) -> None:
    """A NUL in any field of any form, and in any query: refused or cleaned, never a failure of the database."""
    client = desk.client("admin")
    paths = desk.app.openapi()["paths"]
    asked = 0
    for path, methods in paths.items():
        here = path.format(secret="x", **{name: ids[0] for name, ids in real.items()})
        for method, told in methods.items():
            if path == "/sign-out":
                continue
            query = {p["name"]: "a\x00b" for p in told.get("parameters", []) if p["in"] == "query"}
            for form in _forms(desk.app, told):
                status = client.request(method.upper(), here, params=query, data=form).status_code
                assert status < 500, (method, here, form)
                asked += 1
    assert asked > 40


def _forms(app: DeskApp, told: dict[str, Any]) -> Iterator[dict[str, str]]:
    """For each text field one form that is right but for a NUL there."""
    content = told.get("requestBody", {}).get("content", {}).values()
    refs = [shape["schema"]["$ref"].rsplit("/", 1)[1] for shape in content]
    fields = app.openapi()["components"]["schemas"][refs[0]]["properties"] if refs else {}
    right = {name: _right(shape) for name, shape in fields.items()}
    for name, shape in fields.items():
        if shape.get("type") == "string" and "enum" not in shape:
            yield right | {name: f"{right[name]}\x00"}
    if not fields:
        yield {}


def _right(shape: dict[str, Any]) -> str:
    if "enum" in shape:
        return str(shape["enum"][0])
    kinds = {"integer": "0", "number": "0", "boolean": "true"}
    return kinds.get(shape.get("type", ""), "note")
