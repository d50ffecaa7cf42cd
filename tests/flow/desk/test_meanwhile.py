"""What somebody else did since a page was drawn: an act on the draft as a whole says so and is not done."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.databases import open_part
from tests.support.desks import NOON, Desk, a_desk, sign
from tests.support.drafts import NOON as ROOM_NOON
from tests.support.drafts import a_room, claims, small

from panel.desk import FetchBack, HoldUntil, Publish
from panel.errors import Mistake
from panel.pipeline.products import meet_reviewed
from panel.store import Products

DRAFT, LATER = "quillbase-3", NOON + timedelta(days=2)
WHEN = "2026-12-24T09:00"
FORMS = {  # act -> what somebody fills in
    "reject": {"reason": "too_thin"}, "pass": {"reason": "other"}, "later": {"time": WHEN}, "hold": {"time": WHEN},
}  # fmt: skip


@pytest.fixture
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with a_desk(f"sqlite:///{tmp_path_factory.mktemp('desk') / 'panel.db'}") as opened:
        opened.fill()
        yield opened


def hidden(html: str, act: str) -> dict[str, str]:
    """What a form of the page carries unseen."""
    (inside,) = re.findall(rf'action="/drafts/{DRAFT}/{act}"(.*?)</form>', html, flags=re.S)
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)">', inside))


@pytest.mark.parametrize("page", ["/drafts/" + DRAFT, "/"])
@pytest.mark.parametrize("act", FORMS)
def test_an_act_over_an_approval_given_meanwhile_is_refused(desk: Desk, act: str, page: str) -> None:
    if (act, page) == ("reject", "/"):
        return  # the queue has no such form
    client = desk.client("editor")
    desk.deps.desk.open(desk.account("editor"), DRAFT)
    form = hidden(client.get(page).text, act) | FORMS[act]
    sign(desk, DRAFT)
    answer = client.post(f"/drafts/{DRAFT}/{act}", data=form)
    assert answer.status_code == 409
    assert "It was approved meanwhile." in answer.text
    assert desk.deps.desk.open(desk.account("editor"), DRAFT).draft.state == "approved"
    again = hidden(client.get("/drafts/" + DRAFT).text, act) | FORMS[act]
    assert client.post(f"/drafts/{DRAFT}/{act}", data=again).status_code == 303


MEANWHILE: dict[str, tuple[str, dict[str, str], Callable[[Desk], object], str]] = {
    # act, its form, what a publisher does meanwhile, what is said
    "another hour": (
        "fetch-back", {}, lambda d: act(d, Publish(at=LATER + timedelta(days=1))), "published"),
    "called off": ("fetch-back", {}, lambda d: act(d, FetchBack()), "fetched back"),
    "a longer embargo": (
        "lift", {"reason": "The maker agreed."}, lambda d: act(d, HoldUntil(LATER + timedelta(days=9))), "embargoed"),
}  # fmt: skip


def act(desk: Desk, made: Publish | FetchBack | HoldUntil) -> None:
    desk.deps.desk.act(desk.account("publisher"), DRAFT, made)


@pytest.mark.parametrize("case", MEANWHILE)
def test_calling_off_and_lifting_are_of_the_hour_that_was_read(desk: Desk, case: str) -> None:
    name, filled, meanwhile, said = MEANWHILE[case]
    if name == "lift":
        act(desk, HoldUntil(LATER))
    else:
        sign(desk, DRAFT)
        act(desk, Publish(at=LATER))
    client = desk.client("publisher")
    form = hidden(client.get("/drafts/" + DRAFT).text, name) | filled
    meanwhile(desk)
    answer = client.post(f"/drafts/{DRAFT}/{name}", data=form)
    assert (answer.status_code, f"It was {said} meanwhile." in answer.text) == (409, True)


def test_decisions_and_words_of_others_stand_in_nobodys_way(desk: Desk) -> None:
    client = desk.client("editor")
    desk.deps.desk.open(desk.account("editor"), DRAFT)
    form = hidden(client.get("/drafts/" + DRAFT).text, "reject")
    key = claims(desk.deps.desk.open(desk.account("editor"), DRAFT))[0]
    told = {"at": f"{key.persona_id}:{key.place}", "number": 0, "decision": "accurate", "seen": "seen"}
    assert desk.client("writer").post(f"/drafts/{DRAFT}/decide", data=told).status_code == 303
    assert client.post(f"/drafts/{DRAFT}/reject", data=form | FORMS["reject"]).status_code == 303


def test_of_two_drafts_of_a_merged_launch_one_goes_out(tmp_path: Path) -> None:
    """C8: products that were merged brought two publishable drafts of one launch."""
    with a_room(f"sqlite:///{tmp_path / 'panel.db'}") as room:
        products, drafts = open_part(Products, room.url, runs_dir=tmp_path), []
        for run_id, name in (("run-1", "Quillbase"), ("run-2", "Inkwell")):
            review = small()
            launch = review.dossier.launch.model_copy(update={"name": name, "homepage": f"https://{name}.example"})
            named = review.model_copy(update={"dossier": review.dossier.model_copy(update={"launch": launch})})
            meet_reviewed(named.dossier, products, run_id=run_id, now=ROOM_NOON)
            drafts += room.bring(named, run_id=run_id)
        one, other = drafts
        for draft in drafts:
            room.approve(draft)
        room.desk.act(room.publisher, one, Publish(at=room.clock.now + timedelta(days=1)))
        products.merge("quillbase", "inkwell", by="Ann", reason="one tool", now=ROOM_NOON)
        with pytest.raises(Mistake, match=f"'{one}' is of the same launch"):
            room.desk.act(room.publisher, other, Publish())
        room.desk.act(room.publisher, one, FetchBack())
        assert room.desk.act(room.publisher, other, Publish()).draft.state == "published"
        products.close()
