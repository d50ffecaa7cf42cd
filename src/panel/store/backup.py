"""A backup: one tar with the database at one moment, then the files; keys and passwords stay out. Written as a stream.

backup.json            what wrote it, when, the schema, what was left out; first
database/000001.jsonl  a line that names a table and its columns, then a row a line
panel.toml, ...        settings, personas, prompts
runs/...               run folders, snapshots, edits
checksums.sha256       a hash for each file above, as `sha256sum -c` takes it; last
"""

import hashlib
import io
import json
import os
import re
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Literal

from sqlalchemy import Connection, Engine, select

from panel.errors import Mistake, StoreError
from panel.records import Stamp, Value
from panel.store.database import every_row, reading
from panel.store.files import disk_trouble, flush_folder
from panel.store.runs.version_stamp import stamp
from panel.store.tables.core import HEAD, metadata, runs

HEADER, ROWS, CHECKSUMS = "backup.json", "database", "checksums.sha256"
SETTINGS, FOLDERS = ("panel.toml", "categories.yaml", "scenarios.yaml"), ("personas", "prompts")
DATABASE_FILE = "panel.db"  # among the runs, with its log and copies: none of them is in a backup
PIECE_BYTES = 4_000_000  # of rows in one file
LEFT_OUT = "LEFT-OUT"  # stands in panel.toml where an address held a password or a token
SECRET = re.compile(r"(?i)(://)[^/\s\"'@]+(?=@)|([?&][^=&\s\"'#]*(?:key|token|secret|password|sig|auth)=)[^&\s\"'#]+")


class BackupHeader(Value):
    """The first file of a backup: what has to be known before the rest is read."""

    format: Literal[1] = 1
    made: Stamp  # `created_at` is the moment of the database
    migration: str  # the schema of its rows
    runs: str = "runs"  # where run folders are in it
    left_out: tuple[str, ...]  # variables that are set here, and lines of panel.toml
    unfinished: tuple[str, ...]  # runs, at that moment


class BackupReport(Value):
    """What was written or brought back."""

    header: BackupHeader
    files: int
    rows: int
    bytes: int
    passed_over: tuple[str, ...] = ()  # links, and names with characters that nobody sees


