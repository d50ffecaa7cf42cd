"""What was batched, seen afterwards: `runs show`, `runs costs --by`, and the archive's products to compare with."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.support.batch_days import JURORS, TARIFFS, launch_text, make_workspace, rows_in
from tests.support.command import Said, both_providers, fake_server, run_here
from tests.support.providers.server import Fake

PRICING = "pricing:\n  class: free\n  entry: nothing\n  checked: 2026-11-09\n"


class Day:
    """A workspace where one launch was reviewed before; then a day of three more, a row nobody can use and a repeat."""

    def __init__(self, at: Path, fake: Fake) -> None:
        self.at, self.fake, self.variables = at, fake, both_providers(fake)
        make_workspace(at, 0)
        self.before = self.batch(1)
        (at / "launches" / "launch-00009.yaml").write_text("name: [", encoding="utf-8")
        self.today = self.batch(2, 3, 4)

    def batch(self, *numbers: int) -> Said:
        for n in numbers:
            path = self.at / "launches" / f"launch-{n:05}.yaml"
            path.write_text(PRICING + launch_text(n), encoding="utf-8")
        return self.run("batch", "launches", "--yes", "--json")

    def run(self, *words: str) -> Said:
        said = run_here(*words, at=self.at, **self.variables)
        assert said.code == 0, said.err
        return said

    @property
    def summary(self) -> dict[str, Any]:
        return json.loads((self.at / "runs" / self.today.run_id / "summary.json").read_text("utf-8"))  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    with ExitStack() as stack:
        fake = stack.enter_context(fake_server(tariffs=TARIFFS))
        yield Day(tmp_path_factory.mktemp("day"), fake)


def test_show_prints_what_the_summary_says(day: Day) -> None:
    said = day.run("runs", "show", day.today.run_id)
    summary, spend = day.summary, day.summary["spend"]
    assert f"{day.today.run_id}, a batch of {summary['as_of']}, is finished." in said.out
    assert f"3 reviewed, 1 skipped, 1 failed. {spend['calls']} calls, ${Decimal(spend['cost_usd']):.4f}." in said.out
    assert "  (no name) (launches, launch-00009.yaml): can't be used:" in said.out
    assert f"  1: reviewed on {summary['as_of']} (run {day.before.run_id})" in said.out
    assert all(pair["compare"] in said.out for pair in summary["pairs"])
    assert "openai/gpt-6.1-sol" in said.out
    assert "The cache saved $" in said.out
    assert f"Folder: {day.at / 'runs' / day.today.run_id}" in said.out


def test_show_as_json_is_the_summary_with_the_run_and_its_folder(day: Day) -> None:
    found = day.run("runs", "show", day.today.run_id, "--json").data
    assert found.pop("run")["kind"] == "batch"
    assert found.pop("folder") == str(day.at / "runs" / day.today.run_id)
    assert found == day.summary
    assert rows_in(found) == {1: "skipped", 2: "reviewed", 3: "reviewed", 4: "reviewed", 5: "failed"}


def test_show_needs_no_folder_on_this_machine(day: Day) -> None:
    here, away = (day.at / "runs" / name for name in (day.today.run_id, "away"))
    here.rename(away)
    try:
        said = day.run("runs", "show", day.today.run_id)
        found = day.run("runs", "show", day.today.run_id, "--json").data
    finally:
        away.rename(here)
    assert "Folder: none on this machine" in said.out
    assert found["pairs"] == day.summary["pairs"]


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ("model", ["anthropic/claude-sonnet-5-5", "openai/gpt-6.1-sol"]),
        ("launch", ["toolwright-2-3-2", "toolwright-3-4-3", "toolwright-4-5-4"]),
        ("persona", ["business-analyst", "competitor-skeptic", "developer-experience", "futurist", "reporter"]),
        ("day", None),
    ],
)
def test_costs_by_add_up_to_the_run_with_what_was_saved(day: Day, by: str, names: list[str] | None) -> None:
    found = day.run("runs", "costs", day.today.run_id, "--by", by, "--json").data
    key = {"persona": "persona_id"}.get(by, by)
    assert [row[key] for row in found["rows"]] == (names or [day.summary["as_of"]])
    assert sum(row["spend"]["calls"] for row in found["rows"]) == found["total"]["calls"] == 3 * JURORS
    assert sum(Decimal(row["spend"]["cost_usd"]) for row in found["rows"]) == Decimal(found["total"]["cost_usd"])
    for saved in ("saved_by_cache_usd", "saved_by_batches_usd"):
        assert sum(Decimal(row[saved]) for row in found["rows"]) == Decimal(found[saved])
        assert found[saved] == day.summary["spend"][saved]
    assert Decimal(found["saved_by_cache_usd"]) > 0
    lines = day.run("runs", "costs", day.today.run_id, "--by", by).out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == [row[key] for row in found["rows"]] + ["total"]
    assert lines[0].endswith("cache saved  batches saved")


def test_costs_of_all_runs_are_those_of_each(day: Day) -> None:
    totals = [
        day.run("runs", "costs", *run, "--json").data["total"]
        for run in ((), (day.before.run_id,), (day.today.run_id,))
    ]
    assert totals[0]["calls"] == totals[1]["calls"] + totals[2]["calls"]
    assert Decimal(totals[0]["cost_usd"]) == Decimal(totals[1]["cost_usd"]) + Decimal(totals[2]["cost_usd"])


def test_costs_by_anything_else_are_refused_by_name(day: Day) -> None:
    said = run_here("runs", "costs", "--by", "moon", at=day.at)
    assert said.code == 2
    assert "'moon'" in said.err


def test_an_archived_product_is_proposed_before_another_newcomer(day: Day) -> None:
    """An archived product is proposed before another newcomer and named as such."""
    pairs = day.summary["pairs"]
    firsts = {}
    for pair in pairs:
        firsts.setdefault(pair["a"], pair)
    assert {pair["b_run_id"] for pair in firsts.values()} == {day.before.run_id}
    assert {pair["b"] for pair in firsts.values()} == {"toolwright-1-2-1"}
    assert [pair for pair in pairs if not pair["b_run_id"]], "newcomers are paired too"
    text = (day.at / "runs" / day.today.run_id / "summary.md").read_text("utf-8")
    first = pairs[0]
    assert f"(our archive, reviewed on {first['b_reviewed_on']})" in text
    assert f"`{first['compare']}`" in text


def test_the_command_it_gives_compares_the_two_and_pays_for_nothing_again(day: Day) -> None:
    before = len(day.fake.seen)
    pair = day.summary["pairs"][0]
    found = day.run(*pair["compare"].split()[1:], "--yes", "--json").data
    names = {found["comparison"][side]["dossier"]["launch"]["name"] for side in ("review_a", "review_b")}
    assert names == {"Toolwright 1", "Toolwright 2"}
    assert len(day.fake.seen) == before


@pytest.mark.parametrize(
    ("name", "said"),
    [("20261101-060000-day-zzzz/lamp", "There is no run"), ("{run}/lamp", "has no launch 'lamp'")],
)
def test_a_reviewed_launch_there_is_none_of_is_said_so(day: Day, name: str, said: str) -> None:
    found = run_here("review", name.format(run=day.today.run_id), at=day.at, **day.variables)
    assert found.code == 2
    assert said in found.err
