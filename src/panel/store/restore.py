"""A backup brought back into an empty folder and an empty database: all of it, or nothing.

Rows come in without the desk's triggers, which hold acts as they happen; `panel audit verify` then checks the log's
chain and every approval. The archive may be a stranger's: only plain files below the places a backup has are written,
first into a folder of their own, and each is held against its hash before anything is put in place.
"""

import json
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from pydantic import ValidationError
from sqlalchemy import Connection, MetaData, Table, func, insert, inspect, select

from panel.errors import Mistake, StoreError
from panel.records import Value
from panel.store.backup import (
    CHECKSUMS,
    DATABASE,
    DATABASE_FILE,
    FOLDERS,
    HEADER,
    RUNS,
    SETTINGS,
    BackupHeader,
    HashedReader,
)
from panel.store.database import changing_alone, describe_database, make_engine, read_url
from panel.store.files import disk_trouble, make_folder
from panel.store.tables.core import VERSION_TABLE
from panel.store.upgrade import migrate_to, refuse_unknown, schema_version

AT_ONCE = 500  # rows
MOST_HEADER_BYTES = 1_000_000
PIECE_BYTES = 1 << 20
HINT = "Nothing was restored. Take another copy of it."


class RestoreReport(Value):
    """What was brought back, and where."""

    header: BackupHeader
    runs_dir: Path
    database_url: str
    files: int
    rows: int


class _Unpacked:
    """An archive read from first to last, and what was in it."""

    def __init__(self, tar: tarfile.TarFile, folder: Path, checksums: IO[bytes]) -> None:
        self._tar, self._folder, self._checksums = tar, folder, checksums
        self.files = self.rows = 0

    def header(self) -> BackupHeader:
        member = self._tar.next()
        if member is None or member.name != HEADER or member.size > MOST_HEADER_BYTES:
            raise _damaged("it does not begin as one")
        try:
            return BackupHeader.model_validate_json(b"".join(self._pieces(member)))
        except ValidationError as err:
            raise _damaged("its first file can't be read; it may be of a newer review-panel") from err

    def rest(self, conn: Connection, tables: frozenset[str]) -> None:
        """Rows into the database, files into the folder. Raises StoreError for what is not as it was written."""
        while member := self._tar.next():
            self._tar.members = []  # type: ignore[attr-defined]  # it would keep all of them
            if member.name == CHECKSUMS:
                self._compare(member)
                return
            where = _checked(member)
            if where.parts[0] == DATABASE:
                self._insert(conn, b"".join(self._pieces(member)), tables)
            else:
                path = self._folder / where
                path.parent.mkdir(parents=True, exist_ok=True)
                if path.exists():
                    raise _damaged(f"{member.name!r} comes twice")
                with path.open("xb") as file:
                    file.writelines(self._pieces(member))
        raise _damaged("it ends too soon")

    def _pieces(self, member: tarfile.TarInfo) -> Iterator[bytes]:
        file = self._tar.extractfile(member)
        if file is None:
            raise _damaged(f"{member.name!r} is no file")
        hashed, left = HashedReader(file, member.name), member.size
        while left:
            piece = hashed.read(min(left, PIECE_BYTES))
            left -= len(piece)
            yield piece
        self._checksums.write(f"{hashed.digest.hexdigest()}  {member.name}\n".encode())
        self.files += 1

    def _insert(self, conn: Connection, content: bytes, tables: frozenset[str]) -> None:
        try:
            first, *lines = content.splitlines()
            about = json.loads(first)
            name, columns = about["table"], about["columns"]
            rows = [dict(zip(columns, json.loads(line), strict=True)) for line in lines]
            if name not in tables:
                raise _damaged(f"there is no table {name!r}")
            table = Table(name, MetaData(), autoload_with=conn)
            if set(columns) != {column.name for column in table.columns}:
                raise _damaged(f"{name!r} has other columns")
            for start in range(0, len(rows), AT_ONCE):
                conn.execute(insert(table), rows[start : start + AT_ONCE])
        except (ValueError, TypeError, LookupError, OverflowError) as err:
            raise _damaged("rows of its database can't be read") from err
        self.rows += len(rows)

    def _compare(self, member: tarfile.TarInfo) -> None:
        file = self._tar.extractfile(member)
        self._checksums.seek(0)
        for line in self._checksums:
            if file is None or file.readline() != line:
                raise _damaged(f"{line.decode().rstrip().partition('  ')[2]!r} is not what was written")
        if file is None or file.read(1) or self._tar.next():
            raise _damaged("it holds other files than it lists")


