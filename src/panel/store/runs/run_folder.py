"""A run's folder: the readable, portable copy of what SQL holds. It renders and verifies without the database.

Every file is replaced in one step; the manifest lists each with its hash and is written last, and only then says
`finished`. So a folder whose manifest says `finished` is whole, or `verify_folder` says what changed since.
"""

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from pydantic import ValidationError

from panel.errors import Mistake, StoreError
from panel.records import FileEntry, Run, sha256_of
from panel.store.files import disk_trouble, make_folder, replace_file, replace_files
from panel.store.run_ids import MANIFEST, check_run_id, safe_relpath

SEAL = "files.json"  # of one launch of a batch: its files and their hashes


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

    @classmethod
    def open_or_make(cls, runs_dir: Path, run: Run) -> "RunFolder":
        """The folder of a run that may have begun on another machine: made here, with its manifest, when missing."""
        path = runs_dir / check_run_id(run.run_id)
        return cls(path) if path.is_dir() else cls.create(runs_dir, run)

    def write(self, relpath: str, content: str | bytes) -> Path:
        """Put one file, text as UTF-8. Raises Mistake for a path that leaves the folder, StoreError for the disk."""
        path = self.path / safe_relpath(relpath)
        replace_file(path, content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
        return path

    def write_parts(self, relpath: str, parts: Iterable[str]) -> Path:
        """`write` of a text that comes piece by piece, and is never whole in memory."""
        path = self.path / safe_relpath(relpath)
        replace_file(path, (part.encode("utf-8", "surrogatepass") for part in parts))
        return path

    def read(self, relpath: str) -> str:
        """One file's text. Raises StoreError when it is gone or no text."""
        path = self.path / safe_relpath(relpath)
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

    def write_sealed(self, base: str, files: Mapping[str, str]) -> None:
        """Put these files, by plain name, into the folder `base`, then its `files.json`: all there is, with hashes.

        The seal is written once the others are on the disk; the manifest lists only it.
        """
        path = self.path / safe_relpath(base)
        contents = {name: text.encode("utf-8", "surrogatepass") for name, text in files.items()}
        replace_files(path, contents)
        hashes = {name: sha256_of(contents[name]) if name in files else _hash(path / name) for name in _below(path)}
        hashes.pop(SEAL, None)
        self.write(f"{base}/{SEAL}", json.dumps(hashes, indent=1) + "\n")

    def verify(self) -> list[str]:
        """What differs from the manifest, one sentence each; empty when all is as it was written."""
        run = self.manifest()
        wrong = [] if run.state == "finished" else [f"The run is not finished: its state is {run.state!r}."]
        listed = {entry.path: entry.sha256 for entry in run.files}
        present = set(self._files())
        wrong += [f"{name} is missing." for name in sorted(listed.keys() - present)]
        wrong += [f"{n} was changed." for n in sorted(listed.keys() & present) if _hash(self.path / n) != listed[n]]
        wrong += [line for name in sorted(present) if name.endswith(f"/{SEAL}") for line in self._unsealed(name)]
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

    def _files(self) -> list[str]:
        """Every file but the manifest and what a killed write left, sorted; a sealed folder as its seal alone."""
        found: list[str] = []
        for folder, inner, names in os.walk(self.path):
            here = Path(folder).relative_to(self.path).as_posix()
            base = "" if here == "." else f"{here}/"
            if base and SEAL in names:
                inner.clear()
                names = [SEAL]
            found += [base + name for name in names if base + name != MANIFEST and _is_kept(name)]
        return sorted(found)

    def _unsealed(self, seal: str) -> Iterator[str]:
        """What differs from a seal, one sentence each."""
        base = seal.removesuffix(SEAL)
        try:
            listed: dict[str, str] = dict(json.loads(self.read(seal)))
        except ValueError:
            yield f"{seal} is not a list of files."
            return
        present = {name for name in _below(self.path / base) if name != SEAL}
        yield from (f"{base}{name} is missing." for name in sorted(listed.keys() - present))
        yield from (f"{base}{name} is not in {seal}." for name in sorted(present - listed.keys()))
        changed = (n for n in sorted(listed.keys() & present) if _hash(self.path / base / n) != listed[n])
        yield from (f"{base}{name} was changed." for name in changed)


def _below(path: Path) -> list[str]:
    """Every file below a folder, relative to it, sorted."""
    return sorted(p.relative_to(path).as_posix() for p in path.rglob("*") if p.is_file() and _is_kept(p.name))


def _is_kept(name: str) -> bool:
    """Not what a killed write left behind."""
    return not (name.startswith(".") and name.endswith(".new"))


def verify_folder(path: Path) -> list[str]:
    """`RunFolder.verify` for a folder anywhere: a copy on a stick, an attachment."""
    return RunFolder(path).verify()


def _hash(path: Path) -> str:
    try:
        return sha256_of(path.read_bytes())
    except OSError as err:
        raise disk_trouble(str(path), err) from err
