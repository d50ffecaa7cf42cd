"""What people added to a draft, as its page prints it. Pure."""

from collections.abc import Sequence

from panel.desk.drafts.opened import Opened, OpenReview
from panel.desk.reasons import STRIKE_REASONS
from panel.records import Approval, Corrected, Editorial, Publication, Struck, StruckOut


def editorial_of(
    opened: Opened, approval: Approval | None, publications: Sequence[Publication] = (),
    of_sides: Sequence[Sequence[Publication]] = (),
) -> Editorial:  # fmt: skip
    """approval: of exactly this text, None for a draft. of_sides: what was published of a comparison's reviews."""
    return Editorial(
        note=opened.text.note,
        note_by=opened.text.note_by,
        note_role=opened.text.note_role or "editor",
        struck=tuple(out for side in opened.reviews for out in _struck(side)),
        signed=f"Approved by {approval.name}, {approval.at:%d %b %Y}." if approval else "",
        corrected=tuple(
            Corrected(on=f"{out.goes_out_at:%d %b %Y}", why=out.reason)
            for out in publications
            if out.kind == "corrected"
        ),
        retracted=retraction(opened, publications) or _fallen(opened, publications, of_sides),
    )


def retraction(opened: Opened, publications: Sequence[Publication]) -> Corrected | None:
    """When a draft was taken back and why; None for one that is not, or that was fetched back since."""
    if opened.draft.state != "retracted":
        return None
    last = publications[-1]
    return Corrected(on=f"{last.at:%d %b %Y}", why=last.reason)


def _fallen(
    opened: Opened, publications: Sequence[Publication], of_sides: Sequence[Sequence[Publication]]
) -> Corrected | None:
    """Why a comparison that readers had is gone: one of its reviews was taken back."""
    for side, made in zip(opened.reviews, of_sides if publications else (), strict=False):
        if taken := retraction(side, made):
            return Corrected(on=taken.on, why=f"Its review of {side.draft.shown.name} was retracted. {taken.why}")
    return None


def _struck(side: OpenReview) -> list[StruckOut]:
    return [
        StruckOut(slug=side.review.slug, persona_id=strike.persona_id, why=why(strike)) for strike in side.text.struck
    ]


def why(strike: Struck) -> str:
    """The reason from the list, and what the editor said of it."""
    told = strike.why.rstrip(".")
    return f"{STRIKE_REASONS[strike.reason]}. {told}." if told else f"{STRIKE_REASONS[strike.reason]}."
