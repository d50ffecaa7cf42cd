"""Which products of the archive a newcomer may be compared with: of its category, reviewed before, at a bounded cost."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, insert
from tests.support.databases import open_part
from tests.support.meetings import meet
from tests.support.records import a_review, a_run

from panel.records import Fact, FactKind, Launch, LaunchSource, ProductFacts
from panel.store import Products, RunRecords
from panel.store.database import open_engine
from panel.store.tables.core import launch_runs, product_facts
from panel.store.tables.core import products as product_table

FIRST = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def products(database_url: str, tmp_path: Path) -> Iterator[Products]:
    found = open_part(Products, database_url, runs_dir=tmp_path)
    yield found
    found.close()


def review(
    products: Products, records: RunRecords, name: str, day: int, run_id: str = "", *, category: str = "testing",
    kinds: tuple[FactKind, ...] = ("licence",),
) -> str:  # fmt: skip
    """A product reviewed on that day of November; its id."""
    run_id = run_id or f"run-{day}"
    at = Launch(name=name, homepage=f"https://{name.lower()}.example", sources=(LaunchSource(title="Page", text=""),))
    made = a_review(name)
    facts = tuple(Fact(kind=kind, value="x", source_id="S1", read_from="page") for kind in kinds)
    reviewed = made.model_copy(update={"dossier": made.dossier.model_copy(update={"facts": facts})})
    records.save_finished(a_run(run_id, day), [reviewed], None)
    known = ProductFacts(name=name, category=category)
    return meet(at, products, facts=known, now=FIRST + timedelta(days=day - 1), run_id=run_id).product_id


def names(products: Products, category: str = "testing", but_run: str = "", most: int = 9) -> list[str]:
    return [found.name for found in products.reviewed(category, but_run=but_run, most=most)]


def test_products_of_the_category_come_with_their_latest_review(products: Products, records: RunRecords) -> None:
    review(products, records, "Lamp", 1)
    lamp = review(products, records, "Lamp", 5, kinds=("licence", "plan"))
    review(products, records, "Bulb", 3)
    review(products, records, "Wick", 4, category="databases")
    assert sorted(names(products)) == ["Bulb", "Lamp"]
    (found,) = [one for one in products.reviewed("testing", most=9) if one.name == "Lamp"]
    assert (found.product_id, found.run_id, found.slug) == (lamp, "run-5", "lamp")
    assert (found.reviewed_on.day, found.kinds) == (5, {"licence", "plan"})
    assert names(products, "") == []


def test_a_run_of_its_own_does_not_count(products: Products, records: RunRecords) -> None:
    review(products, records, "Lamp", 1)
    review(products, records, "Lamp", 5, "today")
    review(products, records, "Bulb", 5, "today")
    (found,) = products.reviewed("testing", but_run="today", most=9)
    assert (found.name, found.run_id) == ("Lamp", "run-1")


def test_a_day_of_hundreds_hides_no_product_of_before(
    products: Products, records: RunRecords, database_url: str
) -> None:
    """What a batch has just reviewed is the latest news of its category, all of it."""
    review(products, records, "Lamp", 1)
    review(products, records, "Bulb", 5, "today")
    add_strangers(database_url, 300, day="2026-11-05", run_id="today")
    (found,) = products.reviewed("testing", but_run="today", most=9)
    assert found.name == "Lamp"


def test_merged_products_are_one_and_deleted_runs_none(products: Products, records: RunRecords) -> None:
    lamp, bulb = review(products, records, "Lamp", 1), review(products, records, "Bulb", 3)
    review(products, records, "Wick", 4)
    products.merge(lamp, bulb, by="editor", reason="renamed", now=FIRST)
    records.delete_run("run-4")
    (found,) = products.reviewed("testing", most=9)
    assert (found.product_id, found.name, found.run_id) == (lamp, "Lamp", "run-3")


def test_the_latest_news_come_first_and_no_more_than_asked_for(products: Products, records: RunRecords) -> None:
    for day, name in enumerate(("Lamp", "Bulb", "Wick"), start=1):
        review(products, records, name, day)
    assert names(products, most=2) == ["Wick", "Bulb"]


def test_ten_thousand_others_in_the_category_cost_nothing_more(
    products: Products, records: RunRecords, database_url: str
) -> None:
    """The plan is an index by category and day, and the rows it hands over are those that are given."""
    review(products, records, "Lamp", 28)
    few = cost(products)
    add_strangers(database_url, 10_000)
    assert cost(products) == few
    plan = plan_of(database_url, products)
    assert "product_facts_by_category" in plan
    assert "sort" not in plan.lower()
    assert "temp b-tree" not in plan.lower()


def cost(products: Products) -> int:
    """Statements of one look."""
    said: list[str] = []
    event.listen(products._engine, "before_cursor_execute", lambda *seen: said.append(seen[2]))
    assert names(products, most=1) == ["Lamp"]
    return len(said)


def add_strangers(url: str, count: int, *, day: str = "2026-10-01", run_id: str = "run-28") -> None:
    """Products of the category that a run has reviewed, straight into the tables."""
    engine = open_engine(url)
    with engine.begin() as conn:
        ids = [f"p-{n:06}" for n in range(count)]
        rows = [{"product_id": p, "slug": p, "first_seen": day, "merged_into": ""} for p in ids]
        conn.execute(insert(product_table), rows)
        fact = {
            "on_day": day,
            "category": "testing",
            "homepage": "",
            "pricing_class": "unknown",
            "licence": "",
        }
        conn.execute(insert(product_facts), [{"product_id": p, "name": p, "checked": "", **fact} for p in ids])
        conn.execute(insert(launch_runs), [{"run_id": run_id, "slug": p, "product_id": p, "release": ""} for p in ids])
        conn.exec_driver_sql("analyze")
    engine.dispose()


def plan_of(url: str, products: Products) -> str:
    """How the database goes about the first statement of a look."""
    said: list[tuple[str, object]] = []
    event.listen(products._engine, "before_cursor_execute", lambda *seen: said.append((seen[2], seen[3])))
    names(products, most=1)
    engine = open_engine(url)
    explain = "explain query plan " if engine.dialect.name == "sqlite" else "explain "
    with engine.connect() as conn:
        asked = next(statement for statement in said if statement[0].startswith("SELECT"))
        found = conn.exec_driver_sql(explain + asked[0], asked[1])  # type: ignore[arg-type]
        plan = "\n".join(str(tuple(row)) for row in found)
    engine.dispose()
    return plan
