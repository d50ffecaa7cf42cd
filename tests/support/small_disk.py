"""A disk of 8 MB that can be filled."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


class SmallDisk:
    """A file system in memory of a few megabytes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def leave(self, kilobytes: int) -> None:
        """Fill it until so much is left."""
        free = shutil.disk_usage(self.path).free - kilobytes * 1024
        (self.path / "filler").write_bytes(b"x" * max(0, free))

    def make_room(self) -> None:
        (self.path / "filler").unlink()

    def read_only(self) -> None:
        subprocess.run(["mount", "-o", "remount,ro", str(self.path)], check=True, capture_output=True)


@contextmanager
def mount_small_disk(path: Path) -> Iterator[SmallDisk]:
    """One in this folder, which is made; the test is skipped where nobody may."""
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(path)]
    if sys.platform != "linux" or not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a small disk can only be mounted by root on Linux")
    yield SmallDisk(path)
    subprocess.run(["umount", "-l", str(path)], check=True)
