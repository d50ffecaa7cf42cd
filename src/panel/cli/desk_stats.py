"""`panel desk stats`: what editors' work says of critics, models, prompts and checks."""

from typing import TYPE_CHECKING, Annotated

import typer

from panel.cli.desk_shell import open_store
from panel.cli.output import say, say_json, table, talk

if TYPE_CHECKING:
    from panel.desk.stats import Editor, Group, Stats

JsonFlag = Annotated[bool, typer.Option("--json", help="Print exactly one JSON object on stdout.")]


def stats(json_: JsonFlag = False) -> None:
    """Show what editors change: by critic, model and prompt version, by check, by editor.

    Minutes run from the first act on a draft to its approval; gaps over 10 minutes are pauses and don't count.
    """
    from panel.desk.learning import read_stats

    with open_store() as store:
        found = read_stats(store)
    if json_:
        editors = [e.model_dump(mode="json") | {"rejection_rate": e.rejection_rate} for e in found.editors]
        say_json(found.model_dump(mode="json") | {"editors": editors})
    elif not found.drafts:
        talk("Nobody has approved a review yet. Begin with: panel drafts list")
    else:
        say("\n\n".join(_told(found)))


def _told(found: "Stats") -> list[str]:
    head = ("critic", "model", "prompt", "drafts", "kept", "attributed", "amended", "removed", "struck", "distance")
    people = ("editor", "approved", "rejected", "rejection rate")
    checks: list[tuple[str, ...]] = [("check", "dismissed", "of the last")]
    checks += [(check, str(dismissed), str(of)) for check, (dismissed, of) in found.checks.items()]
    return [
        f"{found.drafts} drafts approved; median {found.median_minutes} minutes a draft, gaps over 10 min left out.",
        table([head, *(_group(group) for group in found.groups)]),
        table([people, *(_editor(editor) for editor in found.editors)]),
        *([table(checks)] if found.checks else []),
    ]


def _group(group: "Group") -> tuple[str, ...]:
    counts = (group.drafts, group.kept, group.attributed, group.amended, group.removed, group.struck)
    distance = "" if group.edit_distance is None else f"{group.edit_distance:.2f}"
    return (group.persona_id, group.model, group.prompt, *map(str, counts), distance)


def _editor(editor: "Editor") -> tuple[str, ...]:
    return (editor.name, str(editor.approved), str(editor.rejected), f"{editor.rejection_rate:.0%}")
