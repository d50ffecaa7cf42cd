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
from tests.desk import ORIGIN, Desk, a_desk

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
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with a_desk(f"sqlite:///{tmp_path_factory.mktemp('openapi') / 'panel.db'}") as made:
        yield made


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
    desk: Desk, found: dict[str, Any], label: str, kind: str
) -> None:
    operation, statuses, tokens = found[label], list[int](), list[str]()

    @given(
        case=operation.as_strategy(generation_mode=KINDS[kind]),
        accept=st.sampled_from(["text/html", "application/json"]),
    )
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def ask(case: Any, accept: str) -> None:
        if label == "POST /sign-in":
            desk.clock.pass_s(A_DAY_S)  # failures are forgotten, so that more tries than the first are looked at
        if not tokens or not desk.deps.accounts.signed_in(tokens[-1], now=desk.clock()):
            tokens.append(admin_token(desk))
        answer = case.call(headers={**headers_of(desk, tokens[-1]), "accept": accept}, allow_redirects=False)
        statuses.append(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    ask()
    assert statuses
