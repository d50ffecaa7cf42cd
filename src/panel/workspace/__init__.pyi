from .ask_again import ask_again_for as ask_again_for, asking_in_background as asking_in_background
from .batches import go_on_with_batch as go_on_with_batch, price_batch_only as price_batch_only
from .batches import review_batch as review_batch
from .desks import open_desk_of as open_desk_of, owner_name as owner_name, owner_of as owner_of
from .event_loop import run_loop as run_loop, run_until_stopped as run_until_stopped
from .folder import lay_out_workspace as lay_out_workspace
from .job_queue import count_workers as count_workers, hand_out_batch as hand_out_batch, queue_cancel as queue_cancel
from .job_queue import queue_retry as queue_retry, queue_status as queue_status, work as work
from .launches import dossiers_of as dossiers_of, snapshots_of as snapshots_of, with_browser as with_browser
from .runs import RunOptions as RunOptions, ask_panel as ask_panel, prove as prove, resume_run as resume_run
from .settings import ADDRESSES as ADDRESSES, DeskTable as DeskTable, KEYS as KEYS, check_address as check_address
from .settings import read_settings as read_settings
from .workspace import Workspace as Workspace, open_workspace as open_workspace
