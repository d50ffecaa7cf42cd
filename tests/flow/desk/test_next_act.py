"""In each state of a draft, each role that may act sees its next act: forms of the served page, state by state."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from tests.support.desks import NOON, Desk, a_desk
from tests.support.drafts import settle_point

from panel.desk import Approve, HoldUntil, PassOver, Publish, PutOff, Reject, Retract, Save
from panel.desk.permissions import LEAST, ROLES, role_may
from panel.records.desk import Role
from panel.web.access import roles_of

LATER = NOON + timedelta(days=2)


@pytest.fixture
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with a_desk(f"sqlite:///{tmp_path_factory.mktemp('desk') / 'panel.db'}") as opened:
        opened.fill()
        yield opened


DRAFT = "quillbase-3"


def settle(desk: Desk) -> None:
    at, who = desk.deps.desk, desk.account("admin")
    while left := at.open(who, DRAFT).left:
        settle_point(at, who, left[0], number=at.open(who, DRAFT).draft.head)


def approve(desk: Desk) -> None:
    settle(desk)
    who = desk.account("editor")
    desk.deps.desk.act(who, DRAFT, Approve(number=desk.deps.desk.open(who, DRAFT).draft.head))


def publish(desk: Desk, **more: object) -> None:
    approve(desk)
    desk.deps.desk.act(desk.account("publisher"), DRAFT, Publish(**more))  # type: ignore[arg-type]


def correct(desk: Desk) -> None:
    publish(desk)
    who = desk.account("editor")
    number = desk.deps.desk.open(who, DRAFT).draft.head
    desk.deps.desk.act(who, DRAFT, Save("note", "We erred.", number=number))
    desk.deps.desk.act(who, DRAFT, Approve(number=number + 1, reason="A wrong figure."))


STATES: dict[str, tuple[Callable[[Desk], object], dict[Role, set[str]]]] = {
    # what makes the state; by role, the acts whose forms must be there. A role may do what those above it may.
    "to decide": (lambda d: None, {"writer": {"decide", "save", "pass", "later"}, "editor": {"hold", "reject"}}),
    "settled": (settle, {"editor": {"approve"}, "admin": {"undo"}}),  # who decided it may take it back
    "approved": (approve, {"editor": {"reject", "pass"}, "publisher": {"publish"}}),
    "scheduled": (lambda d: publish(d, at=LATER), {"editor": {"fetch-back", "hold", "pass"}, "publisher": {"publish"}}),
    "published": (publish, {"writer": {"save"}, "publisher": {"retract"}}),
    "a correction": (correct, {"publisher": {"publish", "retract"}}),
    "passed": (
        lambda d: d.deps.desk.act(d.account("writer"), DRAFT, PassOver("other")), {"writer": {"fetch-back"}}),
    "rejected": (
        lambda d: d.deps.desk.act(d.account("editor"), DRAFT, Reject("not_fair")), {"editor": {"fetch-back"}}),
    "put off": (
        lambda d: d.deps.desk.act(d.account("writer"), DRAFT, PutOff(LATER)), {"writer": {"fetch-back"}}),
    "retracted": (
        lambda d: (publish(d), d.deps.desk.act(d.account("publisher"), DRAFT, Retract("Wrong."))),
        {"editor": {"fetch-back"}}),
    "embargoed": (
        lambda d: d.deps.desk.act(d.account("editor"), DRAFT, HoldUntil(LATER)), {"editor": {"hold", "lift"}}),
}  # fmt: skip
OF_THE_WHOLE = ("fetch-back", "pass", "later", "hold", "lift", "reject", "retract")
ACT_OF = {  # the last part of a form's address -> the act of the role table
    "fetch-back": "fetch back", "take-over": "take over", "run-log": "bring", "lift": "hold", "undo": "decide",
    "standing": "save",
}  # fmt: skip


def forms(desk: Desk, role: Role) -> set[str]:
    page = desk.client(role).get(f"/drafts/{DRAFT}")
    assert page.status_code == 200
    return set(re.findall(r'action="/drafts/[^/"]+/([a-z-]+)"', page.text))


@pytest.mark.parametrize("state", STATES)
def test_each_role_sees_its_next_act_and_no_act_it_may_not(desk: Desk, state: str) -> None:
    make, wanted = STATES[state]
    make(desk)
    for role in ROLES:
        offered = forms(desk, role)
        due = {act for least, acts in wanted.items() if ROLES.index(role) >= ROLES.index(least) for act in acts}
        assert due <= offered, f"{role} lacks {due - offered}"
        barred = {act for act in offered if not role_may(role, ACT_OF.get(act, act))}
        assert not barred, f"{role} is offered {barred}"


@pytest.mark.parametrize("state", STATES)
def test_each_form_of_each_state_says_what_was_read(desk: Desk, state: str) -> None:
    STATES[state][0](desk)
    html = desk.client("admin").get(f"/drafts/{DRAFT}").text
    for act, inside in re.findall(
        r'<form method="post" action="/drafts/[^"]+/([a-z-]+)"(.*?)</form>', html, flags=re.S
    ):
        named = {"publish": "approval", "undo": "decision", "dismiss": "key", "confirm": "key"}.get(act, "number")
        assert act == "run-log" or f'name="{named}"' in inside, act
        assert ('name="read"' in inside) == (act in OF_THE_WHOLE), act


def test_routes_ask_for_the_roles_of_the_table(desk: Desk) -> None:
    for route in roles_of(desk.app):
        act = route.path.rsplit("/", 1)[-1]
        if route.method == "POST" and route.path == f"/drafts/{{draft_id}}/{act}" and act not in ("ask", "asking"):
            assert route.role == LEAST[ACT_OF.get(act, act)], route.path


def test_a_correction_offers_its_reason_and_says_which_text_readers_have(desk: Desk) -> None:
    correct(desk)
    page = desk.client("publisher").get(f"/drafts/{DRAFT}").text
    assert 'value="A wrong figure."' in page
    assert "Readers have revision" in page


def test_a_published_draft_that_nobody_signs_has_no_approval_to_end(desk: Desk) -> None:
    publish(desk)
    assert "ends the approval of" in desk.client("admin").get(f"/drafts/{DRAFT}").text
    number = desk.deps.desk.open(desk.account("editor"), DRAFT).draft.head
    desk.deps.desk.act(desk.account("editor"), DRAFT, Save("note", "We erred.", number=number))
    assert "ends the approval of" not in desk.client("admin").get(f"/drafts/{DRAFT}").text
