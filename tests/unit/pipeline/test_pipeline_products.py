from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from tests.support.databases import open_part
from tests.support.meetings import meet

from panel.pipeline.products import (
    announced_digest,
    facts_of,
    look_up_launch,
    meet_reviewed,
    read_digest,
    with_neighbours,
)
from panel.records import Coverage, Dossier, Fact, Launch, LaunchSource, Passage, Pricing, Seen, Source, Stamp
from panel.store import Products

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)
TODAY = MONDAY.date()


@pytest.fixture
def products(tmp_path: Path) -> Iterator[Products]:
    found = open_part(Products, f"sqlite:///{tmp_path / 'panel.db'}", runs_dir=tmp_path)
    yield found
    found.close()


def launch(name: str, category: str = "notes", **more: object) -> Launch:
    told = {"name": name, "category": category, "homepage": f"https://{name.lower()}.example", **more}
    return Launch.model_validate({"sources": (LaunchSource(title="Page"),), **told})


def dossier(at: Launch, as_of: date = TODAY, facts: tuple[Fact, ...] = (), text: str = "One.") -> Dossier:
    sources = tuple(
        Source(
            source_id=f"S{n}", title=kind, kind=kind, voice="maker", bytes_sha256="b", text_sha256=text,
            passages=(Passage(passage_id=f"S{n}.1", text=text),),
        )
        for n, kind in enumerate(("page", "licence"), 1)
    )  # fmt: skip
    return Dossier(
        made=Stamp(created_at=MONDAY, version="0"), as_of=as_of, launch=at, sources=sources, facts=facts,
        coverage=Coverage(passages_total=2, passages_kept=2),
    )  # fmt: skip


def shown(made: Dossier) -> list[str]:
    return [p.text.partition(":")[0] for s in made.sources if s.kind == "neighbours" for p in s.passages]


def test_neighbours_are_others_known_before_the_dossiers_day(products: Products) -> None:
    for name in ("Lamp", "Torch"):
        meet(launch(name), products, now=MONDAY)
    meet(launch("Bulb"), products, now=TUESDAY)
    torch = launch("Torch")
    assert shown(with_neighbours(dossier(torch, MONDAY.date()), products, today=TUESDAY.date())) == []
    assert shown(with_neighbours(dossier(torch, TUESDAY.date()), products, today=TUESDAY.date())) == ["Lamp"]


def test_what_is_met_today_never_counts_even_for_a_file_dated_tomorrow(products: Products) -> None:
    file = dossier(launch("Torch"), TUESDAY.date())
    first = with_neighbours(file, products, today=MONDAY.date())
    for name in ("Torch", "Lamp"):
        meet(launch(name), products, now=MONDAY)
    assert with_neighbours(file, products, today=MONDAY.date()).dossier_hash == first.dossier_hash


def test_without_a_category_now_or_before_there_are_no_neighbours(products: Products) -> None:
    for name in ("Lamp", "Torch"):
        meet(launch(name), products, now=MONDAY)
    stranger = with_neighbours(dossier(launch("Glow", ""), TUESDAY.date()), products, today=TUESDAY.date())
    assert (stranger.launch.category, shown(stranger)) == ("", [])
    known = with_neighbours(dossier(launch("Torch", ""), TUESDAY.date()), products, today=TUESDAY.date())
    assert (known.launch.category, shown(known)) == ("notes", ["Lamp"])
    same_day = with_neighbours(dossier(launch("Torch", ""), MONDAY.date()), products, today=MONDAY.date())
    assert same_day.launch.category == ""


