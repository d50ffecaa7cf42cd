"""A check that editors wave away drops to a note by itself, and says so."""

from collections.abc import Iterable, Mapping

from panel.records import Flag

LEAST_SHOWN = 50  # flags that were fixed or dismissed
MOST_DISMISSED = 0.8  # share, 0..1

_VOIDS = "It decides which grounds stand and so what is counted; no habit of editors may change a tally."
_QUOTES = 'Pages promise "quoted word for word", and that each sentence says no more than its grounds.'
_LAW = "A reader would be misled: the law on unfair practices holds whoever publishes to it."
_SAFETY = "Somebody may be speaking to the critics: a person has to have seen it, each time."
_RESULT = "It guards the computed result against words that deny it."
NEVER_DEMOTED: dict[str, str] = {
    "unknown_passage": _VOIDS,
    "excerpt_not_in_passage": _VOIDS,
    "excerpt_too_short": _VOIDS,
    "ground_on_suspicious_span": _VOIDS,
    "ungrounded": _VOIDS,
    "unknown_ground_number": _QUOTES,
    "rests_on_void_ground": _QUOTES,
    "number_not_in_grounds": _QUOTES,
    "view_with_number": _QUOTES,
    "makers_figure_as_fact": _LAW,
    "first_hand_use": _LAW,
    "hidden_characters": _SAFETY,
    "launch_addresses_reviewers": _SAFETY,
    "review_held": _SAFETY,
    "verdict_against_grounds": _RESULT,
    "prose_contradicts_pick": _RESULT,
}  # a check's name -> why editors' dismissals don't lower it


def demoted(flags: Iterable[Flag], shares: Mapping[str, tuple[int, int]]) -> tuple[Flag, ...]:
    """The flags, those of checks that editors mostly dismiss as notes with a reason.

    shares: check -> (dismissed, settled) among its last flags; a check is judged once 50 were settled.
    For reading beside a draft only. The review's own flags stay as they are: grounds stand by them.
    """
    return tuple(_demoted(flag, *shares.get(flag.check, (0, 0))) for flag in flags)


def _demoted(flag: Flag, dismissed: int, settled: int) -> Flag:
    if flag.check in NEVER_DEMOTED or flag.severity == "note":
        return flag
    if settled < LEAST_SHOWN or dismissed <= MOST_DISMISSED * settled:
        return flag
    why = f"Only a note: editors dismissed {dismissed} of the last {settled} such flags."
    return flag.model_copy(update={"severity": "note", "message": f"{flag.message} {why}"})
