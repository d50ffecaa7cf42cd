"""What a model is asked for: flat, no unions, no defaults, no bounds, reasoning before conclusion.

Kept apart from the record it becomes (`records.opinion`), because the JSON Schema made from it is part of the cached
prefix and of every ledger key: `answer.schema.json` beside this file is committed, and a test holds the two equal.
Lengths and ranges are checked afterwards, as flags; providers drop them from the schema or refuse them.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Asked(BaseModel):
    """Base of what is asked for: every field required, nothing extra accepted."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class AskedGround(Asked):
    claim: str
    side: Literal["for", "against"]
    passage: str
    excerpt: str


class AskedReply(Asked):
    ask: str
    answer: str


class AskedPrediction(Asked):
    statement: str
    probability: float
    resolve_by: str
    settled_at: str


class AskedSentence(Asked):
    text: str
    rests_on: Literal["grounds", "view", "memory"]
    grounds: list[int]


class Answer(Asked):
    """One juror's whole answer, in the order it should be thought: grounds first, verdict last."""

    grounds: list[AskedGround]
    counter: str
    answers: list[AskedReply]
    predictions: list[AskedPrediction]
    for_whom: str
    not_for: str
    change_mind: str
    quote: list[AskedSentence]
    line: str
    confidence: float
    verdict: Literal["ship", "skip", "abstain"]


class TrialAnswer(Asked):
    """What a trial juror is asked for: picks from lists, no words. Passage ids are checked against the dossier."""

    speaks_for: list[str]
    speaks_against: list[str]
    confidence: Literal["low", "medium", "high"]
    verdict: Literal["ship", "skip", "abstain"]
