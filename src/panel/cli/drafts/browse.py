"""`panel drafts`: what lies on the desk, what was changed in it, what happened to it."""

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from panel.cli.drafts import acts, ask_again
from panel.cli.terminal.common_options import DraftArgument, JsonFlag
from panel.cli.terminal.here import open_desk
from panel.cli.terminal.terminal import say, say_json, table, talk
from panel.errors import Mistake

if TYPE_CHECKING:
    from panel.desk import Times
    from panel.records import Draft

app = typer.Typer(
    rich_markup_mode=None, no_args_is_help=True, help="Drafts on the desk: look, compare, approve, publish, put away."
)
State = Literal["open", "later", "approved", "scheduled", "published", "passed", "rejected", "retracted", "aged"]


@app.command("list")
def list_(
    state: Annotated[State, typer.Option("--state", help="`aged`: open and left for 14 days.")] = "open",
    search: Annotated[str, typer.Option("--search", help="Words of the name, tagline or category.")] = "",
    kind: Annotated[Literal["", "review", "comparison"], typer.Option("--kind", help="Only these.")] = "",
    json_: JsonFlag = False,
) -> None:
    """List drafts in one state, newest first."""
    with open_desk() as at:
        found = at.desk.queue(state, kind=kind, words=search, size=1000)
    if json_:
        say_json({"drafts": [d.model_dump(mode="json") for d in found.drafts], "counts": found.counts})
        return
    others = ", ".join(f"{count} {name}" for name, count in found.counts.items() if count and name != state)
    if found.drafts:
        head = ("draft", "panel", "left", "flags", "min", "name")
        say(table([head, *(_row(draft, at.desk.times, at.desk.now) for draft in found.drafts)]))
    else:
        talk(f"No drafts are {state}{' with these words' if search else ''}.")
    if others:
        talk(f"Also here: {others}.")


def _row(draft: "Draft", times: "Times", now: datetime) -> tuple[str, ...]:
    row = draft.shown
    left = (
        "ready"
        if row.is_approvable
        else f"{row.claims_left} of {row.claims}" + f", {row.views_left} views" * bool(row.views_left)
    )
    marks = [str(row.flags_left)] + ["held"] * row.is_held
    if draft.embargo_until and draft.embargo_until > now:
        marks.append(f"embargo until {times.told(draft.embargo_until)}")
    if draft.until:
        marks.append(f"{'goes out' if draft.state == 'scheduled' else 'back'} at {times.told(draft.until)}")
    return (draft.draft_id, row.panel, left, ", ".join(marks), str(row.minutes), row.name)


@app.command()
def show(draft: DraftArgument, json_: JsonFlag = False) -> None:
    """Show a draft as it would be printed, and what is left to settle."""
    from panel.cli.drafts.show import draft_json, told_draft

    with open_desk() as at:
        opened = at.desk.open(at.who, draft)
        signed, public = at.desk.is_signed(at.who, opened), at.desk.public(at.who, draft)
        added = at.desk.editorial(at.who, opened)
    if json_:
        say_json(draft_json(opened, signed, public))
    else:
        say("\n".join(told_draft(opened, signed, public, at.desk.times, added)))


@app.command()
def diff(
    draft: DraftArgument,
    from_: Annotated[int, typer.Option("--from", min=0, help="Revision; 0 is what the model wrote.")] = 0,
    to: Annotated[int | None, typer.Option("--to", min=0, help="Revision; the newest if none is named.")] = None,
    json_: JsonFlag = False,
) -> None:
    """Show word by word what was changed: [-gone-] and {+new+}."""
    from panel.desk import differences, mark_changes

    with open_desk() as at:
        newest = at.desk.open(at.who, draft).draft.head
        one, other = (at.desk.revision(at.who, draft, n) for n in (from_, newest if to is None else to))
    found = differences(one.text, other.text)
    if json_:
        told = [{"field": d.field, "was": d.was, "now": d.now, "marked": mark_changes(d)} for d in found]
        say_json({"draft_id": draft, "from": one.number, "to": other.number, "changes": told})
        return
    if not found:
        talk(f"Revisions {one.number} and {other.number} say the same.")
    for change in found:
        say(f"{change.field}: {mark_changes(change)}")


@app.command()
def history(draft: DraftArgument, json_: JsonFlag = False) -> None:
    """Show all that happened to a draft, oldest first."""
    from panel.cli.drafts.show import history_json, told_history
    from panel.store import AccountRows

    with open_desk() as at:
        at.desk.open(at.who, draft)
        found = at.desk.history(at.who, draft)
        names = AccountRows(at.desk.store.engine).names()
    say_json(history_json(found)) if json_ else say(told_history(found, names, at.desk.times))


@app.command("approval-file")
def approval_file(
    draft: DraftArgument,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Write it here; .md for reading.")] = None,
    approval: Annotated[int | None, typer.Option("--approval", min=1, help="An earlier one, by its number.")] = None,
    json_: JsonFlag = False,
) -> None:
    """Print the record of an approval that a regulator may ask for: JSON, or Markdown with -o FILE.md."""
    from panel.desk import approval_as_markdown, read_approval_file
    from panel.store import replace_file

    with open_desk() as at:
        at.desk.open(at.who, draft)
        found = read_approval_file(at.desk, at.who, draft, approval)
    if out is None:
        say_json(found)
        return
    if out.exists():
        raise Mistake(f"{str(out)!r} is there already.", hint="Name another file.")
    text = (
        approval_as_markdown(found) if out.suffix == ".md" else json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    )
    replace_file(out, text.encode())
    say_json({"file": str(out), "file_hash": found["file_hash"]}) if json_ else talk(f"Wrote {out}.")


acts.attach(app)
ask_again.attach(app)
