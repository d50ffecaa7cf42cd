"""A workspace in one file and back: on both databases, while a batch runs, and from files that are no backup."""

import gzip
import hashlib
import io
import json
import sqlite3
import tarfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import insert
from tests.support.archived import load_archived, read_rows
from tests.support.batch_days import fake_process, make_workspace, rows_in, run_quickly, runs_of, started
from tests.support.command import PAIR, SCRIPTED, files_of, run_here
from tests.support.databases import Postgres, rows_of
from tests.support.records import a_run
from tests.support.small_disk import SmallDisk, mount_small_disk

from panel.store import Stores, backup, restore, restore_backup, write_backup
from panel.store.database import open_engine
from panel.store.tables.core import HEAD, texts

SECRETS = {"OPENAI_API_KEY": "sk-planted-1", "ANTHROPIC_API_KEY": "sk-planted-2"}
TOML = """editor = "Mara Lind"
[feeds.tools]
source = "https://mara:planted-3@feeds.example/new.xml"
[feeds.more]
source = "https://feeds.example/new.xml?page=1&api_key=planted-4"
"""


@pytest.fixture
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Where a database is, and where it is to be; "" for a file among the runs."""
    server: Postgres = request.getfixturevalue("postgres")
    with server.database(empty=True) as one, server.database(empty=True) as other:
        source, target = request.param
        yield one if source else "", other if target else ""


@pytest.fixture(scope="module")
def specimen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which the specimen pair was compared."""
    at = tmp_path_factory.mktemp("specimen")
    (at / "panel.toml").write_text(TOML, encoding="utf-8")
    (at / "personas").mkdir()
    assert run_here("init", at=at).code == 0
    said = run_here("compare", *PAIR, *SCRIPTED, "--personas", "futurist", "--json", at=at)
    assert said.code == 0, said.err
    assert run_here("drafts", "list", at=at).code == 0
    return at


@pytest.fixture
def archive(specimen: Path, tmp_path: Path) -> Path:
    """Its backup."""
    assert run_here("backup", str(tmp_path / "day.tar"), at=specimen).code == 0
    return tmp_path / "day.tar"


def url_of(at: Path) -> str:
    return f"sqlite:///{at / 'runs' / 'panel.db'}"


def acts(url: str) -> int:
    return int(rows_of(url, "select count(*) from desk_acts")[0][0])


@pytest.mark.parametrize(
    "urls", [(0, 0), (1, 1), (0, 1), (1, 0)], indirect=True, ids=["files", "servers", "to", "from"]
)
def test_a_restore_brings_back_every_row_and_every_file(urls: tuple[str, str], specimen: Path, tmp_path: Path) -> None:
    at = tmp_path / "at"
    (at / "runs").mkdir(parents=True)
    for path in sorted(specimen.rglob("*")):
        if path.is_file() and not path.name.startswith("panel.db") and ".locks" not in path.parts:
            (at / path.relative_to(specimen)).parent.mkdir(parents=True, exist_ok=True)
            (at / path.relative_to(specimen)).write_bytes(path.read_bytes())
    source, target = (url or url_of(folder) for url, folder in zip(urls, (at, tmp_path / "new"), strict=True))
    load_archived("today", source)
    variables = [{"PANEL_DATABASE_URL": url} if url else {} for url in urls]

    said = run_here("backup", str(tmp_path / "day.tar"), "--json", at=at, **variables[0])
    assert said.code == 0, said.err
    assert said.data["header"]["migration"] == HEAD
    rows = read_rows(source)
    assert said.data["rows"] == sum(map(len, rows.values())) - 1  # but for the schema's version
    (tmp_path / "day.tar.gz").write_bytes(gzip.compress((tmp_path / "day.tar").read_bytes()))
    back = run_here(
        "restore", str(tmp_path / "day.tar.gz"), str(tmp_path / "new"), "--json", at=tmp_path, **variables[1]
    )
    assert back.code == 0, back.err
    assert back.data["whole"] and back.data["audited"]["approvals"] == 1

    assert read_rows(target) == rows
    kept = {name for name in files_of(at) if "panel.db" not in name}
    assert {name for name in files_of(tmp_path / "new") if "panel.db" not in name} == kept
    for name in kept - {"panel.toml"}:
        assert (tmp_path / "new" / name).read_bytes() == (at / name).read_bytes()
    assert run_here("audit", "verify", at=tmp_path / "new", **variables[1]).code == 0
    (run,) = (tmp_path / "new" / "runs").glob("*-vs-*")
    assert run_here("runs", "verify", str(run), at=tmp_path).code == 0
    with pytest.raises(Exception, match="desk_acts is only ever added to"):  # the desk's rules are there again
        if target.startswith("sqlite"):
            with closing(sqlite3.connect(target.removeprefix("sqlite:///"))) as conn:
                conn.execute("delete from desk_acts")
        else:
            with psycopg.connect(target) as server:
                server.execute("delete from desk_acts")
    if not target.startswith("sqlite"):
        query = (
            "select nextval(pg_get_serial_sequence('product_events', 'event_id')), max(event_id) from product_events"
        )
        ((following, highest),) = rows_of(target, query)
        assert following == highest + 1  # new rows find numbers of their own
    before = acts(target)
    said = run_here("drafts", "fetch-back", "oddfern-1-4", at=tmp_path / "new", **variables[1])
    assert said.code == 0, said.err
    assert acts(target) == before + 1


