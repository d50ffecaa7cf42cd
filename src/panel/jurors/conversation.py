"""What to do next with one juror, from what was said so far. Pure: the same exchanges always give the same step.

So a conversation can be replayed from the ledger, priced ahead, or carried on in another process. Bounds: one question,
at most two more with more room, at most one repair.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from panel.errors import ReplyUnusable
from panel.jurors.parse import holds_shape, parse_answer, parse_picks
from panel.jurors.provider import Body, ParsedReply, Provider, Question
from panel.prompting import Answer, TrialAnswer

MOST_ROOM_TRIES = 2
ROOM_FACTOR = 2

Purpose = Literal["ask", "more_room", "repair"]


@dataclass(frozen=True)
class Exchange:
    """One body that was sent and what came back."""

    body: Body
    purpose: Purpose
    parsed: ParsedReply


@dataclass(frozen=True)
class SendStep:
    """Send this next."""

    body: Body
    purpose: Purpose


@dataclass(frozen=True)
class AnsweredStep:
    """The juror answered in the agreed shape."""

    answer: Answer | TrialAnswer


@dataclass(frozen=True)
class DeclinedStep:
    """The model would not answer."""

    why: str


@dataclass(frozen=True)
class UnusableStep:
    """No usable answer, and asking again would not help.

    unparseable: the server did not hold to the schema. Two of these in a row say something about the server.
    """

    why: str
    unparseable: bool


Step = SendStep | AnsweredStep | DeclinedStep | UnusableStep


def next_step(
    provider: Provider, question: Question, exchanges: Sequence[Exchange], *, say_problem: Callable[[str], str] = str
) -> Step:
    """What comes after these exchanges, which are in order.

    say_problem: turns one sentence on what was wrong into the text of the repair question.
    """
    if not exchanges:
        return SendStep(provider.first_body(question), "ask")
    last = exchanges[-1]
    if last.parsed.ending == "truncated":  # a whole answer may be followed by blanks until the room ends
        return sound_answer(question, exchanges[-1:]) or _ask_with_more_room(provider, question, exchanges)
    if last.parsed.ending in ("complete", "empty"):
        return _weigh(provider, question, exchanges, say_problem)
    return sound_answer(question, exchanges) or _ended(last.parsed, provider.spec.name)


def _ask_with_more_room(provider: Provider, question: Question, exchanges: Sequence[Exchange]) -> Step:
    """Never the same request again: it would be cut off at the same place. Room doubles."""
    tries = sum(1 for e in exchanges if e.purpose == "more_room")
    body = exchanges[-1].body
    if tries < MOST_ROOM_TRIES:
        room = provider.room(body) * ROOM_FACTOR
        return SendStep(provider.more_room_body(body, max_output_tokens=room), "more_room")
    why = f"Cut off {tries + 1} times, the last time at {provider.room(body):,} tokens."
    return sound_answer(question, exchanges) or UnusableStep(why, unparseable=False)


def _weigh(
    provider: Provider, question: Question, exchanges: Sequence[Exchange], say_problem: Callable[[str], str]
) -> Step:
    """Take a complete answer, or ask once for a repair."""
    last = exchanges[-1]
    repaired = any(e.purpose == "repair" for e in exchanges)
    try:
        answer = understand(last.parsed.text, question)
        problem = contradiction(answer)
        if not problem or repaired:
            return AnsweredStep(answer)  # a contradiction that outlives its repair is left to the checks
    except ReplyUnusable as err:
        problem = str(err)
        if repaired:
            off_schema = not holds_shape(last.parsed.text, question.schema)
            return sound_answer(question, exchanges) or UnusableStep(problem, unparseable=off_schema)
    said = last.parsed.text
    return SendStep(provider.repair_body(last.body, said=said, problem=say_problem(problem)), "repair")


def understand(text: str, question: Question) -> Answer | TrialAnswer:
    """The answer in this text. Raises ReplyUnusable."""
    if question.kind == "picks":
        return parse_picks(text, menu=menu_of(question.schema))
    return parse_answer(text)


def contradiction(answer: Answer | TrialAnswer) -> str:
    """One sentence when the verdict stands against its own grounds, or there is nothing to print; else ""."""
    needed = {"ship": "for", "skip": "against"}.get(answer.verdict)
    if isinstance(answer, TrialAnswer):
        sides = {s for s, picks in (("for", answer.speaks_for), ("against", answer.speaks_against)) if picks}
    else:
        sides = {g.side for g in answer.grounds}
        if not any(s.text.strip() for s in answer.quote) or not answer.line.strip():
            return "`quote` or `line` is empty: there is nothing to print."
    if needed and needed not in sides:
        return f'The verdict is "{answer.verdict}", but no ground is on the side "{needed}".'
    return ""


def menu_of(schema: dict[str, Any]) -> frozenset[str]:
    """Passage ids that a schema of picks lists; empty when it lists none."""
    picks = schema.get("properties", {}).get("speaks_for", {})
    return frozenset(picks.get("items", {}).get("enum", ()))


def sound_answer(question: Question, exchanges: Sequence[Exchange]) -> AnsweredStep | None:
    """A sound answer that was only asked to be put straight: it stands when the repair brings nothing better."""
    for exchange in exchanges:
        if exchange.parsed.ending != "declined":
            try:
                return AnsweredStep(understand(exchange.parsed.text, question))
            except ReplyUnusable:
                continue
    return None


def _ended(parsed: ParsedReply, model: str) -> DeclinedStep | UnusableStep:
    """The endings that bring no answer. Each of them has its sentence."""
    if parsed.ending == "declined":
        return DeclinedStep(parsed.why or f"{model} declined without giving a reason.")
    if parsed.ending == "too_long":
        return UnusableStep(f"The question does not fit into {model}'s context: {parsed.why}.", unparseable=False)
    if parsed.ending == "paused":
        return UnusableStep(
            f"{model} paused its turn, which only happens with tools; none were offered.", unparseable=False
        )
    return UnusableStep(f"{model}'s server sent a reply that can't be read: {parsed.why}.", unparseable=True)
