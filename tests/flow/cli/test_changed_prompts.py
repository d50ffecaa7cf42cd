"""What a changed file or another day costs: only what it changes is asked, and a run goes on as it began."""

import os
import time
from pathlib import Path

import pytest
from tests.support.command import EXAMPLES, fake_server, run_here

UV = str(EXAMPLES / "uv.yaml")
MODEL = ("--model", "openai/some-llm", "--yes", "--json")


@pytest.mark.parametrize(
    ("file", "was", "now", "asked"),
    [
        ("personas/futurist.yaml", "question:", "# mine\nquestion:", 0),  # a comment is nobody's question
        ("personas/futurist.yaml", "question: ", "question: As of today, ", 1),
        ("prompts/trial.j2", "", "A line for the trial model.\n", 0),
        ("prompts/system.j2", "", "A house rule of ours.\n", 5),
    ],
)
def test_a_changed_file_has_only_its_own_critics_asked_again(
    tmp_path: Path, file: str, was: str, now: str, asked: int
) -> None:
    assert run_here("init", at=tmp_path).code == 0
    with fake_server() as fake:
        variables = {"OPENAI_BASE_URL": f"{fake.address}/v1"}
        assert run_here("review", UV, *MODEL, at=tmp_path, **variables).code == 0
        before = len(fake.seen)
        assert before == 5
        path = tmp_path / file
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(was, now, 1) if was else now + text, encoding="utf-8")
        assert run_here("review", UV, *MODEL, at=tmp_path, **variables).code == 0
        assert len(fake.seen) - before == asked


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_a_run_is_resumed_in_another_time_zone_as_it_began(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    """Kiritimati's day is always ahead of Pago Pago's: whatever the clock says, one of them has another day than UTC."""
    (tmp_path / "tool.yaml").write_text((EXAMPLES / "uv.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    with fake_server() as fake:
        variables = {"OPENAI_BASE_URL": f"{fake.address}/v1"}
        price = '[models."openai/some-llm".price]\ninput = "2"\ncache_write = "2"\ncache_read = "1"\noutput = "10"\n'
        (tmp_path / "panel.toml").write_text(price, encoding="utf-8")
        stopped = run_here("review", "tool.yaml", *MODEL, "--budget", "0.06", at=tmp_path, **variables)
        assert stopped.code == 6
        before = len(fake.seen)
        assert 0 < before < 5
        (run,) = run_here("runs", "list", "--json", at=tmp_path).data["runs"]
        (tmp_path / "tool.yaml").unlink()
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        try:
            done = run_here(
                "resume", run["run_id"], "--yes", "--json", "--budget", "5", at=tmp_path, TZ=zone, **variables
            )
        finally:
            monkeypatch.undo()
            os.environ.pop("TZ", None)
            time.tzset()
        assert done.code == 0, done.err
        asked = [str(body["messages"]) for body in fake.seen]
        assert len(asked) == len(set(asked)) == 5, "nothing was asked twice"
        (review,) = done.data["reviews"]
        assert {opinion["outcome"] for opinion in review["opinions"]} == {"answered"}
