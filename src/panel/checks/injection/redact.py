"""A dossier without the words that speak to reviewers, for asking again; and where such words stand outside passages.

A span leaves a mark behind, `[left out]`: without one, two ends would read as one sentence that the page never wrote,
and an excerpt over the gap would pass for a quotation. Passage ids stay, so that two sets of answers can be compared.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from panel.checks.injection.detect import Hit, suspicious
from panel.records import Dossier, Hidden, Launch, Passage, Source, Suspicion, Value, sha256_of

V = TypeVar("V", bound=Value)
LEFT_OUT = "[left out]"
LISTED = 5  # passage ids named in the receipt


class Elsewhere(NamedTuple):
    """Suspicious words outside every passage."""

    field: str  # "tagline", "S2 title", "S2 (display: none)"
    excerpt: str
    why: str


def find_elsewhere(dossier: Dossier) -> tuple[Elsewhere, ...]:
    """What the launch's own fields and the titles of its sources say to reviewers. Jurors read these too."""
    hits = ((field, text, hit) for field, text in _texts(dossier) for hit in suspicious(text))
    return tuple(Elsewhere(field, text[hit.start : hit.end], hit.why) for field, text, hit in hits)


def find_hidden_attempts(dossier: Dossier) -> tuple[Elsewhere, ...]:
    """What its pages say to reviewers where no reader sees it. No juror reads it; an editor should know of it."""
    hits = ((hidden, hit) for hidden in dossier.hidden for hit in attempts_in(hidden))
    return tuple(Elsewhere(f"{h.source_id} ({h.where})", h.text[hit.start : hit.end], hit.why) for h, hit in hits)


def attempts_in(hidden: Hidden) -> tuple[Hit, ...]:
    """What a hidden text tells models. A stray invisible character does not hide the words around it."""
    return suspicious(hidden.text, is_hidden=not hidden.where.startswith("invisible character"))


def without_spans(dossier: Dossier, suspicions: Sequence[Suspicion]) -> Dossier:
    """The dossier with these spans, and suspicious words in launch fields and titles, replaced by `[left out]`.

    The receipt stands in the coverage note; the hash is another one. The launch's name stays, since a review is found
    by it; a suspicious one is flagged. The dossier itself when there is nothing to leave out.
    """
    excerpts: dict[str, list[str]] = defaultdict(list)
    for found in suspicions:
        excerpts[found.passage_id].append(found.excerpt)
    sources = tuple(_source(source, excerpts) for source in dossier.sources)
    launch = _launch(dossier.launch)
    if sources == dossier.sources and launch == dossier.launch:
        return dossier
    coverage = dossier.coverage.model_copy(update={"note": _receipt(dossier, sources, launch)})
    return dossier.model_copy(update={"sources": sources, "launch": launch, "coverage": coverage})


def _source(source: Source, excerpts: Mapping[str, Sequence[str]]) -> Source:
    passages = tuple(_passage(passage, excerpts.get(passage.passage_id, ())) for passage in source.passages)
    title = _cleared(source.title)
    if passages == source.passages and title == source.title:
        return source
    text = sha256_of("\n\n".join(passage.text for passage in passages))
    return source.model_copy(update={"passages": passages, "title": title, "text_sha256": text})


def _passage(passage: Passage, excerpts: Iterable[str]) -> Passage:
    text = passage.text
    for excerpt in sorted(excerpts, key=len, reverse=True):
        if excerpt.strip():
            text = text.replace(excerpt, LEFT_OUT)
    return passage if text == passage.text else passage.model_copy(update={"text": text})


def _cleared(text: str) -> str:
    for hit in reversed(suspicious(text)):
        text = text[: hit.start] + LEFT_OUT + text[hit.end :]
    return text


def _launch(launch: Launch) -> Launch:
    price = launch.pricing
    plans = tuple(_copy_cleared(plan, "name", "price", "includes") for plan in price.plans)
    pricing = _copy_cleared(price, "entry", "source").model_copy(update={"plans": plans})
    return _copy_cleared(launch, "tagline", "description", "release").model_copy(update={"pricing": pricing})


def _copy_cleared(value: V, *names: str) -> V:
    return value.model_copy(update={name: _cleared(getattr(value, name)) for name in names})


def _texts(dossier: Dossier) -> Iterator[tuple[str, str]]:
    launch = dossier.launch
    for name in ("name", "release", "tagline", "description"):
        yield name, getattr(launch, name)
    yield "pricing.entry", launch.pricing.entry
    yield "pricing.source", launch.pricing.source
    for plan in launch.pricing.plans:
        yield "pricing.plans", f"{plan.name}: {plan.price} ({plan.includes})"
    for source in dossier.sources:
        yield f"{source.source_id} title", source.title


def _receipt(dossier: Dossier, sources: Sequence[Source], launch: Launch) -> str:
    pairs = zip(dossier.sources, sources, strict=True)
    changed = [p.passage_id for old, new in pairs for o, p in zip(old.passages, new.passages, strict=True) if o != p]
    titles = [s.source_id for o, s in zip(dossier.sources, sources, strict=True) if o.title != s.title]
    parts = []
    if changed:
        more = f" and {len(changed) - LISTED} more" if len(changed) > LISTED else ""
        parts.append(f"{', '.join(changed[:LISTED])}{more}")
    parts += [f"the title of {', '.join(titles)}"] if titles else []
    parts += ["the launch's own fields"] if launch != dossier.launch else []
    said = f"Words that speak to reviewers are left out of {'; '.join(parts)}."
    return f"{dossier.coverage.note} {said}".strip()