def restore_backup(
    file: Path, folder: Path, database_url: str, *, place_runs: Callable[[str], PurePosixPath]
) -> RestoreReport:
    """Bring a backup back into a folder that is empty but for the backup itself, or missing.

    database_url: of an empty database; "" for panel.db among the runs. place_runs: where runs go below the folder, by
    the text of panel.toml. Raises Mistake for what is not empty or no backup, StoreError for a damaged one, a disk or
    a database. Nothing is left of what failed.
    """
    if folder.exists() and (not folder.is_dir() or any(path.resolve() != file.resolve() for path in folder.iterdir())):
        raise Mistake(f"{str(folder)!r} is not empty.", hint="Restore into a new folder.")
    target = read_url(database_url) if database_url else None
    in_file = target is None or target.get_backend_name() == "sqlite"
    if target and in_file and Path(target.database or "").exists():
        raise Mistake(f"The database {target.database!r} is there already.", hint="Name another, or move it away.")
    make_folder(folder)
    staging = Path(tempfile.mkdtemp(prefix=".restore-", dir=folder))
    try:
        made = staging / DATABASE_FILE
        engine = make_engine(f"sqlite:///{made}" if in_file else database_url)
        try:
            with (
                file.open("rb") as opened,
                tempfile.TemporaryFile(dir=staging) as checksums,
                tarfile.open(fileobj=opened, mode="r|*") as tar,
                changing_alone(engine) as conn,
            ):
                unpacked = _Unpacked(tar, staging / "files", checksums)
                header = unpacked.header()
                refuse_unknown(f"The backup {str(file)!r}", header.migration)
                _fill(conn, header, unpacked)
                toml = staging / "files" / SETTINGS[0]
                runs_dir = folder / place_runs(toml.read_text(encoding="utf-8") if toml.exists() else "")
        finally:
            engine.dispose()
        _put_in_place(staging / "files", folder, runs_dir)
        if in_file:
            place = Path(target.database or "") if target else runs_dir / DATABASE_FILE
            make_folder(place.parent)
            shutil.move(made, place)
        if hasattr(os, "sync"):
            os.sync()
    except (tarfile.TarError, EOFError, zlib.error) as err:
        raise Mistake(f"{str(file)!r} is no backup, or a damaged one: {err}.", hint=HINT) from err
    except OSError as err:
        raise disk_trouble(err.filename or str(folder), err) from err
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return RestoreReport(
        header=header, runs_dir=runs_dir, database_url=database_url or f"sqlite:///{runs_dir / DATABASE_FILE}",
        files=unpacked.files, rows=unpacked.rows,
    )  # fmt: skip


def _fill(conn: Connection, header: BackupHeader, unpacked: _Unpacked) -> None:
    before = set(inspect(conn).get_table_names())
    if schema_version(conn) or VERSION_TABLE in before:
        where = describe_database(conn.engine.url)
        raise Mistake(
            f"The database {where!r} is not empty.", hint="Make a new one, and name it in PANEL_DATABASE_URL."
        )
    migrate_to(conn, header.migration)
    tables = frozenset(inspect(conn).get_table_names()) - before - {VERSION_TABLE}
    with _without_triggers(conn, tables):
        unpacked.rest(conn, tables)
    if conn.dialect.name == "postgresql":
        _set_sequences(conn, tables)
    migrate_to(conn, "head")


@contextmanager
def _without_triggers(conn: Connection, tables: frozenset[str]) -> Iterator[None]:
    on_file = conn.dialect.name == "sqlite"
    query = "select name, sql from sqlite_master where type = 'trigger'"
    triggers = [tuple(row) for row in conn.exec_driver_sql(query)] if on_file else []
    for name, _ in triggers:
        conn.exec_driver_sql(f"drop trigger {name}")
    for table in () if on_file else tables:
        conn.exec_driver_sql(f"alter table {table} disable trigger user")
    yield
    for _, sql in triggers:
        conn.exec_driver_sql(sql)
    for table in () if on_file else tables:
        conn.exec_driver_sql(f"alter table {table} enable trigger user")


def _set_sequences(conn: Connection, tables: frozenset[str]) -> None:
    """Numbers that Postgres gives out go on after the highest there is."""
    for name in tables:
        (key, *_) = Table(name, MetaData(), autoload_with=conn).primary_key.columns
        if "nextval" in str(getattr(key.server_default, "arg", "")):
            highest = select(func.max(key)).scalar_subquery()
            conn.execute(select(func.setval(func.pg_get_serial_sequence(name, key.name), highest)))


def _checked(member: tarfile.TarInfo) -> PurePosixPath:
    """Where a file belongs. Raises StoreError for what is no plain file below a place that a backup has."""
    name, where = member.name, PurePosixPath(member.name)
    plain = member.type in (tarfile.REGTYPE, tarfile.AREGTYPE) and not member.issparse()
    ours = name in SETTINGS or (len(where.parts) > 1 and where.parts[0] in (DATABASE, RUNS, *FOLDERS))
    beside_database = name.startswith(f"{RUNS}/{DATABASE_FILE}")  # a log of another would be read into it
    straight = name == str(where) and ".." not in where.parts and "\\" not in name and name.isprintable()
    if not (plain and ours and straight) or beside_database:
        raise _damaged(f"it holds {name!r}, which no backup does")
    return where


def _put_in_place(files: Path, folder: Path, runs_dir: Path) -> None:
    (files / RUNS).mkdir(parents=True, exist_ok=True)
    runs_dir.parent.mkdir(parents=True, exist_ok=True)
    (files / RUNS).rename(runs_dir)
    for path in files.iterdir():
        path.rename(folder / path.name)


def _damaged(why: str) -> StoreError:
    return StoreError(f"The backup is damaged: {why}.", hint=HINT)
