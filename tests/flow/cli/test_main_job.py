"""The main job from outside, on the specimen: files in, a comparison and its page out; and what is done with runs after."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.support.command import PAIR, ROOT, SCRIPTED, SPECIMEN, Said, command, environment, files_of, run, run_here

from panel.records import Comparison
from panel.version import __version__

LABEL = "Specimen: invented opinions, written by hand, not by a model"
HEAVY = {"pydantic", "rich", "openai", "anthropic", "sqlalchemy", "jinja2", "yaml"}
COMMANDS = (
    (), ("compare",), ("review",), ("resume",), ("new",), ("init",), ("doctor",), ("schema",),
    ("runs",), ("runs", "list"), ("runs", "show"), ("runs", "costs"), ("runs", "verify"), ("runs", "delete"), ("runs", "prune"),
    ("products",), ("products", "list"), ("products", "show"), ("products", "merge"), ("products", "split"), ("products", "rename"),
    ("personas",), ("personas", "list"), ("personas", "show"), ("personas", "check"), ("personas", "new"),
)  # fmt: skip
RECORDS = (
    "Launch", "Source", "Passage", "Dossier", "Persona", "Opinion", "Sentence", "Ground", "Flag", "Tally", "Review",
    "Comparison", "Run", "Answer",
)  # fmt: skip


def compare(at: Path, *more: str, pair: tuple[str, ...] = PAIR) -> Said:
    """The specimen compared; fails unless it works."""
    said = run_here("compare", *pair, *SCRIPTED, "--json", *more, at=at)
    assert said.code == 0, said
    return said


def of_made(record: Any) -> Any:
    """A record without when and by which run it was made, which alone may differ between two runs."""
    if isinstance(record, dict):
        return {k: of_made(v) for k, v in record.items() if k not in ("made", "created_at", "run_id")}
    return [of_made(v) for v in record] if isinstance(record, list) else record


def sent(at: Path) -> int:
    """Calls the ledger of this folder paid for."""
    return int(run_here("runs", "costs", "--json", at=at).data["total"]["calls"])


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Said]:
    """One comparison made by a process of its own, looked at by several tests and changed by none."""
    folder = tmp_path_factory.mktemp("done")
    said = run("compare", *PAIR, *SCRIPTED, "--json", at=folder)
    assert said.code == 0, said.err
    return folder, said


@pytest.fixture
def copied(done: tuple[Path, Said], tmp_path: Path) -> tuple[Path, str]:
    """A copy of it to change: the folder and the run's id."""
    folder, said = done
    return Path(shutil.copytree(folder, tmp_path / "copied")), said.run_id


def test_a_comparison_leaves_records_and_pages(done: tuple[Path, Said]) -> None:
    folder, said = done
    left = files_of(folder / "runs" / said.run_id)
    critics = ("business-analyst", "competitor-skeptic", "developer-experience", "futurist", "reporter")
    slugs = ("larkspindle-2-0", "oddfern-1-4")
    assert {"manifest.json", "comparison.json", "report.html", "report.md", "spend.json"} <= left
    assert {f"opinions/{slug}/{critic}.json" for slug in slugs for critic in critics} <= left
    assert {f"reviews/{slug}/{name}" for slug in slugs for name in ("review.json", "report.html", "report.md")} <= left
    assert {f"dossiers/{slug}.json" for slug in slugs} <= left
    assert said.data["folder"] == str(folder / "runs" / said.run_id)


def test_every_rendering_of_a_specimen_says_that_it_is_one(done: tuple[Path, Said]) -> None:
    folder, said = done
    at = folder / "runs" / said.run_id
    assert all(LABEL in page.read_text(encoding="utf-8") for page in [*at.rglob("*.html"), *at.rglob("*.md")])
    assert run_here("runs", "show", said.run_id, at=folder).out.startswith(LABEL)
    records = [
        json.loads(path.read_text("utf-8")) for path in [at / "comparison.json", *at.glob("reviews/*/review.json")]
    ]
    assert all(
        LABEL in json.dumps(record, ensure_ascii=False) or record.get("grade") == "specimen" for record in records
    )
    assert said.data["comparison"]["review_a"]["grade"] == "specimen"


