from . import draft_rows as draft_rows
from .database import describe_database as describe_database, every_row as every_row, read_url as read_url
from .desk.account_rows import AccountRows as AccountRows
from .desk.act_log import Detail as Detail, append_act as append_act, newest_acts as newest_acts, read_acts as read_acts
from .desk.act_log import revision_of as revision_of
from .desk.finished_drafts import Finished as Finished, read_finished as read_finished
from .desk.launch_drafts import OfLaunch as OfLaunch, OfProduct as OfProduct, draft_of_run as draft_of_run
from .desk.launch_drafts import drafts_of as drafts_of, launch_of as launch_of, launches_of as launches_of
from .desk.launch_drafts import products_of as products_of
from .desk.prints import Prints as Prints
from .desk.sessions import SessionRows as SessionRows, Waits as Waits
from .draft_rows import DraftRows as DraftRows, decisions_by_id as decisions_by_id
from .files import replace_file as replace_file, write_new as write_new
from .ledger.bodies import fold_body as fold_body
from .ledger.cost_sums import CostRow as CostRow, add_spends as add_spends
from .ledger.ledger import Ledger as Ledger, folded_key as folded_key, ledger_key as ledger_key
from .ledger.messages import CallRow as CallRow, Claimed as Claimed, HeldBy as HeldBy, InBatch as InBatch
from .ledger.messages import StoredAnswer as StoredAnswer
from .ledger.provider_batches import ProviderBatches as ProviderBatches, SentBatch as SentBatch
from .ledger.shared_budget import SharedBudget as SharedBudget
from .locks.process_locks import Locks as Locks
from .products.match import Coming as Coming, Meeting as Meeting
from .products.product_rows import root_of as root_of
from .products.products import Products as Products
from .run_ids import new_run_id as new_run_id, safe_relpath as safe_relpath
from .runs.batch_rows import BatchRows as BatchRows
from .runs.run_folder import RunFolder as RunFolder, verify_folder as verify_folder
from .runs.run_records import RunRecords as RunRecords
from .runs.version_stamp import stamp as stamp
from .shared_rate import SharedPace as SharedPace
from .stores import Stores as Stores
from .tables.desk_tables import accounts as accounts, approvals as approvals, bases as bases, decisions as decisions
from .tables.desk_tables import drafts as drafts, points as points, publications as publications, revisions as revisions
from .tables.desk_tables import run_logs as run_logs
