"""What checks say of a draft as it would be printed, and which of it has to be settled. Pure."""

from collections.abc import Sequence

from panel.checks import check_review
from panel.desk.drafts.overlay import lay_over, printed_sentences
from panel.records import Answered, DraftText, Flag, Review, Written

SPEAKS_TO_REVIEWERS = frozenset({"launch_addresses_reviewers", "review_held"})  # one point of their own: read the span
SETTLE_THEMSELVES = frozenset({"ungrounded"})  # listed, and not counted: nothing an editor could add


def flags_of(
    review: Review, text: DraftText, archive: Sequence[Flag] = (), *, found: Sequence[Flag] | None = None
) -> tuple[Flag, ...]:
    """Flags on what is printed, in page order; a sentence's `index` is its place in what the model wrote.

    archive: what `WrittenBefore.flags` gave for the same printed review.
    found: what `check_printed` gave for it, when it is known.
    """
    struck = {s.persona_id for s in text.struck}
    checked = check_printed(lay_over(review, text), text) if found is None else found
    kept = (f for f in review.flags if f.check == "review_held")
    mine = (*checked, *kept, *(f for f in archive if f.persona_id not in struck))
    return tuple(_placed(flag, review, text) for flag in mine if not _is_moot(flag, text))


def check_printed(printed: Review, text: DraftText) -> tuple[Flag, ...]:
    """What checks say of a review with its text laid over it, struck opinions left out."""
    struck = {s.persona_id for s in text.struck}
    opinions = [o for o in printed.opinions if o.juror.persona_id not in struck]
    return check_review(printed.dossier, printed.personas, opinions, depth=printed.depth)


def _is_moot(flag: Flag, text: DraftText) -> bool:
    """Nothing is missing where an editor took the views out, and claims of grounds are not printed."""
    words = text.words_of(flag.persona_id)
    removed = words is not None and words.views == "removed"
    return removed and flag.check in ("missing_words", "missing_ask", "missing_prediction")


def _placed(flag: Flag, review: Review, text: DraftText) -> Flag:
    opinion, words = review.opinion(flag.persona_id), text.words_of(flag.persona_id)
    if flag.field != "quote" or words is None:
        return flag
    if not isinstance(opinion, Answered) or not isinstance(opinion.words, Written):
        return flag
    printed = printed_sentences(opinion.words, words)
    return flag.model_copy(update={"index": printed[flag.index].place}) if flag.index < len(printed) else flag


def must_settle(flag: Flag) -> bool:
    """Whether an editor has to mend or dismiss it before the draft is approved.

    A high flag on a ground has settled itself: the ground does not count, and a sentence that rests on it alone is
    flagged for that.
    """
    is_own_point = flag.check in SPEAKS_TO_REVIEWERS
    return (
        flag.severity == "high" and flag.field != "grounds" and not is_own_point and flag.check not in SETTLE_THEMSELVES
    )
