"""Where people's files are: personas, prompts, categories, settings. Theirs if they have them, else our copies."""

from dataclasses import dataclass
from pathlib import Path

from panel import version
from panel.errors import Mistake, StoreError
from panel.store import safe_relpath, write_new

CONFIG = "panel.toml"
CATEGORIES, SCENARIOS = "categories.yaml", "scenarios.yaml"
PERSONA_ENDING = ".yaml"
PROMPT_ENDINGS = (".j2", ".yaml")


@dataclass(frozen=True)
class WorkspaceFolder:
    """The files a run is made with, read once. A part that is missing in the folder comes from our copies."""

    root: Path
    personas: dict[str, str]  # file name without its ending -> text
    prompts: dict[str, str]  # path below prompts/, forward slashes -> text
    categories: str
    scenarios: str  # uses of a tool that costs are computed for
    config_text: str  # of panel.toml; "" where there is none
    packaged: bool  # no panel.toml was found: everything is our copy, and runs go under `root`


def find_workspace(start: Path) -> WorkspaceFolder:
    """The nearest folder upward holding panel.toml, else our copies with `start` as root.

    Raises StoreError for a file that can't be read, naming it.
    """
    start = start.resolve()
    root = next((folder for folder in (start, *start.parents) if (folder / CONFIG).is_file()), None)
    ours = packaged_files()
    here = root or ours
    return WorkspaceFolder(
        root=root or start, personas=_personas(here if (here / "personas").is_dir() else ours),
        prompts=_prompts(here if (here / "prompts").is_dir() else ours),
        categories=_read((here if (here / CATEGORIES).is_file() else ours) / CATEGORIES),
        scenarios=_read((here if (here / SCENARIOS).is_file() else ours) / SCENARIOS),
        config_text=_read(root / CONFIG) if root else "", packaged=root is None,
    )  # fmt: skip


def lay_out_workspace(root: Path) -> list[Path]:
    """Copy personas, prompts, categories and a commented panel.toml into `root`; give back what was written.

    Never overwrites: a file that exists stays as it is and is not in the list. Raises StoreError for the disk.
    """
    ours = packaged_files()
    texts = {Path(name): _read(ours / name) for name in (CONFIG, CATEGORIES, SCENARIOS)}
    texts |= {Path("personas", name + PERSONA_ENDING): text for name, text in _personas(ours).items()}
    texts |= {Path("prompts", name): text for name, text in _prompts(ours).items()}
    return [root / name for name, text in sorted(texts.items()) if write_new(root / name, text)]


def packaged_files() -> Path:
    """The folder that holds our personas, prompts and categories: in the wheel, or in the checkout we run from."""
    package = Path(version.__file__).parent
    for folder in (package / "data", package.parents[1]):
        if (folder / "personas").is_dir() and (folder / "prompts").is_dir():
            return folder
    raise Mistake("This installation lacks its personas and prompts.", hint="Install review-panel again.")


def _personas(folder: Path) -> dict[str, str]:
    found = sorted((folder / "personas").glob("*" + PERSONA_ENDING))
    return {path.stem: _read(path) for path in found if not path.name.startswith(".")}


def _prompts(folder: Path) -> dict[str, str]:
    base = folder / "prompts"
    found = (path for path in sorted(base.rglob("*")) if path.suffix in PROMPT_ENDINGS and path.is_file())
    names = {path.relative_to(base).as_posix(): path for path in found if not path.name.startswith(".")}
    return {str(safe_relpath(name)): _read(path) for name, path in names.items()}  # as run folders name their copies


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as err:
        raise Mistake(f"{str(path)!r} is not UTF-8 text.", hint="Save it as UTF-8.") from err
    except OSError as err:
        raise StoreError(f"{str(path)!r} can't be read: {err.strerror}.", hint="Look at its permissions.") from err
