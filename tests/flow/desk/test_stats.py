"""`panel desk stats` and `export` after real edits, on SQLite and on Postgres."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.support.command import PAIR, SCRIPTED, SPECIMEN, run, run_here
from tests.support.newsrooms import LARK, ODD, SAYS, approve, copy_workspace, edit, editor, make_workspace, settle

DECIDED = {"competitor-skeptic:0": "removed", "developer-experience:1": "attributed"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One review approved with changes, the other rejected."""
    folder = tmp_path_factory.mktemp("learning")
    at = make_workspace(folder / "made")
    edit(at, folder, LARK, SAYS)
    approve(at, LARK, DECIDED)
    assert run_here("drafts", "reject", ODD, "--reason", "inaccurate", at=at).code == 0
    return at


@pytest.fixture
def at(made: Path, tmp_path: Path) -> Path:
    return copy_workspace(made, tmp_path / "ws")


def group(stats: dict[str, Any], persona_id: str) -> dict[str, Any]:
    found = [g for g in stats["groups"] if g["persona_id"] == persona_id]
    assert len(found) == 1
    return dict(found[0])


def check_stats(stats: dict[str, Any]) -> None:
    assert stats["drafts"] == 1
    assert stats["median_minutes"] >= 0
    skeptic = group(stats, "competitor-skeptic")
    assert (skeptic["amended"], skeptic["removed"]) == (1, 1)
    untouched = group(stats, "futurist")
    assert (untouched["amended"], untouched["removed"]) == (0, 0)
    assert group(stats, "developer-experience")["attributed"] == 1


def test_stats_tell_what_was_changed_by_critic(at: Path) -> None:
    check_stats(run_here("desk", "stats", "--json", at=at).data)
    said = run_here("desk", "stats", at=at)
    assert "competitor-skeptic" in said.out
    assert "gaps over 10 min" in said.out


def test_an_export_holds_claims_as_written_and_as_signed(at: Path, tmp_path: Path) -> None:
    said = run("desk", "export", at=at)
    pairs = [json.loads(line) for line in said.out.splitlines()]
    assert {p["draft_id"] for p in pairs} == {LARK}, "a rejected draft was signed by nobody"
    by_decision = {p["decision"]: p for p in pairs}
    assert set(by_decision) == {"kept", "attributed", "amended", "removed"}
    amended = by_decision["amended"]
    assert amended["wrote"].startswith("The maker's own count says")
    assert amended["printed"].startswith("The maker counts")
    assert amended["passages"][0]["text"]
    assert amended["prompts"] and amended["prompt"] and amended["model"].startswith("scripted/")
    assert by_decision["removed"]["printed"] == ""
    assert by_decision["attributed"]["printed"].endswith(by_decision["attributed"]["wrote"])
    file = tmp_path / "pairs.jsonl"
    assert run_here("desk", "export", "-o", str(file), at=at).code == 0
    assert [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] == pairs
    assert run_here("desk", "export", "-o", str(file), at=at).code == 2, "nothing is written over"


def test_nothing_of_an_embargoed_draft_is_exported(at: Path) -> None:
    assert run_here("drafts", "hold", LARK, "--until", "+3d", at=at).code == 0
    assert run_here("desk", "export", at=at).out == ""
    assert run_here("drafts", "hold", LARK, "--until", "none", "--reason", "The maker agreed.", at=at).code == 0
    assert run_here("desk", "export", at=at).out


def test_nothing_of_a_confidential_launch_is_exported(tmp_path: Path) -> None:
    at = tmp_path / "ws"
    shutil.copytree(SPECIMEN, at)
    (at / "panel.toml").write_text('editor = "Mara Lind"\n', encoding="utf-8")
    launch = at / "larkspindle.yaml"
    launch.write_text(f"{launch.read_text(encoding='utf-8')}\nconfidential: true\n", encoding="utf-8")
    assert run_here("review", str(launch), *SCRIPTED, "--yes", "--json", at=at).code == 0
    approve(at)
    assert run_here("desk", "stats", "--json", at=at).data["drafts"] == 1
    assert run_here("desk", "export", at=at).out == ""


def test_words_changed_after_the_signature_are_not_counted_as_signed(at: Path, tmp_path: Path) -> None:
    edit(at, tmp_path, LARK, 's = s.replace("The maker counts", "It is said that the maker counts")')
    pairs = [json.loads(line) for line in run_here("desk", "export", at=at).out.splitlines()]
    assert not any(p["printed"].startswith("It is said") for p in pairs)


def test_a_desk_where_nothing_was_approved_says_so(tmp_path: Path) -> None:
    said = run_here("desk", "stats", at=tmp_path)
    assert said.code == 0
    assert "Nobody has approved" in said.complaint
    assert run_here("desk", "stats", "--json", at=tmp_path).data["median_minutes"] is None


def test_the_same_holds_on_postgres(postgres_url: str, tmp_path: Path) -> None:
    at = tmp_path / "ws"
    at.mkdir()
    (at / "panel.toml").write_text('editor = "Mara Lind"\n', encoding="utf-8")
    there = {"PANEL_DATABASE_URL": postgres_url}
    assert run_here("compare", *PAIR, *SCRIPTED, "--yes", "--json", at=at, **there).code == 0
    assert run_here("edit", LARK, at=at, EDITOR=editor(tmp_path, SAYS), **there).code == 0
    settle(at, LARK, DECIDED, **there)
    assert run_here("drafts", "approve", LARK, at=at, **there).code == 0
    assert run_here("drafts", "reject", ODD, "--reason", "inaccurate", at=at, **there).code == 0
    check_stats(run_here("desk", "stats", "--json", at=at, **there).data)
    said = run_here("audit", "verify", at=at, **there)
    assert said.code == 0, said.out
    assert len(run_here("desk", "export", at=at, **there).out.splitlines()) > 10
    file = tmp_path / "approval.json"
    assert run_here("drafts", "approval-file", LARK, "-o", str(file), at=at, **there).code == 0
    assert run_here("audit", "verify", str(file), at=at).code == 0
