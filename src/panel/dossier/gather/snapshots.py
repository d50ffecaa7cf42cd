"""Pages kept on disk, dated: a body is stored once by its hash, and each address has a list of when it was read.

    snapshots/pages/acme-dev-9f2c...jsonl     one line a reading, oldest first
    snapshots/bodies/3f/3fa9...               the bytes, named by their SHA-256; a browser's pictures of pages, too

File names are made here, from hashes; nothing of an address but its host, spelt in plain letters, reaches the disk.
Lists and bodies are replaced whole by the `write` given (the store's `replace_file`: rooms beside each other don't
import one another, and a second way of writing files would be a second place for its faults). Two processes that read
one address in the same instant may lose one of two lines; it is a cache, and the page is read again.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from difflib import unified_diff
from functools import cache
from operator import not_
from pathlib import Path
from typing import Annotated, NamedTuple
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, ValidationError

from panel.dossier.charset import decode_page
from panel.dossier.identity.address import tidy_address
from panel.dossier.page.passages import cut
from panel.dossier.page.read_page import open_page, read_page
from panel.dossier.visibility.style_sheets import MOST_BYTES as MOST_SHEET_BYTES
from panel.errors import Mistake, StoreError
from panel.records import Page, Value, sha256_of, slugify

Write = Callable[[Path, bytes], None]
log = logging.getLogger(__name__)


class Snapshot(Value):
    """One reading of one address; the body lies beside, by its hash."""

    url: str
    final_url: str
    status: int
    media_type: str
    charset: str = ""
    fetched_at: datetime
    etag: str = ""
    last_modified: str = ""
    sha256: Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
    size: int  # bytes
    rendered: bool = Field(default=False, exclude_if=not_)  # as a browser showed it
    picture: Annotated[str, StringConstraints(pattern=r"^(sha256:[0-9a-f]{64})?$")] = Field(default="", exclude_if=not_)


class Kept(NamedTuple):
    """What is kept of one address."""

    url: str
    readings: tuple[Snapshot, ...]  # oldest first, at least one


class Snapshots:
    """The dated cache in a folder, which need not exist yet."""

    def __init__(self, folder: Path, *, write: Write) -> None:
        self.folder = folder
        self._write = write

    def get(self, url: str, *, on: date | None = None) -> Page | None:
        """The newest page of this address, or the newest read by the end of that day (UTC); None when there is none.

        A body that is gone, or is not what its hash says, counts as never kept. Raises StoreError for a failing disk.
        """
        by_then = (s for s in reversed(self.readings(url)) if on is None or s.fetched_at.date() <= on)
        return next(filter(None, map(self._page, by_then)), None)

    def picture(self, url: str, *, on: date | None = None) -> bytes:
        """A browser's newest picture of this address, or the newest by that day's end (UTC): JPEG; b"" for none."""
        by_then = (s for s in reversed(self.readings(url)) if s.picture and (on is None or s.fetched_at.date() <= on))
        return next((self._bytes(s.picture) or b"" for s in by_then), b"")

    def recent(self, url: str, *, today: date, max_age_days: int) -> Page | None:
        """The newest page if it was read at most so many days ago; 0 means today. One from the future is not recent."""
        page = self.get(url)
        age = today - page.fetched_at.date() if page else None
        return page if age is not None and timedelta(0) <= age <= timedelta(days=max_age_days) else None

    def put(self, page: Page, *, picture: bytes = b"") -> None:
        """Keep a page, and a browser's picture of it. The same again adds a line and no body. Raises StoreError."""
        if sha256_of(page.body) != page.sha256:
            raise ValueError("the page's hash is not that of its body")
        pictured = {"picture": sha256_of(picture)} if picture else {}
        for name, body in ((page.sha256, page.body), *((name, picture) for name in pictured.values())):
            if self._bytes(name) is None:
                self._write(self._body(name), body)
        told = page.model_dump(exclude={"body"}) | {"url": _key(page.url), "size": len(page.body)} | pictured
        snapshot = Snapshot.model_validate(told)
        older = [s for s in self.readings(page.url) if s != snapshot]
        self._write_list(page.url, sorted([*older, snapshot], key=lambda s: s.fetched_at.timestamp()))

    def readings(self, url: str) -> tuple[Snapshot, ...]:
        """When an address was read, oldest first. Torn or foreign lines are passed over, with one warning for all."""
        return tuple(_lines(self._list(url))) if self._list(url).exists() else ()

    def list(self) -> tuple[Kept, ...]:
        """Every address kept, in the order of addresses."""
        lists = (tuple(_lines(path)) for path in sorted(self.folder.glob("pages/*.jsonl")))
        return tuple(sorted((Kept(found[-1].url, found) for found in lists if found), key=lambda kept: kept.url))

    def diff(self, url: str) -> str:
        """What changed in an address's text between its last two different readings: a unified diff of passages.

        "" when only one is kept, or the text is the same. Raises Mistake when the address was never read.
        """
        found = self.readings(url)
        if not found:
            raise Mistake(f"{url!r} was never read.", hint="`panel dossier refresh URL` reads it.")
        newest = found[-1]
        older = next((s for s in reversed(found) if s.sha256 != newest.sha256), None)
        before, after = self._page(older) if older else None, self._page(newest)
        if before is None or after is None:
            return ""
        old, new = (f"{page.url} {page.fetched_at.date().isoformat()}" for page in (before, after))
        return "\n".join(unified_diff(self._passages(before), self._passages(after), old, new, n=1, lineterm=""))

    def prune(self, *, before: date) -> int:
        """Forget readings older than that day, but for each address's newest. Returns how many bodies went."""
        for kept in self.list():
            *old, newest = kept.readings
            left = [s for s in old if s.fetched_at.date() >= before]
            if len(left) < len(old):
                self._write_list(kept.url, [*left, newest])
        every = (s for kept in self.list() for s in kept.readings)
        wanted = {name.removeprefix("sha256:") for s in every for name in (s.sha256, s.picture)}
        loose = [path for path in self.folder.glob("bodies/??/*") if path.name not in wanted]
        for path in loose:
            path.unlink(missing_ok=True)
        return len(loose)

    def _passages(self, page: Page) -> Sequence[str]:
        """What a juror read of it: with the style sheets it links, as they were on its day."""
        try:
            opened = open_page(page)
        except Mistake:
            return []
        sheets = {}
        for linked in opened.sheets:
            if linked.url and (sheet := self.get(linked.url, on=page.fetched_at.date())):
                sheets[linked.href] = decode_page(sheet.model_copy(update={"body": sheet.body[:MOST_SHEET_BYTES]}))
        return [f"{passage.kind}: {passage.text}" for passage in cut("S1", read_page(opened, sheets).blocks)]

    def _write_list(self, url: str, snapshots: Sequence[Snapshot]) -> None:
        lines = (json.dumps(s.model_dump(mode="json"), ensure_ascii=False, sort_keys=True) for s in snapshots)
        self._write(self._list(url), "".join(line + "\n" for line in lines).encode("utf-8", "replace"))

    def _page(self, snapshot: Snapshot) -> Page | None:
        body = self._bytes(snapshot.sha256)
        return (
            None
            if body is None
            else Page.model_validate(snapshot.model_dump(exclude={"size", "picture"}) | {"body": body})
        )

    def _bytes(self, sha256: str) -> bytes | None:
        try:
            body = self._body(sha256).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as err:
            raise _unreadable(self._body(sha256), err) from err
        return body if sha256_of(body) == sha256 else None

    def _body(self, sha256: str) -> Path:
        digest = sha256.removeprefix("sha256:")  # 64 hex digits: `Snapshot` takes nothing else
        return self.folder / "bodies" / digest[:2] / digest

    def _list(self, url: str) -> Path:
        key = _key(url)
        host = slugify(urlsplit(key).netloc, most=40)
        return self.folder / "pages" / f"{host}-{hashlib.sha256(key.encode()).hexdigest()[:24]}.jsonl"


def _key(url: str) -> str:
    try:
        return tidy_address(url)
    except ValueError as err:
        raise Mistake(f"{url!r} is {err}.", hint="Write it as https://example.com/page.") from err


def _lines(path: Path) -> Iterator[Snapshot]:
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as err:
        raise _unreadable(path, err) from err
    for line in filter(None, lines):
        try:
            snapshot = Snapshot.model_validate_json(line)
        except ValidationError:
            _warn_of_torn_lines(path.parent)
            continue
        yield snapshot


@cache
def _warn_of_torn_lines(folder: Path) -> None:
    """Once a folder, however many there are."""
    log.warning("%r holds lines that can't be read, as a kill leaves them; they count as never written.", str(folder))


def _unreadable(path: Path, err: OSError) -> StoreError:
    why = err.strerror or str(err)
    return StoreError(f"{str(path)!r} can't be read: {why}.", hint="Look at that disk, then try again.")
