"""A launch whose pages speak to reviewers: what was left out, what it would have moved, and the words themselves."""

from collections.abc import Sequence

from panel.pages import wording
from panel.pages.model import AskedAgain, Contained, SourceLine, Span, Stance
from panel.pages.safe_text import clean, spelt
from panel.records import Answered, Containment, Grade, Opinion, Review, Suspicion

MOST_SPANS = 20
MOST_EXCERPT = 600  # characters of one span
KINDS = {
    "instruction": "an instruction to reviewers or models",
    "panel_claim": "a claim about this panel",
    "encoded": "words in code",
}
WITHOUT = "The answers here were given without those words."
MUST_DECIDE = ", and a person must decide before this goes on"
SPOKE = "The launch’s pages spoke to our reviewers instead of readers{}."
LEFT_OUT = "Every answer shown was given with those words left out."
ELSEWHERE = (
    "They stood in the launch's own fields or in a source's title, and in no passage: the dossier as it was found, in "
    "the run folder, has them."
)


def contained(review: Review, sources: Sequence[SourceLine]) -> Contained | None:
    """What a page says of the words for reviewers; None for a launch that has none."""
    found = review.containment
    if found is None:
        return None
    spans = review.dossier.suspicions
    more = len(spans) - MOST_SPANS
    where = f" in {wording.count_of(len(spans), 'place')}" if spans else ""
    return Contained(
        is_held=found.held,
        title="Held" if found.held else "Not held",
        short=f"Its pages spoke to our reviewers{MUST_DECIDE * found.held}. {WITHOUT}",
        told=f"{SPOKE.format(where)} {LEFT_OUT}{'' if spans else f' {ELSEWHERE}'}",
        done=_done(found),
        why=clean(found.why),
        asked=tuple(_asked(review, found)),
        left_out=clean(review.dossier.coverage.note),
        spans=tuple(_span(span, sources) for span in spans[:MOST_SPANS]),
        more_spans=f"{wording.count_of(more, 'more such place')} in the dossier." if more > 0 else "",
    )


def _done(found: Containment) -> str:
    if not found.asked_with:
        return "Nobody was asked again, so what the words would have moved is not known."
    return (
        "To learn what the words would have moved, the same critics were asked with the words in, and once more "
        "without them. A verdict that moves with the words counts only beyond what moves by itself. Verdicts stand "
        "here as they were given, also those whose evidence did not hold up."
    )


def _asked(review: Review, found: Containment) -> list[AskedAgain]:
    """One row for each critic asked again, in page order."""
    again = {o.juror.persona_id: o for o in found.asked_twice}
    with_words = {o.juror.persona_id: o for o in found.asked_with}
    return [
        AskedAgain(
            title=clean(p.title),
            without=_stance(review.opinion(p.persona_id), review.grade),
            again=_stance(again.get(p.persona_id), review.grade),
            with_words=_stance(with_words.get(p.persona_id), review.grade),
            moved=_moved(p.persona_id in found.moved, p.persona_id in found.varied),
        )
        for p in review.personas
        if p.persona_id in with_words or p.persona_id in again
    ]


def _moved(with_words: bool, by_itself: bool) -> str:
    if with_words and by_itself:
        return "with the words, and by itself"
    return "with the words" if with_words else "by itself" if by_itself else ""


def _stance(opinion: Opinion | None, grade: Grade) -> Stance:
    """What it said, as counted here: an answer's verdict, whether or not its evidence stands."""
    if opinion is None:
        return Stance("not_asked", wording.STANDS["not_asked"])
    stand = opinion.verdict if isinstance(opinion, Answered) else opinion.outcome
    return Stance(stand, wording.labelled(wording.STANDS[stand], grade))


def _span(span: Suspicion, sources: Sequence[SourceLine]) -> Span:
    source_id = span.passage_id.partition(".")[0]
    return Span(
        passage_id=span.passage_id,
        source=next((line for line in sources if line.source_id == source_id), None),
        kind=KINDS[span.kind],
        excerpt=spelt(span.excerpt, MOST_EXCERPT),
        why=clean(span.why) or "a rule without a name",
    )
