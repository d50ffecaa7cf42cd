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
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Literal

from sqlalchemy import Connection, select

from panel.errors import Mistake, StoreError
from panel.records import Stamp, Value
from panel.store.database import every_row, open_engine, reading
from panel.store.files import disk_trouble, flush_folder
from panel.store.runs.version_stamp import stamp
from panel.store.tables.core import HEAD, metadata, runs

HEADER, DATABASE, RUNS, CHECKSUMS = "backup.json", "database", "runs", "checksums.sha256"
DATABASE_FILE = "panel.db"  # among the runs, with its log and copies: none of them is in a backup
SETTINGS, FOLDERS = ("panel.toml", "categories.yaml", "scenarios.yaml"), ("personas", "prompts")
PIECE_BYTES = 4_000_000  # of rows in one file
LEFT_OUT = "LEFT-OUT"  # stands in panel.toml where an address held a password or a token
SECRET = re.compile(r"(?i)(://)[^/\s\"'@]+(?=@)|([?&][^=&\s\"'#]*(?:key|token|secret|password|sig|auth)=)[^&\s\"'#]+")


class BackupHeader(Value):
    """The first file of a backup: what has to be known before the rest is read."""

    format: Literal[1] = 1
    made: Stamp  # `created_at` is the moment of the database
    migration: str  # the schema of its rows
    database: str  # sqlite, postgresql
    left_out: tuple[str, ...]  # variables that are set here, and lines of panel.toml
    unfinished: tuple[str, ...]  # runs, at that moment


class BackupReport(Value):
    """What was written."""

    header: BackupHeader
    bytes: int
    files: int
    rows: int
    passed_over: tuple[str, ...]  # links, and names with characters that nobody sees


