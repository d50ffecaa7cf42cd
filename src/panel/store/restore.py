"""A backup brought back into an empty folder and an empty database: all of it, or nothing.

Rows come in without the desk's triggers, which hold acts as they happen; `panel audit verify` then checks the log's
chain and every approval. The archive may be a stranger's: only plain files below the places a backup has are written,
first into a folder of their own, and all are held against their hashes before anything is put in place.
"""

import hashlib
import json
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from pydantic import ValidationError
from sqlalchemy import Connection, MetaData, Table, func, insert, inspect, select

from panel.errors import Mistake, StoreError
from panel.store import backup
from panel.store.backup import DATABASE_FILE, BackupHeader, BackupReport, HashedReader
from panel.store.database import changing_alone, describe_database, make_engine, read_url
from panel.store.files import disk_trouble, make_folder
from panel.store.tables.core import VERSION_TABLE
from panel.store.upgrade import migrate_to, refuse_unknown, schema_version

AT_ONCE = 500  # rows
MOST_HEADER_BYTES = 1_000_000
PIECE_BYTES = 1 << 20
HINT = "Nothing was restored. Take another copy of it."


class _Reader:
    """An archive read from first to last, its files counted and hashed."""

    def __init__(self, tar: tarfile.TarFile, folder: Path) -> None:
        self._tar, self._folder, self._checksums = tar, folder, hashlib.sha256()
        self.files = self.rows = 0
        member = tar.next()
        if member is None or member.name != backup.HEADER or member.size > MOST_HEADER_BYTES:
            raise _damaged("it does not begin as one")
        try:
            self.header = BackupHeader.model_validate_json(b"".join(self._pieces(member)))
        except ValidationError as err:
            raise _damaged("its first file can't be read; it may be of a newer review-panel") from err
        if not _is_below(self.header.runs):
            raise _damaged(f"its runs belong to {self.header.runs!r}")

    def rest(self, conn: Connection, tables: frozenset[str]) -> None:
        """Rows into the database, files into the folder. Raises StoreError for what is not as it was written."""
        while member := self._tar.next():
            self._tar.members = []  # type: ignore[attr-defined]  # it would keep all of them
            if member.name == backup.CHECKSUMS:
                known, listed = self._checksums.digest(), hashlib.sha256()
                for piece in self._pieces(member):
                    listed.update(piece)
                if listed.digest() != known or self._tar.next():
                    raise _damaged(f"its files are not what {backup.CHECKSUMS} says")
                return
            where = self._checked(member)
            if where.parts[0] == backup.ROWS:
                self._insert(conn, b"".join(self._pieces(member)), tables)
                continue
            path = self._folder / where
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.exists():
                raise _damaged(f"{member.name!r} comes twice")
            with path.open("xb") as file:
                file.writelines(self._pieces(member))
        raise _damaged("it ends too soon")

    def _checked(self, member: tarfile.TarInfo) -> PurePosixPath:
        """Where a file belongs. Raises StoreError for what is no plain file below a place that a backup has."""
        name, runs = member.name, self.header.runs
        plain = member.type in (tarfile.REGTYPE, tarfile.AREGTYPE) and not member.issparse()
        ours = name in backup.SETTINGS or any(
            name.startswith(f"{place}/") for place in (backup.ROWS, runs, *backup.FOLDERS)
        )
        beside_database = name.startswith(f"{runs}/{DATABASE_FILE}")  # a log of another would be read into it
        if not (plain and ours and _is_below(name)) or beside_database:
            raise _damaged(f"it holds {name!r}, which no backup does")
        return PurePosixPath(name)

    def _pieces(self, member: tarfile.TarInfo) -> Iterator[bytes]:
        file = self._tar.extractfile(member)
        if file is None:
            raise _damaged(f"{member.name!r} is no file")
        hashed, left = HashedReader(file, member.name), member.size
        while left:
            piece = hashed.read(min(left, PIECE_BYTES))
            left -= len(piece)
            yield piece
        self._checksums.update(hashed.line())
        self.files += 1

    def _insert(self, conn: Connection, content: bytes, tables: frozenset[str]) -> None:
        try:
            first, *lines = content.splitlines()
            about = json.loads(first)
            name, columns = about["table"], about["columns"]
            if name not in tables:
                raise _damaged(f"there is no table {name!r}")
            table = Table(name, MetaData(), autoload_with=conn)
            if set(columns) != {column.name for column in table.columns}:
                raise _damaged(f"{name!r} has other columns")
            rows = [dict(zip(columns, json.loads(line), strict=True)) for line in lines]
            for start in range(0, len(rows), AT_ONCE):
                conn.execute(insert(table), rows[start : start + AT_ONCE])
        except (ValueError, TypeError, LookupError, OverflowError) as err:
            raise _damaged("rows of its database can't be read") from err
        self.rows += len(rows)


