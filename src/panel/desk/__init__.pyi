from .accounts import Accounts as Accounts, FEWEST as FEWEST, Passwords as Passwords, Session as Session
from .accounts import TERMINAL as TERMINAL, is_at_least as is_at_least
from .acts.by_name import act_on as act_on, named_point as named_point, point_name as point_name
from .acts.by_name import told_point as told_point
from .acts.change import DeskAct as DeskAct, refuse_put_away as refuse_put_away
from .acts.decide import Confirm as Confirm, Decide as Decide, Dismiss as Dismiss, Save as Save
from .acts.decide import SetStanding as SetStanding, Unchanged as Unchanged, target_of as target_of
from .acts.put_away import FetchBack as FetchBack, HoldUntil as HoldUntil, PassOver as PassOver, PutOff as PutOff
from .acts.put_away import Reject as Reject
from .acts.sign import Approve as Approve, Publish as Publish, Retract as Retract
from .acts.strike import Strike as Strike, Unstrike as Unstrike
from .acts.take_over import BringRunLog as BringRunLog, TakeOver as TakeOver
from .acts.undo import Undo as Undo
from .approval.approval_inputs import read_approval_file as read_approval_file
from .approval.audit import audit as audit
from .approval.verify import approval_as_markdown as approval_as_markdown, verify_approval_file as verify_approval_file
from .ask_again.background import AskAgainJob as AskAgainJob, AskingAgain as AskingAgain
from .ask_again.prepare import AskAgain as AskAgain, AskAgainMeans as AskAgainMeans, AskAgainRequest as AskAgainRequest
from .ask_again.prepare import Offer as Offer, prepare_run as prepare_run, read_offer as read_offer
from .desk import Desk as Desk, NOTHING as NOTHING, Public as Public
from .drafts.diff import differences as differences, mark_changes as mark_changes
from .drafts.opened import History as History, OpenComparison as OpenComparison, OpenDraft as OpenDraft
from .drafts.opened import OpenReview as OpenReview, Opened as Opened
from .drafts.overlay import as_printed as as_printed
from .drafts.points import LEFT_DAYS as LEFT_DAYS, SPEAKS_TO_REVIEWERS as SPEAKS_TO_REVIEWERS
from .drafts.points import cited_passages as cited_passages, edition_of as edition_of, what_is_left as what_is_left
from .drafts.publications import retraction as retraction
from .drafts.queue_row import new_queue_row as new_queue_row
from .drafts.stale import reasons_of as reasons_of, stale_drafts as stale_drafts, stale_page as stale_page
from .drafts.text_fields import LONGEST as LONGEST, PHRASES as PHRASES
from .drafts.written_before import NO_ARCHIVE as NO_ARCHIVE, WrittenBefore as WrittenBefore
from .edit_words.apply_words import Edited as Edited, take_words as take_words
from .edit_words.draft_as_words import draft_as_words as draft_as_words
from .permissions import LEAST as LEAST, ROLES as ROLES, TO_FETCH_BACK as TO_FETCH_BACK, a_role as a_role
from .permissions import by_line as by_line, role_may as role_may
from .reasons import DISMISS_REASONS as DISMISS_REASONS, ONLY_MENDED as ONLY_MENDED, PASS_REASONS as PASS_REASONS
from .reasons import REJECT_REASONS as REJECT_REASONS, STRIKE_REASONS as STRIKE_REASONS
from .stats import DeskStats as DeskStats, RunningStats as RunningStats, read_pairs as read_pairs
from .stats import read_stats as read_stats, summary_sentence as summary_sentence, tables_of as tables_of
from .times import Times as Times, UTC_TIMES as UTC_TIMES, utc_now as utc_now
