"""Files replaced in one step, and what a disk says when it can't, as one sentence."""

import errno
import os
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from panel.errors import StoreError

A_DAY_S = 86_400
ADVICE = {
    errno.ENOSPC: ("the disk is full", "Free some space on it; everything written before is kept."),
    errno.EDQUOT: ("your disk quota is used up", "Free some space; everything written before is kept."),
    errno.EROFS: ("the disk is read-only", "Choose another folder in panel.toml: runs = ..."),
    errno.EACCES: ("you may not write there", "Change its permissions, or choose another folder: runs = ..."),
    errno.EPERM: ("you may not write there", "Change its permissions, or choose another folder: runs = ..."),
    errno.ENOTDIR: ("a file stands where a folder should", "Move that file away."),
    errno.EEXIST: ("a file stands where a folder should", "Move that file away."),
    errno.ENAMETOOLONG: ("the name is too long for this disk", "Choose a shorter folder in panel.toml: runs = ..."),
}


def disk_trouble(what: str, err: OSError) -> StoreError:
    """The sentence for a failed write or read of `what` (a path)."""
    why, hint = ADVICE.get(err.errno or 0, (err.strerror or str(err), "Look at that disk, then try again."))
    return StoreError(f"{what!r} can't be used: {why}.", hint=hint)


def make_folder(path: Path) -> None:
    """The folder and those above it. Raises StoreError."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as err:
        raise disk_trouble(str(path), err) from err


def replace_file(path: Path, content: bytes | Iterable[bytes], *, flush: bool = True) -> None:
    """Put `content`, whole or in pieces, at `path`: a reader, or a crash, sees the old file or the new one.

    Written beside it, flushed to the disk, renamed, and the rename flushed too, unless the caller does that once for
    several files (`flush_folder`). Raises StoreError.
    """
    make_folder(path.parent)
    try:
        handle, beside = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".new", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.writelines([content] if isinstance(content, bytes) else content)
                file.flush()
                os.fsync(file.fileno())
            Path(beside).chmod(0o644)  # mkstemp gives 0600, and a run folder is made to be passed on
            Path(beside).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(beside).unlink()
            raise
        if flush:
            flush_folder(path.parent)
    except OSError as err:
        raise disk_trouble(str(path), err) from err


def remove_torn_files(folder: Path) -> None:
    """Remove what killed writes of `replace_file` left anywhere below: none goes on for a day."""
    for path in folder.rglob(".*.new"):
        with suppress(OSError):
            if path.stat().st_mtime < time.time() - A_DAY_S:
                path.unlink()


def write_new(path: Path, text: str) -> bool:
    """Put a text where nothing is yet; False where something is, which stays. Raises StoreError."""
    make_folder(path.parent)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        return False
    except OSError as err:
        raise disk_trouble(str(path), err) from err
    return True


def flush_folder(path: Path) -> None:
    """Make renames in this folder survive a power cut, where the system allows it (Windows has no such call)."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
