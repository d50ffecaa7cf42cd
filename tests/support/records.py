"""Records for these tests: the smallest that are whole."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from panel.records import (
    Comparison,
    Coverage,
    Dossier,
    Launch,
    LaunchSource,
    Made,
    Passage,
    Persona,
    Pick,
    PricingRead,
    Review,
    Rho,
    Run,
    Source,
    Stamp,
    Tally,
)
from panel.records.batch import Announcement, BatchPlan, BatchRow, RowState
from panel.store import CallRow, ledger_key

LONG = "p" * 2000
STAMP = Stamp(created_at=datetime(2026, 11, 23, 12, tzinfo=UTC), version="0", run_id="run-1")


def a_run(run_id: str = "run-1", day: int = 23) -> Run:
    stamp = STAMP.model_copy(update={"created_at": datetime(2026, 11, day, 12, tzinfo=UTC), "run_id": run_id})
    return Run(
        made=stamp,
        run_id=run_id,
        kind="review",
        state="started",
        command=("review", "acme.yaml"),
        launches=("acme",),
        dossiers={"acme": "sha256:d"},
        personas={},
        jurors=(),
        prompts={},
        budget_usd=Decimal("1.50"),
        as_of=date(2026, 11, 23),
    )


def a_review(name: str = "Acme") -> Review:
    source = Source(
        source_id="S1", title="Page", kind="page", voice="maker", bytes_sha256="sha256:b", text_sha256="sha256:t",
        passages=(Passage(passage_id="S1.1", text="It has a price."),),
    )  # fmt: skip
    dossier = Dossier(
        made=STAMP,
        as_of=date(2026, 11, 23),
        launch=Launch(name=name, sources=(LaunchSource(title="Page", text=""),)),
        sources=(source,),
        coverage=Coverage(passages_total=1, passages_kept=1),
    )
    persona = Persona(
        persona_id="developer", title="D", blurb="b", question="q", wins="w", loses="l", failure="f", guard="g"
    )
    return Review(
        made=STAMP,
        how=Made(prompts={}, schema_hash="sha256:s"),
        grade="trial",
        dossier=dossier,
        personas=(persona,),
        opinions=(),
        tally=Tally(
            asked=0, ship=0, skip=0, abstain=0, ungrounded=0, declined=0, unusable=0, failed=0, interval=None,
            rho=Rho(), verdict="not_enough",
        ),
    )  # fmt: skip


def a_comparison() -> Comparison:
    one, other = a_review("Acme"), a_review("Bolt")
    return Comparison(
        made=STAMP, grade="trial", answer="It depends.", review_a=one, review_b=other, hash_a=one.review_hash,
        hash_b=other.review_hash, splits=(), conditions=(), cited_together=(), differs_in_kind=(),
        pick=Pick(pick="depends", for_a=(), for_b=(), neither=(), because="b", chance_if_equal=0.05),
        pricing=PricingRead(a="free", b="paid", differs="One is free."),
    )  # fmt: skip


def a_plan() -> BatchPlan:
    return BatchPlan(
        personas=a_review().personas, models={"openai/m": {"effort": "low"}}, seats={"developer": "openai/m"},
        prompts={"house.j2": "Be exact."}, rho=Rho(), as_of=date(2026, 11, 24), economy=True, day_usd=Decimal("10.00"),
    )  # fmt: skip


def a_row(number: int, state: RowState = "new", **more: Any) -> BatchRow:
    return BatchRow(
        row=number, said=Announcement(source="feed", at=f"entry {number}", name=f"Tool {number}"), state=state, **more
    )


def a_call(run_id: str, question: str, persona_id: str = "developer", launch: str = "acme", owner: str = "") -> CallRow:
    body = {"input": [LONG, question]}
    key = ledger_key("p", "", "m", body, 0)
    return CallRow(key, run_id, "p", "p/m", "", "ask", 0, launch, persona_id, body, owner=owner)
