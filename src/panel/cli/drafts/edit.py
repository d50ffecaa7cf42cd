"""`panel edit`: a draft's words as Markdown in your own editor, taken back with the desk's checks; nothing is lost."""

import shlex
import shutil
import subprocess
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from panel.cli.drafts.acts import done
from panel.cli.terminal.common_options import DraftArgument, JsonFlag
from panel.cli.terminal.here import OpenDesk, open_desk
from panel.cli.terminal.terminal import is_terminal, say, talk
from panel.errors import EditConflict, Mistake

if TYPE_CHECKING:
    from panel.desk import Edited

FromOption = Annotated[
    Path | None, typer.Option("--from", help="Take this file instead of opening an editor; it was written by `edit`.")
]
EDITORS = ("sensible-editor", "nano", "vim", "vi")  # where neither variable names one
PrintFlag = Annotated[bool, typer.Option("--print", help="Print the file to stdout and change nothing.")]


def edit(draft: DraftArgument, from_: FromOption = None, print_: PrintFlag = False, json_: JsonFlag = False) -> None:
    """Change a draft's words and note in $VISUAL or $EDITOR. `panel drafts decide` decides of them.

    Each change is one act. What can't be taken is kept in a file that --from takes again.
    """
    from panel.desk import draft_as_words, refuse_put_away, take_words

    with open_desk() as at:
        opened = at.desk.open(at.who, draft)
        written = draft_as_words(opened)
        if print_:
            say(written.rstrip("\n"))
            return
        refuse_put_away(opened)
        path = from_ or _in_editor(at, draft, opened.draft.head, written)
        edited = take_words(at.desk, at.who, draft, _read(path)) if path else None
    if path and edited and edited.refused:
        _say_refused(edited, path, draft)
    if edited and edited.summary:
        done(edited.opened, edited.summary, None, json_=json_, done=edited.done)
    else:
        done(opened, "Nothing was changed.", "", json_=json_, done={})
    if path and not from_:
        path.unlink()


def _in_editor(at: OpenDesk, draft: str, number: int, written: str) -> Path | None:
    """The file as somebody left it; None when nothing was changed in it."""
    from panel.store import replace_file

    folder = at.workspace.settings.runs_dir / "edits"
    for left in sorted(folder.glob(f"{draft}-r*.md")):
        talk(f"From an earlier edit: {left}. Take it with --from, or remove it.")
    path = _free(folder, f"{draft}-r{number}")
    replace_file(path, written.encode())
    try:
        _open_editor(at.workspace.settings.editor_command, path)
    except BaseException:
        if _is_changed(path, written):
            talk(f"What was typed is kept: {path}")
        raise
    return path if _is_changed(path, written) else None


def _is_changed(path: Path, written: str) -> bool:
    """Whether somebody changed the file; it goes when nobody did."""
    if path.is_file() and path.read_bytes() == written.encode():
        path.unlink()
        return False
    return True


def _free(folder: Path, name: str) -> Path:
    """A name nothing goes by: what an earlier edit left is never written over."""
    names = (f"{name}-{number}.md" if number > 1 else f"{name}.md" for number in count(1))
    return next(path for path in map(folder.joinpath, names) if not path.exists())


def _open_editor(command: str, path: Path) -> None:
    """Raises Mistake when there is no editor, or it says that it failed."""
    found = next((name for name in EDITORS if shutil.which(name)), "") if is_terminal() else ""
    words = shlex.split(command or found)
    if not words:
        raise Mistake("No editor can be opened here.", hint="Set EDITOR, or use --print and --from.")
    try:
        ended = subprocess.run([*words, str(path)], check=False)  # noqa: S603  the person's own choice
    except OSError as err:
        raise Mistake(f"The editor {words[0]!r} can't be run: {err.strerror}.", hint="Set EDITOR to one.") from err
    if ended.returncode:
        raise Mistake(f"The editor ended with {ended.returncode}.", hint="Nothing was taken over.")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as err:
        raise Mistake(f"{str(path)!r} is not UTF-8.", hint="Save it as UTF-8, then give it with --from.") from err
    except OSError as err:
        raise Mistake(f"{str(path)!r} can't be read: {err.strerror}.") from err


def _say_refused(edited: "Edited", path: Path, draft: str) -> None:
    """Tell what was and what was not taken. Raises for the first of these; the file is kept."""
    if edited.summary:
        talk(f"Taken over: {edited.summary}.")
    conflicts = [refused for refused in edited.refused if isinstance(refused, EditConflict)]
    first = (*conflicts, *edited.refused)[0]
    for refused in edited.refused:
        if isinstance(refused, EditConflict):
            talk(f"{refused}\n  yours:  {refused.yours}\n  theirs: {refused.theirs}")
        elif refused is not first:  # which is told by the error itself
            talk(str(refused))
    told = str(first) if edited.summary else f"{first} Nothing was taken over."
    hint = f"Your file is kept: {path}. Mend it, then: panel edit {draft} --from {path}"
    if conflicts:
        raise EditConflict(told, yours=conflicts[0].yours, theirs=conflicts[0].theirs, hint=hint)
    raise Mistake(told, hint=hint)
