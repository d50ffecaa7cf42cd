"""`import panel`: the same use cases as the commands, with records for what they give."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.support.command import EXAMPLES, PAIR, SCRIPTED, SPECIMEN, both_providers, environment, fake_server, run_here

import panel
from panel.errors import Mistake, Stopped
from panel.records import Comparison, Review

SCRIPT = SCRIPTED[1]
LONGEST_S = 90.0
UV = str(EXAMPLES / "uv.yaml")


def test_importing_it_loads_nothing_and_its_names_are_there() -> None:
    code = (
        "import sys, panel; names = [m for m in sys.modules if m.startswith('panel')]; "
        "assert names == ['panel.version', 'panel'] or names == ['panel', 'panel.version'], names; "
        "assert 'pydantic' not in sys.modules; assert callable(panel.review) and callable(panel.run_batch); "
        "assert panel.compare.__doc__"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_review_gives_records_that_stand_in_its_folder(tmp_path: Path) -> None:
    result = panel.review(PAIR[0], models=[SCRIPT], workspace=tmp_path)
    assert result.run.state == "finished"
    assert [type(review) for review in result.reviews] == [Review]
    kept = json.loads((result.folder / "review.json").read_text(encoding="utf-8"))
    assert kept == json.loads(result.reviews[0].model_dump_json())
    assert run_here("runs", "list", "--json", at=tmp_path).data["runs"][0]["run_id"] == result.run.run_id


def test_it_works_where_an_event_loop_is_running(tmp_path: Path) -> None:
    async def main() -> Any:
        return panel.compare(*PAIR, models=[SCRIPT], workspace=tmp_path)

    result = asyncio.run(main())
    assert isinstance(result.comparison, Comparison)
    assert [review.slug for review in result.reviews] == ["larkspindle-2-0", "oddfern-1-4"]


def test_a_batch_gives_its_rows_from_the_database(tmp_path: Path) -> None:
    (tmp_path / "panel.toml").write_text("[batch]\nmax_reviews = 0\n", encoding="utf-8")
    batch = panel.run_batch(
        [SPECIMEN / "larkspindle.yaml", SPECIMEN / "oddfern.yaml"], models=[SCRIPT], workspace=tmp_path
    )
    assert [(row.row, row.state) for row in batch.rows] == [(1, "reviewed"), (2, "reviewed")]
    assert (batch.folder / "summary.json").is_file()


def test_nothing_that_costs_is_begun_without_a_budget(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with fake_server() as fake:
        for name, value in both_providers(fake).items():
            monkeypatch.setenv(name, value)
        (tmp_path / "panel.toml").write_text(PRICED, encoding="utf-8")
        monkeypatch.setattr("panel.jurors.provider.ModelSpec.free", property(lambda self: False))
        with pytest.raises(Mistake, match="no budget is given") as refused:
            panel.review(UV, models=["openai/some-llm"], workspace=tmp_path)
        assert "budget_usd" in refused.value.hint
        assert not fake.seen and not list((tmp_path / "runs").glob("2*"))
        with pytest.raises(Stopped):
            panel.review(UV, models=["openai/some-llm"], budget_usd=Decimal("0.0001"), workspace=tmp_path)
        assert not fake.seen
        assert panel.review(UV, models=["openai/some-llm"], budget_usd=5, workspace=tmp_path).run.state == "finished"


def test_no_launch_and_a_strange_one_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="nothing to review"):
        panel.review(workspace=tmp_path)
    with pytest.raises(Mistake):
        panel.review("no-such-file.yaml", models=[SCRIPT], workspace=tmp_path)


PRICED = '[models."openai/some-llm".price]\ninput = "2"\ncache_write = "2"\ncache_read = "1"\noutput = "10"\n'
ASKING = """
import asyncio, sys, panel
from panel.errors import Interrupted

def ask():
    return panel.compare(sys.argv[1], sys.argv[2], models=["openai/some-llm"], budget_usd=5)

async def inside():
    return ask()

try:
    asyncio.run(inside()) if sys.argv[3] == "inside" else ask()
except Interrupted as err:
    print(err, err.hint, flush=True)
    sys.exit(130)
"""


@pytest.mark.long
@pytest.mark.parametrize("where", ["inside", "alone"])
def test_ctrl_c_lets_calls_in_flight_finish(tmp_path: Path, where: str) -> None:
    """What was paid for is kept, nothing in flight is cut, and a resume asks for the rest alone."""
    (tmp_path / "panel.toml").write_text("[concurrency]\nopenai = 2\n" + PRICED, encoding="utf-8")
    interruptible = f"import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n{ASKING}"
    with fake_server(latency_s=0.5) as fake:
        variables = both_providers(fake)
        words = [sys.executable, "-c", interruptible, UV, str(EXAMPLES / "poetry.yaml"), where]
        with subprocess.Popen(
            words, cwd=tmp_path, env=environment(variables), stdout=subprocess.PIPE, text=True
        ) as process:
            wait_until(lambda: len(fake.seen) >= 3, process)
            process.send_signal(signal.SIGINT)
            said, _ = process.communicate(timeout=LONGEST_S)
        assert process.returncode == 130
        assert "panel resume" in said
        seen = len(fake.seen)
        assert seen < 10
        costs = run_here("runs", "costs", "--json", at=tmp_path).data["total"]
        assert (costs["calls"], costs["unpriced"]) == (seen, 0), "every call in flight was let finish and kept"
        run_id = run_here("runs", "list", "--json", at=tmp_path).data["runs"][0]["run_id"]
        assert run_here("resume", run_id, "--yes", "--json", at=tmp_path, **variables).code == 0
        assert len(fake.seen) == 10, "nothing was asked twice"


def wait_until(there: Any, process: "subprocess.Popen[str]") -> None:
    until = time.monotonic() + LONGEST_S
    while not there() and process.poll() is None:
        assert time.monotonic() < until
        time.sleep(0.02)
    assert process.poll() is None
