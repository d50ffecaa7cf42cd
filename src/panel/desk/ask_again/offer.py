"""What taking over the newer review of a draft would bring: worked out as `take_over` does, and not written."""

from dataclasses import dataclass
from functools import cached_property

from panel.desk.acts.take_over import merged, same_critics
from panel.desk.desk import Desk
from panel.desk.drafts.diff import Difference, differences
from panel.desk.drafts.opened import OpenReview
from panel.desk.drafts.overlay import lay_over, start_text
from panel.desk.drafts.points import earlier_decisions
from panel.records import Account, DraftText, Review


@dataclass(frozen=True)
class Offer:
    """A newer review beside the draft it is offered for."""

    mine: OpenReview
    newer: Review
    text: DraftText  # as it would be laid in

    @cached_property
    def same(self) -> frozenset[str]:
        """Critics who said the same again: the words people gave them stay."""
        return same_critics(self.mine.review, self.newer)

    @cached_property
    def counted(self) -> Review:
        """The newer review as it would be printed."""
        return lay_over(self.newer, self.text)

    def lost(self, persona_id: str) -> tuple[Difference, ...]:
        """What people changed in a critic's words that would no longer be printed; it stays in the history."""
        if persona_id in self.same:
            return ()
        changed = differences(start_text(self.mine.review), self.mine.text)
        return tuple(d for d in changed if d.field.startswith(f"{persona_id}:"))


def read_offer(desk: Desk, who: Account, draft_id: str) -> Offer | None:
    """What is offered for a draft, None when nothing is. Raises NotFound for no such draft."""
    mine, newer = desk.open(who, draft_id), desk.offered(who, draft_id)
    if newer is None or not isinstance(mine, OpenReview):
        return None
    with desk.store.reading() as conn:
        earlier = earlier_decisions(conn, newer, mine.draft.scope)
    return Offer(mine, newer, merged(mine, newer, start_text(newer, earlier)))
