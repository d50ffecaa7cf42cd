"""Render what a juror is asked: house rules, then the dossier, then the persona. Same input, same bytes.

The first two strings are the same for every persona of a launch, so that a provider can cache them once.
"""

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from panel.prompting.nearest_passages import shortlist
from panel.prompting.templates import Templates
from panel.records import Dossier, Launch, Passage, Persona, Source, without_unseen

VOICES = {
    "maker": "the maker's own word", "third_party": "a third party", "rival": "another product's maker",
    "us": "our own note", "unknown": "author unknown",
}  # fmt: skip
# `[S9.9]` in brackets of any script, with or without blanks: only we label passages.
LABEL = re.compile(r"[\[［【〔⟦]\s*([SsＳｓ]\s*\d+\s*[.．。]\s*\d+)\s*[\]］】〕⟧]")
# A tag of ours, opening or closing, in angle brackets of any script.
MARK = re.compile(r"[<＜﹤‹〈⟨«](?=\s*[/／∕⁄]?\s*panel\s*[-‐‑‒–—_ ]\s*(?:dossier|launch|source))", re.IGNORECASE)


@dataclass(frozen=True)
class SharedPrompt:
    """The part that all jurors of a launch share. Render it once per launch."""

    system: str
    dossier: str


@dataclass(frozen=True)
class RenderedQuestion(SharedPrompt):
    """Three strings in prompt order; a provider puts its cache mark after `dossier`."""

    persona: str


def render_shared(templates: Templates, dossier: Dossier) -> SharedPrompt:
    """House rules and dossier. Costs far more than a persona's part: pass the result to `render_question`."""
    return SharedPrompt(
        system=templates.render("system.j2"), dossier=templates.render("dossier.j2", **dossier_values(dossier))
    )


def render_question(
    templates: Templates, dossier: Dossier, persona: Persona, *, move: str, shared: SharedPrompt | None = None,
    leave: Sequence[str] = (),
) -> RenderedQuestion:  # fmt: skip
    """The whole question for one juror.

    move: the dealt opening instruction; a persona that does not count gets none. shared: what `render_shared` gave for
    this dossier; rendered here when left out. leave: ids of passages it is to leave to the other critics; they stay in
    the dossier, which is the same for all.
    """
    shared = shared or render_shared(templates, dossier)
    values = {"persona": persona, "move": move if persona.counts else "", "as_of": dossier.as_of.isoformat()}
    text = templates.render("persona.j2", name=one_line(dossier.launch.name), **values)
    if leave:
        text += "\n" + templates.render("leave.j2", passages=list(leave))
    return RenderedQuestion(system=shared.system, dossier=shared.dossier, persona=text)


def render_trial(templates: Templates, dossier: Dossier, persona: Persona) -> RenderedQuestion:
    """The short question for a small local model that only picks passages, from the persona's shortlist."""
    shown = {passage.passage_id for passage in shortlist(dossier, persona)}
    values = {**dossier_values(dossier, shown=shown), "persona": persona}
    parts = (templates.render("trial.j2", part=part, **values) for part in ("system", "dossier", "persona"))
    return RenderedQuestion(*parts)


def render_problem(templates: Templates, problem: str) -> str:
    """The repair question: what was wrong with an answer, and what to send instead."""
    return templates.render("repair.j2", problem=problem.strip())


def dossier_values(dossier: Dossier, *, shown: Container[str] | None = None) -> dict[str, Any]:
    """What dossier templates may show, neutralised; no fetch days. Addresses were tidied when the dossier was built.

    shown: ids of the passages to keep; None keeps all.
    """
    sources = [source_values(source, shown) for source in dossier.sources]
    kept, total = dossier.coverage.passages_kept, dossier.coverage.passages_total
    return {
        "as_of": dossier.as_of.isoformat(), "name": one_line(dossier.launch.name),
        "facts": list(facts_of(dossier.launch)), "sources": [source for source in sources if source["passages"]],
        "missing": [one_line(name) for name in dossier.coverage.missing], "left_out": max(0, total - kept),
    }  # fmt: skip


def facts_of(launch: Launch) -> Iterator[tuple[str, str]]:
    """The launch file's own facts as (name, value), unknown ones left out, prices always said."""
    price = launch.pricing
    checked = f", checked {price.checked.isoformat()}" if price.checked else ", no day of checking given"
    facts = [
        ("Name", launch.name),
        ("Release", launch.release),
        ("The maker's tagline, in the maker's words", launch.tagline),
        ("Category", launch.category),
        ("Homepage", launch.homepage),
        ("Launched", launch.launched_at.isoformat() if launch.launched_at else ""),
        ("Description, by whoever wrote the launch file", launch.description),
        ("Pricing class", f"{price.pricing_class.replace('_', ' ')}{checked}"),
        ("What the first useful result costs", price.entry or "unknown"),
        *(
            ("Plan", f"{plan.name}: {plan.price}{f' ({plan.includes})' if plan.includes else ''}")
            for plan in price.plans
        ),
        ("Where the prices come from", price.source),
    ]
    return ((name, one_line(value)) for name, value in facts if value)


def source_values(source: Source, shown: Container[str] | None = None) -> dict[str, Any]:
    return {
        "source_id": source.source_id, "title": one_line(source.title), "kind": source.kind.replace("_", " "),
        "voice": VOICES[source.voice], "url": one_line(source.url),
        "published": source.published.isoformat() if source.published else "",
        "passages": [passage_values(p) for p in source.passages if shown is None or p.passage_id in shown],
    }  # fmt: skip


def passage_values(passage: Passage) -> dict[str, str]:
    """One passage: only its first line stands at the margin, so that no line inside it can pass for another."""
    lines = quoted(passage.text).strip().splitlines() or [""]
    return {"passage_id": passage.passage_id, "kind": passage.kind, "text": "\n    ".join(lines)}


def quoted(text: str) -> str:
    """Page text that can forge neither a passage label nor one of our marks.

    Honest text comes through unchanged. `[S9.9]` becomes `(S9.9)` and the bracket of a tag of ours becomes `(`: an
    excerpt that copies such a spot will not be found word for word, which is right for a forgery.
    """
    return MARK.sub("(", LABEL.sub(r"(\1)", without_unseen(text)))


def one_line(text: str) -> str:
    """A short hostile value (a title, a name) as one neutralised line."""
    return quoted(" ".join(text.split()))
