"""`python -m tests.support.providers`: the server at a shell, until interrupted."""

import argparse
import asyncio
import contextlib
from importlib.util import find_spec
from typing import Any

from tests.support.providers.batches import NAMED, fate
from tests.support.providers.billing import tariff
from tests.support.providers.faults import BEHAVIOURS, PASSING, Faults
from tests.support.providers.server import serving


async def serve(settings: dict[str, Any]) -> None:
    async with serving(**settings) as fake:
        print(f"export OPENAI_BASE_URL={fake.address}/v1 OPENAI_API_KEY=fake")
        print(f"export ANTHROPIC_BASE_URL={fake.address} ANTHROPIC_API_KEY=fake", flush=True)
        await asyncio.Event().wait()


def settings_of(words: list[str] | None = None) -> dict[str, Any]:
    """The arguments of `serving` from those of the command line."""
    parser = argparse.ArgumentParser(description="A stand-in for hosted model APIs, bound to the SDKs' own types.")
    add = parser.add_argument
    add("--port", type=int, default=0, help="0: the system chooses; the lines printed name it")
    add("--behave", choices=BEHAVIOURS, default="ok", help="of every request that meets no fault")
    add("--latency", type=float, default=0.0, help="seconds before every reply")
    add("--first-token", type=float, help="seconds until a prefix can be read from the cache; default latency / 4")
    add("--faults", type=float, default=0.0, help="share of requests that meet a fault, 0 to 1")
    add("--seed", type=int, default=0, help="of the faults and of the batches' rows")
    add("--kinds", default=",".join(PASSING), help="faults to spread, comma-separated; default: all that pass")
    add("--retry-after", type=float, default=1.0, help="seconds named by faults that name a wait")
    add("--hang", type=float, default=3600.0, help="seconds a hanging reply hangs")
    add("--drip", type=float, default=1.0, help="seconds a dripping reply takes")
    add("--rpm", type=float, default=0.0, help="requests a minute and model; 0: no limit")
    add("--burst", type=float, default=0.0, help="requests that may come at once; default a second's worth")
    add("--tpm", type=float, default=0.0, help="input tokens a minute and model; 0: no limit")
    add("--tariff", action="append", default=[], metavar="MODEL=IN/WRITE/READ/OUT", help="dollars a million; * for all")
    add("--batch", default="ok", help=f"fate of every batch: {', '.join(NAMED)}; several joined by +")
    add("--batch-polls", type=int, help="looks at a batch that say it still works")
    add("--batch-seconds", type=float, help="least time a batch takes")
    add("--validate", type=float, default=1.0, help="share of requests held against the SDKs' types; 0 for benchmarks")
    args = parser.parse_args(words)
    changes = {"polls": args.batch_polls, "takes_s": args.batch_seconds, "seed": args.seed}
    return {
        "port": args.port,
        "always": args.behave,
        "latency_s": args.latency,
        "first_token_s": args.first_token,
        "faults": Faults(args.faults, args.seed, tuple(args.kinds.split(",")), args.retry_after, args.hang, args.drip),
        "rpm": args.rpm,
        "burst": args.burst,
        "tpm": args.tpm,
        "tariffs": {model: tariff(price) for model, _, price in (text.partition("=") for text in args.tariff)},
        "batch_always": fate(args.batch, **{k: v for k, v in changes.items() if v is not None}),
        "validate": args.validate,
        "keep_bodies": False,
    }


def main() -> None:
    settings = settings_of()
    with contextlib.suppress(KeyboardInterrupt):
        if find_spec("uvloop"):
            import uvloop

            uvloop.run(serve(settings))
        else:
            asyncio.run(serve(settings))


if __name__ == "__main__":
    main()
