"""Bring what somebody ran and saw to a review, so that critics may be asked again with it. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from panel.desk.acts.change import Before, Change, DeskAct, open_review_in
from panel.desk.drafts.text_fields import told
from panel.errors import Mistake
from panel.records import Account, RunLog, without_unseen

LONGEST_LOG = 60_000  # characters: what a dossier may hold of one source


@dataclass(frozen=True)
class BringRunLog(DeskAct):
    """Keep a terminal session or test note as a dated source; jurors that are asked again read it and may cite it."""

    may: ClassVar[str] = "bring"
    title: str
    text: str
    on_day: date

    def decide(self, before: Before, who: Account, now: datetime) -> Change:
        open_review_in(before.opened)
        session, named = without_unseen(self.text).strip(), told(self.title, 200)
        if len(session) < 20 or not named:
            raise Mistake("A run log needs a title and what happened.", hint="Paste the session as it was.")
        if len(session) > LONGEST_LOG:
            raise Mistake(
                f"That is {len(session)} characters; {LONGEST_LOG} at most.", hint="Keep what a reader would check."
            )
        if self.on_day > now.date():
            raise Mistake(f"{self.on_day} is yet to come.", hint="Give the day it was run.")
        log = RunLog(number=0, title=named, text=session, on_day=self.on_day, by=who.account_id, at=now)
        return Change(run_log=log)
