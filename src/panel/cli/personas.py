"""`panel personas`: who sits on the panel, and whether a file of yours is fit to."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from panel.cli.terminal.common_options import JsonFlag
from panel.cli.terminal.here import open_here
from panel.cli.terminal.terminal import say, say_json, say_written, table, talk
from panel.errors import Mistake

if TYPE_CHECKING:
    from panel.records import Persona
    from panel.workspace import Workspace

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="The critics: list, show, check, add.")


@app.command("list")
def list_(json_: JsonFlag = False) -> None:
    """List the personas of this workspace in page order."""
    personas = open_here(json_=json_).personas
    if json_:
        say_json({"personas": [p.model_dump(mode="json") for p in personas]})
        return
    head = ("id", "title", "votes", "question")
    say(table([head, *((p.persona_id, p.title, "yes" if p.counts else "no", p.question) for p in personas)]))


@app.command()
def show(
    persona_id: Annotated[str, typer.Argument(help="As `panel personas list` prints it.")],
    prompt: Annotated[str, typer.Option("--prompt", help="A launch file: print what it would be asked, whole.")] = "",
    json_: JsonFlag = False,
) -> None:
    """Show one persona, or with --prompt the question it would be asked."""
    workspace = open_here(json_=json_)
    persona = workspace.choose_personas(persona_id)[0]
    if prompt:
        text = _prompt(workspace, persona, prompt)
        say_json({"prompt": text}) if json_ else say(text)
        return
    if json_:
        say_json(persona.model_dump(mode="json"))
        return
    say(f"{persona.title}\n{persona.blurb}\n")
    rows = [("Question", persona.question), ("Ships when", persona.wins), ("Skips when", persona.loses)]
    rows += [("Fails by", persona.failure), ("Guard", persona.guard)]
    rows += [(f"Asked ({a.ask_id})", a.question) for a in persona.asks]
    say("\n".join(f"{name}: {text}" for name, text in rows))


def _prompt(workspace: "Workspace", persona: "Persona", launch_file: str) -> str:
    """House rules, dossier and brief as a hosted juror would get them."""
    from panel.prompting import Templates, deal_moves, render_question
    from panel.workspace import dossiers_of, run_loop

    with workspace:
        (dossier,), _ = run_loop(dossiers_of(workspace, [launch_file], as_of=None, refresh=False))
    templates = Templates(workspace.folder.prompts)
    moves = deal_moves(templates, dossier.launch.slug, [p.persona_id for p in workspace.personas])
    asked = render_question(templates, dossier, persona, move=moves[persona.persona_id])
    return "\n\n".join((asked.system, asked.dossier, asked.persona))


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Persona files; none checks the workspace's.")] = [],  # noqa: B006
    json_: JsonFlag = False,
) -> None:
    """Check persona files: every field and every length."""
    from panel.prompting import parse_persona

    texts = {path.stem: _read(path) for path in files} or dict(open_here(json_=json_).folder.personas)
    for name, text in texts.items():
        parse_persona(text, persona_id=name)
    fit = f"{len(texts)} {'file is' if len(texts) == 1 else 'files are'} fit to sit on the panel."
    say_json({"checked": sorted(texts)}) if json_ else talk(fit)


@app.command()
def new(
    persona_id: Annotated[str, typer.Argument(help="Lower case, hyphens: security-reviewer.")], json_: JsonFlag = False
) -> None:
    """Write a commented persona file into personas/: the next run asks it too."""
    from panel.prompting import parse_persona, persona_template
    from panel.store import write_new

    workspace = open_here(json_=json_)
    if workspace.folder.packaged:
        raise Mistake("There is no workspace here.", hint="Make one first: panel init")
    text = persona_template(persona_id)
    parse_persona(text, persona_id=persona_id)
    path = workspace.folder.root / "personas" / f"{persona_id}.yaml"
    if not write_new(path, text):
        raise Mistake(f"{str(path)!r} exists already.", hint="Edit it, or choose another id.")
    say_written(path, "Edit it, then: panel personas check", json_=json_)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as err:
        raise Mistake(f"{str(path)!r} is not UTF-8 text.", hint="Save it as UTF-8.") from err
    except OSError as err:
        raise Mistake(f"{str(path)!r} can't be read: {err.strerror}.", hint="Name a YAML file of one persona.") from err
