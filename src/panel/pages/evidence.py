"""One critic on one tool: its sentences, the evidence under each, and what checks said of them."""

from collections.abc import Sequence

from panel.pages import wording
from panel.pages.model import FlagNote, Footnote, Labelled, OpinionView, SourceLine, StandView
from panel.pages.safe_text import Pieces, clean, split_code, tail_apart
from panel.pages.sources import source_lines
from panel.records import Answered, Dossier, Flag, Ground, Opinion, Persona, Review, Sentence, Written, standing_grounds

_SHOWN = ("high", "medium")


def stand_of(review: Review, persona_id: str) -> str:
    """What became of a critic's opinion, in one word of `wording.STANDS`."""
    opinion = review.opinion(persona_id)
    if opinion is None:
        return "not_asked"
    if persona_id in review.tally.ungrounded_personas:
        return "ungrounded"
    return opinion.verdict if isinstance(opinion, Answered) else opinion.outcome


def opinion_view(
    review: Review, persona: Persona, *, key: str, tool: str, stand: str, flags: Sequence[Flag]
) -> OpinionView:
    """A critic's opinion as a page shows it; one without an answer has `why` and nothing else."""
    opinion = review.opinion(persona.persona_id)
    mine = [f for f in flags if f.persona_id == persona.persona_id and f.severity in _SHOWN]
    notes = _notes(opinion, review, key=key, flags=mine) if isinstance(opinion, Answered) else ()
    written = opinion.words if isinstance(opinion, Answered) and isinstance(opinion.words, Written) else None
    advice = [(label, getattr(written, name)) for name, label in wording.ADVICE.items()] if written else []
    return OpinionView(
        side=key,
        tool=tool,
        stand=stand,
        word=wording.labelled(_word(opinion, stand), review.grade),
        line=_line(opinion, notes),
        has_words=written is not None,
        sentences=tuple(_said(s, place, notes, mine) for place, s in enumerate(written.quote)) if written else (),
        notes=notes,
        confidence=f"{opinion.confidence:.2f}" if isinstance(opinion, Answered) and review.grade != "trial" else "",
        more=tuple(Labelled(label, split_code(text)) for label, text in advice if clean(text)),
        replies=_replies(written, persona) if written else (),
        flags=tuple(flag_note(f) for f in mine if f.field not in ("quote", "grounds")),
        why=why_silent(opinion),
        model=clean(opinion.juror.model) if isinstance(opinion, Answered) and review.grade != "specimen" else "",
    )


def _word(opinion: Opinion | None, stand: str) -> str:
    """The stand's word; an ungrounded opinion's names the verdict that does not count."""
    said = f", said {opinion.verdict}" if stand == "ungrounded" and isinstance(opinion, Answered) else ""
    return wording.STANDS[stand] + said


def flag_note(flag: Flag) -> FlagNote:
    return FlagNote(flag.severity, clean(flag.check), clean(flag.message), clean(flag.excerpt))


def _notes(opinion: Answered, review: Review, *, key: str, flags: Sequence[Flag]) -> tuple[Footnote, ...]:
    """Anchors count positions, not the juror's own numbers, which may repeat.

    Which ground stands is the checks' word, whatever flags a page shows.
    """
    dossier = review.dossier
    lines = {line.source_id: line for line in source_lines(dossier, key=key)}
    stem = f"e-{key}-{opinion.juror.persona_id}"
    stand = {ground.number for ground in standing_grounds(opinion, review.flags)}
    placed = [(f"{stem}-{place}", ground) for place, ground in enumerate(opinion.grounds, start=1)]
    return tuple(_note(g, anchor, dossier, lines, flags, stands=g.number in stand) for anchor, g in placed)


def _note(
    ground: Ground, anchor: str, dossier: Dossier, lines: dict[str, SourceLine], flags: Sequence[Flag], *, stands: bool
) -> Footnote:
    passage = dossier.passage(ground.passage_id)
    is_quoted = stands and passage is not None
    source = lines.get(ground.passage_id.partition(".")[0]) if passage else None
    quoted = wording.OURS if source and source.voice == wording.VOICES["us"] else wording.QUOTED
    missing = f"there is no passage {clean(ground.passage_id)}" if passage is None else "does not count as quoted"
    return Footnote(
        anchor=anchor, number=ground.number, side=ground.side, claim=split_code(ground.claim),
        excerpt=clean(ground.excerpt), passage_id=clean(ground.passage_id), quoted=quoted if is_quoted else missing,
        is_quoted=is_quoted, source=source,
        flags=tuple(flag_note(f) for f in flags if f.field == "grounds" and f.index == ground.number),
    )  # fmt: skip


def _said(sentence: Sentence, place: int, notes: Sequence[Footnote], flags: Sequence[Flag]) -> StandView:
    mark = {"grounds": "", "view": "view", "memory": "memory: unchecked"}[sentence.rests_on]
    cited = tuple(n for n in notes if n.number in sentence.grounds) if sentence.rests_on == "grounds" else ()
    head, tail = tail_apart(split_code(sentence.text))
    return StandView(
        pieces=head, tail=tail, rests_on=sentence.rests_on, mark=mark if cited or mark else "no evidence given",
        notes=cited, flags=tuple(flag_note(f) for f in flags if f.field == "quote" and f.index == place),
    )  # fmt: skip


def _line(opinion: Opinion | None, notes: Sequence[Footnote]) -> Pieces:
    """The lens's own line; a trial juror's first pick on its verdict's side; else why there is none."""
    if not isinstance(opinion, Answered):
        return split_code(why_silent(opinion))
    if isinstance(opinion.words, Written):
        return split_code(opinion.words.line or "No line.")
    side = {"ship": "for", "skip": "against"}.get(opinion.verdict, "")
    first = next((n for n in notes if n.side == side), next(iter(notes), None))
    return split_code(f"Picked {first.passage_id}: “{_opening(first.excerpt)}”" if first else "It picked no passage.")


def _opening(excerpt: str, *, most_words: int = 14) -> str:
    """An excerpt's first words: a first screen has room for a line, the scorecard shows it whole."""
    words_of = excerpt.split()
    return excerpt if len(words_of) <= most_words else " ".join(words_of[:most_words]) + " …"


def _replies(written: Written, persona: Persona) -> tuple[Labelled, ...]:
    questions = {ask.ask_id: ask.question for ask in persona.asks}
    return tuple(
        Labelled(clean(questions.get(reply.ask_id, reply.ask_id)), split_code(reply.answer))
        for reply in written.replies
        if clean(reply.answer)
    )


def why_silent(opinion: Opinion | None) -> str:
    """Why there is no answer; "" for an answer."""
    if opinion is None:
        return "Not on this panel."
    return "" if isinstance(opinion, Answered) else clean(opinion.why) or "No reason was given."
