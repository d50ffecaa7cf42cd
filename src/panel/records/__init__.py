"""Frozen values that cross rooms and are written to disk."""

from panel.records.base import Stamp, Value, canonical_json, content_hash, sha256_of
from panel.records.batch import Announcement, BatchPlan, BatchRow, ProposedPair, RowState
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
from panel.records.disagreement import disagree
from panel.records.dossier import (
    Coverage,
    Dossier,
    Fact,
    FactKind,
    Hidden,
    Page,
    Passage,
    Source,
    Suspicion,
    stated_kinds,
)
from panel.records.editorial import Corrected, Editorial, StruckOut
from panel.records.grounded import is_grounded, standing_grounds
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
    THIN_CONFIDENCE,
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
from panel.records.product import (
    KnownLaunch,
    Met,
    Neighbour,
    Product,
    ProductEvent,
    ProductFacts,
    ProductHistory,
    ReviewedProduct,
)
from panel.records.review import (
    Containment,
    Dissent,
    Figure,
    Flag,
    Grade,
    Interval,
    Made,
    PanelVerdict,
    PlanCost,
    Review,
    Rho,
    ScenarioCost,
    Severity,
    Tally,
    no_verdict,
)
from panel.records.run import Again, FileEntry, Run, RunState, Spend, SpendRow

__all__ = [
    "THIN_CONFIDENCE", "Again", "Announcement", "Answered", "Ask", "BatchPlan", "BatchRow", "Call", "CitedTogether",
    "Comparison", "Condition", "Containment", "Corrected", "Coverage", "Declined", "Dissent", "Dossier",
    "Editorial", "Example", "Fact", "FactKind", "Failed", "Figure", "FileEntry", "Flag", "Grade", "Ground",
    "Hidden", "Interval", "Juror", "KnownLaunch", "Launch", "LaunchSource", "Made", "Met", "Neighbour",
    "NoVotesYet", "NotAsked", "Opinion", "Page", "PanelVerdict", "Passage", "Persona", "Pick", "Plan", "PlanCost",
    "Prediction", "Pricing", "PricingClass", "PricingRead", "Product", "ProductEvent", "ProductFacts",
    "ProductHistory", "ProposedPair", "Reply", "Review", "ReviewedProduct", "Rho", "RowState", "Run", "RunState",
    "ScenarioCost", "Seen", "Sentence", "Severity", "Side", "Source", "SourceKind", "Spend", "SpendRow", "Split",
    "Stake", "Stamp", "Stand", "StruckOut", "Suspicion", "Tally", "Tool", "Unusable", "Usage", "Value", "Verdict",
    "Voice", "Written", "canonical_json", "content_hash", "disagree", "is_grounded", "no_verdict",
    "sha256_of", "slugify", "standing_grounds", "stated_kinds",
]  # fmt: skip  # fmt: skip
