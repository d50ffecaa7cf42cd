"""A draft's text: made from a machine's review, and laid over it again for the page. Pure.

What nobody may edit (verdicts, grounds, figures, the count) stays in the review and is never in the text.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from panel.records import (
    Answered,
    NotAsked,
    Opinion,
    Persona,
    Review,
    Sentence,
    Tally,
    Written,
    standing_grounds,
)
from panel.records.desk import MOST_CLAIMS, Decided, DraftText, EditedPick, EditedSentence, EditedWords
from panel.tally import find_dissent, tally

MAKERS_WORD = "By the maker's account: "
NO_ANSWER = {  # by outcome: a refusal is a model's own words, and nobody decides of it
    "declined": "Its model would not answer.",
    "unusable": "Its answer could not be used.",
    "failed": "No answer came.",
}
Earlier = Mapping[tuple[str, int], Decided]  # (persona_id, place) -> what was decided of that sentence before


def start_text(review: Review, earlier: Earlier | None = None) -> DraftText:
    """The text a draft begins with: all that critics wrote, at most `MOST_CLAIMS` claims of it printed.

    Claims are taken from each critic in turn, so that none loses its voice; what is over is set aside, not gone.
    earlier: what people decided of the same sentences before; what was removed begins removed.
    """
    earlier = earlier or {}
    order = list(_in_turn([(p, _claims(review, p)) for p in review.personas], earlier))
    printed = frozenset(order[:MOST_CLAIMS])
    critics = (_start_words(review.opinion(p.persona_id), printed, earlier) for p in review.personas)
    return DraftText(critics=tuple(words for words in critics if words))


def _claims(review: Review, persona: Persona) -> list[int]:
    """Places of a critic's claims: sentences that are no views; of a trial juror the passages it picked, once each."""
    opinion = review.opinion(persona.persona_id)
    if not isinstance(opinion, Answered):
        return []
    if isinstance(opinion.words, Written):
        return [place for place, s in enumerate(opinion.words.quote) if s.rests_on != "view"]
    return list(dict.fromkeys(ground.number for ground in standing_grounds(opinion, review.flags)))


def _in_turn(claims: Sequence[tuple[Persona, list[int]]], earlier: Earlier) -> Iterator[tuple[str, int]]:
    for turn in zip_longest(*(places for _, places in claims)):
        for (persona, _), place in zip(claims, turn, strict=True):
            if place is not None and earlier.get((persona.persona_id, place)) != "removed":
                yield persona.persona_id, place


def _start_words(opinion: Opinion | None, printed: frozenset[tuple[str, int]], earlier: Earlier) -> EditedWords | None:
    if not isinstance(opinion, Answered):
        return None
    who, words = opinion.juror.persona_id, opinion.words
    if not isinstance(words, Written):
        picks = tuple(
            EditedPick(number=n, standing=_standing_of((who, n), printed, earlier)) for n in _numbers(opinion)
        )
        return EditedWords(persona_id=who, picks=picks)
    return EditedWords(
        persona_id=who,
        line=words.line,
        sentences=tuple(_start_sentence(who, i, s, printed, earlier) for i, s in enumerate(words.quote)),
        for_whom=words.for_whom,
        not_for=words.not_for,
        change_mind=words.change_mind,
        counter=words.counter,
        replies=words.replies,
        prediction=words.prediction,
    )


def _numbers(opinion: Answered) -> list[int]:
    return list(dict.fromkeys(g.number for g in opinion.grounds))


def _start_sentence(
    who: str, place: int, sentence: Sentence, printed: frozenset[tuple[str, int]], earlier: Earlier
) -> EditedSentence:
    at = (who, place)
    standing = "printed" if sentence.rests_on == "view" else _standing_of(at, printed, earlier)
    attributed = earlier.get(at) == "attributed"
    return EditedSentence.model_validate(
        {"place": place, "text": sentence.text, "standing": standing, "attributed": attributed}
    )


