"""A run's folder: the readable, portable copy of what SQL holds. It renders and verifies without the database.

Every file is replaced in one step; the manifest lists each with its hash and is written last, and only then says
`finished`. So a folder whose manifest says `finished` is whole, or `verify_folder` says what changed since.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from panel.errors import Mistake, StoreError
from panel.records import FileEntry, Run, sha256_of
from panel.store.files import disk_trouble, make_folder, replace_file
from panel.store.names import MANIFEST, check_run_id, inside


class RunFolder:
    """`runs/<run_id>/`. Paths given to it are relative, with forward slashes, and can't leave it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, runs_dir: Path, run: Run) -> "RunFolder":
        """A folder with the manifest of a run that has just started. Raises StoreError when it exists already."""
        folder = cls(runs_dir / check_run_id(run.run_id))
        make_folder(runs_dir)
        try:
            folder.path.mkdir()
        except FileExistsError as err:
            raise StoreError(f"{str(folder.path)!r} exists already.", hint="Start again for a new run id.") from err
        except OSError as err:
            raise disk_trouble(str(folder.path), err) from err
        folder.save(run)
        return folder

    @classmethod
    def open(cls, runs_dir: Path, run_id: str) -> "RunFolder":
        """The folder of a run there is. Raises Mistake naming where it was looked for."""
        path = runs_dir / check_run_id(run_id)
        if not path.is_dir():
            raise Mistake(
                f"There is no run folder at {str(path)!r}.", hint="`panel runs list` names the runs there are."
            )
        return cls(path)

    def write(self, relpath: str, content: str | bytes) -> Path:
        """Put one file, text as UTF-8. Raises Mistake for a path that leaves the folder, StoreError for the disk."""
        path = self.path / inside(relpath)
        replace_file(path, content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
        return path

    def read(self, relpath: str) -> str:
        """One file's text. Raises StoreError when it is gone or no text."""
        path = self.path / inside(relpath)
        try:
            return path.read_bytes().decode("utf-8", "surrogatepass")
        except FileNotFoundError as err:
            raise StoreError(f"{str(path)!r} is missing.", hint="Put it back, or start the run anew.") from err
        except UnicodeDecodeError as err:
            raise StoreError(f"{str(path)!r} is no UTF-8 text.", hint="Put it back, or start the run anew.") from err
        except OSError as err:
            raise disk_trouble(str(path), err) from err

    def save(self, run: Run) -> Run:
        """Write the manifest as it stands: started or stopped, no list of files yet."""
        self.write(MANIFEST, run.model_dump_json(indent=1) + "\n")
        return run

    def manifest(self) -> Run:
        """The run as its manifest tells it. Raises StoreError for a manifest nobody can read."""
        try:
            return Run.model_validate_json(self.read(MANIFEST))
        except ValidationError as err:
            raise StoreError(
                f"{str(self.path / MANIFEST)!r} is not a manifest this version can read.",
                hint="Update review-panel, or put the file back.",
            ) from err

    def finish(self, run: Run) -> Run:
        """List all files with their hashes, then write the manifest with state `finished`: the last write of a run."""
        files = tuple(FileEntry(path=name, sha256=_hash(self.path / name)) for name in self._files())
        return self.save(run.model_copy(update={"state": "finished", "files": files}))

    def verify(self) -> list[str]:
        """What differs from the manifest, one sentence each; empty when all is as it was written."""
        run = self.manifest()
        wrong = [] if run.state == "finished" else [f"The run is not finished: its state is {run.state!r}."]
        listed = {entry.path: entry.sha256 for entry in run.files}
        present = set(self._files())
        wrong += [f"{name} is missing." for name in sorted(listed.keys() - present)]
        wrong += [f"{n} was changed." for n in sorted(listed.keys() & present) if _hash(self.path / n) != listed[n]]
        if run.state == "finished":
            wrong += [f"{name} is not in the manifest." for name in sorted(present - listed.keys())]
        return wrong

    def remove(self) -> None:
        """Delete the folder and all in it. Raises StoreError for the disk."""
        try:
            shutil.rmtree(self.path)
        except FileNotFoundError:
            return
        except OSError as err:
            raise disk_trouble(str(self.path), err) from err

    def _files(self) -> Iterator[str]:
        """Every file but the manifest and what a killed write left behind, sorted."""
        for path in sorted(self.path.rglob("*")):
            name = path.relative_to(self.path).as_posix()
            if path.is_file() and name != MANIFEST and not (path.name.startswith(".") and path.suffix == ".new"):
                yield name


def verify_folder(path: Path) -> list[str]:
    """`RunFolder.verify` for a folder anywhere: a copy on a stick, an attachment."""
    return RunFolder(path).verify()


def _hash(path: Path) -> str:
    try:
        return sha256_of(path.read_bytes())
    except OSError as err:
        raise disk_trouble(str(path), err) from err
