"""The archive of products from outside: launches that meet, a history, and neighbours a juror can cite the next day."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.support.command import SCRIPTED, SPECIMEN, Said, both_providers, fake_server, run_here
from tests.support.dossiers import make_answer
from tests.support.web.server import web_in_thread

from panel.pipeline import meet_reviewed

KESTREL = "/pages/products/kestrel.html"
ODDFERN = str(SPECIMEN / "oddfern.yaml")
TEXT = "{name} copies ten thousand files in four seconds. Uninstalling leaves the cache folder in place, the page says."


def write_launch(at: Path, name: str, release: str = "", **more: Any) -> str:
    """A launch file without a day: it speaks of today."""
    source = {"title": "Page", "voice": "maker", "kind": "page", "text": TEXT.format(name=name)}
    told = {"name": name, "release": release, "category": "code-review", "sources": [source], **more}
    path = at / f"{name}-{release}.yaml".replace(" ", "-")
    path.write_text(yaml.safe_dump({key: value for key, value in told.items() if value}), encoding="utf-8")
    return str(path)


def review(at: Path, *words: str, **variables: str) -> Said:
    said = run_here("review", *words, "--yes", "--json", at=at, **variables)
    assert said.code == 0, said.err
    return said


def neighbours_in(said: Said) -> list[str]:
    sources = said.data["reviews"][0]["dossier"]["sources"]
    return [p["text"] for s in sources if s["kind"] == "neighbours" for p in s["passages"]]


@pytest.fixture
def yesterday(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs are noted in the archive as if they had been made a day ago, until the test undoes it."""

    def noted(*given: Any, now: datetime, **more: Any) -> Any:
        return meet_reviewed(*given, now=now - timedelta(days=1), **more)

    monkeypatch.setattr("panel.pipeline.run.meet_reviewed", noted)


def test_two_launches_of_one_product_become_one_product_with_history(tmp_path: Path) -> None:
    home = "https://lamp.example/"
    seen = [{"where": "Feed one", "url": "https://one.example/lamp"}]
    also = [{"where": "Feed two", "url": "https://two.example/lamp"}, *seen]
    first = write_launch(tmp_path, "Lamp", "1.0", homepage=home, seen_at=seen)
    second = write_launch(tmp_path, "Lamp 2.0", homepage=f"{home}?ref=two", seen_at=also)
    with fake_server() as fake:
        runs = [review(tmp_path, file, **both_providers(fake)) for file in (first, second, second)]
    assert "lamp-2-0 is a further launch of lamp" in runs[1].err
    assert "further launch" not in runs[2].err
    listed = run_here("products", "list", "--json", at=tmp_path).data["products"]
    assert [product["slug"] for product in listed] == ["lamp"]
    history = run_here("products", "show", "lamp", "--json", at=tmp_path).data
    assert [known["release"] for known in history["launches"]] == ["1-0", "2-0"]
    assert [known["runs"] for known in history["launches"]] == [[runs[0].run_id], [r.run_id for r in runs[1:]]]
    assert [len(known["seen_at"]) for known in history["launches"]] == [1, 2]
    shown = run_here("products", "show", "lamp-2-0", at=tmp_path).out
    assert "Also called: Lamp 2.0" in shown and runs[1].run_id in shown and "Feed two" in shown


def test_two_posts_of_one_section_are_two_products_and_two_drafts(tmp_path: Path) -> None:
    section = "https://lamp.example/artikel/"
    files = [write_launch(tmp_path, name, homepage=section + name.lower()) for name in ("Lampe", "Feder")]
    with fake_server() as fake:
        runs = [review(tmp_path, file, **both_providers(fake)) for file in files]
    assert "further launch" not in runs[1].err
    assert [p["slug"] for p in run_here("products", "list", "--json", at=tmp_path).data["products"]] == [
        "feder",
        "lampe",
    ]
    drafts = run_here("drafts", "list", "--json", at=tmp_path).data["drafts"]
    assert sorted(draft["draft_id"] for draft in drafts) == ["feder", "lampe"]