def test_a_backup_of_the_first_format_is_restored(tmp_path: Path) -> None:
    """Made by the first version that could, on schema 0006."""
    file = Path(__file__).parents[2] / "archive" / "backup-format-1.tar.xz"
    said = run_here("restore", str(file), str(tmp_path / "new"), "--json", at=tmp_path)
    assert said.code == 0, said.err
    assert said.data["whole"] and said.data["rows"] == 222
    assert rows_of(url_of(tmp_path / "new"), "select version_num from panel_schema") == [(HEAD,)]
    assert rows_of(url_of(tmp_path / "new"), "select count(*) from calls") == [(9,)]


@pytest.mark.long
def test_a_backup_of_a_running_batch_is_restored_and_resumed(tmp_path: Path) -> None:
    at, new = tmp_path / "at", tmp_path / "new"
    at.mkdir()
    make_workspace(at, 8, in_flight=3, timeout_s=30)
    with fake_process("--latency", "0.15", "--validate", "0.05") as server:
        with started("batch", "launches", "--yes", "--json", at=at, variables=server.variables) as child:
            child.wait_until(lambda: server.stats()["requests"] >= 12)
            assert child.process.poll() is None
            said = run_here("backup", str(tmp_path / "day.tar"), "--json", at=at, **server.variables)
            assert said.code == 0, said.err
            child.wait_until(lambda: False)  # nobody's work was disturbed
            assert child.end() == 0, child.err
        (run_id,) = said.data["header"]["unfinished"]
        assert said.data["header"]["left_out"] == ["ANTHROPIC_API_KEY", "OPENAI_API_KEY"]
        answers = server.bill()["answers"]
        assert rows_in(json.loads(child.out)) == dict.fromkeys(range(1, 9), "reviewed")

        assert run_here("restore", str(tmp_path / "day.tar"), str(new), at=tmp_path).code == 0
        query = "select count(*) from calls where state = 'answered'"
        ((known,),) = rows_of(url_of(new), query)
        assert 0 < known < answers
        assert runs_of(new) == [run_id]
        resumed = run_quickly("resume", run_id, "--yes", "--json", at=new, **server.variables)
        assert resumed.code == 0, resumed.err
        assert rows_in(resumed.data) == dict.fromkeys(range(1, 9), "reviewed")
        assert (
            server.bill()["answers"] - answers == answers - known
        )  # what came later was asked again, and nothing else
    assert run_here("runs", "verify", str(new / "runs" / run_id), at=new).code == 0
    assert run_here("audit", "verify", at=new).code == 0
    reviews = "select slug from records where kind = 'review' order by slug"
    assert rows_of(url_of(new), reviews) == rows_of(url_of(at), reviews)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_the_database_is_copied_as_it_was_at_one_moment(
    kind: str, tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody writes after the first table was looked at."""
    with postgres.database() as server:
        url = server if kind == "postgres" else url_of(tmp_path)
        stores = Stores.open(url, tmp_path)
        records = stores.records
        records.save_run(a_run())
        add_rows = backup._add_rows

        def write_first(*given: Any) -> Iterator[int]:
            records.save_run(a_run("run-2"))
            return add_rows(*given)

        monkeypatch.setattr(backup, "_add_rows", write_first)
        write_backup(tmp_path / "day.tar", stores.engine, root=tmp_path, runs_dir=tmp_path / "runs", variables=())
        assert len(records.list_runs()) == 2
        stores.close()
    assert restored_runs(tmp_path) == ["run-1"]


def test_a_restore_to_a_server_takes_its_time_over_the_files(
    archive: Path, tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Longer than the server lets others stand still in a transaction."""
    monkeypatch.setattr("panel.store.database.IDLE_S", 1)
    checked, slow = restore._Reader._checked, iter([1.5])

    def slowly(reader: Any, member: tarfile.TarInfo) -> Any:
        time.sleep(next(slow, 0) if member.name.startswith("runs/") else 0)
        return checked(reader, member)

    monkeypatch.setattr(restore._Reader, "_checked", slowly)
    with postgres.database(empty=True) as url:
        restore_backup(archive, tmp_path / "new", url)
        assert len(rows_of(url, "select * from runs")) == 1


def restored_runs(at: Path) -> list[str]:
    restore_backup(at / "day.tar", at / "new")
    return [run_id for (run_id,) in rows_of(url_of(at / "new"), "select run_id from runs")]


def test_memory_does_not_grow_with_the_database(tmp_path: Path) -> None:
    engine = open_engine(url_of(tmp_path))
    with engine.begin() as conn:
        for n in range(1500):
            conn.execute(insert(texts), [{"hash": f"sha256:{n}", "text": f"{n % 10}" * 40_000}])
    big = tmp_path / "runs" / "run-1" / "big.json"
    big.parent.mkdir()
    big.write_bytes(b"x" * 60_000_000)
    tracemalloc.start()
    write_backup(tmp_path / "day.tar", engine, root=tmp_path, runs_dir=tmp_path / "runs", variables=())
    (_, peak) = tracemalloc.get_traced_memory()
    assert peak < 40_000_000
    tracemalloc.reset_peak()
    engine.dispose()
    restored_runs(tmp_path)
    (_, peak) = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 40_000_000
    assert (tmp_path / "new" / "runs" / "run-1" / "big.json").stat().st_size == 60_000_000


def test_keys_and_passwords_stay_out_and_are_named(specimen: Path, tmp_path: Path) -> None:
    said = run_here("backup", str(tmp_path / "day.tar"), at=specimen, **SECRETS)
    assert said.code == 0
    for secret in (b"planted-1", b"planted-2", b"planted-3", b"planted-4", b"mara:"):
        assert secret not in (tmp_path / "day.tar").read_bytes()
    left_out = "ANTHROPIC_API_KEY, OPENAI_API_KEY, panel.toml, line 3, panel.toml, line 5"
    assert f"Left out: {left_out}. Set them again" in said.err
    back = run_here("restore", str(tmp_path / "day.tar"), "new", at=tmp_path)
    assert back.code == 0, back.err
    assert left_out in back.err
    toml = (tmp_path / "new" / "panel.toml").read_text("utf-8")
    assert "https://LEFT-OUT@feeds.example/new.xml" in toml
    assert "new.xml?page=1&api_key=LEFT-OUT" in toml
    assert 'editor = "Mara Lind"' in toml


def test_nothing_is_overwritten(archive: Path, specimen: Path, tmp_path: Path, postgres: Postgres) -> None:
    before = archive.read_bytes()
    said = run_here("backup", str(archive), at=specimen)
    assert (said.code, archive.read_bytes()) == (2, before)
    assert "exists already. Name another file" in said.complaint
    said = run_here("backup", "runs/day.tar", at=specimen)
    assert said.code == 2
    assert "among the runs it would copy" in said.complaint
    said = run_here("backup", "nowhere/day.tar", at=specimen)
    assert said.code == 5
    assert "'nowhere/day.tar' can't be used" in said.complaint
    said = run_here("backup", str(tmp_path / "x.tar"), at=tmp_path)
    assert said.code == 2
    assert "There is no database" in said.complaint

    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    said = run_here("restore", str(archive), "full", at=tmp_path)
    assert said.code == 2
    assert "'full' is not empty" in said.complaint
    assert files_of(tmp_path / "full") == {"mine.txt"}
    with postgres.database() as url:
        said = run_here("restore", str(archive), "new", at=tmp_path, PANEL_DATABASE_URL=url)
        assert said.code == 2
        assert "is not empty. Make a new one" in said.complaint
    said = run_here("restore", str(archive), "new", at=tmp_path, PANEL_DATABASE_URL=f"{url_of(specimen)}")
    assert said.code == 2
    assert "is there already" in said.complaint
    assert list((tmp_path / "new").iterdir()) == []
    assert run_here("restore", str(archive), "new", at=tmp_path).code == 0


def test_runs_that_lay_elsewhere_are_restored_below_the_folder(specimen: Path, tmp_path: Path) -> None:
    at = tmp_path / "at"
    for name, restored in (("data/days", "data/days"), (str(tmp_path / "disk"), "runs"), ("../disk", "runs")):
        at.mkdir(exist_ok=True)
        (at / "panel.toml").write_text(f'runs = "{name}"\n', encoding="utf-8")
        assert run_here("runs", "list", at=at).code == 0
        file = tmp_path / f"{len(name)}.tar"
        assert run_here("backup", str(file), at=at).code == 0
        said = run_here("restore", str(file), str(tmp_path / file.stem), at=tmp_path)
        assert said.code == 0, said.err
        assert files_of(tmp_path / file.stem) == {"panel.toml", f"{restored}/panel.db"}
        assert ("or change that line" in said.err) == (name != restored)


def test_links_are_passed_over_and_said(specimen: Path, tmp_path: Path) -> None:
    at = tmp_path / "at"
    (at / "runs" / "run-1").mkdir(parents=True)
    (tmp_path / "secret").write_text("planted")
    (at / "runs" / "run-1" / "link").symlink_to(tmp_path / "secret")
    (at / "runs" / "run-1" / ".review.json.x1.new").write_text("torn")
    (at / "runs" / "run-1" / "review.json").write_text("{}")
    assert run_here("runs", "list", at=at).code == 0
    said = run_here("backup", str(tmp_path / "day.tar"), at=at)
    assert said.code == 0
    assert "no plain files: runs/run-1/link." in said.err
    assert run_here("restore", str(tmp_path / "day.tar"), "new", at=tmp_path).code == 0
    assert files_of(tmp_path / "new") == {"runs/panel.db", "runs/run-1/review.json"}


Members = list[tuple[tarfile.TarInfo, bytes]]


def unpack(archive: Path) -> Members:
    with tarfile.open(archive) as tar:
        return [(member, ((file := tar.extractfile(member)) and file.read()) or b"") for member in tar]


def pack(members: Members, to: Path, *, checksums: bool = True) -> None:
    """As they are, under a list of checksums that fits them."""
    listed = "".join(f"{hashlib.sha256(c).hexdigest()}  {m.name}\n" for m, c in members if m.name != "checksums.sha256")
    with tarfile.open(to, "w") as tar:
        for member, content in members:
            content = listed.encode() if member.name == "checksums.sha256" and checksums else content
            member.size = len(content) if member.isreg() else 0
            tar.addfile(member, io.BytesIO(content))


def a_file(name: str, content: bytes = b"x", kind: bytes = tarfile.REGTYPE, link: str = "") -> Members:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return [(info, content)]


def with_more(*more: tuple[str, bytes, str]) -> Callable[[Path], None]:
    """A whole backup, and further files before its last."""

    def change(path: Path) -> None:
        members = unpack(path)
        for name, kind, link in more:
            members[-1:-1] = a_file(name, b"x" if kind == tarfile.REGTYPE else b"", kind, link)
        pack(members, path)

    return change


def with_changed(name: str, change: Callable[[bytes], bytes], *, checksums: bool) -> Callable[[Path], None]:
    def changed(path: Path) -> None:
        members = [(m, change(c) if m.name.startswith(name) else c) for m, c in unpack(path)]
        pack(members, path, checksums=checksums)

    return changed


def cut(share: float) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])

    return change


