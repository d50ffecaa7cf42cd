"""Reasons people choose from a list: for dismissing, striking, passing and rejecting."""

from collections.abc import Mapping

from panel.errors import Mistake

DISMISS_REASONS = {
    "source_says_so": "The source says so, in other words",
    "check_is_wrong": "The check is wrong here",
    "kept_on_purpose": "Kept on purpose",
    "does_not_count": "It is in no count and not printed",
}

STRIKE_REASONS = {
    "unsupported": "Its evidence does not support it",
    "wrong_tool": "It speaks of another tool",
    "followed_the_page": "It followed words for reviewers",
    "off_its_lens": "It left its own question",
    "other": "Another reason",
}

PASS_REASONS = {
    "not_a_tool": "Not a tool",
    "out_of_scope": "Not for our readers",
    "too_thin": "Too little to read",
    "seen_before": "Reviewed before",
    "too_old": "Too old",
    "other": "Another reason",
}

REJECT_REASONS = {
    "inaccurate": "Too much is wrong",
    "too_thin": "Too little stands on evidence",
    "conflict_of_interest": "We have an interest in it",
    "not_fair": "Not fair to the tool",
    "other": "Another reason",
}

# nobody may dismiss these: mend or remove the words
ONLY_MENDED = frozenset({"first_hand_use", "hidden_characters", "prose_contradicts_pick"})


def one_of(reasons: Mapping[str, str], reason: str) -> str:
    """The reason, when it is on the list. Raises Mistake naming the list."""
    if reason not in reasons:
        raise Mistake(f"{reason!r} is no reason on the list.", hint="Give one of: " + ", ".join(reasons) + ".")
    return reason
