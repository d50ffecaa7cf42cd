"""Everything a person can get wrong: one sentence that names the thing and what to do, and the exit code that says whose
turn it is. With --json the same as one object."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.support.batch_days import run_quickly
from tests.support.command import PAIR, SCRIPTED, SPECIMEN, both_providers, fake_server, run, run_here
from tests.support.small_disk import SmallDisk, mount_small_disk

from panel.store.tables.core import VERSION_TABLE

IN_FLIGHT = 8  # calls at once to one provider
IMPATIENT = {"panel.pipeline.ask.call.KEEP_PAUSE_S": 0.05}  # else a paid answer waits a minute for a full disk
HOSTED = {"OPENAI_API_KEY": "sk-planted-123"}
TINY = "name: Tiny\nsources:\n- title: Home page\n  text: Tiny renames files in one folder at a time.\n"


def nothing(folder: Path) -> None:
    """The case needs no file."""


def file(name: str, text: str | bytes) -> Callable[[Path], None]:
    """Put one file, in a subfolder of the workspace if it names one."""
    content = text if isinstance(text, bytes) else text.encode()

    def put(folder: Path) -> None:
        (folder / name).write_bytes(content)

    return put


def append(name: str, text: str) -> Callable[[Path], None]:
    def put(folder: Path) -> None:
        with (folder / name).open("a", encoding="utf-8") as kept:
            kept.write(text)

    return put


def newer_database(folder: Path) -> None:
    run_here("runs", "list", at=folder)
    with sqlite3.connect(folder / "runs" / "panel.db") as db:
        db.execute(f"update {VERSION_TABLE} set version_num = '9999'")
    db.close()


def strangers_database(folder: Path) -> None:
    (folder / "runs").mkdir()
    with sqlite3.connect(folder / "runs" / "panel.db") as db:
        db.execute("create table recipes (name text)")
    db.close()


@dataclass(frozen=True)
class Wrong:
    """One thing that is wrong, the command that meets it, and the words a person needs to mend it."""

    what: str
    prepare: Callable[[Path], None]
    words: tuple[str, ...]
    says: tuple[str, ...]
    code: int = 2
    kind: str = "mistake"
    variables: tuple[tuple[str, str], ...] = ()


REVIEW = ("review", "tiny.yaml", *SCRIPTED)
CASES = (
    Wrong("no such launch file", nothing, ("review", "gone.yaml"), ("'gone.yaml'", "can't be found", "Did you mean 'tiny.yaml'?")),
    Wrong("launch without a name", file("bad.yaml", "tagline: x\n"), ("review", "bad.yaml"), ("'name'", "missing")),
    Wrong("empty dossier", file("bad.yaml", "name: A\nsources: []\n"), ("review", "bad.yaml"), ("no source", "Add one")),
    Wrong("source without text", file("bad.yaml", "name: A\nsources:\n- title: T\n  text: ' '\n"), ("review", "bad.yaml"), ("sources[0]", "text")),
    Wrong("source file is gone", file("bad.yaml", "name: A\nsources:\n- title: T\n  file: x.md\n"), ("review", "bad.yaml"), ("'x.md'", "can't be found")),
    Wrong("misspelt field", file("bad.yaml", "nmae: A\n"), ("review", "bad.yaml"), ("'nmae'", "'name'")),
    Wrong("launch file is no YAML", file("bad.yaml", "name: [\n"), ("review", "bad.yaml"), ("not YAML", "line")),
    Wrong("launch file is no text", file("bad.yaml", b"\xff\xfe\x00"), ("review", "bad.yaml"), ("not UTF-8",)),
    Wrong("launch file is a folder", lambda f: (f / "d.yaml").mkdir(), ("review", "d.yaml"), ("'d.yaml'",)),
    Wrong("an address on this machine", nothing, ("review", "http://127.0.0.1/x"), ("Refused", "127.0.0.1"), kind="refused"),
    Wrong("the same launch twice", nothing, ("compare", PAIR[0], PAIR[0]), ("'larkspindle-2-0'", "another name")),
    Wrong("unknown persona", nothing, (*REVIEW, "--personas", "nobody"), ("'nobody'", "futurist")),
    Wrong("nobody votes", nothing, (*REVIEW, "--personas", "reporter"), ("votes", "--personas")),
    Wrong("not a day", nothing, (*REVIEW, "--as-of", "soon"), ("'soon'", "2026-11-23")),
    Wrong("unknown provider", nothing, ("review", "tiny.yaml", "--model", "acme/one"), ("'acme/one'", "anthropic, openai")),
    Wrong("model without a provider", nothing, ("review", "tiny.yaml", "--model", "gpt"), ("'gpt'", "provider/model")),
    Wrong("no key", nothing, ("review", "tiny.yaml", "--model", "openai/gpt-6.1-sol"), ("OPENAI_API_KEY", "is not set")),
    Wrong("key with a line end", nothing, ("review", "tiny.yaml", "--yes"), ("OPENAI_API_KEY", "Paste"), variables=(("OPENAI_API_KEY", "sk-1\n"),)),
    Wrong("nobody to ask about money", nothing, ("review", "tiny.yaml"), ("may cost money", "--yes"), variables=tuple(HOSTED.items())),
    Wrong("budget with an unknown price", nothing, ("review", "tiny.yaml", "--model", "openai/strange-1", "--budget", "1", "--yes"), ("openai/strange-1", "--budget", "panel.toml", "price"), variables=tuple(HOSTED.items())),
    Wrong("budget below nothing", nothing, (*REVIEW, "--budget", "-1"), ("-1", "--budget 2")),
    Wrong("budget is no number", nothing, (*REVIEW, "--budget", "lots"), ("--budget", "number. Add --help")),
    *(
        Wrong(f"the base URL {url!r}", nothing, ("review", "tiny.yaml", "--model", "openai/x"), ("base URL for openai/x", "http://127.0.0.1:11434/v1"), variables=(("OPENAI_BASE_URL", url),))
        for url in ("http://127.0.0.1:1234/v1\n", "http://127.0.0.1:abc/v1", "http://[::1/v1", "localhost:11434/v1", "http://", "http://h/ v1", "http://h/v1?api-version=1")
    ),
    Wrong("script is gone", nothing, ("review", "tiny.yaml", "--model", "scripted/gone.yaml"), ("'gone.yaml'", "can't be read")),
    Wrong("garbage script", file("s.yaml", "a: [\n"), ("review", "tiny.yaml", "--model", "scripted/s.yaml"), ("'s.yaml'", "not YAML", "line 2")),
    Wrong("script of another shape", file("s.yaml", "- a\n"), ("review", "tiny.yaml", "--model", "scripted/s.yaml"), ("'s.yaml'", "must map")),
    Wrong("script without this launch", nothing, REVIEW, ("no answer for persona", "'tiny'", "panel resume"), 3, "provider_refused"),
    Wrong("unknown key in panel.toml", append("panel.toml", "\npanle = 1\n"), REVIEW, ("panel.toml", "'panle'", "docs/settings.md")),
    Wrong("wrong value in panel.toml", append("panel.toml", "\nruns = 3\n"), REVIEW, ("panel.toml", "runs", "3")),
    Wrong("panel.toml is no TOML", append("panel.toml", "\nx = [\n"), REVIEW, ("panel.toml", "can't be read")),
    Wrong("persona file is no YAML", file("personas/futurist.yaml", "title: [\n"), REVIEW, ("futurist.yaml", "not YAML", "line 2")),
    Wrong("persona with a misspelt field", append("personas/futurist.yaml", "\ntitel: x\n"), ("personas", "check"), ("futurist.yaml", "'titel'", "'title'")),
    Wrong("prompt with an unknown value", append("prompts/persona.j2", "\n{{ nonsense }}\n"), REVIEW, ("'persona.j2'", "'nonsense' is undefined", "template")),
    Wrong("broken prompt", append("prompts/system.j2", "\n{% if %}\n"), REVIEW, ("'system.j2'", "line", "template")),
    Wrong("moves are no YAML", file("prompts/moves.yaml", "x: [\n"), REVIEW, ("'moves.yaml'", "line 2")),
    Wrong("a file where runs should be", file("runs", ""), REVIEW, ("runs", "a file stands", "Move"), 5, "store"),
    Wrong("newer database", newer_database, REVIEW, ("panel.db", "newer review-panel", "Update"), 5, "store"),
    Wrong("another program's database", strangers_database, REVIEW, ("panel.db", "'recipes'", "PANEL_DATABASE_URL"), 5, "store"),
    Wrong("database is no database", lambda f: [(f / "runs").mkdir(), (f / "runs/panel.db").write_text("x" * 5000)], ("runs", "list"), ("panel.db", "no database"), 5, "store"),
    Wrong("an address nobody can read", nothing, ("runs", "list"), ("database address", "PANEL_DATABASE_URL"), variables=(("PANEL_DATABASE_URL", "postgres"),)),
    Wrong("no such run", nothing, ("resume", "20200101-x"), ("'20200101-x'", "panel runs list")),
    Wrong("a folder that is no run", nothing, ("runs", "verify", "prompts"), ("'prompts'", "manifest.json")),
    Wrong("nobody to ask about deleting", nothing, ("runs", "prune", "--older-than", "9"), ("undone", "--yes")),
    Wrong("a live proof of a script", nothing, ("doctor", "--live", "scripted/x"), ("'scripted/x'", "not a hosted model")),
    Wrong("a log file with no folder", nothing, ("--log-file", "gone/x.log", "runs", "list"), ("'gone/x.log'", "Name another")),
    Wrong("no such record", nothing, ("schema", "Recipe"), ("'Recipe'", "Launch")),
    Wrong("no such command", nothing, ("runs", "dance"), ("'dance'", "--help")),
    Wrong("an argument is missing", nothing, ("compare", "a.yaml"), ("'B'", "--help")),
    Wrong("a file that is there already", nothing, ("new", "tiny"), ("'tiny.yaml'", "exists already")),
)  # fmt: skip


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workspace")
    assert run_here("init", at=folder).code == 0
    (folder / "tiny.yaml").write_text(TINY, encoding="utf-8")
    return folder


@pytest.fixture
def workspace(laid_out: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(laid_out, tmp_path / "w"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what.replace(" ", "-"))
def test_what_is_wrong_is_said_in_one_sentence_with_what_to_do(case: Wrong, workspace: Path) -> None:
    case.prepare(workspace)
    said = run_here(*case.words, at=workspace, **dict(case.variables))
    assert (said.code, said.out) == (case.code, "")
    assert all(word in said.complaint for word in case.says), said.complaint
    assert "sk-planted" not in said.err

    told = run_here(*case.words, "--json", at=workspace, **dict(case.variables))
    assert told.code == case.code
    error = told.data["error"]
    assert told.data.keys() == {"error"}
    assert error["kind"] == case.kind
    assert "Traceback" not in told.err


@pytest.mark.parametrize("case", [c for c in CASES if c.code == 2], ids=lambda case: case.what.replace(" ", "-"))
def test_a_mistake_is_found_before_a_run_begins(case: Wrong, workspace: Path) -> None:
    case.prepare(workspace)
    run_here(*case.words, at=workspace, **dict(case.variables))
    assert not list((workspace / "runs").glob("2*"))


@pytest.mark.parametrize(
    ("behaviour", "says"),
    [
        ("bad_key", ("OPENAI_API_KEY", "does not accept the key", "Set OPENAI_API_KEY")),
        ("unknown_model", ("no model 'gpt-9'", "Check the model's name")),
        ("spend_cap", ("out of credit", "Top up")),
        ("page", ("web page", "/v1")),
    ],
)
def test_a_server_that_refuses_everybody_is_named_with_its_reason(
    workspace: Path, behaviour: str, says: tuple[str, ...]
) -> None:
    """A server that refuses everybody ends with its reason, and the run can go on."""
    words = ("review", str(SPECIMEN / "oddfern.yaml"), "--model", "openai/gpt-9", "--json")
    with fake_server(always=behaviour) as fake:
        variables = both_providers(fake, "sk-planted-123")
        said = run_here(*words, at=workspace, **variables)
        assert said.code == 3
        error = said.data["error"]
        assert error["kind"] == "provider_refused"
        assert all(word in f"{error['message']} {error['hint']}" for word in says), error
        assert "sk-planted" not in said.out + said.err
        assert "failed for the same reason" in said.err  # not five times the same sentence
        (run_id,) = [entry["run_id"] for entry in run_here("runs", "list", "--json", at=workspace).data["runs"]]
        assert f"panel resume {run_id}" in error["hint"]

        fake.always = "ok"
        assert run_here("resume", run_id, at=workspace, **variables).code == 0
        assert run_here("runs", "verify", f"runs/{run_id}", at=workspace).code == 0


def test_one_family_that_fails_leaves_a_page_that_counts_the_others(workspace: Path) -> None:
    with fake_server() as fake, fake_server(always="bad_key") as wrong:
        variables = both_providers(fake) | {"OPENAI_BASE_URL": f"{wrong.address}/v1"}
        said = run_here("review", str(SPECIMEN / "oddfern.yaml"), "--json", at=workspace, **variables)
    assert said.code == 0
    (review,) = said.data["reviews"]
    assert review["tally"]["failed"] == 2
    assert {o["outcome"] for o in review["opinions"]} == {"answered", "failed"}
    assert "OPENAI_API_KEY" in said.err
    assert f"2 of 5 jurors failed. Ask them again: panel resume {said.run_id}" in said.err


def test_a_server_that_is_not_there_is_named(workspace: Path) -> None:
    with fake_server() as fake:
        gone = fake.address
    said = run_here("review", "tiny.yaml", "--model", "openai/x", at=workspace, OPENAI_BASE_URL=f"{gone}/v1")
    assert said.code == 3
    assert f"Nothing listens at {gone}/v1" in said.err.splitlines()[-1]
    assert "Start the server" in said.err.splitlines()[-1]


@pytest.mark.parametrize("name", ["empty dossier", "newer database", "no such command"])
def test_a_process_of_its_own_says_the_same(name: str, workspace: Path) -> None:
    case = next(c for c in CASES if c.what == name)
    case.prepare(workspace)
    said = run(*case.words, at=workspace)
    assert said.code == case.code
    assert all(word in said.complaint for word in case.says)


@pytest.mark.parametrize("group", [(), ("runs",), ("drafts",), ("desk", "accounts")])
def test_a_group_alone_prints_its_help(group: tuple[str, ...], workspace: Path) -> None:
    alone = run_here(*group, at=workspace)
    assert alone == run_here(*group, "--help", at=workspace)
    assert alone.code == 0
    assert "\nCommands:\n" in alone.out


def test_a_launch_file_nobody_may_read_is_named(workspace: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read every file")
    (workspace / "tiny.yaml").chmod(0)
    said = run_here("review", "tiny.yaml", *SCRIPTED, at=workspace)
    assert said.code == 2
    assert "'tiny.yaml'" in said.complaint


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with mount_small_disk(tmp_path / "disk") as disk:
        yield disk


@pytest.mark.parametrize("kilobytes", [4, 200, 450])
def test_a_full_disk_is_said_once_and_the_same_command_goes_on(
    small_disk: SmallDisk, workspace: Path, kilobytes: int
) -> None:
    """A full disk is said once, and the same command goes on when there is room."""
    append("panel.toml", f'\nruns = "{small_disk.path}/runs"\n')(workspace)
    assert run_here("runs", "list", at=workspace).code == 0  # the database is there before the disk fills up
    small_disk.leave(kilobytes)
    said = run_quickly("compare", *PAIR, *SCRIPTED, at=workspace, patches=IMPATIENT)
    assert said.code == 5
    assert "disk is full" in said.complaint
    assert "Free some space" in said.complaint

    small_disk.make_room()
    begun = [entry["run_id"] for entry in run_here("runs", "list", "--json", at=workspace).data["runs"]]
    for run_id in begun:
        assert run_here("resume", run_id, at=workspace).code == 0
    assert run_here("compare", *PAIR, *SCRIPTED, at=workspace).code == 0
    costs = run_here("runs", "costs", "--json", at=workspace).data
    assert 10 <= costs["total"]["calls"] <= 10 + IN_FLIGHT  # only answers that found no room were asked for again


def test_a_runs_folder_that_may_only_be_read_is_named(small_disk: SmallDisk, workspace: Path) -> None:
    append("panel.toml", f'\nruns = "{small_disk.path}"\n')(workspace)
    small_disk.read_only()
    said = run_here("compare", *PAIR, *SCRIPTED, at=workspace)
    assert said.code == 5
    assert str(small_disk.path) in said.complaint
    assert "read-only" in said.complaint
    assert "runs =" in said.complaint
    doctor = run_here("doctor", at=workspace)
    assert doctor.code == 2
    assert str(small_disk.path) in doctor.out