class HashedReader:
    """A file read once, to be copied and hashed. Raises StoreError when it can't be read, or ends too soon."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file, self._name, self._digest = file, name, hashlib.sha256()

    def read(self, size: int) -> bytes:
        try:
            piece = self._file.read(size)
        except OSError as err:
            raise disk_trouble(self._name, err) from err
        if len(piece) < size:
            raise StoreError(f"{self._name!r} ended while it was read.", hint="Start again.")
        self._digest.update(piece)
        return piece

    def line(self) -> bytes:
        """Its line of the list of checksums."""
        return f"{self._digest.hexdigest()}  {self._name}\n".encode()


class _Archive:
    """A tar under way, and the hash of each file in it."""

    def __init__(self, tar: tarfile.TarFile, checksums: IO[bytes]) -> None:
        self._tar, self._checksums, self.files = tar, checksums, 0

    def add(self, name: str, size: int, file: IO[bytes], changed_at: float = 0) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mtime = size, int(changed_at)
        hashed = HashedReader(file, name)
        self._tar.addfile(info, hashed)  # type: ignore[arg-type]  # it reads, and does nothing else
        self._tar.members = []  # type: ignore[attr-defined]  # it would keep all of them
        self._checksums.write(hashed.line())
        self.files += 1

    def add_text(self, name: str, text: str) -> None:
        content = text.encode()
        self.add(name, len(content), io.BytesIO(content))

    def add_file(self, name: str, path: Path) -> None:
        try:
            file = path.open("rb")
        except FileNotFoundError:  # its run was deleted meanwhile
            return
        with file:
            about = os.fstat(file.fileno())
            self.add(name, about.st_size, file, about.st_mtime)

    def add_checksums(self) -> None:
        size = self._checksums.tell()
        self._checksums.seek(0)
        self.add(CHECKSUMS, size, self._checksums)


def write_backup(file: Path, engine: Engine, *, root: Path, runs_dir: Path, variables: Iterable[str]) -> BackupReport:
    """Copy a workspace into one file, which must not exist yet. Whoever works on its runs goes on.

    The database is read first, as it was at one moment; files may be newer. variables: names of what is set in the
    environment and stays out. Raises Mistake for the file, StoreError for a disk or the database.
    """
    if file.exists():
        raise Mistake(f"{str(file)!r} exists already.", hint="Name another file: a backup overwrites none.")
    if runs_dir.resolve() in file.resolve().parents:
        raise Mistake(f"{str(file)!r} lies among the runs it would copy.", hint="Write it somewhere else.")
    toml, secrets = _without_secrets(root / SETTINGS[0])
    at_one_moment = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    try:
        with ExitStack() as stack:
            out = stack.enter_context(
                tempfile.NamedTemporaryFile(dir=file.parent, prefix=".", suffix=".new", delete=False)
            )
            beside = Path(out.name)
            stack.callback(beside.unlink, missing_ok=True)
            checksums = stack.enter_context(tempfile.TemporaryFile(dir=file.parent))
            with tarfile.open(fileobj=out, mode="w|") as tar:
                archive, passed_over = _Archive(tar, checksums), list[str]()
                with reading(engine, **at_one_moment) as conn:
                    header = _header(conn, runs_dir, root, (*variables, *secrets))
                    archive.add_text(HEADER, header.model_dump_json(indent=1) + "\n")
                    rows = sum(_add_rows(conn, archive))
                if toml:
                    archive.add_text(SETTINGS[0], toml)
                for name, path in _files(root, (header.runs, runs_dir), engine.url.database or "", passed_over):
                    archive.add_file(name, path)
                archive.add_checksums()
            out.flush()
            os.fsync(out.fileno())
            size = out.tell()
            out.close()
            beside.replace(file)  # readable by its owner alone, for it holds what is confidential
            flush_folder(file.parent)
    except OSError as err:
        source = err.filename if err.filename and Path(err.filename).exists() else ""  # else it is what is written
        raise disk_trouble(source or str(file), err) from err
    return BackupReport(header=header, files=archive.files, rows=rows, bytes=size, passed_over=tuple(passed_over))


def _header(conn: Connection, runs_dir: Path, root: Path, left_out: tuple[str, ...]) -> BackupHeader:
    now = datetime.now(UTC)  # the query after it begins the transaction's moment
    unfinished = conn.execute(select(runs.c.run_id).where(runs.c.state != "finished").order_by(runs.c.run_id))
    inside = runs_dir.is_relative_to(root) and ".." not in runs_dir.parts and runs_dir != root
    return BackupHeader(
        made=stamp("", now), migration=HEAD, left_out=left_out, unfinished=tuple(unfinished.scalars()),
        runs=runs_dir.relative_to(root).as_posix() if inside else "runs",
    )  # fmt: skip


def _add_rows(conn: Connection, archive: _Archive) -> Iterator[int]:
    """Every table in pieces, tables before those that name their rows; how many rows were in each piece."""
    for table in metadata.sorted_tables:
        first = json.dumps({"table": table.name, "columns": [column.name for column in table.columns]})
        lines, size = [first], 0
        for row in every_row(conn, table):
            lines.append(json.dumps(list(row.values())))
            size += len(lines[-1])
            if size > PIECE_BYTES:
                yield _add_piece(archive, lines)
                lines, size = [first], 0
        yield _add_piece(archive, lines)


def _add_piece(archive: _Archive, lines: list[str]) -> int:
    archive.add_text(f"{ROWS}/{archive.files:06}.jsonl", "\n".join(lines) + "\n")
    return len(lines) - 1


def _files(root: Path, its_runs: tuple[str, Path], database: str, passed_over: list[str]) -> Iterator[tuple[str, Path]]:
    """Every file by its name in the archive, but for panel.toml, locks, and databases with what belongs to them."""
    yield from ((name, root / name) for name in SETTINGS[1:] if (root / name).is_file())
    for base, top in (*((name, root / name) for name in FOLDERS), its_runs):
        for folder, inner, names in os.walk(top):
            if Path(folder) == its_runs[1]:
                inner[:] = [name for name in inner if name != ".locks"]
                names = [name for name in names if not name.startswith((DATABASE_FILE, Path(database).name or "/"))]
            inner.sort()
            for name in sorted(names + [name for name in inner if Path(folder, name).is_symlink()]):
                path = Path(folder, name)
                archived = str(PurePosixPath(base, *path.relative_to(top).parts))
                if path.is_symlink() or not archived.isprintable() or not path.is_file():
                    passed_over.append(archived)
                elif not (name.startswith(".") and name.endswith(".new")):  # what a killed write left
                    yield archived, path


def _without_secrets(toml: Path) -> tuple[str, tuple[str, ...]]:
    """panel.toml without passwords and tokens of addresses, and the lines that had some. "" where there is none."""
    lines = toml.read_text(encoding="utf-8").splitlines(keepends=True) if toml.is_file() else []
    numbers = tuple(f"panel.toml, line {n}" for n, line in enumerate(lines, 1) if SECRET.search(line))
    return SECRET.sub(rf"\1\2{LEFT_OUT}", "".join(lines)), numbers
