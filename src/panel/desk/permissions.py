"""Who may do what, and when a draft may be approved, in words; `store/desk_triggers.py` holds it in the database."""

from collections.abc import Mapping, Sequence

from panel.errors import Mistake, NotAllowed
from panel.records.desk import Account, Act, Decision, Edition, Point, Role

ROLES: tuple[Role, ...] = ("writer", "editor", "publisher", "admin")  # each may do all that those before it may
LEAST: Mapping[str, Role] = {
    "read": "writer",
    "save": "writer",
    "decide": "writer",
    "note": "writer",
    "bring": "writer",  # a run log
    "pass": "writer",
    "later": "writer",
    "fetch back": "writer",
    "dismiss": "editor",
    "confirm": "editor",  # that a held span was read
    "strike": "editor",
    "hold": "editor",
    "ask again": "editor",
    "take over": "editor",
    "approve": "editor",
    "reject": "editor",
    "products": "editor",
    "publish": "publisher",
    "retract": "publisher",
    "accounts": "admin",
}
TO_FETCH_BACK: Mapping[str, str] = {  # by state: no writer undoes what an editor or a publisher did
    "rejected": "reject", "retracted": "reject", "scheduled": "reject",
}  # fmt: skip
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
LEFT_DAYS = 14  # open drafts older than this leave the queue


def may(role: Role, act: str) -> bool:
    """Whether this role may do it. Raises KeyError for an act nobody thought of."""
    return ROLES.index(role) >= ROLES.index(LEAST[act])


def allow(who: Account, act: str) -> None:
    """Raises NotAllowed when this person may not."""
    if who.disabled or not may(who.role, act):
        raise NotAllowed(
            f"{who.name} is {_a(who.role)} and may not {act}.", hint=f"Ask {_a(LEAST[act])}, or whoever may more."
        )


def _a(role: Role) -> str:
    return f"an {role}" if role in ("editor", "admin") else f"a {role}"


def one_of(reasons: Mapping[str, str], reason: str) -> str:
    """The reason, when it is on the list. Raises Mistake naming the list."""
    if reason not in reasons:
        raise Mistake(f"{reason!r} is no reason on the list.", hint="Give one of: " + ", ".join(reasons) + ".")
    return reason


def by_line(act: Act, names: Mapping[str, str]) -> str:
    """Under which name it was done, whatever they are called now. names: by account_id, for lines that hold none."""
    return str(act.detail.get("by_name") or names.get(act.by, act.by))


def left(points: Sequence[Point], decided: Mapping[tuple[str, str], Decision]) -> tuple[Point, ...]:
    """Points that nobody has settled, in order; `decided` is by scope and key."""
    return tuple(p for p in points if not is_settled(p, decided))


def is_settled(point: Point, decided: Mapping[tuple[str, str], Decision]) -> bool:
    found = decided.get((point.scope, point.key))
    return found is not None and found.settles


def what_is_left(points: Sequence[Point]) -> str:
    """ "7 claims left, 5 critics' views, 2 flags"; "" when nothing is."""
    names = (
        ("claim", "claims", ("claim", "pick")),
        ("critic's views", "critics' views", ("views",)),
        ("flag", "flags", ("flag",)),
        ("held span", "held spans", ("held",)),
    )
    counts = ((sum(p.kind in kinds for p in points), one, many) for one, many, kinds in names)
    told = [f"{count} {one if count == 1 else many}" for count, one, many in counts if count]
    return f"{told[0]} left" + "".join(f", {more}" for more in told[1:]) if told else ""


def edition_of(grade: str, wanted: str = "") -> Edition:
    """The edition a draft of this grade is approved for. Raises Mistake for the main one when it is a trial's."""
    if wanted not in ("", "main", "trial"):
        raise Mistake(f"There is no edition {wanted!r}.", hint="There are: main, trial.")
    if grade != "full" and wanted == "main":
        raise Mistake(f"A {grade} goes into the trial edition only.", hint="Approve it with edition trial.")
    return "main" if grade == "full" and wanted != "trial" else "trial"


def refuse_unless_approvable(unsettled: Sequence[Point], hindrance: str) -> None:
    """Raises Mistake that says what is left, or what is in the way."""
    if hindrance:
        raise Mistake(hindrance, hint="Fetch it back, or print a claim; or reject the draft.")
    if unsettled:
        raise Mistake(f"It can't be approved yet: {what_is_left(unsettled)}.", hint=f"First: {unsettled[0].text!r}.")
