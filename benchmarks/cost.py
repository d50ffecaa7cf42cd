"""What the input of a panel costs: naive, in cache order, and through the providers' batches, by the server's own bill.

    python benchmarks/cost.py                  # 12 launches of 5,000 tokens, 5 critics, on one model and over two

Naive is the SDKs in a loop, each call for itself, without cache marks: what a bulk caller does. Ours is `panel batch`
over the same launches, then `panel batch --economy`. Nothing is computed here from our own prices: tokens and dollars
are the bill of the provider's stand-in, whose tariff is typed by hand ($3 input, $3.75 cache write, $0.30 cache read,
$15 output a million, a batch half). It counts four characters a token and writes and reads caches as the providers
describe theirs. No hosted model was asked.
"""

import argparse
import asyncio
import os
import tempfile
from contextlib import chdir
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from day import CLAUDE, GPT, TARIFF, Provider, lay_out, note, panel, provider

PANELS = {"one model (Anthropic)": (CLAUDE,), "one model (OpenAI)": (GPT,), "two families": (CLAUDE, GPT)}
TARGETS = {"one model (Anthropic)": 0.50, "one model (OpenAI)": 0.50, "two families": 0.75}
LATENCY_S = 0.2


@dataclass(frozen=True)
class Bill:
    """A day by the server's bill."""

    usd: float
    full_usd: float  # the same tokens at ordinary prices, whichever way the calls went; `input_usd` is part of it
    input_usd: float
    read_share: float  # input tokens read from the cache, 0..1
    answers: int
    in_batches: int

    @classmethod
    def of(cls, it: Provider) -> "Bill":
        found = it.get("bill")
        models = found["models"].values()
        total = {name: sum(model[f"{name}_tokens"] for model in models) for name in TARIFF}
        inputs = [name for name in TARIFF if name != "output"]
        return cls(
            usd=float(found["usd"]),
            full_usd=sum(total[name] * TARIFF[name] for name in TARIFF) / 1e6,
            input_usd=sum(total[name] * TARIFF[name] for name in inputs) / 1e6,
            read_share=total["cache_read"] / sum(total[name] for name in inputs),
            answers=found["answers"],
            in_batches=found["batch_answers"],
        )


def ours(launches: int, tokens: int, models: tuple[str, ...], *flags: str) -> Bill:
    """`panel batch` over a day of its own."""
    with tempfile.TemporaryDirectory() as folder, provider(LATENCY_S) as it:
        at = lay_out(Path(folder) / "day", launches, characters=4 * tokens)
        chosen = [word for model in models for word in ("--model", model)]
        panel("batch", "launches", "--yes", *chosen, *flags, at=at, variables=it.variables)
        return Bill.of(it)


def naive(launches: int, tokens: int, models: tuple[str, ...]) -> Bill:
    """The same questions by the SDKs, each for itself."""
    with tempfile.TemporaryDirectory() as folder, provider(LATENCY_S) as it:
        at = lay_out(Path(folder) / "day", launches, characters=4 * tokens)
        with chdir(at), patch.dict(os.environ, it.variables):
            asked = questions(at, models)
        asyncio.run(_ask_all(asked, it))
        return Bill.of(it)


def questions(at: Path, models: tuple[str, ...]) -> list[tuple[str, Any]]:
    """Model name and question of every call, as the review room renders them."""
    from panel.dossier import build_dossier, read_launches
    from panel.pipeline import SilentConsole
    from panel.pipeline.plan import make_plan
    from panel.records import Rho, Stamp
    from panel.workspace.workspace import open_workspace

    workspace, made = (
        open_workspace(SilentConsole()),
        Stamp(created_at=datetime.now(UTC), version="0", run_id="benchmark"),
    )
    read = partial(read_launches, categories=workspace.categories)
    found = [pair for file in sorted((at / "launches").iterdir()) for pair in read(file)]
    today = date.today()  # noqa: DTZ011
    dossiers = [build_dossier(launch, folder=folder, made=made, today=today) for launch, folder in found]
    specs = workspace.settings.seats(workspace.personas, models, every=workspace.personas)
    plan = make_plan("review", dossiers, workspace.personas, specs, workspace.folder.prompts, rho=Rho())
    return [(seat.spec.name, seat.question) for seat in plan.seats]


async def _ask_all(asked: list[tuple[str, Any]], it: Provider) -> None:
    import anthropic
    import openai

    claude = anthropic.AsyncAnthropic(api_key="fake", base_url=it.address)
    gpt = openai.AsyncOpenAI(api_key="fake", base_url=f"{it.address}/v1")

    async def ask(name: str, q: Any) -> None:
        model = name.partition("/")[2]
        texts = [q.dossier, q.persona]
        if name == CLAUDE:
            content: Any = [{"type": "text", "text": text} for text in texts]
            shape: Any = {"format": {"type": "json_schema", "schema": q.schema}}
            await claude.messages.create(
                model=model, max_tokens=4000, system=q.system, output_config=shape,
                messages=[{"role": "user", "content": content}],
            )  # fmt: skip
        else:
            content = [{"type": "input_text", "text": text} for text in texts]
            shape = {"format": {"type": "json_schema", "name": "answer", "strict": True, "schema": q.schema}}
            await gpt.responses.create(
                model=model, max_output_tokens=4000, store=False, instructions=q.system, text=shape,
                input=[{"type": "message", "role": "user", "content": content}],
            )  # fmt: skip

    await asyncio.gather(*(ask(name, q) for name, q in asked))
    await claude.close()
    await gpt.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--launches", type=int, default=12)
    parser.add_argument("--tokens", type=int, default=5000, help="of a dossier")
    args = parser.parse_args()
    print(f"cost: {args.launches} launches of {args.tokens} tokens, 5 critics, by the provider's own bill")
    for panel_name, models in PANELS.items():
        plain = naive(args.launches, args.tokens, models)
        marked = ours(args.launches, args.tokens, models)
        economy = ours(args.launches, args.tokens, models, "--economy")
        assert plain.answers == marked.answers == economy.answers == 5 * args.launches, (plain, marked, economy)
        share, half = marked.input_usd / plain.input_usd, economy.usd / economy.full_usd
        print(f"  {panel_name}: naive ${plain.usd:.4f}, in cache order ${marked.usd:.4f}, economy ${economy.usd:.4f}")
        print(f"    input: naive ${plain.input_usd:.4f}, in cache order ${marked.input_usd:.4f}", end="")
        print(f" ({marked.read_share:.0%} of its tokens read from the cache)")
        print(f"    economy: {economy.in_batches} of {economy.answers} calls in batches, ", end="")
        print(f"{economy.read_share:.0%} of input tokens read from the cache, ", end="")
        print(f"{economy.usd / marked.usd:.2f} of the price in cache order, {economy.usd / plain.usd:.2f} of naive")
        target = TARGETS[panel_name]
        note(f"input cost, {panel_name}", f"{share:.2f} of naive", f"<= {target:.2f}", met=share <= target)
        said = f"{half:.2f} of the same tokens' price"
        note(f"provider batches, {panel_name}", said, "0.50", met=abs(half - 0.5) < 0.005)


if __name__ == "__main__":
    main()
