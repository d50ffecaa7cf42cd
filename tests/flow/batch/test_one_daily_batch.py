"""Two daily runs that are started together are one."""

from pathlib import Path

import pytest
from tests.support.command import SCRIPTED, SPECIMEN, run_here

from panel.batch import BatchOptions
from panel.batch.run import _alone_with
from panel.pipeline import SilentConsole
from panel.workspace.batches import make_environment, make_order
from panel.workspace.workspace import open_workspace

LARK, ODD = str(SPECIMEN / "larkspindle.yaml"), str(SPECIMEN / "oddfern.yaml")


def test_a_second_run_of_the_same_sources_does_nothing_and_ends_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with open_workspace(SilentConsole()) as workspace:
        order = make_order(workspace, [LARK, ODD], BatchOptions(models=(SCRIPTED[1],)))
        with _alone_with(make_environment(workspace), order) as free:
            assert free
            second = run_here("batch", ODD, LARK, *SCRIPTED, "--yes", "--json", at=tmp_path)
            assert (second.code, second.data["state"]) == (0, "elsewhere")
            assert "running already; nothing was done" in second.err
            assert run_here("runs", "list", "--json", at=tmp_path).data["runs"] == []
            other = run_here("batch", LARK, *SCRIPTED, "--yes", "--json", at=tmp_path)
            assert (other.code, len(other.data["reviewed"])) == (0, 1), "other sources are another batch"
    assert run_here("batch", ODD, LARK, *SCRIPTED, "--yes", "--json", at=tmp_path).data["state"] == "finished"
