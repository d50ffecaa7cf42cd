"""Two machines on one Postgres that ask the same at the same moment: the panel is paid once."""

from contextlib import closing
from pathlib import Path

from tests.support.batch_days import JURORS, fake_process, launch_text, make_workspace, started
from tests.support.command import run_here
from tests.support.databases import open_part
from tests.support.records import a_run

from panel.store import RunRecords, Stores

SLOW = ("--latency", "3", "--validate", "0")


def machine(at: Path) -> Path:
    at.mkdir()
    make_workspace(at, 0, timeout_s=60)
    (at / "tool.yaml").write_text(launch_text(1), encoding="utf-8")
    return at


def test_the_same_review_on_two_machines_at_once_is_paid_once(tmp_path: Path, postgres_url: str) -> None:
    here, there = machine(tmp_path / "here"), machine(tmp_path / "there")
    words = ("review", "tool.yaml", "--as-of", "2026-11-20", "--yes", "--json")
    with fake_process(*SLOW) as server:
        variables = {**server.variables, "PANEL_DATABASE_URL": postgres_url}
        with started(*words, at=here, variables=variables) as first:
            first.wait_until(lambda: server.stats()["requests"] > 0)
            with started(*words, at=there, variables=variables) as second:
                assert (first.end(), second.end()) == (0, 0), first.err + second.err
        bill = server.bill()
    assert (bill["answers"], bill["repeats"]) == (JURORS, 0), second.err
    costs = run_here("runs", "costs", "--json", at=there, PANEL_DATABASE_URL=postgres_url).data
    assert costs["total"]["calls"] == JURORS
    for at in (here, there):
        assert [path.name for path in at.glob("runs/*/report.html")] == ["report.html"]


def test_a_run_another_machine_works_on_is_running(tmp_path: Path, postgres_url: str) -> None:
    with closing(open_part(RunRecords, postgres_url, runs_dir=tmp_path)) as records:
        records.save_run(a_run())
    here = machine(tmp_path / "here")

    def states() -> list[str]:
        found = run_here("runs", "list", "--json", at=here, PANEL_DATABASE_URL=postgres_url).data["runs"]
        return [run["state"] for run in found]

    with Stores.open(postgres_url, tmp_path / "there") as there, there.hold_run("run-1"):
        assert states() == ["running"]
        assert "is running" in run_here("runs", "show", "run-1", at=here, PANEL_DATABASE_URL=postgres_url).out
    assert states() == ["started"]
