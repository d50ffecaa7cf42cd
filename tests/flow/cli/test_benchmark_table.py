"""`make bench`: every benchmark is a process of its own, and one table tells all, whatever came of them."""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).resolve().parents[3] / "benchmarks"
FAKE = """import json, os, sys
with open(os.environ["BENCHMARK_TABLE"], "a") as file:
    for line in {lines!r}:
        file.write(json.dumps(line) + "\\n")
sys.exit({code})
"""


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """benchmarks/table.py, looking for its benchmarks in `tmp_path`."""
    module = load("table", monkeypatch)
    monkeypatch.setattr(module, "HERE", tmp_path)
    return module


def load(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    spec = importlib.util.spec_from_file_location(f"benchmark_{name}", BENCHMARKS / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return module


def fake(folder: Path, name: str, *lines: list[object], code: int = 0) -> None:
    (folder / f"{name}.py").write_text(FAKE.format(lines=list(lines), code=code))


def run(table: ModuleType, monkeypatch: pytest.MonkeyPatch, *names: str, words: tuple[str, ...] = ()) -> int:
    monkeypatch.setattr(table, "BENCHMARKS", tuple(table.Benchmark(name) for name in names))
    monkeypatch.setattr(sys, "argv", ["table.py", *words])
    return int(table.main())


def test_a_missed_target_is_shown_and_fails_nothing(table, monkeypatch, tmp_path, capsys):
    fake(tmp_path, "slow", ["window", "0.10 of the limit", ">= 0.92", False])
    fake(tmp_path, "fine", ["help", "0.08 s", "<= 0.15 s", True], ["ledger", "0.1 ms", "", None])
    assert run(table, monkeypatch, "slow", "fine") == 0
    said = capsys.readouterr().out
    lines = {line.split("|")[1].strip(): line for line in said.splitlines() if line.startswith("|")}
    assert [cell.strip() for cell in lines["window"].split("|")[2:5]] == ["0.10 of the limit", ">= 0.92", "NO"]
    assert [cell.strip() for cell in lines["help"].split("|")[2:5]] == ["0.08 s", "<= 0.15 s", "yes"]
    assert [cell.strip() for cell in lines["ledger"].split("|")[2:5]] == ["0.1 ms", "none set", ""]
    assert "3 figures, 1 below target, 0 benchmarks not run to their end" in said


def test_a_benchmark_that_breaks_is_named_and_the_others_are_measured(table, monkeypatch, tmp_path, capsys):
    fake(tmp_path, "broken", code=3)
    fake(tmp_path, "fine", ["help", "0.08 s", "<= 0.15 s", True])
    assert run(table, monkeypatch, "broken", "fine") == 1
    said = capsys.readouterr().out
    assert "ended with exit code 3" in said and "| help " in said


def test_a_round_in_parts_gives_one_table_with_the_newest_of_each_figure(table, monkeypatch, tmp_path, capsys):
    kept = ("--figures", str(tmp_path / "kept.jsonl"))
    fake(tmp_path, "one", ["help", "0.30 s", "<= 0.15 s", False])
    run(table, monkeypatch, "one", words=kept)
    fake(tmp_path, "one", ["help", "0.08 s", "<= 0.15 s", True])
    fake(tmp_path, "two", ["window", "0.95", ">= 0.92", True])
    run(table, monkeypatch, "one", words=kept)
    capsys.readouterr()
    run(table, monkeypatch, "two", words=kept)
    last = capsys.readouterr().out
    assert "0.08 s" in last and "0.95" in last and "0.30 s" not in last


def test_a_peer_without_an_environment_is_named_in_the_table(monkeypatch, tmp_path):
    figures = tmp_path / "figures.jsonl"
    monkeypatch.setenv("BENCHMARK_TABLE", str(figures))
    assert load("peers", monkeypatch).environments(tmp_path) == {}
    said = [json.loads(line) for line in figures.read_text().splitlines()]
    assert [line[0] for line in said] == ["beside instructor", "beside pydantic-ai"]
    assert all("make peers" in line[1] and line[3] is None for line in said)


def test_every_benchmark_of_the_table_is_there(monkeypatch):
    for benchmark in load("table", monkeypatch).BENCHMARKS:
        assert (BENCHMARKS / f"{benchmark.name}.py").is_file()
