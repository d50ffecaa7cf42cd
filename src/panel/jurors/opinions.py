"""The record made of how a conversation with a juror ended."""

import re
import unicodedata
from collections.abc import Iterator

from panel import records
from panel.jurors.conversation import AnsweredStep, DeclinedStep, UnusableStep
from panel.prompting import Answer, TrialAnswer
from panel.records import Dossier, Opinion, Persona

PICK_WORDS = 40  # of a picked passage shown as its excerpt
CONFIDENCE = {"low": 0.25, "medium": 0.5, "high": 0.75}  # a trial juror picks a word; the record holds a share


def to_opinion(
    step: AnsweredStep | DeclinedStep | UnusableStep, *, persona: Persona, juror: records.Juror, dossier: Dossier,
    draw: int, calls: tuple[records.Call, ...],
) -> Opinion:  # fmt: skip
    """The opinion this step stands for. A persona that does not count always abstains, whatever it said."""
    if isinstance(step, DeclinedStep):
        return records.Declined(juror=juror, draw=draw, calls=calls, why=clean(step.why))
    if isinstance(step, UnusableStep):
        return records.Unusable(juror=juror, draw=draw, calls=calls, why=clean(step.why))
    answer = step.answer
    verdict: records.Verdict = answer.verdict if persona.counts else "abstain"
    confidence = CONFIDENCE[answer.confidence] if isinstance(answer, TrialAnswer) else answer.confidence
    return records.Answered(
        juror=juror, draw=draw, calls=calls, verdict=verdict, confidence=_held_down(confidence, verdict, dossier),
        grounds=tuple(_picked(answer, dossier) if isinstance(answer, TrialAnswer) else _cited(answer)),
        words=records.NotAsked() if isinstance(answer, TrialAnswer) else _written(answer, persona),
    )  # fmt: skip


def _held_down(confidence: float, verdict: records.Verdict, dossier: Dossier) -> float:
    """No ship is highly confident while essentials are missing; the raw reply keeps what the model said."""
    return min(confidence, records.THIN_CONFIDENCE) if verdict == "ship" and dossier.coverage.missing else confidence


def clean(text: str) -> str:
    """Model text without characters that draw nothing or turn text round, on one line.

    Unicode categories Cc and Cf (controls, zero-width, bidirectional and tag characters) and lone surrogates go; white
    space becomes single blanks.
    """
    if not text.isprintable():  # most texts are, and are told so eighty times faster than letter by letter
        spaced = "".join(" " if ch.isspace() else ch for ch in text)
        text = "".join(ch for ch in spaced if unicodedata.category(ch) not in ("Cc", "Cf", "Cs"))
    return " ".join(text.split())


def _cited(answer: Answer) -> Iterator[records.Ground]:
    for number, ground in enumerate(answer.grounds, start=1):
        yield records.Ground(
            number=number, side=ground.side, claim=clean(ground.claim), passage_id=clean(ground.passage),
            excerpt=clean(ground.excerpt),
        )  # fmt: skip


def _picked(answer: TrialAnswer, dossier: Dossier) -> Iterator[records.Ground]:
    """Each pick once a side, with the passage's own first words; a pick that is in no dossier is left out."""
    sides: tuple[tuple[records.Side, list[str]], ...] = (("for", answer.speaks_for), ("against", answer.speaks_against))
    picks = [(side, passage_id) for side, ids in sides for passage_id in dict.fromkeys(ids)]
    found = [(side, passage) for side, passage_id in picks if (passage := dossier.passage(passage_id))]
    for number, (side, passage) in enumerate(found, start=1):
        yield records.Ground(number=number, side=side, passage_id=passage.passage_id, excerpt=first_words(passage.text))


def first_words(text: str, *, most: int = PICK_WORDS) -> str:
    """The text's first words, exactly as they stand in it, blanks included."""
    found = re.match(rf"(?:\s*\S+){{0,{most}}}", text)
    return found[0].lstrip() if found else ""


def _written(answer: Answer, persona: Persona) -> records.Written:
    prediction = _prediction(answer) if persona.predicts else None
    return records.Written(
        line=clean(answer.line), quote=tuple(_sentences(answer)), for_whom=clean(answer.for_whom),
        not_for=clean(answer.not_for), change_mind=clean(answer.change_mind), counter=clean(answer.counter),
        replies=tuple(_replies(answer, persona)), prediction=prediction,
    )  # fmt: skip


def _sentences(answer: Answer) -> Iterator[records.Sentence]:
    for said in answer.quote:
        if said.text.strip():
            grounds = tuple(dict.fromkeys(said.grounds)) if said.rests_on == "grounds" else ()
            yield records.Sentence(text=clean(said.text), rests_on=said.rests_on, grounds=grounds)


def _replies(answer: Answer, persona: Persona) -> Iterator[records.Reply]:
    """Answers to the persona's own asks, in the persona's order; what nobody asked is left out."""
    given = {reply.ask.strip(): reply.answer for reply in reversed(answer.answers)}
    for ask in persona.asks:
        if ask.ask_id in given:
            yield records.Reply(ask_id=ask.ask_id, answer=clean(given[ask.ask_id]))


def _prediction(answer: Answer) -> records.Prediction | None:
    """The first prediction; a check says when a persona that is asked for one gave none."""
    for prediction in answer.predictions[:1]:
        return records.Prediction(
            statement=clean(prediction.statement), probability=prediction.probability,
            resolve_by=clean(prediction.resolve_by), settled_at=clean(prediction.settled_at),
        )  # fmt: skip
    return None
