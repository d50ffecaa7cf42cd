"""What the archive of products promises, on every database. Postgres joins by one more parameter of `database_url`."""

import json
import multiprocessing
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests.support import meetings
from tests.support.databases import open_part
from tests.support.records import a_run

from panel.dossier.identity.same_product import folded_release, plain_name, product_key, same_product
from panel.errors import Mistake
from panel.records import Launch, LaunchSource, Met, ProductFacts, Seen
from panel.store import Products, RunRecords
from panel.store.database import open_engine
from panel.store.products.match import MOST_OFFERED, Coming, Meeting

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
REPO = "https://github.com/acme/lamp"


@pytest.fixture(params=["sqlite"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return {"sqlite": f"sqlite:///{tmp_path / 'panel.db'}"}[request.param]


@pytest.fixture
def products(database_url: str, tmp_path: Path) -> Iterator[Products]:
    found = open_part(Products, database_url, runs_dir=tmp_path)
    yield found
    found.close()


def launch(name: str, homepage: str = "", release: str = "", *seen: Seen, repo: str = "") -> Launch:
    maker = (LaunchSource(title="Code", voice="maker", url=repo, text="A whole page."),) if repo else ()
    return Launch(
        name=name, homepage=homepage, release=release, seen_at=seen, sources=(LaunchSource(title="Page"), *maker)
    )


def meet(
    products: Products, at: Launch, now: datetime = MONDAY, *, digest: str = "", run_id: str = "", **facts: Any
) -> Met:
    known = ProductFacts(**{"name": plain_name(at), "homepage": at.homepage, **facts})
    return meetings.meet(at, products, facts=known, now=now, digest=digest, run_id=run_id)


def look(products: Products, at: Launch, digest: str = "") -> Met | None:
    return products.look(at, product_key(at), same_product, digest=digest, release=folded_release(at))


def near(products: Products, category: str, before: datetime, **more: Any) -> list[str]:
    return [n.slug for n in products.neighbours(category, before=before.date(), **more)]


def test_a_release_and_an_alias_meet_the_product_they_are_of(products: Products) -> None:
    first = meet(products, launch("Lamp", "https://acme.dev/lamp", "1.0"))
    second = meet(products, launch("Acme Lamp 2.0", "https://acme.dev/lamp"), TUESDAY)
    assert (first.new_product, first.new_launch) == (True, True)
    assert (second.new_product, second.new_launch, second.product_id) == (False, True, first.product_id)
    history = products.history("lamp")
    assert [known.release for known in history.launches] == ["1-0", "2-0"]
    assert history.names == ("Acme Lamp 2.0",)
    assert [event.what for event in history.events] == ["found", "release"]


def test_a_namesake_of_another_maker_is_another_product(products: Products) -> None:
    first = meet(products, launch("Lamp", "https://acme.dev"))
    second = meet(products, launch("Lamp", "https://bulb.io"))
    assert second.product_id != first.product_id
    assert [product.slug for product in products.list_products()] == ["lamp", "lamp-2"]


def test_a_name_alone_is_offered_and_opens_no_door_to_namesakes(products: Products) -> None:
    first = meet(products, launch("Lamp", "https://acme.dev", "1"))
    notice = meet(products, launch("Lamp 2"))
    assert (notice.new_product, notice.also) == (True, (first.product_id,))
    products.merge("lamp", notice.product_slug, by="Ada", reason="its notice", now=TUESDAY)
    assert meet(products, launch("Lamp 3", "https://bulb.io")).product_id != first.product_id


def test_a_list_s_post_is_known_again_by_its_address_and_name(products: Products) -> None:
    post = Seen(where="A list", url="https://list.example/lamp")
    first = meet(products, launch("Lamp", "https://acme.dev", "", post))
    assert meet(products, launch("Lamp", "", "2", post), TUESDAY).product_id == first.product_id
    other = post.model_copy(update={"url": "https://list.example/lamp-two"})
    assert meet(products, launch("Lamp", "", "", other), TUESDAY).also == (first.product_id,)


def test_a_text_without_an_address_is_known_again(products: Products) -> None:
    lamp, torch = (LaunchSource(title="Its entry", text=text) for text in ("A light for desks.", "A light for roads."))
    first = meet(products, launch("Lamp").model_copy(update={"sources": (lamp,)}))
    again = launch("Lamp", release="2").model_copy(update={"sources": (lamp,)})
    assert meet(products, again, TUESDAY).product_id == first.product_id
    assert meet(products, again.model_copy(update={"sources": (torch,)})).also == (first.product_id,)


@pytest.mark.parametrize(
    ("name", "address"), [("Lamp 4", "https://acme.dev/blog/lamp-4"), ("Bulb 2", "https://acme.dev")]
)
def test_the_next_version_of_a_merged_product_makes_no_new_one(products: Products, name: str, address: str) -> None:
    meet(products, launch("Lamp", "https://acme.dev"))
    other = "https://bulb.io" if name.startswith("Bulb") else "https://acme.dev/blog/lamp-3"
    assert look(products, launch(name, address)) is None
    product = meet(products, launch(name.split()[0], other, "3"))
    products.merge("lamp", product.product_slug, by="Ada", reason="one tool", now=TUESDAY)
    again = meet(products, launch(name, address), WEDNESDAY)
    assert (again.product_slug, again.new_product, again.new_launch) == ("lamp", False, True)
    assert meet(products, launch("Shade", "https://acme.dev/shade"), WEDNESDAY).new_product


def test_the_same_launch_again_is_no_news(products: Products) -> None:
    meet(products, launch("Lamp", "https://acme.dev", "1.0"), digest="announced:a")
    again = meet(products, launch("Lamp", "https://acme.dev", "v1.0"), TUESDAY, digest="announced:a")
    assert (again.new_product, again.new_launch, again.changed) == (False, False, False)
    assert again.launch and again.launch.last_seen == MONDAY
    history = products.history("lamp")
    assert [(known.first_seen, known.last_seen) for known in history.launches] == [(MONDAY, TUESDAY)]
    assert len(history.events) == 1


def test_a_changed_announcement_is_told_from_a_changed_page(products: Products) -> None:
    lamp = launch("Lamp", "https://acme.dev")
    meet(products, lamp, digest="announced:a")
    assert not meet(products, lamp, digest="read:x").changed, "nothing was read before"
    assert not meet(products, lamp, digest="announced:a").changed
    assert meet(products, lamp, digest="announced:b").changed
    assert meet(products, lamp, digest="read:y").changed
    assert [event.what for event in products.history("lamp").events] == ["found", "changed", "changed"]


def test_a_look_says_what_meeting_would_and_writes_nothing(products: Products) -> None:
    lamp = launch("Lamp", "https://acme.dev", "1.0")
    assert look(products, lamp) is None
    assert products.list_products() == ()
    meet(products, lamp, digest="announced:a")
    before = products.history("lamp")
    seen, changed = look(products, lamp, "announced:a"), look(products, lamp, "announced:b")
    newer = look(products, launch("Lamp", "https://acme.dev", "2.0"))
    assert seen and changed and newer
    assert [(m.new_launch, m.changed) for m in (seen, changed, newer)] == [(False, False), (False, True), (True, False)]
    assert products.history("lamp") == before


def test_sightings_are_joined_and_never_doubled(products: Products) -> None:
    one = Seen(where="Product Hunt", url="https://ph.example/lamp", on=date(2026, 11, 23))
    late = one.model_copy(update={"where": "product hunt", "on": date(2026, 11, 25)})
    other = Seen(where="A mailing list", on=date(2026, 11, 22))
    meet(products, launch("Lamp", "https://acme.dev", "", one))
    meet(products, launch("Lamp", "https://acme.dev", "", late, other, other), TUESDAY)
    assert products.history("lamp").launches[0].seen_at == (other, one)


def test_a_short_notice_takes_no_address_away(products: Products) -> None:
    meet(products, launch("Lamp", "https://acme.dev", repo=REPO))
    meet(products, launch("Lamp", "https://acme.dev"), TUESDAY)
    kept = products.history("lamp").launches[0].launch
    assert (kept.homepage, [s.url for s in kept.sources if s.url]) == ("https://acme.dev", [REPO])
    assert all(source.text == "" for source in kept.sources)


def test_history_names_the_runs_there_still_are(products: Products, database_url: str, tmp_path: Path) -> None:
    records = open_part(RunRecords, database_url, runs_dir=tmp_path)
    for day, run_id in ((23, "run-1"), (24, "run-2"), (25, "run-3")):
        records.save_run(a_run(run_id, day))
    lamp = launch("Lamp", "https://acme.dev")
    for run_id in ("run-2", "run-1", "run-1", "run-3"):
        meet(products, lamp, run_id=run_id)
    records.delete_run("run-3")
    records.close()
    assert products.history("lamp").launches[0].runs == ("run-1", "run-2")


def test_what_was_looked_up_later_wins_and_a_blank_never_does(products: Products) -> None:
    lamp = launch("Lamp", "https://acme.dev")
    told: Sequence[dict[str, Any]] = (
        {"category": "notes", "pricing_class": "paid", "licence": "MIT", "checked": date(2026, 11, 20)},
        {"pricing_class": "free", "checked": date(2026, 11, 1)},
        {},
        {"pricing_class": "freemium", "checked": date(2026, 11, 22)},
    )
    for facts in told:
        meet(products, lamp, **facts)
    facts = products.history("lamp").product.facts
    assert (facts.category, facts.pricing_class, facts.licence, facts.checked) == (
        "notes", "freemium", "MIT", date(2026, 11, 22),
    )  # fmt: skip


def test_neighbours_are_those_of_the_category_known_before_the_day(products: Products) -> None:
    meet(products, launch("Lamp", "https://acme.dev"), category="notes")
    meet(products, launch("Bulb", "https://bulb.io"), TUESDAY, category="notes")
    meet(products, launch("Shade", "https://shade.io"), category="search")
    mine = meet(products, launch("Torch", "https://torch.io"), category="notes")
    assert near(products, "notes", MONDAY) == []
    assert near(products, "notes", TUESDAY) == ["lamp", "torch"]
    assert near(products, "notes", WEDNESDAY, but=mine.product_id) == ["bulb", "lamp"]
    assert near(products, "", WEDNESDAY) == []


def test_what_is_learnt_later_leaves_the_neighbours_of_a_day_as_they_were(products: Products) -> None:
    lamp = launch("Lamp", "https://acme.dev")
    meet(products, lamp, category="notes", pricing_class="paid")
    before = products.neighbours("notes", before=TUESDAY.date())
    meet(products, lamp, TUESDAY, category="search", pricing_class="free", checked=TUESDAY.date())
    products.rename("lamp", "Glow", by="ed", reason="r", now=TUESDAY)
    assert products.neighbours("notes", before=TUESDAY.date()) == before
    assert products.neighbours("notes", before=WEDNESDAY.date()) == ()
    assert [n.name for n in products.neighbours("search", before=WEDNESDAY.date())] == ["Glow"]


def test_neighbours_are_at_most_so_many_the_priced_and_the_newest_first(products: Products) -> None:
    days = {"d": 20, "a": 20, "b-c": 21, "bb": 21, "e": 0}
    for name, day in days.items():
        facts = {"pricing_class": "paid", "checked": date(2026, 11, day)} if day else {}
        meet(products, launch(name, f"https://{name}.example"), category="notes", **facts)
    assert near(products, "notes", TUESDAY) == ["b-c", "bb", "a", "d", "e"]
    assert near(products, "notes", TUESDAY, most=3) == ["b-c", "bb", "a"]


def test_merged_products_are_one_and_the_merge_can_be_undone(products: Products) -> None:
    meet(products, launch("Lamp", "https://acme.dev", "1"), category="notes")
    bulb = meet(products, launch("Bulb", "https://bulb.io", "1"), TUESDAY, category="notes")
    products.merge("lamp", "bulb", by="Ada", reason="bought and renamed", now=TUESDAY)
    assert [p.slug for p in products.list_products()] == ["lamp"]
    again = meet(products, launch("Bulb", "https://bulb.io", "2"), WEDNESDAY)
    assert again.product_slug == "lamp"
    history = products.history("bulb")
    assert (history.product.slug, len(history.launches)) == ("lamp", 3)
    assert [(e.by, e.detail["reason"]) for e in history.events if e.what in ("merged", "took")] == [
        ("Ada", "bought and renamed"), ("Ada", "bought and renamed"),
    ]  # fmt: skip
    with pytest.raises(Mistake, match="one product already"):
        products.merge("bulb", "lamp", by="Ada", reason="", now=TUESDAY)
    alone = products.split("bulb", by="Ada", reason="wrong", now=WEDNESDAY)
    assert (alone.product_id, alone.merged_into) == (bulb.product_id, "")
    assert [p.slug for p in products.list_products()] == ["bulb", "lamp"]
    assert [known.product_id for known in products.history("bulb").launches] == [bulb.product_id]
    assert "unmerged" in [event.what for event in products.history("bulb").events]


def test_a_split_takes_launches_along_and_later_ones_go_where_they_belong(products: Products) -> None:
    meet(products, launch("Lamp", repo=REPO, release="1"), category="notes")
    pro = launch("Lamp Pro", repo=REPO, release="9")
    assert meet(products, pro, TUESDAY).product_slug == "lamp", "one repository: the rule takes them for one"
    new = products.split("lamp", ["9"], name="Lamp Pro", by="Ada", reason="two tools", now=WEDNESDAY)
    assert new.first_seen == TUESDAY
    assert [known.release for known in products.history("lamp").launches] == ["1"]
    later = launch("Lamp Pro", repo=REPO, release="10")
    found = look(products, later)
    assert found and (found.product_slug, found.also) == ("lamp-pro", (products.history("lamp").product.product_id,))
    lamp = look(products, launch("Lamp", repo=REPO, release="2"))
    assert lamp and lamp.product_slug == "lamp"


@pytest.mark.parametrize(
    ("ref", "releases", "says"),
    [
        ("lamp", ["7"], "has no release '7' of its own"),
        ("lamp", ["1"], "nothing would stay"),
        ("lamp", [], "merged into no other"),
        ("lamb", ["1"], "no product 'lamb'"),
    ],
)
def test_a_split_that_can_t_be_says_why(products: Products, ref: str, releases: list[str], says: str) -> None:
    meet(products, launch("Lamp", "https://acme.dev", "1"))
    before = products.history("lamp")
    with pytest.raises(Mistake, match=says) as caught:
        products.split(ref, releases, by="Ada", reason="r", now=TUESDAY)
    assert caught.value.hint
    assert products.history("lamp") == before


def test_a_renamed_product_keeps_its_slug_and_its_past_name(products: Products) -> None:
    meet(products, launch("Lamp", "https://acme.dev"))
    products.rename("lamp", "Glow", by="Ada", reason="the maker says so", now=MONDAY)
    products.rename("lamp", "Glow 365", by="Ada", reason="once more", now=MONDAY)
    history = products.history("lamp")
    assert (history.product.slug, history.product.facts.name) == ("lamp", "Glow 365")
    assert history.names == ("Lamp", "Glow")
    meet(products, launch("Lamp", "https://acme.dev", "2"), TUESDAY)
    assert products.history("lamp").product.facts.name == "Glow 365", "only a person renames"


def test_a_launch_taken_for_two_products_is_kept_for_an_editor(products: Products) -> None:
    one = meet(products, launch("Lamp", "https://acme.dev"))
    other = meet(products, launch("Glow", REPO))
    both = meet(products, launch("Lamp", "https://acme.dev", "2", repo=REPO), TUESDAY)
    assert {both.product_id, *both.also} == {one.product_id, other.product_id}
    alike = [e for e in products.history(both.product_slug).events if e.what == "alike"]
    assert [e.detail["products"] for e in alike] == [list(both.also)]


def test_two_posts_of_one_section_are_two_products(products: Products) -> None:
    first = meet(products, launch("Lampe ist da", "https://acme.dev/artikel/lampe"))
    second = meet(products, launch("Feder, ein Editor", "https://acme.dev/artikel/feder"), TUESDAY)
    assert (second.new_product, second.also) == (True, ())
    assert products.history(first.product_slug).names == ()


def test_a_namesake_is_offered_until_somebody_merges_or_tells_them_apart(products: Products) -> None:
    lamp = meet(products, launch("Lamp", REPO))
    fork = meet(products, launch("Lamp", "https://github.com/other/lamp"), TUESDAY)
    assert (fork.new_product, fork.also) == (True, (lamp.product_id,))
    assert [one.slug for one in products.history(fork.product_slug).alike] == ["lamp"]
    products.merge(fork.product_slug, "lamp", by="Ada", reason="a mirror", now=TUESDAY)
    assert products.history(fork.product_slug).alike == ()
    products.split("lamp", by="Ada", reason="a fork after all", now=WEDNESDAY)
    assert products.history(fork.product_slug).alike == ()


def test_of_a_common_name_a_few_are_offered(products: Products) -> None:
    for n in range(12):
        last = meet(products, launch("Lamp", f"https://lamp{n}.example"))
    assert len(last.also) == MOST_OFFERED


def test_a_launch_told_in_two_ways_is_one_product_wherever_its_address_led(products: Products) -> None:
    came = Coming(
        launch("Lampe ist da", "https://acme.dev/go/lampe"), ("site:acme.dev/go/lampe", "name:lampeistda"), "", ""
    )
    read = Coming(launch("Lampe", "https://lampe.example/de"), ("site:lampe.example/de", "name:lampe"), "", "")
    facts = ProductFacts(name="Lampe")
    for run_id, name in (("run-1", "Lampe"), ("run-2", "Lampe: jetzt heller")):
        again = read._replace(
            launch=read.launch.model_copy(update={"name": name, "homepage": f"https://{run_id}.example"})
        )
        told = [Meeting(again, facts, run_id), Meeting(came, facts)]
        assert {met.product_slug for met in products.meet_all(told, same_product, now=MONDAY)} == {"lampe"}


def test_a_new_launch_told_twice_at_once_is_kept_as_if_told_in_turn(products: Products) -> None:
    kept = []
    for name, at_once in (("Lampe", 2), ("Leuchte", 1)):
        came = launch(name, f"https://{name}.example", "", Seen(where="Feed", on=date(2026, 11, 20)))
        read = launch(name, came.homepage, repo=f"https://github.com/acme/{name}")
        told = [
            Meeting(Coming(read, product_key(read), "", "read:x"), ProductFacts(name=name), "run-1"),
            Meeting(Coming(came, product_key(came), "", "announced:x"), ProductFacts(name=name, licence="MIT")),
        ]
        for start in range(0, 2, at_once):
            products.meet_all(told[start : start + at_once], same_product, now=MONDAY)
        found = products.history(name.lower())
        text = found.model_dump_json().replace(found.product.product_id, "id")
        kept.append(text.replace("Leuchte", "Lampe").replace("leuchte", "lampe"))
    assert kept[0] == kept[1] and '"MIT"' in kept[0] and "Feed" in kept[0]


def test_an_address_longer_than_an_index_takes_still_meets(products: Products) -> None:
    long = "https://acme.dev/" + "l" * 5000
    first = meet(products, launch("One", long))
    assert meet(products, launch("Other", long)).product_id == first.product_id


def test_an_unknown_product_is_a_mistake_that_names_the_nearest(products: Products) -> None:
    meet(products, launch("Larkspindle", "https://lark.example"))
    with pytest.raises(Mistake, match="There is no product 'larkspndle'") as caught:
        products.history("larkspndle")
    assert caught.value.hint == "Did you mean 'larkspindle'?"


def _meet_many(url: str, runs_dir: Path, go: Any, which: int) -> None:
    products = open_part(Products, url, runs_dir=runs_dir)
    go.wait()
    for release in range(12):
        meet(products, launch("Lamp", "https://acme.dev", str(release)))
        meet(products, launch(f"Own{which}", f"https://own{which}.example"))
    products.close()


def test_processes_that_meet_one_product_at_once_end_with_one(database_url: str, tmp_path: Path) -> None:
    open_engine(database_url).dispose()
    context = multiprocessing.get_context("spawn")
    go = context.Barrier(3)
    started = [context.Process(target=_meet_many, args=(database_url, tmp_path, go, n)) for n in range(3)]
    for process in started:
        process.start()
    for process in started:
        process.join()
    assert [process.exitcode for process in started] == [0, 0, 0]
    products = open_part(Products, database_url, runs_dir=tmp_path)
    assert [p.slug for p in products.list_products()] == ["lamp", "own0", "own1", "own2"]
    history = products.history("lamp")
    products.close()
    assert len(history.launches) == 12
    assert [e.what for e in history.events].count("found") == 1


def test_events_are_written_as_they_are_read(products: Products, database_url: str) -> None:
    meet(products, launch("灯", "https://灯.example"))
    engine = open_engine(database_url)
    with engine.begin() as conn:
        (kept,) = conn.execute(text("select detail from product_events")).scalars()
    engine.dispose()
    assert json.loads(kept)["name"] == "灯"


def test_a_product_under_embargo_is_no_neighbour_before_its_time(products: Products) -> None:
    meet(products, launch("Lamp"), category="notes")
    closed = launch("Torch").model_copy(update={"embargo_until": WEDNESDAY})  # 09:00
    meet(products, closed, category="notes")
    thursday = WEDNESDAY + timedelta(days=1)
    assert near(products, "notes", TUESDAY) == ["lamp"]
    assert near(products, "notes", WEDNESDAY) == ["lamp"]  # its day has begun, its hour has not come
    assert near(products, "notes", thursday) == ["lamp", "torch"]


def test_a_notice_of_others_lifts_no_embargo(products: Products) -> None:
    closed = launch("Torch", "https://torch.example").model_copy(update={"embargo_until": WEDNESDAY})
    meet(products, closed, category="notes")
    meet(products, launch("Torch", "https://torch.example"), category="notes", run_id="run-1")
    assert near(products, "notes", TUESDAY) == []


def test_an_embargoed_release_closes_its_product_and_those_merged(products: Products) -> None:
    meet(products, launch("Lamp", "https://lamp.example", "1"), category="notes")
    meet(products, launch("Glow", "https://glow.example"), category="notes")
    second = launch("Lamp", "https://lamp.example", "2").model_copy(update={"embargo_until": WEDNESDAY})
    meet(products, second, category="notes")
    assert near(products, "notes", TUESDAY) == ["glow"]
    products.merge("glow", "lamp", by="Ann", reason="one tool", now=TUESDAY)
    assert near(products, "notes", TUESDAY) == []


def test_an_embargo_met_later_changes_nothing_of_earlier_days(products: Products) -> None:
    meet(products, launch("Lamp", "https://lamp.example", "1"), category="notes")
    before = near(products, "notes", TUESDAY)
    closed = launch("Lamp", "https://lamp.example", "2").model_copy(update={"embargo_until": WEDNESDAY})
    meet(products, closed, TUESDAY, category="notes")
    assert near(products, "notes", TUESDAY) == before == ["lamp"]
    assert near(products, "notes", WEDNESDAY) == []


def test_a_confidential_product_is_no_neighbour(products: Products) -> None:
    """A confidential product is no neighbour until it is reviewed without the word."""
    torch = launch("Torch", "https://torch.example")
    meet(products, torch.model_copy(update={"confidential": True}), category="notes", run_id="run-1")
    meet(products, torch, category="notes")
    assert near(products, "notes", WEDNESDAY) == []
    meet(products, torch, category="notes", run_id="run-2")
    assert near(products, "notes", WEDNESDAY) == ["torch"]


def test_closed_products_take_no_places_from_open_ones(products: Products) -> None:
    for n in range(12):
        name = "abcdefghijkl"[n] * 5
        some = launch(name, f"https://{name}.example").model_copy(update={"confidential": n < 10})
        meet(products, some, category="notes")
    assert near(products, "notes", TUESDAY, most=3) == ["kkkkk", "lllll"]