def test_the_card_opens_with_the_label_and_ends_with_the_page(tmp_path: Path) -> None:
    said = run_here("compare", *PAIR, *SCRIPTED, at=tmp_path)
    lines = said.out.splitlines()
    assert lines[0] == LABEL
    page = Path(lines[-1].removeprefix("Page: "))
    assert page.name == "report.html" and page.is_file()
    assert "no bill comes from there" in said.err
    assert len(re.findall(r"^  \[\d+/10\] ", said.err, flags=re.MULTILINE)) == 10


def test_a_finished_folder_is_whole_and_a_changed_byte_is_named(copied: tuple[Path, str]) -> None:
    folder, run_id = copied
    at = f"runs/{run_id}"
    whole = run_here("runs", "verify", at, at=folder)
    assert (whole.code, "Whole" in whole.out) == (0, True)

    page = folder / at / "report.html"
    content = bytearray(page.read_bytes())
    content[len(content) // 2] ^= 1
    page.write_bytes(bytes(content))
    (folder / at / "report.md").unlink()
    (folder / at / "added.txt").write_text("x", encoding="utf-8")
    told = run_here("runs", "verify", at, at=folder)
    assert told.code == 5
    assert told.out.splitlines() == [
        "report.md is missing.",
        "report.html was changed.",
        "added.txt is not in the manifest.",
    ]
    assert run_here("runs", "verify", at, "--json", at=folder).data["whole"] is False


def test_a_folder_verifies_and_is_drawn_again_without_the_database(copied: tuple[Path, str]) -> None:
    from panel.checks import check_comparison
    from panel.pages import comparison_html, comparison_markdown

    folder, run_id = copied
    for file in (folder / "runs").glob("panel.db*"):
        file.unlink()
    at = folder / "runs" / run_id
    elsewhere = Path(shutil.move(at, folder / "attachment"))
    assert run_here("runs", "verify", str(elsewhere), at=folder).code == 0
    comparison = Comparison.model_validate_json((elsewhere / "comparison.json").read_text("utf-8"))
    flags = check_comparison(comparison)
    assert comparison_html(comparison, flags) == (elsewhere / "report.html").read_text("utf-8")
    assert comparison_markdown(comparison, flags) == (elsewhere / "report.md").read_text("utf-8")


def test_the_two_orders_are_one_comparison(done: tuple[Path, Said], tmp_path: Path) -> None:
    there, back = done[1], compare(tmp_path, pair=PAIR[::-1])
    hashes = {Comparison.model_validate(said.data["comparison"]).comparison_hash for said in (there, back)}
    assert len(hashes) == 1
    assert of_made(there.data["comparison"]) == of_made(back.data["comparison"])


def test_the_same_command_again_sends_nothing_and_gives_the_same_records(copied: tuple[Path, str]) -> None:
    folder, run_id = copied
    first = json.loads((folder / "runs" / run_id / "comparison.json").read_text("utf-8"))
    again = compare(folder)
    assert sent(folder) == 10
    assert "from the ledger" in again.err
    assert again.run_id != run_id
    assert of_made(again.data["comparison"]) == of_made(first)
    assert sum(row["spend"]["reused"] for row in again.data["spend"]) == 10


def test_fresh_asks_anew_every_time(copied: tuple[Path, str]) -> None:
    folder, _ = copied
    compare(folder, "--fresh")
    assert sent(folder) == 20
    third = compare(folder, "--fresh")
    assert sent(folder) == 30
    draws = {o["draw"] for side in ("review_a", "review_b") for o in third.data["comparison"][side]["opinions"]}
    assert draws == {2}


def test_a_resume_of_a_finished_run_sends_nothing_and_leaves_it_whole(copied: tuple[Path, str]) -> None:
    folder, run_id = copied
    assert run_here("resume", run_id, at=folder).code == 0
    assert sent(folder) == 10
    assert run_here("runs", "verify", f"runs/{run_id}", at=folder).code == 0


def test_named_personas_are_asked_and_no_others(tmp_path: Path) -> None:
    said = compare(tmp_path, "--personas", "futurist, business-analyst")
    opinions = said.data["comparison"]["review_a"]["opinions"]
    assert [o["juror"]["persona_id"] for o in opinions] == ["futurist", "business-analyst"]
    assert sent(tmp_path) == 4


def test_a_persona_file_dropped_into_the_folder_joins_the_panel(tmp_path: Path) -> None:
    assert run_here("init", at=tmp_path).code == 0
    text = (tmp_path / "personas" / "futurist.yaml").read_text("utf-8")
    dropped = re.sub(r"(?m)^title:.*$", "title: Gardener", text)
    (tmp_path / "personas" / "gardener.yaml").write_text(dropped, encoding="utf-8")
    script = (SPECIMEN / "answers.yaml").read_text("utf-8")
    (tmp_path / "said.yaml").write_text(re.sub(r"(?m)^  futurist:", "  gardener:", script), encoding="utf-8")
    said = run_here("review", PAIR[0], "--model", "scripted/said.yaml", "--personas", "gardener", "--json", at=tmp_path)
    assert said.code == 0, said
    (opinion,) = said.data["reviews"][0]["opinions"]
    assert (opinion["juror"]["persona_id"], opinion["outcome"]) == ("gardener", "answered")
    assert "Gardener" in run_here("personas", "list", at=tmp_path).out


def test_a_persona_started_with_the_command_is_fit_and_listed(tmp_path: Path) -> None:
    run_here("init", at=tmp_path)
    assert run_here("personas", "new", "security-reviewer", at=tmp_path).code == 0
    assert run_here("personas", "check", at=tmp_path).code == 0
    assert (
        run_here("personas", "show", "security-reviewer", "--json", at=tmp_path).data["persona_id"]
        == "security-reviewer"
    )
    before = (tmp_path / "panel.toml").read_text("utf-8") + "\n# mine\n"
    (tmp_path / "panel.toml").write_text(before, encoding="utf-8")
    assert run_here("init", at=tmp_path).out == ""
    assert (tmp_path / "panel.toml").read_text("utf-8") == before


def test_a_workspace_is_found_from_a_folder_below_and_named(tmp_path: Path) -> None:
    run_here("init", at=tmp_path)
    below = tmp_path / "drafts" / "today"
    below.mkdir(parents=True)
    said = run_here("runs", "list", at=below)
    assert f"Workspace: {tmp_path}" in said.err
    assert (tmp_path / "runs" / "panel.db").is_file()
    assert not (below / "runs").exists()


def test_the_database_goes_where_the_environment_says(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere" / "ledger.db"
    said = run_here("review", PAIR[0], *SCRIPTED, at=tmp_path, PANEL_DATABASE_URL=f"sqlite:///{elsewhere}")
    assert said.code == 0
    assert elsewhere.is_file()
    assert not (tmp_path / "runs" / "panel.db").exists()
    assert run_here("runs", "list", at=tmp_path).err == "No runs yet. Start with: panel compare A B\n"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no pty on Windows")
def test_a_terminal_shows_a_row_for_every_juror(tmp_path: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    variables = environment({"TERM": "xterm", "COLUMNS": "120", "LINES": "40"})
    words = command("compare", *PAIR, *SCRIPTED)
    with subprocess.Popen(
        words, cwd=tmp_path, env=variables, stdin=theirs, stderr=theirs, stdout=subprocess.PIPE
    ) as child:
        os.close(theirs)
        drawn = b""
        while chunk := read_terminal(ours):
            drawn += chunk
        assert child.stdout and child.stdout.read().decode("utf-8").startswith(LABEL)
    os.close(ours)
    shown = drawn.decode("utf-8")
    assert child.returncode == 0, shown
    assert "10 jurors" in shown
    assert "oddfern-1-4" in shown and "Competitor skeptic" in shown and "ship, 60% sure" in shown
    assert "[1/10]" not in shown


def read_terminal(ours: int) -> bytes:
    """What was drawn since; nothing once the program has closed its end, which Linux reports as an error."""
    try:
        return os.read(ours, 65536)
    except OSError:
        return b""


def test_a_deleted_run_loses_its_texts_and_keeps_what_it_cost(copied: tuple[Path, str]) -> None:
    folder, run_id = copied
    assert [r["run_id"] for r in run_here("runs", "list", "--json", at=folder).data["runs"]] == [run_id]
    assert run_here("runs", "show", run_id[:20], "--json", at=folder).data["run"]["state"] == "finished"
    before = run_here("runs", "costs", "--json", at=folder).data

    assert run_here("runs", "delete", run_id, "--yes", at=folder).code == 0
    assert not (folder / "runs" / run_id).exists()
    assert run_here("runs", "list", "--json", at=folder).data["runs"] == []
    assert run_here("runs", "costs", "--json", at=folder).data == before
    assert run_here("runs", "show", run_id, at=folder).code == 2
    compare(folder)
    assert sent(folder) == 20  # the texts are gone, so it is asked again


def test_prune_deletes_old_runs_and_no_young_ones(copied: tuple[Path, str]) -> None:
    folder, run_id = copied
    assert run_here("runs", "prune", "--older-than", "1", "--yes", "--json", at=folder).data == {"deleted": []}
    with sqlite3.connect(folder / "runs" / "panel.db") as db:
        db.execute("update runs set created_at = '2020-01-01T00:00:00+00:00'")
    db.close()
    assert run_here("runs", "prune", "--older-than", "1", "--yes", "--json", at=folder).data == {"deleted": [run_id]}
    assert not (folder / "runs" / run_id).exists()
    assert sent(folder) == 10


def test_costs_are_told_by_launch_and_critic(done: tuple[Path, Said]) -> None:
    folder, said = done
    rows = run_here("runs", "costs", said.run_id, "--json", at=folder).data["rows"]
    assert len(rows) == 10
    assert run_here("runs", "costs", at=folder).out.splitlines()[-1].split()[:2] == ["total", "10"]


HOLD = """
import sys
from pathlib import Path
from panel.store.locks.run_lock import RunLock
lock = RunLock(Path(sys.argv[1]), sys.argv[2])
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_start_of_a_run_says_who_works_on_it(copied: tuple[Path, str]) -> None:
    folder, run_id = copied
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder / "runs"), run_id], env=environment(), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    with holder:
        assert holder.stdout and holder.stdout.readline() == "held\n"
        refused = run_here("resume", run_id, at=folder)
        assert refused.code == 5
        assert f"'{run_id}' is being worked on by process {holder.pid}" in refused.complaint
        assert run_here("resume", run_id, "--json", at=folder).data["error"]["kind"] == "run_held"
        assert run_here("runs", "delete", run_id, "--yes", at=folder).code == 5
        assert holder.stdin
        holder.stdin.close()
        holder.wait(timeout=60)
    assert run_here("resume", run_id, at=folder).code == 0


def test_a_new_launch_file_is_a_review_once_its_source_is_filled_in(tmp_path: Path) -> None:
    said = run_here("new", "Larkspindle 2.0", at=tmp_path)
    path = tmp_path / said.out.strip()
    text = path.read_text("utf-8")
    assert run_here("new", "Larkspindle 2.0", at=tmp_path).code == 2
    assert path.read_text("utf-8") == text
    filled = re.sub(
        r"(?m)^(\s+text:).*$", r"\1 Larkspindle reviews every pull request and needs no configuration file.", text
    )
    assert filled != text
    path.write_text(filled, encoding="utf-8")
    done = run_here("review", path.name, *SCRIPTED, "--json", at=tmp_path)
    assert done.code == 0, done
    assert done.data["reviews"][0]["dossier"]["launch"]["name"].startswith("Larkspindle")


def test_several_launches_are_reviewed_each_for_itself(tmp_path: Path) -> None:
    said = run_here("review", *PAIR, *SCRIPTED, "--json", at=tmp_path)
    assert [r["dossier"]["launch"]["name"] for r in said.data["reviews"]] == ["Larkspindle", "Oddfern"]
    at = Path(said.data["folder"])
    assert (at / "reviews" / "oddfern-1-4" / "report.html").is_file()
    assert not (at / "report.html").exists()
    one = run_here("review", PAIR[0], *SCRIPTED, at=tmp_path)
    assert "report.html" in one.out
    assert "from the ledger" in one.err


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_is_exported_as_valid_json_schema(name: str, done: tuple[Path, Said]) -> None:
    schema = run_here("schema", name, at=done[0]).data
    jsonschema.Draft202012Validator.check_schema(schema)


def test_what_a_run_wrote_fits_the_schemas(done: tuple[Path, Said]) -> None:
    folder, said = done
    at = folder / "runs" / said.run_id
    for name, path in (
        ("Comparison", "comparison.json"),
        ("Run", "manifest.json"),
        ("Dossier", "dossiers/oddfern-1-4.json"),
    ):
        schema = run_here("schema", name, at=folder).data
        jsonschema.validate(json.loads((at / path).read_text("utf-8")), schema)


def test_schema_lists_every_record(tmp_path: Path) -> None:
    assert run_here("schema", at=tmp_path).out.split() == list(RECORDS)


def test_version_names_the_program_and_the_distribution(tmp_path: Path) -> None:
    said = run("--version", at=tmp_path)
    assert (said.code, said.out, said.err) == (0, f"panel {__version__} (review-panel)\n", "")


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_says_only_what_is_documented(words: tuple[str, ...], tmp_path: Path) -> None:
    said = run_here(*words, "--help", at=tmp_path)
    assert (said.code, said.err) == (0, "")
    documented = (ROOT / "docs" / "cli.md").read_text("utf-8")
    flags = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", said.out)) - {"--help", "--no-args"}
    assert all(f"`{flag}`" in documented for flag in flags), flags
    heading = " ".join(["## panel", *words])
    assert heading in documented


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys; sys.argv = ['panel', '--help']\n"
        "from panel.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "sys.stderr.write(' '.join(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment(), capture_output=True, text=True)
    assert "Ask a panel" in done.stdout
    assert not HEAVY & set(done.stderr.split())
    assert "typer" in done.stderr.split()


def test_doctor_finds_a_fresh_folder_fit_and_says_it_as_json_too(tmp_path: Path) -> None:
    said = run_here("doctor", "--json", at=tmp_path)
    found = {finding["what"]: finding for finding in said.data["findings"]}
    assert {"workspace", "key", "panel", "database", "disk", "name"} <= found.keys()
    assert found["key"]["fix"].startswith("export ")
    assert found["database"]["state"] == "ok"
    assert (said.code == 0) == said.data["fit"]
    assert said.data["next"].startswith('panel new "Your tool"')


def test_doctor_names_addresses_and_certificates_nothing_can_be_sent_with(tmp_path: Path) -> None:
    (tmp_path / "panel.toml").write_text('[models."openai/m"]\nbase_url = "localhost:1/v1"\n')
    variables = {"ANTHROPIC_BASE_URL": "http://[::1/v1", "SSL_CERT_FILE": "/no/such.pem"}
    said = run_here("doctor", "--json", at=tmp_path, **variables)
    bad = " ".join(f"{f['says']} {f['fix']}" for f in said.data["findings"] if f["state"] == "bad")
    assert said.code == 2 and not said.data["fit"]
    assert all(word in bad for word in ("openai/m", "ANTHROPIC_BASE_URL", "SSL_CERT_FILE")), bad


def test_doctor_ends_with_the_command_for_what_is_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server on this machine is named with its line; a key comes first."""
    monkeypatch.setattr("panel.cli.doctor._models_at", lambda port: ["small"] if port == 1234 else None)
    line = "OPENAI_BASE_URL=http://127.0.0.1:1234/v1 panel review LAUNCH --model openai/small"
    assert run_here("doctor", at=tmp_path).err.endswith(f"Next: {line}\n")
    keyed = run_here("doctor", at=tmp_path, ANTHROPIC_API_KEY="sk-planted-123")
    assert "Next: panel compare https://" in keyed.err
    (tmp_path / "runs").mkdir(exist_ok=True)
    (tmp_path / "runs" / "panel.db").write_bytes(b"not a database at all, and long enough to be looked at")
    assert "Next: mend what is marked BAD" in run_here("doctor", at=tmp_path).err


def test_a_persona_dropped_into_the_checkout_joins(tmp_path: Path) -> None:
    """The checkout is a workspace: its own personas/ is read, as the README says."""
    for name in ("panel.toml", "personas", "prompts", "categories.yaml", "scenarios.yaml"):
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, tmp_path / name)
    first = (tmp_path / "personas" / "futurist.yaml").read_text("utf-8")
    (tmp_path / "personas" / "security.yaml").write_text(first.replace("title: Futurist", "title: Security"))
    (tmp_path / "docs").mkdir()
    listed = run_here("personas", "list", "--json", at=tmp_path / "docs")
    assert "security" in listed.out
    assert f"Workspace: {tmp_path}" in listed.err


def test_a_reader_that_stops_early_is_no_crash(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "panel", "schema", "Comparison"]
    with subprocess.Popen(
        words, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        assert child.stdout and child.stderr
        child.stdout.close()  # before the program has written anything
        assert child.stderr.read() == b""
        assert child.wait(timeout=60) in (0, 1)  # which one is typer's business