def test_facts_come_from_the_launch_and_from_licences_its_pages_state() -> None:
    day = date(2026, 11, 20)
    said = [("S1", "MIT", None), ("S2", "Apache-2.0", day), ("S1", "Apache-2.0", day - timedelta(days=9))]
    facts = tuple(
        Fact(kind="licence", value=value, source_id=source, read_from="page", checked=checked)
        for source, value, checked in said
    )
    lamp = launch("Lamp", release="2", pricing=Pricing(pricing_class="paid"))
    told = facts_of(lamp, dossier(lamp, facts=facts))
    assert (told.name, told.licence, told.pricing_class, told.checked) == ("Lamp", "Apache-2.0 / MIT", "paid", day)
    priced = lamp.model_copy(update={"pricing": Pricing(checked=date(2026, 11, 22))})
    assert facts_of(priced, dossier(priced, facts=facts)).checked == date(2026, 11, 22)


def test_a_sighting_is_no_change_and_a_tagline_is() -> None:
    lamp = launch("Lamp")
    seen = lamp.model_copy(update={"seen_at": (Seen(where="A list"),)})
    assert announced_digest(seen) == announced_digest(lamp)
    assert announced_digest(lamp.model_copy(update={"tagline": "Brighter"})) != announced_digest(lamp)


def test_what_was_read_changes_with_pages_alone(products: Products) -> None:
    """What was read has changed when pages have, and not with the day or neighbours."""
    meet(launch("Lamp"), products, now=MONDAY)
    torch = launch("Torch")
    first = meet_reviewed(dossier(torch), products, run_id="run-1", now=MONDAY)
    later = with_neighbours(dossier(torch, TUESDAY.date()), products, today=TUESDAY.date())
    assert shown(later) == ["Lamp"]
    again = meet_reviewed(later, products, run_id="run-2", now=TUESDAY)
    assert (again.product_id, again.changed) == (first.product_id, False)
    assert read_digest(dossier(torch, text="Two.")) != read_digest(dossier(torch))
    assert meet_reviewed(dossier(torch, text="Two."), products, run_id="run-3", now=TUESDAY).changed


def test_a_dry_run_tells_seen_from_changed_from_new(products: Products) -> None:
    lamp = launch("Lamp", release="1")
    assert look_up_launch(lamp, products) is None
    meet(lamp, products, now=MONDAY, digest=announced_digest(lamp))
    changed, release = lamp.model_copy(update={"tagline": "Brighter"}), lamp.model_copy(update={"release": "2"})
    found = [look_up_launch(at, products, digest=announced_digest(at)) for at in (lamp, changed, release)]
    assert [(m.new_launch, m.changed) for m in found if m] == [(False, False), (False, True), (True, False)]


def test_where_a_launch_s_address_led_is_offered_and_joins_nothing(products: Products) -> None:
    lamp = meet_reviewed(dossier(launch("Lamp")), products, run_id="run-1", now=MONDAY)
    came = launch("Quill", homepage="https://quill.example")
    read = dossier(launch("Lamp", homepage="https://lamp.example"))
    bought = meet_reviewed(read, products, run_id="run-2", now=MONDAY, announced=came)
    assert (bought.new_product, bought.also) == (True, (lamp.product_id,))
    again = look_up_launch(came, products)
    assert again and again.product_id == bought.product_id


def test_a_listing_s_launch_is_known_by_the_homepage_it_names(products: Products) -> None:
    lamp = meet_reviewed(dossier(launch("Lamp")), products, run_id="run-1", now=MONDAY)
    post = launch("Lamp", homepage="", seen_at=(Seen(where="A list", url="https://list.example/lamp"),))
    assert look_up_launch(post, products) is None
    read = dossier(launch("Lamp").model_copy(update={"seen_at": post.seen_at}))
    listed = meet_reviewed(read, products, run_id="run-2", now=MONDAY, announced=post)
    assert listed.product_id == lamp.product_id
    again = look_up_launch(post, products)
    assert again and again.product_id == lamp.product_id


def test_a_namesake_is_no_neighbour_since_it_may_be_the_launch(products: Products) -> None:
    meet(launch("Lamp"), products, now=MONDAY)
    meet(launch("Torch"), products, now=MONDAY)
    edited = dossier(launch("Lamp 2", homepage=""), TUESDAY.date())
    assert shown(with_neighbours(edited, products, today=TUESDAY.date())) == ["Torch"]
