"""A draft's text: made from a machine's review, and laid over it again for the page. Pure.

What nobody may edit (verdicts, grounds, figures, the count) stays in the review and is never in the text.
"""

from collections.abc import Mapping, Sequence

from panel.desk.drafts.text_fields import PHRASES
from panel.records import (
    Answered,
    Decided,
    DraftText,
    EditedPick,
    EditedSentence,
    EditedWords,
    Flag,
    NotAsked,
    Opinion,
    Review,
    Sentence,
    Tally,
    Written,
    standing_grounds,
)
from panel.tally import find_dissent, tally

VIEW_WORDS = (*PHRASES, "replies", "prediction")  # all a critic says beside its sentences
MAKERS_WORD = "By the maker's account: "
NO_ANSWER = {  # by outcome: a refusal is a model's own words, and nobody decides of it
    "declined": "Its model would not answer.",
    "unusable": "Its answer could not be used.",
    "failed": "No answer came.",
}
Earlier = Mapping[tuple[str, int], Decided]  # (persona_id, place) -> what was decided of that sentence before


def start_text(review: Review, earlier: Earlier | None = None) -> DraftText:
    """The text a draft begins with: all that critics wrote; of a trial juror the picks that stand.

    earlier: what people decided of the same sentences before; what was removed begins removed.
    """
    opinions = (review.opinion(p.persona_id) for p in review.personas)
    critics = (_start_words(o, review.flags, earlier or {}) for o in opinions if isinstance(o, Answered))
    return DraftText(critics=tuple(critics))


def _start_words(opinion: Answered, flags: Sequence[Flag], earlier: Earlier) -> EditedWords:
    who, words = opinion.juror.persona_id, opinion.words
    if not isinstance(words, Written):
        numbers = dict.fromkeys(g.number for g in standing_grounds(opinion, flags))
        picks = (EditedPick.model_validate({"number": n, **_standing((who, n), earlier)}) for n in numbers)
        return EditedWords(persona_id=who, picks=tuple(picks))
    sentences = (_start_sentence(who, i, s, earlier) for i, s in enumerate(words.quote))
    same = {name: getattr(words, name) for name in VIEW_WORDS}
    return EditedWords(persona_id=who, sentences=tuple(sentences), **same)


def _start_sentence(who: str, place: int, sentence: Sentence, earlier: Earlier) -> EditedSentence:
    at = (who, place)
    standing = {} if sentence.rests_on == "view" else _standing(at, earlier)
    attributed = earlier.get(at) == "attributed"
    return EditedSentence.model_validate({"place": place, "text": sentence.text, "attributed": attributed, **standing})


def _standing(at: tuple[str, int], earlier: Earlier) -> dict[str, str]:
    return {"standing": "removed"} if earlier.get(at) == "removed" else {}


def lay_over(review: Review, text: DraftText) -> Review:
    """The review as the draft prints it: its words, its struck opinions and the count without them.

    The count is of what the critics answered, never of what is printed. Claims of grounds are a model's words that
    nobody decided on, and are left out. Of a struck opinion, and of one the text does not have, nothing is printed but
    its verdict; of no answer, that there is none. Flags are the machine's; `points.flags_of` gives today's.
    """
    struck = frozenset(s.persona_id for s in text.struck)
    kept = [_laid(opinion, text, struck) for opinion in review.opinions]
    counted = tally(review.opinions, review.personas, review.flags, review.tally.rho, struck=struck)
    if (counted.ship, counted.skip) == (review.tally.ship, review.tally.skip):  # same votes: to the digit what it says
        counted = counted.model_copy(update={"interval": review.tally.interval})
    voters = [o for o in kept if isinstance(o, Answered) and _votes(review, o, counted, struck)]
    counted = counted.model_copy(update={"dissent": find_dissent(voters)})
    return review.model_copy(update={"opinions": tuple(kept), "tally": counted})


def for_readers(printed: Review) -> Review:
    """A laid-over review, with today's flags, as readers get it: without notes of checks and undecided evidence.

    An excerpt is printed where it stands in its passage and a printed sentence cites it; nobody decides of any other.
    """
    kept = [_cited_only(o, printed.flags) if isinstance(o, Answered) else o for o in printed.opinions]
    return printed.model_copy(update={"opinions": tuple(kept), "flags": ()})


def _cited_only(opinion: Answered, flags: Sequence[Flag]) -> Answered:
    grounds = standing_grounds(opinion, flags)
    if isinstance(opinion.words, Written):
        cited = {n for s in opinion.words.quote if s.rests_on == "grounds" for n in s.grounds}
        grounds = tuple(g for g in grounds if g.number in cited)
    return opinion.model_copy(update={"grounds": grounds})


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
    printed = {pick.number for pick in words.picks if pick.standing == "printed"}
    kept = tuple(g for g in opinion.grounds if g.number in printed)
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
    printed = printed_sentences(model, words)
    quote = tuple(model.quote[s.place].model_copy(update={"text": as_printed(s)}) for s in printed)
    own = words if views else EditedWords(persona_id=words.persona_id)
    return model.model_copy(update={"quote": quote} | {name: getattr(own, name) for name in VIEW_WORDS})


def printed_sentences(model: Written, words: EditedWords) -> tuple[EditedSentence, ...]:
    """The sentences of a critic's quote that are printed, in its order."""
    views = words.views == "printed"
    kept = (s for s in words.sentences if views or model.quote[s.place].rests_on != "view")
    return tuple(s for s in kept if s.standing == "printed")


def as_printed(sentence: EditedSentence) -> str:
    """The sentence, with whose word it is before it when an editor said so."""
    return MAKERS_WORD + sentence.text if sentence.attributed else sentence.text


def standing_of(sentence: EditedSentence | EditedPick) -> str:
    """How a sentence or pick is printed, in a word: printed, attributed, set_aside, removed."""
    attributed = isinstance(sentence, EditedSentence) and sentence.attributed and sentence.standing == "printed"
    return "attributed" if attributed else sentence.standing
