from .batch_context import Gather as Gather
from .close import SUMMARY as SUMMARY
from .estimate import BatchPrice as BatchPrice
from .events import BatchEvent as BatchEvent, Begun as Begun, Ended as Ended, Paid as Paid
from .intake.entries import BadRow as BadRow
from .intake.explain import RowExplanation as RowExplanation, RowWatch as RowWatch, explain_row as explain_row
from .intake.read_sources import read_announcements as read_announcements
from .intake.source_spec import FeedTable as FeedTable, Shortlist as Shortlist, SourceSpec as SourceSpec
from .intake.source_spec import is_address as is_address
from .known_products import known_in as known_in
from .launch import dossier_of_text as dossier_of_text
from .options import BatchEnvironment as BatchEnvironment, BatchOptions as BatchOptions, BatchOrder as BatchOrder
from .report.json_stream import json_parts as json_parts
from .report.spend import BatchSpend as BatchSpend, Bill as Bill, By as By, add_up as add_up, bills as bills
from .report.summary import Digest as Digest, counted_words as counted_words, digest_rows as digest_rows
from .report.summary import partner_of as partner_of, savings_words as savings_words, spend_words as spend_words
from .report.summary import summary_fields as summary_fields
from .resume import reopen_rows as reopen_rows
from .run import DRY as DRY, BatchOutcome as BatchOutcome, dry_run as dry_run, enqueue_batch as enqueue_batch
from .run import resume_batch as resume_batch, run_batch as run_batch
from .workers.jobs import BATCHES as BATCHES, HEARTBEAT_S as HEARTBEAT_S, JobHandlers as JobHandlers
from .workers.jobs import LAUNCHES as LAUNCHES, RESCUE as RESCUE, STALLED_S as STALLED_S, is_work_due as is_work_due
from .workers.jobs import list_workers as list_workers, open_queue as open_queue, prepare_queue as prepare_queue
from .workers.jobs import take_back_jobs as take_back_jobs
from .workers.shared_limits import SharedLimits as SharedLimits
from .workers.worker import Worker as Worker, hand_out_ready as hand_out_ready
