"""A source's text, inline or from a file beside the launch file, as blocks."""

from pathlib import Path, PureWindowsPath

from panel.dossier.launch_file.launch_yaml import decode_launch_file, read_bytes
from panel.dossier.page.html import PageText
from panel.dossier.page.read_page import read_text
from panel.errors import Mistake
from panel.records import LaunchSource

MOST_BYTES = 5_000_000
MARKDOWN = (".md", ".markdown")
HTML = (".html", ".htm", ".xhtml")
TEXT = (".txt", ".text", ".log", ".rst", "")
PAGE_STARTS = ("<!doctype html", "<html")


def source_path(file: str, folder: Path, *, where: str) -> Path:
    """The source's file, which must stand under the launch file's folder. Raises Mistake naming `where`."""
    if Path(file).is_absolute() or PureWindowsPath(file).drive or file.startswith(("/", "\\", "~")):
        raise Mistake(f"{where}.file {file!r} is not a path beside the launch file.", hint="Copy the file there.")
    path = (folder / file).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise Mistake(f"{where}.file {file!r} leads out of the launch file's folder.", hint="Copy the file there.")
    if path.exists() and not path.is_file():
        raise Mistake(f"{where}.file {file!r} is a folder.", hint="Name a file in it.")
    if path.suffix.lower() not in (*MARKDOWN, *HTML, *TEXT):
        told = f"{where}.file {file!r} is of a kind this version can't read."
        raise Mistake(told, hint="Save it as .txt, .md or .html.")
    read_bytes(path, most=MOST_BYTES, what=f"{where}.file {file!r}")
    return path


def source_bytes(source: LaunchSource, folder: Path, *, where: str) -> bytes:
    """What the source holds, as it came."""
    if not source.file:
        return source.text.encode("utf-8", "surrogatepass")
    path = source_path(source.file, folder, where=where)
    return read_bytes(path, most=MOST_BYTES, what=f"{where}.file {source.file!r}")


def read_source_text(source: LaunchSource, raw: bytes, *, where: str) -> PageText:
    """The source read: by its file's ending; inline text is Markdown, unless it is a whole HTML page."""
    text = source.text if not source.file else decode_launch_file(raw, what=f"{where}.file {source.file!r}")
    if is_page(source, text):
        return read_text(text, "html")
    is_plain = source.file and Path(source.file).suffix.lower() in TEXT
    return read_text(text, "plain" if is_plain else "markdown")


def is_page(source: LaunchSource, text: str) -> bool:
    """Whether the source is a whole HTML page: by its file's ending, or by how inline text begins."""
    if source.file:
        return Path(source.file).suffix.lower() in HTML
    return text.lstrip()[:40].lower().startswith(PAGE_STARTS)
