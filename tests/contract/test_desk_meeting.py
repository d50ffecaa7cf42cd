"""Drafts follow their launches: a product merged, split or renamed takes no review to a second draft."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.support.databases import open_part
from tests.support.meetings import meet
from tests.support.records import a_review, a_run

from panel.desk.drafts.new_drafts import take_in
from panel.desk.drafts.stale import stale_drafts, with_reasons
from panel.pipeline.products import meet_reviewed
from panel.records import Again, Answered, Dossier, Juror, Launch, NotAsked, Pricing, Review
from panel.records.desk import Draft
from panel.records.review import Grade
from panel.store import Products, RunRecords
from panel.store import draft_rows as rows
from panel.store.desk.launch_drafts import launches_of, products_of
from panel.store.draft_rows import DraftRows

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
JUROR = Juror(persona_id="developer", model="local/x", family="local")
HEARD = Answered(juror=JUROR, verdict="abstain", confidence=0.5, words=NotAsked())  # of nobody no draft is made
WHY = {"by": "Ann", "reason": "one tool", "now": MONDAY}


def launch_of_review(name: str, release: str, **more: object) -> Launch:
    told = {"release": release, "homepage": f"https://{name.lower()}.example", **more}
    return a_review(name).dossier.launch.model_copy(update=told)


class Newsroom:
    """Runs that review launches, the archive they meet, and the desk that takes them in."""

    def __init__(self, url: str, folder: Path) -> None:
        self.records, self.products = (open_part(face, url, runs_dir=folder) for face in (RunRecords, Products))
        self.store, self.made = open_part(DraftRows, url), 0

    def review(self, name: str, release: str = "", **more: Any) -> Draft:
        """A run reviews a launch; the draft it went into."""
        review = self.run(name, release, **more)
        with self.store.reading() as conn:
            found = [d for d in rows.list_drafts(conn) if review.review_hash in (d.base_hash, d.offered_hash)]
        assert len(found) == 1
        return found[0]

    def run(
        self, name: str, release: str, *, again: str = "", days: int = 0, grade: Grade = "full", **more: object
    ) -> Review:
        """A run reviews a launch, so many days after Monday, and the desk takes it in."""
        self.made += 1
        base, launch = a_review(name), launch_of_review(name, release, **more)
        dossier: Dossier = base.dossier.model_copy(update={"launch": launch})
        note = f"asked for the {self.made}th time"
        dossier = dossier.model_copy(update={"coverage": dossier.coverage.model_copy(update={"note": note})})
        review: Review = base.model_copy(update={"dossier": dossier, "opinions": (HEARD,), "grade": grade})
        run = a_run(f"run-{self.made:02}").model_copy(update={"again": Again(draft_id=again) if again else None})
        self.records.save_finished(run, [review], None)
        meet_reviewed(dossier, self.products, run_id=run.run_id, now=MONDAY + timedelta(days=days, hours=self.made))
        with self.store.changing() as conn:
            assert take_in(conn, MONDAY + timedelta(days=1)) == 1
        return review

    def stale(self, day: date) -> dict[str, tuple[str, ...]]:
        with self.store.reading() as conn:
            return {draft.draft_id: why for draft, why in stale_drafts(conn, day)}

    def called(self, draft: Draft) -> str:
        with self.store.reading() as conn:
            sides = (draft.draft_id,) if draft.kind == "review" else rows.sides_of(conn, draft.draft_id)
            launches = launches_of(conn, sides)
            known = products_of(conn, {launch.product_id for launch in launches.values()})
            return " and ".join(known[launches[side].product_id].product.facts.name for side in sides)


@pytest.fixture
def room(database_url: str, tmp_path: Path) -> Iterator[Newsroom]:
    made = Newsroom(database_url, tmp_path)
    yield made
    for face in (made.records, made.products, made.store):
        face.close()


def test_a_further_review_meets_its_launchs_draft(room: Newsroom) -> None:
    """A further review of a launch meets its draft, and another release does not."""
    first, again, other = room.review("Lamp", "1"), room.review("Lamp", "1"), room.review("Lamp", "2")
    assert again.draft_id == first.draft_id != other.draft_id
    assert first.scope == other.scope


def test_a_trial_takes_no_reviews_place_unless_it_was_asked_for(room: Newsroom) -> None:
    lamp = room.review("Lamp", "1")
    room.run("Lamp", "1", grade="trial")
    with room.store.reading() as conn:
        assert rows.load_draft(conn, lamp.draft_id) == lamp
    asked = room.review("Lamp", "1", grade="trial", again=lamp.draft_id)
    assert (asked.draft_id, asked.grade) == (lamp.draft_id, "trial")
    first = room.review("Torch", "1", grade="trial")
    assert room.review("Torch", "1", grade="trial").draft_id == first.draft_id
    better = room.review("Torch", "1")
    assert (better.draft_id, better.grade) == (first.draft_id, "full")


def test_a_launch_of_a_merged_product_meets_its_own_draft(room: Newsroom) -> None:
    lamp, torch = room.review("Lamp", "1"), room.review("Torch", "5")
    room.products.merge("lamp", "torch", **WHY)
    again = room.review("Torch", "5")
    assert (again.draft_id, again.scope, again.subject) == (torch.draft_id, torch.scope, torch.subject)
    assert room.review("Lamp", "1").draft_id == lamp.draft_id
    assert (room.called(lamp), room.called(torch)) == ("Lamp", "Lamp")


def test_one_release_of_two_merged_products_is_one_launch(
    room: Newsroom,
) -> None:
    """One release of two products that are one is one launch and goes to the standing one's draft."""
    lamp, torch = room.review("Lamp", "1"), room.review("Torch", "1")
    room.products.merge("lamp", "torch", **WHY)
    assert room.review("Torch", "1").draft_id == lamp.draft_id != torch.draft_id


