"""Bring what somebody ran and saw to a review, so that critics may be asked again with it."""

from datetime import date

from panel.desk.acts.commit import Tx
from panel.desk.drafts.text_fields import told
from panel.errors import Mistake
from panel.records import RunLog, content_hash, without_unseen
from panel.store import draft_rows as rows

LONGEST_LOG = 60_000  # characters: what a dossier may hold of one source


def bring_run_log(tx: Tx, draft_id: str, title: str, text: str, on_day: date) -> RunLog:
    """Keep a terminal session or test note as a dated source; jurors that are asked again read it and may cite it."""
    tx.allow("bring")
    opened = tx.open_review(draft_id)
    session, named = without_unseen(text).strip(), told(title, 200)
    if len(session) < 20 or not named:
        raise Mistake("A run log needs a title and what happened.", hint="Paste the session as it was.")
    if len(session) > LONGEST_LOG:
        raise Mistake(
            f"That is {len(session)} characters; {LONGEST_LOG} at most.", hint="Keep what a reader would check."
        )
    if on_day > tx.now.date():
        raise Mistake(f"{on_day} is yet to come.", hint="Give the day it was run.")
    log = RunLog(number=0, title=named, text=session, on_day=on_day, by=tx.who.account_id, at=tx.now)
    kept = rows.add_run_log(tx.conn, opened.draft.draft_id, log)
    on, row = on_day.isoformat(), content_hash(kept)
    tx.log("brought a run log", draft_id, number=kept.number, title=named, on_day=on, row=row)
    return kept
