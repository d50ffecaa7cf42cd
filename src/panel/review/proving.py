"""The smallest paid calls that prove what we assume of a hosted model, and a dated receipt of what they showed.

Until a receipt exists for a model, nothing is claimed of it beyond "checked against the SDK's types and against fakes"
(DESIGN decision 15). Three calls: the question; the same dossier for another persona, whose usage must show cached
tokens; and one with too little room, which must be read as truncated.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from panel.checks import check_review
from panel.jurors import Ask, Exchange, Provider, next_step, send_with_retries, to_opinion
from panel.records import Answered, Launch, LaunchSource, Opinion, Pricing, Stamp, Usage, Value
from panel.review.plan import Seat

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


@dataclass
class Prover:
    """Makes the calls one after the other, so that the second can read what the first wrote to the cache."""

    provider: Provider
    first: Seat
    second: Seat

    async def prove(self, *, made: Stamp) -> Receipt:
        """Raises ProviderError when the first call fails: then nothing else can be shown."""
        opinion_1, exchanges_1 = await self._ask(self.first)
        _, exchanges_2 = await self._ask(self.second)
        short = self.provider.more_room_body(
            self.provider.first_body(self.first.question), max_output_tokens=SHORT_ROOM_TOKENS
        )
        cut, _ = await send_with_retries(self.provider, short, deadline=None, on_wait=None)
        reading = self.provider.read(cut.text)
        every = [*exchanges_1, *exchanges_2]
        usage = sum((e.reading.usage for e in every), reading.usage)
        return Receipt(
            made=made,
            model=self.provider.spec.name,
            address=self.provider.endpoint,
            model_returned=every[0].reading.model,
            usage=usage,
            proofs=(
                _schema(opinion_1, exchanges_1),
                _excerpts(self.first, opinion_1),
                _usage(exchanges_1[0].reading.usage),
                _cache(exchanges_2[0].reading.usage),
                Proof(
                    assumption="too little room is read as truncated",
                    held="yes" if reading.ending == "truncated" else "no",
                    saw=f"ending {reading.ending!r}",
                ),
                Proof(assumption="batch requests and results", held="not shown", saw="the batch is still to come"),
            ),
        )

    async def _ask(self, seat: Seat) -> tuple[Opinion, list[Exchange]]:
        exchanges: list[Exchange] = []
        while isinstance(step := next_step(self.provider, seat.question, exchanges), Ask):
            reply, _ = await send_with_retries(self.provider, step.body, deadline=None, on_wait=None)
            exchanges.append(Exchange(body=step.body, purpose=step.purpose, reading=self.provider.read(reply.text)))
        opinion = to_opinion(step, persona=seat.persona, juror=seat.juror, dossier=seat.dossier, draw=0, calls=())
        return opinion, exchanges


def _schema(opinion: Opinion, exchanges: list[Exchange]) -> Proof:
    clean = isinstance(opinion, Answered) and len(exchanges) == 1
    saw = f"{opinion.outcome} after {len(exchanges)} calls"
    return Proof(assumption="the answer schema is accepted and held", held="yes" if clean else "no", saw=saw)


def _excerpts(seat: Seat, opinion: Opinion) -> Proof:
    if not isinstance(opinion, Answered):
        return Proof(assumption="excerpts are word for word", held="not shown", saw=opinion.outcome)
    flags = check_review(seat.dossier, [seat.persona], [opinion])
    bad = {f.index for f in flags if f.field == "grounds" and f.severity == "high"}
    saw = f"{len(opinion.grounds) - len(bad)} of {len(opinion.grounds)} excerpts stand in their passages"
    return Proof(assumption="excerpts are word for word", held="no" if bad else "yes", saw=saw)


def _usage(usage: Usage) -> Proof:
    read = usage.input_tokens + usage.cache_write_tokens + usage.cache_read_tokens
    held = "yes" if read and usage.output_tokens else "no"
    return Proof(
        assumption="usage fields are where we read them", held=held, saw=f"{read} in, {usage.output_tokens} out"
    )


def _cache(usage: Usage) -> Proof:
    held = "yes" if usage.cache_read_tokens else "no"
    return Proof(
        assumption="the second critic reads the dossier from the cache",
        held=held,
        saw=f"{usage.cache_read_tokens} cached tokens of {usage.input_tokens + usage.cache_read_tokens}",
    )