def test_a_new_release_of_a_merged_product_is_the_standing_products(room: Newsroom) -> None:
    """A new release of a merged product is decided with the product that stands for both."""
    lamp, _ = room.review("Lamp", "1"), room.review("Torch", "1")
    room.products.merge("lamp", "torch", **WHY)
    assert room.review("Torch", "2").scope == lamp.scope


def test_an_undone_merge_leaves_both_drafts_where_they_were(room: Newsroom) -> None:
    lamp, torch = room.review("Lamp", "1"), room.review("Torch", "1")
    room.products.merge("lamp", "torch", **WHY)
    room.products.split("torch", **WHY)
    assert room.review("Torch", "1").draft_id == torch.draft_id
    assert room.called(torch) == "Torch"
    assert room.review("Lamp", "1").draft_id == lamp.draft_id


def test_a_launch_that_was_split_off_takes_its_draft_along(room: Newsroom) -> None:
    one, two = room.review("Lamp", "1"), room.review("Lamp", "2")
    room.products.split("lamp", ["2"], name="Lamp Studio", **WHY)
    again = room.review("Lamp", "2")
    assert (again.draft_id, again.scope) == (two.draft_id, two.scope)
    assert (room.called(one), room.called(two)) == ("Lamp", "Lamp Studio")


def test_a_rename_changes_the_products_name_and_nothing_of_the_draft(room: Newsroom) -> None:
    lamp = room.review("Lamp", "1")
    room.products.rename("lamp", "Lantern", **WHY)
    assert room.called(lamp) == "Lantern"
    assert room.review("Lamp", "1").draft_id == lamp.draft_id
    assert lamp.shown.name == "Lamp 1"


def test_a_run_asked_again_for_a_draft_goes_to_that_draft(room: Newsroom) -> None:
    """A run that was asked again for a draft goes there, whatever its launch is called."""
    lamp = room.review("Lamp", "1")
    assert room.review("Lampe", "", again=lamp.draft_id).draft_id == lamp.draft_id
    assert room.review("Glow", "1", again="no-such-draft").draft_id == "glow-1"


def test_a_draft_takes_its_launchs_embargo_and_never_shortens_one(room: Newsroom) -> None:
    until = MONDAY + timedelta(days=9)
    assert room.review("Lamp", "1", embargo_until=until).embargo_until == until
    assert room.review("Lamp", "1", embargo_until=until - timedelta(days=3)).embargo_until == until
    assert room.review("Lamp", "1").embargo_until == until
    assert room.review("Torch", "1").embargo_until is None


def test_a_later_release_or_another_price_makes_a_draft_stale(room: Newsroom) -> None:
    """A draft is stale once a later release or another price is known, and the queue says so."""
    lamp = room.review("Lamp", "1", pricing=Pricing(pricing_class="free"))
    torch = room.review("Torch", "1", pricing=Pricing(pricing_class="free"))
    assert room.stale(date(2026, 12, 1)) == {}
    room.review("Lamp", "2", days=3)
    dearer = Pricing(pricing_class="paid", checked=date(2026, 11, 26))
    meet(launch_of_review("Torch", "1", pricing=dearer), room.products, now=MONDAY + timedelta(days=3))
    found = room.stale(date(2026, 12, 1))
    assert found == {
        lamp.draft_id: ("Release 2 came in on 2026-11-26.",),
        torch.draft_id: ("Its price class was free and is paid.",),
    }
    with room.store.reading() as conn:
        shown = {d.draft_id: d.shown.stale for d in with_reasons(conn, rows.list_drafts(conn), date(2026, 12, 1))}
    assert {draft_id: why for draft_id, why in shown.items() if why} == found


def test_old_drafts_are_stale_and_put_away_ones_are_nobodys_work(room: Newsroom) -> None:
    lamp, torch = room.review("Lamp"), room.review("Torch")
    with room.store.changing() as conn:
        rows.put_draft(conn, torch.model_copy(update={"state": "passed"}))
    assert room.stale(date(2027, 2, 20)) == {}
    assert room.stale(date(2027, 2, 21)) == {lamp.draft_id: ("It speaks of 2026-11-23, 90 days ago.",)}
