"""What people added to a draft, as its page prints it. Pure."""

from collections.abc import Sequence

from panel.desk.opened import OpenComparison, Opened, OpenReview
from panel.desk.rules import STRIKE_REASONS
from panel.records import Corrected, Editorial, StruckOut
from panel.records.desk import Approval, Publication, Struck


def editorial_of(opened: Opened, approval: Approval | None, publications: Sequence[Publication] = ()) -> Editorial:
    """approval: of exactly this text, None for a draft."""
    return Editorial(
        note=opened.text.note,
        note_by=opened.text.note_by,
        note_role=opened.text.note_role or "editor",
        struck=tuple(out for side in _reviews(opened) for out in _struck(side)),
        signed=f"Approved by {approval.name}, {approval.at:%d %b %Y}." if approval else "",
        corrected=tuple(
            Corrected(on=f"{out.goes_out_at:%d %b %Y}", why=out.reason)
            for out in publications
            if out.kind == "corrected"
        ),
        retracted=retraction(opened, publications),
    )


def retraction(opened: Opened, publications: Sequence[Publication]) -> Corrected | None:
    """When a draft was taken back and why; None for one that is not, or that was fetched back since."""
    if opened.draft.state != "retracted":
        return None
    last = publications[-1]
    return Corrected(on=f"{last.at:%d %b %Y}", why=last.reason)


def _reviews(opened: Opened) -> tuple[OpenReview, ...]:
    return (opened.a, opened.b) if isinstance(opened, OpenComparison) else (opened,)


def _struck(side: OpenReview) -> list[StruckOut]:
    return [
        StruckOut(slug=side.review.slug, persona_id=strike.persona_id, why=why(strike)) for strike in side.text.struck
    ]


def why(strike: Struck) -> str:
    """The reason from the list, and what the editor said of it."""
    told = strike.why.rstrip(".")
    return f"{STRIKE_REASONS[strike.reason]}. {told}." if told else f"{STRIKE_REASONS[strike.reason]}."
