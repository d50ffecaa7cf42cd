"""What people added to a page that a machine drafted: their note, what they struck and why, who answers for it."""

from panel.records.base import Value
from panel.records.persona import PersonaId


class StruckOut(Value):
    """An opinion taken out of the count, for readers."""

    slug: str  # of the review
    persona_id: PersonaId
    why: str  # one sentence


class Corrected(Value):
    """Something that was wrong on the page, and since when it is not."""

    on: str  # day, in words
    why: str


class Editorial(Value):
    """A page without any of it is a draft."""

    note: str = ""  # the editor's own words
    note_by: str = ""
    note_role: str = "editor"
    struck: tuple[StruckOut, ...] = ()
    signed: str = ""  # "Approved by Ann Editor, 25 Nov 2026"; "" for a draft
    corrected: tuple[Corrected, ...] = ()
    retracted: Corrected | None = None  # taken back: when, and why; nothing else of it is printed

    def why_struck(self, slug: str, persona_id: str) -> str:
        """ "" for an opinion that counts."""
        found = (s.why for s in self.struck if (s.slug, s.persona_id) == (slug, persona_id))
        return next(found, "")
