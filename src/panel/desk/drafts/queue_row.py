"""A draft's row in the queue: what an editor needs to choose what to do next. Pure."""

from panel.desk.drafts.opened import OpenComparison, Opened
from panel.desk.drafts.overlay import start_text
from panel.desk.drafts.points import must_settle, points_of
from panel.records import Answered, Comparison, QueueRow, Review, Written

SECONDS_A_CLAIM, SECONDS_A_FLAG, SECONDS_BESIDE = 15, 30, 60  # until the desk has measured its own (`desk stats`)


def new_queue_row(review: Review, draft_id: str) -> QueueRow:
    """Of a review nobody has opened: nothing is decided yet, and flags are counted when it is."""
    launch = review.dossier.launch
    points = points_of(review, start_text(review), (), scope="")
    claims, flags = sum(p.kind in ("claim", "pick") for p in points), sum(must_settle(f) for f in review.flags)
    held = review.containment is not None and review.containment.held
    return QueueRow(
        draft_id=draft_id, kind="review", grade=review.grade, name=f"{launch.name} {launch.release}".strip(),
        what=launch.tagline, category=launch.category, panel=panel_line(review), split=split_line(review),
        claims=claims, claims_left=claims,
        views_left=sum(p.kind == "views" for p in points), flags_left=flags, minutes=minutes(claims, flags),
        seen=tuple(seen.where for seen in launch.seen_at), is_held=held,
    )  # fmt: skip


def first_pair_row(comparison: Comparison, draft_id: str, a: QueueRow, b: QueueRow) -> QueueRow:
    row = QueueRow(
        draft_id=draft_id, kind="comparison", grade=comparison.grade, name=f"{a.name} or {b.name}",
        what=comparison.answer, category=a.category if a.category == b.category else "", panel="",
        split=comparison.pick.because, claims=0, claims_left=0, flags_left=0, minutes=1,
    )  # fmt: skip
    return pair_row(row, a, b)


def pair_row(row: QueueRow, a: QueueRow, b: QueueRow) -> QueueRow:
    """The row of a comparison nobody has opened, counted anew from its reviews' rows."""
    left = a.claims_left + b.claims_left
    counted = {
        "claims": a.claims + b.claims,
        "claims_left": left,
        "views_left": a.views_left + b.views_left,
        "flags_left": a.flags_left + b.flags_left,
        "minutes": a.minutes + b.minutes if left else 1,
        "is_held": a.is_held or b.is_held,
        "panel": f"{a.panel} · {b.panel}",
    }
    return row.model_copy(update=counted)


def shown_row(opened: Opened, before: QueueRow) -> QueueRow:
    """The row of an open draft, counted anew."""
    claims = [p for p in opened.points if p.kind in ("claim", "pick")]
    claims_left = sum(p.kind in ("claim", "pick") for p in opened.left)
    flags_left = sum(p.kind == "flag" for p in opened.left)
    counted = {
        "claims": len(claims),
        "claims_left": claims_left,
        "views_left": sum(p.kind == "views" for p in opened.left),
        "flags_left": flags_left,
        "minutes": minutes(claims_left, flags_left) if opened.left else 1,
        "is_held": any(p.kind == "held" for p in opened.left),
        "is_approvable": not opened.left and not opened.hindrance,
    }
    return before.model_copy(update=counted | _told(opened))


def _told(opened: Opened) -> dict[str, str]:
    if isinstance(opened, OpenComparison):
        panels = " · ".join(panel_line(side.counted) for side in opened.sides)
        return {"what": opened.counted.answer, "split": opened.counted.pick.because, "panel": panels}
    return {"panel": panel_line(opened.counted), "split": split_line(opened.counted, opened.struck)}


def minutes(claims: int, flags: int) -> int:
    """About how long a draft takes."""
    return max(1, round((SECONDS_BESIDE + SECONDS_A_CLAIM * claims + SECONDS_A_FLAG * flags) / 60))


def panel_line(review: Review) -> str:
    """ "3 of 4 ship, 1 abstained"; a trial's count says that it is the trial's."""
    tally = review.tally
    voting = f"{tally.ship} of {tally.voting} ship" if tally.voting else "nobody voted"
    voting += " (trial)" if review.grade == "trial" else ""
    more = {
        "abstained": tally.abstain,
        "ungrounded": tally.ungrounded,
        "failed": tally.failed + tally.declined + tally.unusable,
        "struck": tally.struck,
    }
    return ", ".join([voting, *(f"{count} {word}" for word, count in more.items() if count)])


def split_line(review: Review, struck: frozenset[str] = frozenset()) -> str:
    """The sharpest disagreement: the surest vote on each side, in their own lines; "" when nobody disagrees."""
    uncounted = struck | set(review.tally.ungrounded_personas)
    counting = (o for o in review.answered() if review.persona(o.juror.persona_id).counts)
    votes = [o for o in counting if o.juror.persona_id not in uncounted]
    sides = {verdict: [o for o in votes if o.verdict == verdict] for verdict in ("ship", "skip")}
    if not all(sides.values()) or review.grade == "trial":
        return ""
    surest = [max(side, key=lambda o: o.confidence) for side in sides.values()]
    return " / ".join(_said(review, opinion) for opinion in surest)


def _said(review: Review, opinion: Answered) -> str:
    line = opinion.words.line if isinstance(opinion.words, Written) else ""
    title = review.persona(opinion.juror.persona_id).title
    return f"{title}, {opinion.verdict}: {line}" if line else f"{title}: {opinion.verdict}"
