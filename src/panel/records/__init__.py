"""Frozen values that cross rooms and are written to disk."""

from panel.records.base import Stamp, Value, canonical_json, content_hash, sha256_of
from panel.records.comparison import (
    CitedTogether,
    Comparison,
    Condition,
    NoVotesYet,
    Pick,
    PricingRead,
    Split,
    Stand,
    Tool,
)
from panel.records.dossier import Coverage, Dossier, Passage, Source
from panel.records.launch import (
    Launch,
    LaunchSource,
    Plan,
    Pricing,
    PricingClass,
    Seen,
    SourceKind,
    Stake,
    Voice,
    slugify,
)
from panel.records.opinion import (
    Answered,
    Call,
    Declined,
    Failed,
    Ground,
    Juror,
    NotAsked,
    Opinion,
    Prediction,
    Reply,
    Sentence,
    Side,
    Unusable,
    Usage,
    Verdict,
    Written,
)
from panel.records.persona import Ask, Example, Persona
from panel.records.review import (
    Dissent,
    Figure,
    Flag,
    Grade,
    Interval,
    Made,
    PanelVerdict,
    Review,
    Rho,
    Severity,
    Tally,
)
from panel.records.run import FileEntry, Run, RunState, Spend, SpendRow
from panel.records.standing import is_grounded, standing_grounds

__all__ = [
    "Answered", "Ask", "Call", "CitedTogether", "Comparison", "Condition", "Coverage", "Declined", "Dissent",
    "Dossier", "Example", "Failed", "Figure", "FileEntry", "Flag", "Grade", "Ground", "Interval", "Juror", "Launch",
    "LaunchSource", "Made", "NoVotesYet", "NotAsked", "Opinion", "PanelVerdict", "Passage", "Persona", "Pick", "Plan",
    "Prediction", "Pricing", "PricingClass", "PricingRead", "Reply", "Review", "Rho", "Run", "RunState", "Seen",
    "Sentence", "Severity", "Side", "Source", "SourceKind", "Spend", "SpendRow", "Split", "Stake", "Stamp", "Stand",
    "Tally", "Tool", "Unusable", "Usage", "Value", "Verdict", "Voice", "Written", "canonical_json", "content_hash",
    "is_grounded", "sha256_of", "slugify", "standing_grounds",
]  # fmt: skip
