"""`panel desk stats`: what editors' work says of critics, models, prompts and checks."""

from panel.cli.common_options import JsonFlag
from panel.cli.desk_shell import open_store
from panel.cli.output import say, say_json, table, talk


def stats(json_: JsonFlag = False) -> None:
    """Show what editors change: by critic, model and prompt version, and by check.

    Minutes run from the first act on a draft to its approval; gaps over 10 minutes are pauses and don't count.
    """
    from panel.desk.stats import read_stats, tables_of, told

    with open_store() as store:
        found = read_stats(store)
    if json_:
        say_json(found.model_dump(mode="json"))
    elif not found.drafts:
        talk(f"{told(found)} Begin with: panel drafts list")
    else:
        say("\n\n".join([told(found), *(table([shown.head, *shown.rows]) for shown in tables_of(found))]))
