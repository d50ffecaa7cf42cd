"""`python -m tests.fakes`: the server at a shell, until interrupted."""

import argparse
import asyncio
import contextlib

from tests.fakes.server import BEHAVIOURS, serving


async def serve(port: int, behave: str, latency_s: float) -> None:
    async with serving(always=behave, latency_s=latency_s, port=port) as fake:
        print(f"export OPENAI_BASE_URL={fake.address}/v1 OPENAI_API_KEY=fake")
        print(f"export ANTHROPIC_BASE_URL={fake.address} ANTHROPIC_API_KEY=fake", flush=True)
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description="A stand-in for hosted model APIs, bound to the SDKs' own types.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--behave", choices=BEHAVIOURS, default="ok")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before every reply")
    args = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(args.port, args.behave, args.latency))


if __name__ == "__main__":
    main()