def without_last(path: Path) -> None:
    pack(unpack(path)[:-1], path)


def header_of(**changes: object) -> Callable[[bytes], bytes]:
    return lambda content: json.dumps({**json.loads(content), **changes}).encode()


def with_runs_at(place: str) -> Callable[[Path], None]:
    """No file among its runs: the database alone would go there."""

    def change(path: Path) -> None:
        members = [(member, content) for member, content in unpack(path) if not member.name.startswith("runs/")]
        pack(members, path)
        with_changed("backup.json", header_of(runs=place), checksums=True)(path)

    return change


FILE, LINK, HARD = tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE
BAD = {
    "rubbish": lambda path: path.write_bytes(b"no tar at all" * 999),
    "empty": lambda path: path.write_bytes(b""),
    "half": cut(0.5),
    "nearly whole": cut(0.97),
    "torn and packed": lambda path: path.write_bytes(gzip.compress(path.read_bytes())[:-2000]),
    "another tar": lambda path: pack(a_file("notes.txt"), path),
    "no checksums": without_last,
    "a changed file": with_changed("runs/", lambda content: content + b" ", checksums=False),
    "changed rows": with_changed("database/", lambda content: content.replace(b"Larkspindle", b"Larkspundle"), checksums=False),
    "up": with_more(("runs/../../stolen", FILE, "")),
    "absolute": with_more(("/tmp/stolen", FILE, "")),
    "elsewhere": with_more((".bashrc", FILE, "")),
    "a journal": with_more(("runs/panel.db-journal", FILE, "")),
    "dots": with_more(("runs/./x", FILE, "")),
    "backslash": with_more(("runs/..\\..\\stolen", FILE, "")),
    "link": with_more(("runs/link", LINK, "/etc/passwd")),
    "through a link": with_more(("runs/link", LINK, "/tmp"), ("runs/link/stolen", FILE, "")),
    "hard link": with_more(("runs/hard", HARD, "panel.toml")),
    "device": with_more(("runs/zero", tarfile.CHRTYPE, "")),
    "fifo": with_more(("runs/fifo", tarfile.FIFOTYPE, "")),
    "twice": with_more(("runs/x", FILE, ""), ("runs/x", FILE, "")),
    "no rows": with_changed("database/", lambda _: b"[]", checksums=True),
    "a strange table": with_changed("database/", lambda _: b'{"table": "sqlite_master", "columns": []}', checksums=True),
    "strange columns": with_changed("database/", lambda _: b'{"table": "runs", "columns": ["x"]}', checksums=True),
    "strange values": with_changed(
        "database/", lambda c: c if b'"runs"' not in c[:40] else c.split(b"\n")[0] + b'\n[{"a": 1}, [], 1, 2, 3]\n', checksums=True
    ),
    "newer": with_changed("backup.json", header_of(migration="9999"), checksums=True),
    "older": with_changed("backup.json", header_of(migration="0005"), checksums=True),
    "runs elsewhere": with_runs_at("/tmp/stolen"),
    "runs above": with_runs_at("../stolen"),
    "newer format": with_changed("backup.json", header_of(format=2), checksums=True),
}  # fmt: skip
SAYS = {
    "rubbish": "no backup", "empty": "no backup", "another tar": "does not begin as one", "no checksums": "ends too soon",
    "a changed file": "its files are not what", "changed rows": "its files are not what", "newer": "newer review-panel",
    "older": "commit 8159e2b", "newer format": "may be of a newer", "twice": "comes twice",
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_backup_or_a_hostile_one_leaves_nothing(what: str, archive: Path, tmp_path: Path) -> None:
    BAD[what](archive)
    before = files_of(tmp_path)
    said = run_here("restore", str(archive), "new", at=tmp_path)
    assert said.code in (2, 5), said.err
    assert SAYS.get(what, "") in said.complaint
    assert files_of(tmp_path) == before
    assert not Path("/tmp/stolen").exists()


def test_a_hostile_backup_leaves_nothing_on_a_server(archive: Path, tmp_path: Path, postgres: Postgres) -> None:
    BAD["a changed file"](archive)
    with postgres.database(empty=True) as url:
        assert run_here("restore", str(archive), "new", at=tmp_path, PANEL_DATABASE_URL=url).code == 5
        assert read_rows(url) == {}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with mount_small_disk(tmp_path / "disk") as disk:
        yield disk


def test_a_full_disk_leaves_no_half_backup_and_no_half_restore(
    small_disk: SmallDisk, specimen: Path, archive: Path, tmp_path: Path
) -> None:
    for kilobytes in (1, 100, 500):
        small_disk.leave(kilobytes)
        for words in (
            ("backup", str(small_disk.path / "day.tar")),
            ("restore", str(archive), str(small_disk.path / "new")),
        ):
            said = run_here(*words, at=specimen)
            assert said.code == 5
            assert "the disk is full. Free some space" in said.complaint
            assert files_of(small_disk.path) == {"filler"}
        small_disk.make_room()
    assert run_here("backup", str(small_disk.path / "day.tar"), at=specimen).code == 0
    assert run_here("restore", str(archive), str(small_disk.path / "new"), at=tmp_path).code == 0
