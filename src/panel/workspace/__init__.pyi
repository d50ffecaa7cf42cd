from .event_loop import run_loop as run_loop
from .folder import WorkspaceFolder as WorkspaceFolder, find_workspace as find_workspace
from .folder import lay_out_workspace as lay_out_workspace
from .settings import ADDRESSES as ADDRESSES, BatchTable as BatchTable, DeskTable as DeskTable, KEYS as KEYS
from .settings import Settings as Settings, check_address as check_address, read_settings as read_settings