def restore_backup(file: Path, folder: Path, database_url: str = "") -> BackupReport:
    """Bring a backup back into a folder that is empty but for the backup itself, or missing.

    database_url: of an empty database; "" for panel.db among the runs. Raises Mistake for what is not empty or no
    backup, StoreError for a damaged one, a disk or a database. Nothing is left of what failed.
    """
    if folder.exists() and (not folder.is_dir() or any(path.resolve() != file.resolve() for path in folder.iterdir())):
        raise Mistake(f"{str(folder)!r} is not empty.", hint="Restore into a new folder.")
    target = read_url(database_url) if database_url else None
    in_file = target is None or target.get_backend_name() == "sqlite"
    if target and in_file and Path(target.database or "").exists():
        raise Mistake(f"The database {target.database!r} is there already.", hint="Name another, or move it away.")
    make_folder(folder)
    staging = Path(tempfile.mkdtemp(prefix=".restore-", dir=folder))
    files, made = staging / "files", staging / DATABASE_FILE
    try:
        engine = make_engine(f"sqlite:///{made}" if in_file else database_url)
        try:
            with file.open("rb") as opened, tarfile.open(fileobj=opened, mode="r|*") as tar:
                reader = _Reader(tar, files)
                with changing_alone(engine) as conn:
                    _fill(conn, file, reader)
        finally:
            engine.dispose()
        runs_dir = files / reader.header.runs
        runs_dir.mkdir(parents=True, exist_ok=True)
        if in_file:
            place = Path(target.database or "") if target else runs_dir / DATABASE_FILE
            make_folder(place.parent)
            shutil.move(made, place)
        for path in files.iterdir():
            path.rename(folder / path.name)
        if hasattr(os, "sync"):
            os.sync()
        return BackupReport(header=reader.header, files=reader.files, rows=reader.rows, bytes=file.stat().st_size)
    except (tarfile.TarError, EOFError, zlib.error) as err:
        raise Mistake(f"{str(file)!r} is no backup, or a damaged one: {err}.", hint=HINT) from err
    except OSError as err:
        raise disk_trouble(err.filename or str(folder), err) from err
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _fill(conn: Connection, file: Path, reader: _Reader) -> None:
    refuse_unknown(f"The backup {str(file)!r}", reader.header.migration)
    before = set(inspect(conn).get_table_names())
    if schema_version(conn) or VERSION_TABLE in before:
        where = describe_database(conn.engine.url)
        raise Mistake(
            f"The database {where!r} is not empty.", hint="Make a new one, and name it in PANEL_DATABASE_URL."
        )
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql("set local idle_in_transaction_session_timeout = 0")  # files come after the rows
    migrate_to(conn, reader.header.migration)
    tables = frozenset(inspect(conn).get_table_names()) - before - {VERSION_TABLE}
    with _without_triggers(conn, tables):
        reader.rest(conn, tables)
    for name in tables if conn.dialect.name == "postgresql" else ():  # numbers it gives out go on after the highest
        (key, *_) = Table(name, MetaData(), autoload_with=conn).primary_key.columns
        if "nextval" in str(getattr(key.server_default, "arg", "")):
            highest = select(func.max(key)).scalar_subquery()
            conn.execute(select(func.setval(func.pg_get_serial_sequence(name, key.name), highest)))
    migrate_to(conn, "head")


@contextmanager
def _without_triggers(conn: Connection, tables: frozenset[str]) -> Iterator[None]:
    if conn.dialect.name == "sqlite":
        query = "select name, sql from sqlite_master where type = 'trigger'"
        triggers = [tuple(row) for row in conn.exec_driver_sql(query)]
        off, on = [f"drop trigger {name}" for name, _ in triggers], [sql for _, sql in triggers]
    else:
        off, on = ([f"alter table {name} {verb} trigger user" for name in tables] for verb in ("disable", "enable"))
    for statement in off:
        conn.exec_driver_sql(statement)
    yield
    for statement in on:
        conn.exec_driver_sql(statement)


def _is_below(name: str) -> bool:
    """A path of plain names, straight down from where we are."""
    path = PurePosixPath(name)
    straight = path.parts and str(path) == name and not path.is_absolute() and ".." not in path.parts
    return bool(straight and "\\" not in name and name.isprintable())


def _damaged(why: str) -> StoreError:
    return StoreError(f"The backup is damaged: {why}.", hint=HINT)
