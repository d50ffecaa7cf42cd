"""A tally in a reader's words. Unanimity is never printed as certainty: what the votes are worth stands beside it."""

from collections.abc import Sequence

from panel.records import Juror, Tally

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
OUTSIDE = (
    ("abstain", "abstained"),
    ("ungrounded", "without evidence that stands"),
    ("declined", "declined to answer"),
    ("unusable", "gave no usable answer"),
    ("failed", "failed to answer"),
    ("struck", "struck by the editor"),
)


def panel_sentence(tally: Tally, jurors: Sequence[Juror] = ()) -> str:
    """The count and what it is worth: "3 of 4 ship; one model: treat as about one opinion."

    jurors: those who voted; they say whether it was one model. Votes are "k of n", n being ship and skip votes; who
    is outside that count follows. Nobody voting is said as such, never as a share.
    """
    outside = [f"{n} {words}" for field, words in OUTSIDE if (n := int(getattr(tally, field)))]
    if not tally.voting:
        return ", ".join(["Nobody voted", *outside]) + "."
    parts = [f"{tally.ship} of {tally.voting} ship", *outside]
    return f"{', '.join(parts)}; {worth(tally, jurors)}."


def worth(tally: Tally, jurors: Sequence[Juror] = ()) -> str:
    """What the votes are worth: "one model: treat as about one opinion". Raises ValueError when nobody voted."""
    if tally.interval is None:
        raise ValueError("nobody voted: there is nothing to weigh")
    if tally.voting == 1:
        return "a single vote"
    about = max(1, round(tally.interval.effective))
    opinions = f"{number_word(about)} opinion{'s' if about > 1 else ''}"
    return f"{_models(jurors)}treat as about {opinions}"


def number_word(n: int) -> str:
    """A count in words up to ten, in figures beyond."""
    return NUMBERS[n] if 0 <= n < len(NUMBERS) else str(n)


def _models(jurors: Sequence[Juror]) -> str:
    models = {j.model for j in jurors}
    families = {j.family for j in jurors}
    if not models:
        return ""
    if len(models) == 1:
        return "one model: "
    if len(families) == 1:
        return "models of one family: "
    return f"models of {number_word(len(families))} families: "
