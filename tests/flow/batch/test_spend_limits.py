"""A batch at half the price within a budget that holds less than all of it may cost at most."""

from decimal import Decimal
from pathlib import Path

from tests.support.batch_days import TARIFFS, assert_paid_as_billed, make_workspace, rows_in, run_quickly
from tests.support.command import both_providers, fake_server

LAUNCHES = 8
WORST_OF_ALL, BUDGET = Decimal("2.8"), Decimal("0.8")  # what is set aside first is far more than is spent
COST_OF_ALL = Decimal("0.3")


def test_what_finds_no_money_goes_when_the_first_batch_gives_back(
    tmp_path: Path,
) -> None:
    """What finds no money goes when the first provider batch has given back what it did not cost."""
    launches = make_workspace(tmp_path, LAUNCHES)
    with fake_server(tariffs=TARIFFS, validate=0.05) as fake:
        words = ("batch", str(launches), "--yes", "--json", "--economy", "--budget", str(BUDGET))
        said = run_quickly(*words, at=tmp_path, longest_s=120, **both_providers(fake))
        bill = fake.bill.as_json()
    assert said.code == 0, said.err
    assert rows_in(said.data) == dict.fromkeys(range(1, LAUNCHES + 1), "reviewed")
    assert_paid_as_billed(said.data, bill)
    assert bill["batch_answers"] == bill["answers"], "an answer was paid for in full"
    assert Decimal(bill["usd"]) < COST_OF_ALL < BUDGET < WORST_OF_ALL
    assert f"${Decimal(bill['usd']):.4f} of ${BUDGET}" in said.err, "the running sum leaves out provider batches"


def test_a_budget_below_one_launchs_worst_case_buys_nothing(tmp_path: Path) -> None:
    """A budget below what one launch may cost stops before anything is bought."""
    launches = make_workspace(tmp_path, 2)
    with fake_server(tariffs=TARIFFS, validate=0.05) as fake:
        words = ("batch", str(launches), "--yes", "--json", "--economy", "--budget", "0.01")
        said = run_quickly(*words, at=tmp_path, longest_s=120, **both_providers(fake))
        assert not fake.bill.lines
    assert said.code == 6
    assert "budget of $0.01 has $0.0100 left, and what comes next may cost $" in said.err
    assert said.data["state"] == "stopped"
