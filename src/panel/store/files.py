"""Files replaced in one step, and what a disk says when it can't, as one sentence."""

import errno
import os
import tempfile
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

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


def replace_file(path: Path, content: bytes | Iterable[bytes]) -> None:
    """Put `content`, whole or in pieces, at `path`: a reader, or a crash, sees the old file or the new one.

    Raises StoreError.
    """
    replace_files(path.parent, {path.name: content})


def replace_files(folder: Path, contents: Mapping[str, bytes | Iterable[bytes]]) -> None:
    """`replace_file` of several in one folder, by name: each in one step, all of them on the disk on return.

    They are written beside, flushed to the disk together, renamed, and the renames flushed. Raises StoreError.
    """
    make_folder(folder)
    path, beside = folder, dict[Path, tuple[Path, IO[bytes]]]()
    try:
        for path, content in ((folder / name, content) for name, content in contents.items()):
            handle, new = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".new", dir=folder)
            beside[path] = Path(new), os.fdopen(handle, "wb")
            beside[path][1].writelines([content] if isinstance(content, bytes) else content)
        for path in beside:
            file = beside[path][1]
            file.flush()
            os.fsync(file.fileno())
            file.close()
        for path, (written, _) in beside.items():
            written.chmod(0o644)  # mkstemp gives 0600, and a run folder is made to be passed on
            written.replace(path)
        flush_folder(folder)
    except OSError as err:
        raise disk_trouble(str(path), err) from err
    finally:
        for written, file in beside.values():
            with suppress(OSError):
                file.close()
            with suppress(OSError):
                written.unlink()  # gone already, unless something failed


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