class HashedReader:
    """A file read once, to be copied and hashed. Raises StoreError when it can't be read, or ends too soon."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file, self._name = file, name
        self.digest = hashlib.sha256()

    def read(self, size: int) -> bytes:
        """So many bytes."""
        try:
            piece = self._file.read(size)
        except OSError as err:
            raise disk_trouble(self._name, err) from err
        if len(piece) < size:
            raise StoreError(f"{self._name!r} ended while it was read.", hint="Start again.")
        self.digest.update(piece)
        return piece


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
        self._checksums.write(f"{hashed.digest.hexdigest()}  {name}\n".encode())
        self.files += 1

    def add_text(self, name: str, text: str) -> None:
        content = text.encode()
        self.add(name, len(content), io.BytesIO(content))

    def add_checksums(self) -> None:
        info = tarfile.TarInfo(CHECKSUMS)
        info.size = self._checksums.tell()
        self._checksums.seek(0)
        self._tar.addfile(info, self._checksums)


def write_backup(file: Path, url: str, *, root: Path, runs_dir: Path, variables: Iterable[str]) -> BackupReport:
    """Copy a workspace into one file, which must not exist yet. Whoever works on its runs goes on.

    The database is read first, as it was at one moment; files may be newer. variables: names of what is set in the
    environment and stays out. Raises Mistake for the file, StoreError for a disk or the database.
    """
    if file.exists():
        raise Mistake(f"{str(file)!r} exists already.", hint="Name another file: a backup overwrites none.")
    if runs_dir.resolve() in file.resolve().parents:
        raise Mistake(f"{str(file)!r} lies among the runs it would copy.", hint="Write it somewhere else.")
    toml, secrets = _without_secrets(root / SETTINGS[0])
    engine = open_engine(url)
    try:
        handle, beside = tempfile.mkstemp(prefix=f".{file.name[:40]}.", suffix=".new", dir=file.parent)
        try:
            with os.fdopen(handle, "wb") as out, tempfile.TemporaryFile(dir=file.parent) as checksums:
                with tarfile.open(fileobj=out, mode="w|") as tar:
                    archive, passed_over = _Archive(tar, checksums), list[str]()
                    moment = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
                    with reading(engine, **moment) as conn:
                        header = _header(conn, (*variables, *secrets))
                        archive.add_text(HEADER, header.model_dump_json(indent=1) + "\n")
                        rows = sum(_add_rows(conn, archive))
                    for name, path in _files(root, runs_dir, Path(engine.url.database or DATABASE_FILE), passed_over):
                        if name == SETTINGS[0]:
                            archive.add_text(name, toml)
                        else:
                            _add_file(archive, name, path)
                    archive.add_checksums()
                out.flush()
                os.fsync(out.fileno())
                size = out.tell()
            Path(beside).chmod(0o600)  # it holds what is confidential
            Path(beside).replace(file)
            flush_folder(file.parent)
        finally:
            Path(beside).unlink(missing_ok=True)
    except OSError as err:
        raise disk_trouble(str(file), err) from err
    finally:
        engine.dispose()
    return BackupReport(header=header, bytes=size, files=archive.files, rows=rows, passed_over=tuple(passed_over))


def _header(conn: Connection, left_out: tuple[str, ...]) -> BackupHeader:
    unfinished = conn.execute(select(runs.c.run_id).where(runs.c.state != "finished").order_by(runs.c.run_id))
    return BackupHeader(
        made=stamp("", datetime.now(UTC)), migration=HEAD, database=conn.dialect.name, left_out=left_out,
        unfinished=tuple(unfinished.scalars()),
    )  # fmt: skip


def _add_rows(conn: Connection, archive: _Archive) -> Iterator[int]:
    """Every table in pieces, tables before those that name their rows; how many rows were in each piece."""
    pieces = 0
    for table in metadata.sorted_tables:
        first = json.dumps({"table": table.name, "columns": [column.name for column in table.columns]})
        lines, size = [first], 0
        for row in every_row(conn, table):
            lines.append(json.dumps(list(row.values())))
            size += len(lines[-1])
            if size > PIECE_BYTES:
                yield _add_piece(archive, pieces := pieces + 1, lines)
                lines, size = [first], 0
        if size:
            yield _add_piece(archive, pieces := pieces + 1, lines)


def _add_piece(archive: _Archive, number: int, lines: list[str]) -> int:
    archive.add_text(f"{DATABASE}/{number:06}.jsonl", "\n".join(lines) + "\n")
    return len(lines) - 1


def _add_file(archive: _Archive, name: str, path: Path) -> None:
    try:
        file = path.open("rb")
    except FileNotFoundError:  # its run was deleted meanwhile
        return
    except OSError as err:
        raise disk_trouble(str(path), err) from err
    with file:
        about = os.fstat(file.fileno())
        archive.add(name, about.st_size, file, about.st_mtime)


def _files(root: Path, runs_dir: Path, database: Path, passed_over: list[str]) -> Iterator[tuple[str, Path]]:
    """Every file by its name in the archive, but for locks and databases with what belongs to them."""
    databases = (DATABASE_FILE, database.name)
    yield from ((name, root / name) for name in SETTINGS if (root / name).is_file())
    for base, top in (*((name, root / name) for name in FOLDERS), (RUNS, runs_dir)):
        for folder, inner, names in os.walk(top):
            at_top = base == RUNS and Path(folder) == top
            if at_top:
                inner[:] = [name for name in inner if name != ".locks"]
                names = [name for name in names if not name.startswith(databases)]
            inner.sort()
            for name in sorted(names + [name for name in inner if Path(folder, name).is_symlink()]):
                path = Path(folder, name)
                archived = f"{base}/{path.relative_to(top).as_posix()}"
                if path.is_symlink() or not archived.isprintable() or not path.is_file():
                    passed_over.append(archived)
                elif not (name.startswith(".") and name.endswith(".new")):  # what a killed write left
                    yield archived, path


def _without_secrets(toml: Path) -> tuple[str, tuple[str, ...]]:
    """panel.toml without passwords and tokens of addresses, and the lines that had some. "" where there is none."""
    try:
        lines = toml.read_text(encoding="utf-8").splitlines(keepends=True)
    except FileNotFoundError:
        return "", ()
    numbers = tuple(f"panel.toml, line {n}" for n, line in enumerate(lines, 1) if SECRET.search(line))
    return SECRET.sub(rf"\1\2{LEFT_OUT}", "".join(lines)), numbers
