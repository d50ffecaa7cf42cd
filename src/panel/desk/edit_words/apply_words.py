"""Carry out what somebody changed in a draft's file, act by act. What others changed meanwhile is kept, and said.

Each edit is held against the draft as it lies now: what stands as wanted is left alone, so that a file may be taken
again; what is no longer as the file had it is a conflict with both texts, and the next edit is carried out even so.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from panel.desk.acts.change import DeskAct
from panel.desk.acts.decide import Confirm, Decide, Dismiss, Save, SetStanding, point_of, target_of, target_standing
from panel.desk.acts.strike import Strike, Unstrike
from panel.desk.desk import Desk
from panel.desk.drafts.opened import Opened
from panel.desk.edit_words.draft_as_words import flag_name
from panel.desk.edit_words.edit_plan import PlannedEdit
from panel.errors import EditConflict, Mistake
from panel.records import Account, Decided, Point

DECIDED: dict[str, Decided] = {"accurate": "accurate", "attributed": "attributed", "removed": "removed"}
TOLD = {
    "accurate": "accurate", "attributed": "the maker's word", "words": "amended", "removed": "removed",
    "set_aside": "set aside", "printed": "printed again", "dismiss": "dismissed", "confirm": "read",
    "strike": "struck", "unstrike": "counted again", "note": "note saved",
}  # fmt: skip


@dataclass(frozen=True)
class RefusedWords:
    """An edit that was not carried out, and why. yours, theirs: both texts of a conflict."""

    name: str
    why: str
    conflict: bool = False
    yours: str = ""
    theirs: str = ""


@dataclass(frozen=True)
class Edited:
    """What came of a file."""

    opened: Opened
    done: dict[str, int]  # by word of `TOLD`
    refused: tuple[RefusedWords, ...]

    @property
    def summary(self) -> str:
        """ "9 accurate, 1 amended, 2 removed"; "" when nothing was done."""
        told = [f"{count} {word}" for word, count in self.done.items() if word != TOLD["note"]]
        return ", ".join([*told, *([TOLD["note"]] if TOLD["note"] in self.done else [])])


def apply_edits(desk: Desk, who: Account, opened: Opened, base: Opened, requests: Sequence[PlannedEdit]) -> Edited:
    """Carry out the edits in their order. base: the draft as it was when the file was written."""
    run = _Run(desk.taking_back(), who, opened, base)
    for request in requests:
        run.do(request)
    counted = Counter(run.done)
    return Edited(run.opened, {word: counted[word] for word in TOLD.values() if counted[word]}, tuple(run.refused))


class _Run:
    def __init__(self, desk: Desk, who: Account, opened: Opened, base: Opened) -> None:
        self.desk, self.who, self.opened, self.base = desk, who, opened, base
        self.mine: dict[str, int] = {}  # by name of a place that this run changed: the revision with it
        self.done: list[str] = []
        self.refused: list[RefusedWords] = []

    def do(self, request: PlannedEdit) -> None:
        try:
            if self._do(request):
                self.done.append(TOLD["note"] if request.name == "note" else TOLD[request.what])
        except EditConflict as err:
            yours, theirs = err.yours or request.value or TOLD[request.what], err.theirs
            self.refused.append(RefusedWords(request.name, str(err), conflict=True, yours=yours, theirs=theirs))
            self.opened = self.desk.open(self.who, self.opened.draft.draft_id)
        except Mistake as err:
            self.refused.append(RefusedWords(request.name, f"{err} {err.hint}".strip(), yours=request.value))

    def _do(self, request: PlannedEdit) -> bool:
        """Whether anything was done: what stands as it is wished is left alone."""
        act = self._act_of(request)
        if act is None or not act.changes(self.opened):
            return False
        if isinstance(act, Decide):
            self._refuse_decided(act, request)
            if not act.target.views and target_standing(self.opened.text, act.target) == "set_aside":
                self._take(SetStanding(act.target, "printed", number=act.number), request.name)
                act = replace(act, number=self._number(request.name))
        self._take(act, request.name)
        return True

    def _take(self, act: DeskAct, name: str) -> None:
        self.opened = self.desk.act(self.who, self.opened.draft.draft_id, act)
        self.mine[name] = self.opened.draft.head

    def _number(self, name: str) -> int:
        """The revision at which a place was read: the file's, or the one that this run made of it, or of its views."""
        persona_id, _, rest = name.partition(":")
        own = (n for at, n in self.mine.items() if at == name or (rest == "views" and at.startswith(f"{persona_id}:")))
        return max(own, default=self.base.revision.number)

    def _refuse_decided(self, act: Decide, request: PlannedEdit) -> None:
        """Raises EditConflict when somebody else decided otherwise than the file says."""
        point = point_of(self.opened.points, act.target)
        made = self.opened.decision(point) if point else None
        if made and made.by != self.who.account_id and made.decision != request.decided:
            raise EditConflict(f"Somebody decided this meanwhile: {made.decision}.", theirs=made.text)

    def _act_of(self, request: PlannedEdit) -> DeskAct | None:
        """The act that an edit asks for; None where a flag was mended by other words, or somebody dismissed it."""
        what, value, persona_id = request.what, request.value, request.name.removeprefix("strike:")
        number = self._number(request.name)
        if what == "words":
            return Save(request.name, value, number=number, seen="shown")
        if what in ("set_aside", "printed"):
            return SetStanding(target_of(request.name), what, number=number)
        if what == "dismiss":
            meant = next(p for p in self.base.points if p.kind == "flag" and flag_name(p) == request.name)
            point = _flag_now(self.opened, meant)
            return Dismiss(point.key, value) if point else None
        if what == "confirm":
            return Confirm()
        if what == "strike":
            return Strike(persona_id, value, request.why)
        if what == "unstrike":
            return Unstrike(persona_id)
        return Decide(target_of(request.name), DECIDED[what], number=number, seen="shown")


def _flag_now(opened: Opened, meant: Point) -> Point | None:
    """The flag somebody meant, which may be on other words by now but says the same; None when it is gone."""
    flags = [p for p in opened.points if p.kind == "flag"]
    same = next((p for p in flags if p.key == meant.key), None)
    at = (meant.check, meant.persona_id, meant.place, meant.text)
    return same or next((p for p in flags if (p.check, p.persona_id, p.place, p.text) == at), None)
