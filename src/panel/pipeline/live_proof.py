"""The smallest paid calls that prove what we assume of a hosted model, and a dated receipt of what they showed.

Until a receipt exists for a model, nothing is claimed of it beyond "checked against the SDK's types and against fakes"
(DESIGN decision 15). Three calls: the question; the same dossier for another persona, whose usage must show cached
tokens; and one with too little room, which must be read as truncated.
"""

from datetime import date
from typing import Literal

from panel.checks import check_review
from panel.jurors import Exchange, SendStep
from panel.pipeline.ask.asker import Asker
from panel.pipeline.ask.turn import Turn
from panel.pipeline.plan import Seat
from panel.records import Answered, Launch, LaunchSource, Opinion, Pricing, Stamp, Usage, Value

SHORT_ROOM_TOKENS = 16  # far less than any answer needs; the least OpenAI accepts
MIN_CACHED_DOSSIER_TOKENS = 4200  # over the longest minimum prefix a provider names (4096)


def long_launch() -> Launch:
    """An invented launch, long enough that every provider would cache its dossier."""
    facts = [
        f"Step {n} of the imaginary tool copies {n} files in {n * 3} ms, writes a line to a log, waits for {n + 1}."
        for n in range(1, MIN_CACHED_DOSSIER_TOKENS * 4 // 100)
    ]
    return Launch(
        name="Imaginary copier",
        release="1.0",
        pricing=Pricing.model_validate({"class": "free", "entry": "nothing", "checked": date(2026, 11, 23)}),
        sources=(LaunchSource(title="What it does", voice="maker", kind="docs", text="\n\n".join(facts)),),
    )


class Proof(Value):
    """One assumption, and what the calls showed."""

    assumption: str
    held: Literal["yes", "no", "not shown"]
    saw: str


class Receipt(Value):
    """What one `panel doctor --live` showed on one day."""

    format: Literal[1] = 1
    made: Stamp
    model: str
    address: str
    model_returned: str
    proofs: tuple[Proof, ...]
    usage: Usage


async def prove_model(asker: Asker, first: Seat, second: Seat, *, made: Stamp) -> Receipt:
    """Make the calls, one after the other, so that the second can read what the first wrote to the cache.

    Through the ledger, like any call that is paid for. Raises ProviderError when a call fails, Stopped at a limit.
    """
    one, two = Turn(asker, first), Turn(asker, second)
    opinion = await one.take()
    await two.take()
    if asker.failures:
        raise asker.failures[0]
    short = Turn(asker, first)
    body = short.provider.first_body(first.question)
    await short.exchange(
        SendStep(short.provider.more_room_body(body, max_output_tokens=SHORT_ROOM_TOKENS), "more_room")
    )
    ending = short.exchanges[0].parsed.ending
    every = [*one.exchanges, *two.exchanges, *short.exchanges]
    with_cache = two.exchanges[0].parsed.usage or Usage()
    cached, of = with_cache.cache_read_tokens, with_cache.input_tokens + with_cache.cache_read_tokens
    return Receipt(
        made=made, model=first.spec.name, address=one.provider.endpoint, model_returned=every[0].parsed.model,
        usage=sum((e.parsed.usage or Usage() for e in every), Usage()),
        proofs=(
            _schema(opinion, one.exchanges),
            _excerpts(first, opinion),
            _usage(one.exchanges[0].parsed.usage or Usage()),
            _proof("the second critic reads the dossier from the cache", cached > 0, f"{cached} cached tokens of {of}"),
            _proof("too little room is read as truncated", ending == "truncated", f"ending {ending!r}"),
            _proof("batch requests and results", None, "the batch is still to come"),
        ),
    )  # fmt: skip


def _proof(assumption: str, held: bool | None, saw: str) -> Proof:
    """held: None where the calls could not show it."""
    return Proof(assumption=assumption, held="not shown" if held is None else "yes" if held else "no", saw=saw)


def _schema(opinion: Opinion, exchanges: list[Exchange]) -> Proof:
    clean = isinstance(opinion, Answered) and len(exchanges) == 1
    saw = f"{opinion.outcome} after {len(exchanges)} calls"
    return _proof("the answer schema is accepted and held", clean, saw)


def _excerpts(seat: Seat, opinion: Opinion) -> Proof:
    if not isinstance(opinion, Answered):
        return _proof("excerpts are word for word", None, opinion.outcome)
    flags = check_review(seat.dossier, [seat.persona], [opinion])
    bad = {f.index for f in flags if f.field == "grounds" and f.severity == "high"}
    saw = f"{len(opinion.grounds) - len(bad)} of {len(opinion.grounds)} excerpts stand in their passages"
    return _proof("excerpts are word for word", not bad, saw)


def _usage(usage: Usage) -> Proof:
    read, out = usage.input_tokens + usage.cache_write_tokens + usage.cache_read_tokens, usage.output_tokens
    return _proof("usage fields are where we read them", bool(read and out), f"{read} in, {out} out")
