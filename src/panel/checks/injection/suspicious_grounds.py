"""What suspicious spans mean for a review: a ground on one does not stand, and a launch with one is never unseen."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from panel.checks.catalogue import flag
from panel.checks.injection.detect import find_suspicions, noteworthy
from panel.checks.injection.redact import Elsewhere, find_elsewhere, find_hidden_attempts
from panel.checks.language.compared_text import is_quotable, normalise, quotable, stands_in
from panel.records import Answered, Containment, Dossier, Flag, Ground, Suspicion

GAP = "\x00"  # stands in no normalised text
NAMED = 3  # attempts named in a flag
SHOWN = 160  # characters of one


class SuspiciousSpans:
    """A dossier's suspicious spans: those on record, or found here when none are, so that no caller can forget them."""

    def __init__(self, dossier: Dossier) -> None:
        self.dossier = dossier

    @cached_property
    def spans(self) -> tuple[Suspicion, ...]:
        found = self.dossier.suspicions
        return found or find_suspicions(p for source in self.dossier.sources for p in source.passages)

    @cached_property
    def elsewhere(self) -> tuple[Elsewhere, ...]:
        return find_elsewhere(self.dossier) + find_hidden_attempts(self.dossier)

    @cached_property
    def by_passage(self) -> Mapping[str, Sequence[str]]:
        """Spans in normal form, by the passage they stand in."""
        found: dict[str, list[str]] = {}
        for span in self.spans:
            if text := normalise(span.excerpt):
                found.setdefault(span.passage_id, []).append(text)
        return found

    def hold(self, ground: Ground) -> bool:
        """Whether nothing quotable of the ground's excerpt is left outside the spans."""
        spans = self.by_passage.get(ground.passage_id)
        passage = self.dossier.passage(ground.passage_id) if spans else None
        if not spans or passage is None:
            return False
        needle, text = quotable(ground.excerpt), normalise(passage.text)
        if not needle or not stands_in(needle, text):
            return False
        rest = text
        for span in sorted(spans, key=len, reverse=True):
            rest = rest.replace(span, GAP * len(span))
        if needle in rest:
            return False
        at = text.find(needle)
        return not any(is_quotable(piece.strip()) for piece in rest[at : at + len(needle)].split(GAP))


def check_suspect_grounds(opinion: Answered, spans: SuspiciousSpans) -> Iterator[Flag]:
    """Grounds that rest on words written for reviewers. The flag voids the ground."""
    for ground in opinion.grounds:
        if spans.hold(ground):
            message = f"Ground {ground.number} quotes words that speak to reviewers instead of readers."
            yield flag(
                "ground_on_suspicious_span", opinion.juror.persona_id, "grounds", message,
                index=ground.number, excerpt=ground.excerpt,
            )  # fmt: skip


def check_launch(spans: SuspiciousSpans) -> Iterator[Flag]:
    """One flag on the whole review when its launch speaks to reviewers: an editor has to look before it is approved."""
    named = [(s.passage_id, s.excerpt) for s in spans.spans] + [(e.field, e.excerpt) for e in spans.elsewhere]
    if not named:
        yield from _note(spans.dossier)
        return
    where = ", ".join(dict.fromkeys(place for place, _ in named[:NAMED]))
    more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
    message = f"The launch speaks to reviewers or models in {where}{more}: read those words before you approve."
    yield flag("launch_addresses_reviewers", "", "dossier", message, excerpt=named[0][1][:SHOWN])


def _note(dossier: Dossier) -> Iterator[Flag]:
    """A note on words that attempts use and honest pages too. Nothing else comes of them."""
    passages = [p for source in dossier.sources for p in source.passages]
    if found := noteworthy([p.text for p in passages]):
        where, words = passages[found[0]].passage_id, found[1]
        message = f"{where} holds words that attempts on a model use, and honest pages too. Nothing was left out."
        yield flag("words_as_in_attempts", "", "dossier", message, excerpt=words[:SHOWN])


def check_containment(containment: Containment | None) -> Iterator[Flag]:
    """One flag on a review that is held."""
    if containment and containment.held:
        yield flag("review_held", "", "dossier", containment.why)