def test_yesterdays_product_is_todays_neighbour_and_can_be_cited(
    yesterday: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    review(tmp_path, ODDFERN, *SCRIPTED)
    monkeypatch.undo()
    line = "Oddfern: price class open source; licence unknown; looked up on 2026-11-20."
    answer = make_answer("skip")
    answer["grounds"] = [
        {"claim": "A rival is open source.", "side": "against", "passage": "S2.1", "excerpt": line},
        {
            "claim": "It is quick.",
            "side": "for",
            "passage": "S1.1",
            "excerpt": "copies ten thousand files in four seconds",
        },
    ]
    answer["quote"] = [{"text": "Oddfern's price class is open source.", "rests_on": "grounds", "grounds": [1]}]
    script = tmp_path / "answers.yaml"
    critics = ("developer-experience", "business-analyst", "futurist", "competitor-skeptic")
    script.write_text(yaml.safe_dump({"torch": dict.fromkeys(critics, answer)}), encoding="utf-8")
    said = review(
        tmp_path, write_launch(tmp_path, "Torch"), "--model", f"scripted/{script}", "--personas", ",".join(critics)
    )
    assert neighbours_in(said) == [line]
    made = said.data["reviews"][0]
    assert made["tally"]["skip"] == 4, "a ground on a neighbour stands"
    assert not [f for f in made["flags"] if f["field"] == "grounds" and f["severity"] == "high"], made["flags"]
    assert line in (Path(said.data["folder"]) / "report.html").read_text("utf-8")


def test_the_same_launch_again_on_one_day_asks_nothing(
    yesterday: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The same launch again on one day asks nothing, whatever was met since."""
    torch, bulb = write_launch(tmp_path, "Torch"), write_launch(tmp_path, "Bulb")
    with fake_server() as fake:
        review(tmp_path, ODDFERN, **both_providers(fake))
        monkeypatch.undo()
        first = review(tmp_path, torch, **both_providers(fake))
        review(tmp_path, bulb, ODDFERN, **both_providers(fake))
        run_here("products", "rename", "oddfern", "Fern", "--reason", "new name", at=tmp_path)
        before = len(fake.seen)
        again = review(tmp_path, torch, **both_providers(fake))
        assert len(fake.seen) == before
    assert len(neighbours_in(first)) == 1
    assert neighbours_in(again) == neighbours_in(first)


def test_an_address_has_neighbours_once_its_category_is_known(
    yesterday: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with fake_server() as fake, web_in_thread() as site:
        where = {**both_providers(fake), "PANEL_TEST_LOOPBACK": site.host_port}
        review(tmp_path, ODDFERN, **where)
        assert neighbours_in(review(tmp_path, site.url(KESTREL), **where)) == []
        named = review(tmp_path, site.url(KESTREL), "--category", "code-review", **where)
        assert len(neighbours_in(named)) == 1
        monkeypatch.undo()
        known = review(tmp_path, site.url(KESTREL), **where)
    assert neighbours_in(known) == neighbours_in(named)
    assert known.data["reviews"][0]["dossier"]["launch"]["category"] == "code-review"


def test_looking_at_a_dossier_makes_no_database(tmp_path: Path) -> None:
    assert run_here("dossier", "show", ODDFERN, at=tmp_path).code == 0
    assert not (tmp_path / "runs").exists()


def test_a_category_that_is_none_or_not_wanted_is_refused(tmp_path: Path) -> None:
    for words, says in (
        ((ODDFERN, "--category", "code-review"), "a launch file names its own"),
        (("https://lamp.example/", "--category", "code-reviews"), "Did you mean 'code-review'?"),
    ):
        said = run_here("review", *words, at=tmp_path)
        assert said.code == 2
        assert says in said.complaint


def test_a_person_merges_splits_and_renames_and_history_says_who_and_why(tmp_path: Path) -> None:
    review(tmp_path, ODDFERN, *SCRIPTED)
    review(tmp_path, str(SPECIMEN / "larkspindle.yaml"), *SCRIPTED)
    steps = (
        ("merge", "oddfern", "larkspindle", "--reason", "one maker", "--by", "Ada"),
        ("split", "larkspindle", "--reason", "two tools", "--by", "Bo"),
        ("rename", "oddfern", "Fern", "--reason", "new name", "--by", "Cy"),
    )
    for words in steps:
        said = run_here("products", *words, "--json", at=tmp_path)
        assert (said.code, list(said.data)) == (0, ["product"]), said.err
    events = run_here("products", "show", "oddfern", "--json", at=tmp_path).data["events"]
    assert [(e["what"], e["by"], e["detail"].get("reason")) for e in events[1:]] == [
        ("took", "Ada", "one maker"), ("unmerged", "Bo", "two tools"), ("renamed", "Cy", "new name"),
    ]  # fmt: skip
    shown = run_here("products", "show", "oddfern", at=tmp_path).out
    assert shown.startswith("Fern  (oddfern, ") and "Also called: Oddfern" in shown
    assert "reason: new name" in shown


def test_every_products_command_has_its_mistake(tmp_path: Path) -> None:
    assert "No products yet" in run_here("products", "list", at=tmp_path).err
    for words in (
        ("show", "x"),
        ("merge", "x", "y", "--reason", "r"),
        ("split", "x", "--reason", "r"),
        ("merge", "x", "y"),
    ):
        said = run_here("products", *words, at=tmp_path)
        assert said.code == 2
        assert said.complaint


def test_an_archive_that_can_t_be_written_costs_no_finished_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from panel.errors import StoreError

    def full(*given: Any, **more: Any) -> None:
        raise StoreError("The disk is full.")

    monkeypatch.setattr("panel.pipeline.run.meet_reviewed", full)
    said = review(tmp_path, ODDFERN, *SCRIPTED)
    assert "archive of products could not note it" in said.err
    assert run_here("runs", "verify", said.data["folder"], at=tmp_path).code == 0
