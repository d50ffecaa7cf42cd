import random
from collections import Counter
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from panel.batch.close import proposed_pairs
from panel.batch.report.pairs import MOST_PAIRS, LightFacts, propose_pairs
from panel.records import Launch, LaunchSource, Plan, Pricing, ReviewedProduct, stated_kinds

SOME = frozenset({"pricing_class", "licence", "plan"})
MORE = SOME | {"version"}


def light(
    slug: str, kinds: frozenset[str] = SOME, *, category: str = "testing", archive: int = 0, product: str = ""
) -> LightFacts:
    """archive: day of November it was reviewed; 0 for a newcomer."""
    return LightFacts(
        slug=slug, name=slug.title(), product_id=product or slug, category=category, kinds=kinds, in_archive=bool(archive),
        reviewed_on=date(2026, 11, archive) if archive else None,
    )  # fmt: skip


def pairs(newcomers: list[LightFacts], archive: list[LightFacts] = []) -> list[tuple[str, str]]:  # noqa: B006
    return [(pair.a, pair.b) for pair in propose_pairs("run-9", newcomers, archive)]


def test_the_archives_incumbent_comes_before_another_newcomer() -> None:
    assert pairs([light("a"), light("b", MORE)], [light("old", archive=3)]) == [("a", "old"), ("a", "b"), ("b", "old")]


def test_more_shared_facts_then_the_latest_review_then_the_slug() -> None:
    archive = [
        light("x", archive=9),
        light("rich", MORE, archive=1),
        light("late", archive=8),
        light("early", archive=2),
    ]
    assert pairs([light("a", MORE)], archive) == [("a", "rich"), ("a", "x")]


def test_another_job_another_release_or_too_few_facts_are_no_pair() -> None:
    few = frozenset({"pricing_class", "licence", "tagline", "name", "publisher"})
    archive = [
        light("b", category="databases", archive=1),
        light("c", few, archive=1),
        light("a-1", product="a", archive=1),
    ]
    assert pairs([light("a"), light("d", category="")], [*archive, light("e", category="", archive=1)]) == []


def test_the_reason_names_the_job_the_facts_and_whose() -> None:
    old, new = propose_pairs("run-9", [light("a"), light("b")], [light("old", archive=1)])[:2]
    assert (
        old.why == "Both are of the category testing and state price class, plans and licence; Old is in our archive."
    )
    assert new.why.endswith("; both were launched in this batch.")


LAUNCHES = st.lists(
    st.builds(
        light,
        st.integers(0, 30).map("t{}".format),
        st.frozensets(st.sampled_from(sorted(MORE | {"repository"}))),
        category=st.sampled_from(["testing", "databases", ""]),
        product=st.sampled_from(["", "p1"]),
    ),
    max_size=15,
    unique_by=lambda one: one.slug,
)
ARCHIVE = st.lists(
    st.builds(light, st.integers(100, 130).map("t{}".format), st.just(MORE), archive=st.integers(1, 28), product=st.sampled_from(["", "p1"])),
    max_size=10,
    unique_by=lambda one: one.slug,
)  # fmt: skip


@given(LAUNCHES, ARCHIVE, st.randoms())
def test_pairs_are_bounded_of_two_products_and_the_same_in_any_order(
    newcomers: list[LightFacts], archive: list[LightFacts], chance: random.Random
) -> None:
    found = propose_pairs("run-9", newcomers, archive)
    by_slug = {one.slug: one for one in (*newcomers, *archive)}
    uses = Counter(slug for pair in found for slug in (pair.a, pair.b) if not by_slug[slug].in_archive)
    assert all(count <= MOST_PAIRS for count in uses.values())
    assert all(by_slug[p.a].product_id != by_slug[p.b].product_id for p in found)
    assert all(by_slug[p.a].category == by_slug[p.b].category != "" for p in found)
    assert (
        propose_pairs("run-9", chance.sample(newcomers, len(newcomers)), chance.sample(archive, len(archive))) == found
    )


def test_two_thousand_of_one_category_pair_without_every_two_compared() -> None:
    """All pairs would be two million."""
    looked = Counter[str]()

    class Counted(LightFacts):
        def __getattribute__(self, name: str) -> object:
            if name == "product_id":
                looked["product_id"] += 1
            return super().__getattribute__(name)

    many = [Counted(**dict(light(f"t{n:05}"))) for n in range(2_000)]
    assert len(propose_pairs("run-9", many)) >= 1_990  # all that two each allow, but for the last few
    assert looked["product_id"] < 40_000


def reviewed(slug: str, run_id: str, kinds: frozenset[str] = SOME, product: str = "") -> ReviewedProduct:
    return ReviewedProduct(
        product_id=product or slug, name=slug.title(), run_id=run_id, slug=slug, reviewed_on=date(2026, 11, 3), kinds=kinds
    )  # fmt: skip


def test_the_archive_is_asked_once_for_each_category_of_the_day() -> None:
    asked: list[str] = []

    def partners(category: str) -> list[ReviewedProduct]:
        asked.append(category)
        return [reviewed(f"old-{category}", "run-0")]

    fresh = [light("a"), light("b"), light("c", category="databases")]
    found = proposed_pairs("run-9", fresh, partners)
    assert asked == ["databases", "testing"]
    assert [(pair.a, pair.b, pair.b_run_id) for pair in found] == [
        ("a", "old-testing", "run-0"), ("a", "b", ""), ("b", "old-testing", "run-0"), ("c", "old-databases", "run-0"),
    ]  # fmt: skip
    assert found[0].compare == "panel compare run-9/a run-0/old-testing"
    assert found[1].compare == "panel compare run-9/a run-9/b"


def test_a_product_reviewed_again_today_stands_as_it_is_today() -> None:
    fresh = [light("a"), light("lamp-2", product="lamp")]
    found = proposed_pairs("run-9", fresh, lambda category: [reviewed("lamp-1", "run-0", product="lamp")])
    assert [(pair.a, pair.b) for pair in found] == [("a", "lamp-2")]


def test_an_archived_launch_of_the_same_slug_is_another_launch() -> None:
    found = proposed_pairs("run-9", [light("a")], lambda category: [reviewed("a", "run-0", product="other")])
    assert [(pair.a, pair.b, pair.b_run_id) for pair in found] == [("a", "a", "run-0")]


def test_what_a_launch_file_names_counts_as_a_fact() -> None:
    """Code reads facts from pages only; a file's price class, plans, release and day stand in its fields."""
    named = Launch(
        name="Lamp", release="2.1", launched_at=date(2026, 11, 1), sources=(LaunchSource(title="Page"),),
        pricing=Pricing(pricing_class="free", plans=(Plan(name="Team", price="9 USD"),)),
    )  # fmt: skip
    bare = Launch(name="Lamp", sources=(LaunchSource(title="Page"),))
    assert stated_kinds(named, ["licence"]) == {"licence", "pricing_class", "plan", "version", "published"}
    assert stated_kinds(bare, []) == frozenset()
