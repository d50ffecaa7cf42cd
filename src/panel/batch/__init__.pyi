from .batch_context import BatchContext as BatchContext, Gather as Gather, NoteReviewed as NoteReviewed
from .close import MOST_PARTNERS as MOST_PARTNERS, Partners as Partners, SUMMARY as SUMMARY, close_batch as close_batch
from .estimate import BatchPrice as BatchPrice, price_batch as price_batch
from .events import BatchEvent as BatchEvent, BatchListener as BatchListener, Begun as Begun, Ended as Ended
from .events import Notice as Notice, Paid as Paid
from .intake.entries import BadRow as BadRow
from .intake.ingest import ingest_rows as ingest_rows, why_nothing_read as why_nothing_read
from .intake.read_sources import read_announcements as read_announcements
from .intake.shortlist import KnownOf as KnownOf, ReviewedBefore as ReviewedBefore
from .intake.source_spec import FeedTable as FeedTable, Shortlist as Shortlist, SourceSpec as SourceSpec
from .launch import as_launch as as_launch, dossier_of_text as dossier_of_text, failed_row as failed_row
from .launch import review_row as review_row
from .launch_budgets import LaunchBudgets as LaunchBudgets
from .pool import StopSign as StopSign, launches_at_once as launches_at_once, work_off as work_off
from .provider_batches.collector import Collector as Collector
from .provider_batches.economy import half_price as half_price, make_poller as make_poller, step_on as step_on
from .provider_batches.poller import Poller as Poller
from .report.json_stream import json_parts as json_parts
from .report.spend import BatchSpend as BatchSpend, Bill as Bill, By as By, add_up as add_up, bills as bills
from .report.summary import Digest as Digest, counted_words as counted_words, digest_rows as digest_rows
from .report.summary import partner_of as partner_of, savings_words as savings_words, spend_words as spend_words
from .report.summary import summary_fields as summary_fields
from .resume import reopen_collected as reopen_collected, reopen_rows as reopen_rows
from .workers.jobs import BATCHES as BATCHES, HEARTBEAT_S as HEARTBEAT_S, JobHandlers as JobHandlers
from .workers.jobs import LAUNCHES as LAUNCHES, RESCUE as RESCUE, STALLED_S as STALLED_S, ask_for_task as ask_for_task
from .workers.jobs import hand_out_rows as hand_out_rows, is_work_due as is_work_due, list_workers as list_workers
from .workers.jobs import open_queue as open_queue, prepare_queue as prepare_queue, take_back_jobs as take_back_jobs
from .workers.shared_limits import SharedLimits as SharedLimits, lane_of as lane_of
