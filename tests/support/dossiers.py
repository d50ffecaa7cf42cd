"""A small dossier about an imaginary tool, personas that read it, and an answer that cites it."""

from datetime import UTC, date, datetime
from typing import Any

from panel.records import Coverage, Dossier, Launch, Passage, Persona, Source, Stamp

PASSAGES = (
    "Acme copies a directory of ten thousand files in four seconds on a laptop.",
    "The free plan keeps one workspace; the team plan costs 12 dollars a month for each seat.",
    "Uninstalling leaves the cache folder in place, and no page says how to remove it.",
)


def make_dossier(name: str = "Acme") -> Dossier:
    passages = tuple(Passage(passage_id=f"S1.{i}", text=text) for i, text in enumerate(PASSAGES, start=1))
    source = Source(
        source_id="S1", title="Home page", kind="page", voice="maker", bytes_sha256="sha256:0", text_sha256="sha256:0",
        passages=passages,
    )  # fmt: skip
    launch = Launch.model_validate({"name": name, "category": "developer-tools", "sources": [{"title": "Home page"}]})
    stamp = Stamp(created_at=datetime(2026, 11, 23, tzinfo=UTC), version="0", run_id="")
    return Dossier(
        made=stamp, as_of=date(2026, 11, 23), launch=launch, sources=(source,),
        coverage=Coverage(passages_total=3, passages_kept=3),
    )  # fmt: skip


def make_persona(persona_id: str = "one", **more: Any) -> Persona:
    fields = dict.fromkeys(("title", "blurb", "question", "wins", "loses", "failure", "guard"), f"About {persona_id}.")
    return Persona.model_validate({"persona_id": persona_id, **fields, **more})


def make_answer(verdict: str = "ship") -> dict[str, Any]:
    """A whole answer that cites the dossier above word for word."""
    return {
        "grounds": [
            {"claim": "It is quick.", "side": "for", "passage": "S1.1", "excerpt": "ten thousand files in four seconds on a laptop"},
            {"claim": "Traces stay.", "side": "against", "passage": "S1.3", "excerpt": "Uninstalling leaves the cache folder in place"},
        ],
        "counter": "The cache folder stays behind.",
        "answers": [],
        "predictions": [],
        "for_whom": "copy large folders every day",
        "not_for": "need a clean uninstall",
        "change_mind": "the cache could be removed with one command",
        "quote": [{"text": "It leaves a cache folder behind when you uninstall it.", "rests_on": "grounds", "grounds": [2]}],
        "line": "Quick at copying, slow to leave.",
        "confidence": 0.7,
        "verdict": verdict,
    }  # fmt: skip
