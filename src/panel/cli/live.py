"""`panel doctor --live MODEL`: price first, a few paid calls, and a dated receipt in the runs folder."""

import asyncio
from datetime import UTC, datetime

from panel.cli.execute import agree_on_price
from panel.cli.output import say, say_json, talk
from panel.cli.shell import Shell, open_shell
from panel.dossier import build_dossier
from panel.errors import Mistake
from panel.jurors import open_provider
from panel.records import Launch, Stamp, slugify
from panel.review.plan import Plan, make_plan
from panel.review.pricing import price_plan
from panel.review.proving import Prover, Receipt, long_launch
from panel.review.writing import pretty
from panel.store.files import replace_file


def prove_live(model: str, *, yes: bool, json_: bool) -> None:
    """Show the price, ask, make the calls, write the receipt, print what each showed."""
    shell = open_shell()
    if model.partition("/")[0] in ("local", "scripted"):
        raise Mistake(f"{model!r} is not a hosted model.", hint="Name one such as anthropic/claude-sonnet-5-5.")
    made = shell.new_stamp(["live", slugify(model)])
    plan = _plan(shell, model, made, long_launch())
    agree_on_price(price_plan(plan, shell.settings.prices), yes=yes, quiet=json_)
    receipt = asyncio.run(_prove(plan, made))
    path = shell.settings.runs_dir / "receipts" / f"{datetime.now(UTC):%Y-%m-%d}-{slugify(model)}.json"
    replace_file(path, pretty(receipt).encode())
    if json_:
        say_json({"receipt": str(path), **receipt.model_dump(mode="json")})
        return
    for proof in receipt.proofs:
        say(f"{proof.held:9}  {proof.assumption}: {proof.saw}")
    talk(f"Receipt: {path}")


def _plan(shell: Shell, model: str, made: Stamp, launch: Launch) -> Plan:
    """Two critics on the one model, so that the second can show a cache hit."""
    today = datetime.now(UTC).date()
    dossier = build_dossier(launch, folder=shell.workspace.root, made=made, today=today)
    voting = [p for p in shell.personas if p.counts][:2]
    specs = {p.persona_id: shell.settings.model_spec(model) for p in voting}
    return make_plan("review", [dossier], voting, specs, shell.workspace.prompts, rho=shell.settings.toml.rho)


async def _prove(plan: Plan, made: Stamp) -> Receipt:
    provider = open_provider(plan.seats[0].spec)
    try:
        return await Prover(provider, plan.seats[0], plan.seats[1]).prove(made=made)
    finally:
        await provider.close()