def _standing_of(at: tuple[str, int], printed: frozenset[tuple[str, int]], earlier: Earlier) -> str:
    if earlier.get(at) == "removed":
        return "removed"
    return "printed" if at in printed else "set_aside"


def lay_over(review: Review, text: DraftText) -> Review:
    """The review as the draft prints it: its words, its struck opinions and the count without them.

    The count is of what the critics answered, never of what is printed. Claims of grounds are a model's words that
    nobody decided on: only the excerpts, word for word, are printed. Of a struck opinion, and of one the text does not
    have, nothing is printed but its verdict; of no answer, that there is none. Flags are the machine's; `desk.flags`
    has today's.
    """
    struck = frozenset(s.persona_id for s in text.struck)
    kept = [_laid(opinion, text, struck) for opinion in review.opinions]
    counted = tally(review.opinions, review.personas, review.flags, review.tally.rho, struck=struck)
    voters = [o for o in kept if isinstance(o, Answered) and _votes(review, o, counted, struck)]
    counted = counted.model_copy(update={"dissent": find_dissent(voters)})
    return review.model_copy(update={"opinions": tuple(kept), "tally": counted})


def _votes(review: Review, opinion: Answered, counted: Tally, struck: frozenset[str]) -> bool:
    who = opinion.juror.persona_id
    counts = review.persona(who).counts and who not in struck and who not in counted.ungrounded_personas
    return counts and opinion.verdict != "abstain"


def _laid(opinion: Opinion, text: DraftText, struck: frozenset[str]) -> Opinion:
    if not isinstance(opinion, Answered):
        return opinion.model_copy(update={"why": NO_ANSWER[opinion.outcome]})
    words = text.words_of(opinion.juror.persona_id)
    if words is None or opinion.juror.persona_id in struck:
        return _silent(opinion)
    if isinstance(opinion.words, Written):
        grounds = tuple(g.model_copy(update={"claim": ""}) for g in opinion.grounds)
        return opinion.model_copy(update={"words": written(opinion.words, words), "grounds": grounds})
    gone = {pick.number for pick in words.picks if pick.standing != "printed"}
    kept = tuple(g for g in opinion.grounds if g.number not in gone)
    return opinion.model_copy(update={"grounds": kept})


def _silent(opinion: Answered) -> Answered:
    """An opinion on whose words nobody decided: none are printed."""
    nothing: Written | NotAsked = opinion.words
    if isinstance(nothing, Written):
        nothing = Written(line="", quote=(), for_whom="", not_for="", change_mind="", counter="")
    return opinion.model_copy(update={"words": nothing, "grounds": ()})


def written(model: Written, words: EditedWords) -> Written:
    """A critic's words as the draft prints them."""
    views = words.views == "printed"
    quote = tuple(
        model.quote[s.place].model_copy(update={"text": as_printed(s)}) for s in printed_sentences(model, words)
    )
    return model.model_copy(
        update={
            "quote": quote,
            "line": words.line if views else "",
            "for_whom": words.for_whom if views else "",
            "not_for": words.not_for if views else "",
            "change_mind": words.change_mind if views else "",
            "counter": words.counter if views else "",
            "replies": words.replies if views else (),
            "prediction": words.prediction if views else None,
        }
    )


def printed_sentences(model: Written, words: EditedWords) -> tuple[EditedSentence, ...]:
    """The sentences of a critic's quote that are printed, in its order."""
    views = words.views == "printed"
    return tuple(
        s for s in words.sentences if s.standing == "printed" and (views or model.quote[s.place].rests_on != "view")
    )


def as_printed(sentence: EditedSentence) -> str:
    """The sentence, with whose word it is before it when an editor said so."""
    return MAKERS_WORD + sentence.text if sentence.attributed else sentence.text


def standing_of(sentence: EditedSentence | EditedPick) -> str:
    """How a sentence or pick is printed, in a word: printed, attributed, set_aside, removed."""
    attributed = isinstance(sentence, EditedSentence) and sentence.attributed and sentence.standing == "printed"
    return "attributed" if attributed else sentence.standing
