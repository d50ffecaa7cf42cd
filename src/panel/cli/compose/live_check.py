"""`panel doctor --live MODEL`: price first, a few paid calls, and a dated receipt in the runs folder."""

from contextlib import AsyncExitStack, closing
from datetime import UTC, datetime

import typer

from panel.cli.compose.runs import agree_on_price
from panel.cli.compose.workspace import Workspace, open_workspace
from panel.cli.terminal.terminal import say, say_json, talk
from panel.dossier import build_dossier
from panel.errors import Mistake
from panel.pipeline import (
    Receipt,
    RunLimits,
    RunPlan,
    long_launch,
    make_plan,
    next_draw,
    open_asker,
    pretty_json,
    price_plan,
    prove_model,
)
from panel.records import Stamp, slugify
from panel.store import Ledger, replace_file
from panel.workspace import run_loop


def prove_live(model: str, *, yes: bool, json_: bool) -> None:
    """Show the price, ask, make the calls, write the receipt, print what each showed. Exit 4 when one did not hold."""
    workspace = open_workspace()
    if model.partition("/")[0] in ("local", "scripted"):
        raise Mistake(f"{model!r} is not a hosted model.", hint="Name one such as anthropic/claude-sonnet-5-5.")
    made = workspace.new_stamp(["live", slugify(model)])
    plan = _plan(workspace, model, made)
    limits = RunLimits(concurrency=workspace.settings.toml.concurrency.model_dump(), prices=workspace.settings.prices)
    agree_on_price(price_plan(plan, limits.prices), yes=yes, quiet=json_)
    with workspace.hold_run(made.run_id) as (_, locks), closing(workspace.open_ledger(locks)) as ledger:
        receipt = run_loop(_prove(plan, made, ledger, limits))
    path = workspace.settings.runs_dir / "receipts" / f"{datetime.now(UTC):%Y-%m-%d}-{slugify(model)}.json"
    replace_file(path, pretty_json(receipt).encode())
    if json_:
        say_json({"receipt": str(path), **receipt.model_dump(mode="json")})
    else:
        for proof in receipt.proofs:
            say(f"{proof.held:9}  {proof.assumption}: {proof.saw}")
        talk(f"Receipt: {path}")
    if any(proof.held == "no" for proof in receipt.proofs):
        raise typer.Exit(4)


def _plan(workspace: Workspace, model: str, made: Stamp) -> RunPlan:
    """Two critics on the one model, so that the second can show a cache hit."""
    today = datetime.now(UTC).date()
    dossier = build_dossier(long_launch(), folder=workspace.folder.root, made=made, today=today)
    voting = [p for p in workspace.personas if p.counts][:2]
    if len(voting) < 2:
        raise Mistake("Proving a model takes two personas that vote.", hint="Add one: panel personas new NAME")
    specs = {p.persona_id: workspace.settings.model_spec(model) for p in voting}
    return make_plan("review", [dossier], voting, specs, workspace.folder.prompts, rho=workspace.settings.toml.rho)


async def _prove(plan: RunPlan, made: Stamp, ledger: Ledger, limits: RunLimits) -> Receipt:
    """Asked anew each time: an answer from the ledger would prove nothing about today."""
    fresh = await next_draw(plan, ledger)
    async with AsyncExitStack() as stack:
        asker = await open_asker(
            fresh.specs, fresh.prompts, run_id=made.run_id, ledger=ledger, limits=limits, stack=stack, draw=fresh.draw
        )
        return await prove_model(asker, fresh.seats[0], fresh.seats[1], made=made)
