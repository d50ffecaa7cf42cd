"""Launch files as rows: one, a folder of them, or one by its address."""

from collections.abc import Iterator
from pathlib import Path

from panel.batch.intake.entries import Entry, Rows, Torn
from panel.dossier import ENDINGS, FENCE, MOST_BYTES, launch_fields, read_launches
from panel.errors import Mistake
from panel.records import Announcement, Seen

MARKDOWN = (".md", ".markdown")


def launches_in(folder: Path, *, label: str, where: str, categories: frozenset[str]) -> Iterator[Announcement | Torn]:
    """The launch files in a folder itself, by name. A Markdown file without fields is notes, not a launch."""
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS)
    except OSError as err:
        raise Mistake(f"The folder can't be read: {err.strerror}.", hint="Look at its permissions.") from err
    for path in paths:
        if path.name.startswith(".") or (path.suffix.lower() in MARKDOWN and not _has_fields(path)):
            continue
        yield one_launch(path, label=label, where=where, at=path.name, categories=categories)


def one_launch(path: Path, *, label: str, where: str, at: str, categories: frozenset[str]) -> Announcement | Torn:
    """The launch a file announces. It is complete in itself: nothing is gathered for it."""
    if any("\ud800" <= c <= "\udfff" for c in str(path.resolve())):
        return Torn(ascii(at)[1:-1], "Its file's name is not in UTF-8.")
    try:
        ((launch, _),) = read_launches(path, categories=categories)
    except Mistake as err:
        return Torn(at, str(err))
    return Announcement(
        source=label, at=at, name=launch.name, release=launch.release, tagline=launch.tagline,
        homepage=launch.homepage, category=launch.category, launched_at=launch.launched_at,
        seen_at=launch.seen_at or (Seen(where=where, url=launch.homepage, on=launch.launched_at),),
        launch_file=str(path.resolve()), embargo_until=launch.embargo_until, confidential=launch.confidential,
    )  # fmt: skip


def launch_text(name: str, text: str) -> Rows:
    """A launch file that came from the web, as an entry: its own words on what it is, and its address.

    Its sources are left out. They may name files beside it, and a launch from the web is gathered by us.
    """
    if len(text) > MOST_BYTES:
        raise Mistake(f"It is larger than {MOST_BYTES // 1000} kB.", hint="A launch file is a page or two.")
    fields = launch_fields(name, text)
    if fields.keys() & {"embargo_until", "confidential"}:
        raise Mistake("What stands on the web is under no embargo.", hint="Keep the file here, and name it.")
    yield Entry("the file", {key: value for key, value in fields.items() if isinstance(value, str)})


def _has_fields(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(FENCE) + 3).removeprefix(b"\xef\xbb\xbf").startswith(FENCE.encode())
    except OSError:
        return True  # reading it says why not
