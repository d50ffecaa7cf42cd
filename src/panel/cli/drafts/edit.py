"""`panel edit`: a draft as Markdown in your own editor, taken back with the desk's checks. Nothing typed is lost."""

import shlex
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panel.cli.terminal.common_options import DraftArgument, JsonFlag
from panel.cli.terminal.here import OpenDesk, open_desk
from panel.cli.terminal.terminal import is_terminal, say, say_json, talk
from panel.errors import EditConflict, Mistake

if TYPE_CHECKING:
    from panel.desk import Edited, RefusedWords

FromOption = Annotated[
    Path | None, typer.Option("--from", help="Take this file instead of opening an editor; it was written by `edit`.")
]
EDITORS = ("sensible-editor", "nano", "vim", "vi")  # where neither variable names one
PrintFlag = Annotated[bool, typer.Option("--print", help="Print the file to stdout and change nothing.")]


def edit(draft: DraftArgument, from_: FromOption = None, print_: PrintFlag = False, json_: JsonFlag = False) -> None:
    """Decide and change a draft in $VISUAL or $EDITOR: claims, views, flags, the note, strikes.

    Each change is one act. What can't be taken is kept in a file that --from takes again.
    """
    from panel.desk import form_of, refuse_put_away, write_markdown

    with open_desk() as at:
        opened = at.desk.open(at.who, draft)
        written = write_markdown(draft, opened.draft.head, form_of(opened))
        if print_:
            say(written.rstrip("\n"))
            return
        refuse_put_away(opened)
        path = from_ or _in_editor(at, draft, opened.draft.head, written)
        edited = None if path is None else _take(at, draft, path)
    _told(draft, edited, json_=json_)
    if path and not from_:
        path.unlink()


def _in_editor(at: OpenDesk, draft: str, number: int, written: str) -> Path | None:
    """The file as somebody left it; None when nothing was changed in it."""
    from panel.store import replace_file

    folder = at.workspace.settings.runs_dir / "edits"
    _say_what_is_left_over(folder, draft)
    path = _free(folder, f"{draft}-r{number}")
    replace_file(path, written.encode())
    try:
        _open_editor(at.workspace.settings.editor_command, path)
        changed = path.read_bytes() != written.encode()
    except BaseException:
        if path.is_file() and path.read_bytes() == written.encode():
            path.unlink()
        else:
            talk(f"What was typed is kept: {path}")
        raise
    if changed:
        return path
    path.unlink()
    return None


def _say_what_is_left_over(folder: Path, draft: str) -> None:
    for path in sorted(folder.glob(f"{draft}-r*.md")):
        talk(f"From an earlier edit: {path}. Take it with --from, or remove it.")


def _free(folder: Path, name: str) -> Path:
    """A name nothing goes by: what an earlier edit left is never written over."""
    number, path = 1, folder / f"{name}.md"
    while path.exists():
        number += 1
        path = folder / f"{name}-{number}.md"
    return path


def _open_editor(command: str, path: Path) -> None:
    """Raises Mistake when there is no editor, or it says that it failed."""
    found = next((name for name in EDITORS if shutil.which(name)), "") if is_terminal() else ""
    words = shlex.split(command or found)
    if not words:
        raise Mistake("No editor can be opened here.", hint="Set EDITOR, or use --print and --from.")
    try:
        done = subprocess.run([*words, str(path)], check=False)  # noqa: S603  the person's own choice
    except OSError as err:
        raise Mistake(f"The editor {words[0]!r} can't be run: {err.strerror}.", hint="Set EDITOR to one.") from err
    if done.returncode:
        raise Mistake(f"The editor ended with {done.returncode}.", hint="Nothing was taken over.")


def _take(at: OpenDesk, draft: str, path: Path) -> "Edited":
    """Carry out what a file asks for. Raises Mistake that names the file when it can't be read as one."""
    from panel.desk import apply_edits, form_of, plan_edit, read_markdown

    text = _read(path)
    opened = at.desk.open(at.who, draft)
    taken = read_markdown(text, form_of(opened))
    if taken.draft_id and taken.draft_id != draft:
        raise Mistake(f"{str(path)!r} is of {taken.draft_id!r}.", hint=f"panel edit {taken.draft_id} --from {path}")
    base = opened
    if 0 <= taken.number != opened.draft.head:
        base = at.desk.open_at(at.who, draft, taken.number)
        taken = read_markdown(text, (*form_of(opened), *form_of(base)))
    plan = plan_edit(taken, form_of(base))
    if plan.problems:
        for problem in plan.problems[1:]:
            talk(str(problem))
        raise Mistake(
            f"{plan.problems[0]} Nothing was taken over.",
            hint=f"Mend it: {path}, then: panel edit {draft} --from {path}",
        )
    edited = apply_edits(at.desk, at.who, opened, base, plan.requests)
    if edited.refused:
        _say_refused(edited, path, draft)
    return edited


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as err:
        raise Mistake(f"There is no file {str(path)!r}.") from err
    except UnicodeDecodeError as err:
        raise Mistake(f"{str(path)!r} is not UTF-8.", hint="Save it as UTF-8, then give it with --from.") from err
    except OSError as err:
        raise Mistake(f"{str(path)!r} can't be read: {err.strerror}.") from err


def _say_refused(edited: "Edited", path: Path, draft: str) -> None:
    """Tell what was and what was not taken. Raises for the first of these; the file is kept."""
    if edited.summary:
        talk(f"Taken over: {edited.summary}.")
    for refused in edited.refused:
        if refused.conflict or refused is not edited.refused[0]:  # the first is told by the error itself
            for line in _both(refused):
                talk(line)
    first = edited.refused[0]
    hint = f"Your file is kept: {path}. Mend it, then: panel edit {draft} --from {path}"
    if any(refused.conflict for refused in edited.refused):
        raise EditConflict(f"{first.name}: {first.why}", yours=first.yours, theirs=first.theirs, hint=hint)
    raise Mistake(f"{first.name}: {first.why}", hint=hint)


def _both(refused: "RefusedWords") -> list[str]:
    if not refused.conflict:
        return [f"{refused.name}: {refused.why}"]
    return [f"{refused.name}: {refused.why}", f"  yours:  {refused.yours}", f"  theirs: {refused.theirs}"]


def _told(draft: str, edited: "Edited | None", *, json_: bool) -> None:
    from panel.desk import what_is_left

    left = what_is_left(edited.opened.left) if edited else ""
    if json_:
        done: dict[str, Any] = dict(edited.done) if edited else {}
        number = edited.opened.draft.head if edited else None
        say_json({"draft_id": draft, "done": done, "left": left, "revision": number})
    elif edited is None or not edited.summary:
        talk("Nothing was changed.")
    elif left:
        talk(f"{edited.summary}; {left}. Go on with: panel edit {draft}")
    else:
        talk(f"{edited.summary}; 0 left. Approve it with: panel drafts approve {draft}")
