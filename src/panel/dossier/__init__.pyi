from .append import add_neighbours as add_neighbours, append_sources as append_sources, append_texts as append_texts
from .build import build_dossier as build_dossier
from .charset import web_codec as web_codec
from .clean_text import Screen as Screen, one_line as one_line
from .facts.stated import EARLIEST as EARLIEST, day_of as day_of, language_of as language_of
from .fetch.browser import Browser as Browser, browser_command as browser_command
from .fetch.client import Fetcher as Fetcher
from .fetch.policy import FetchPolicy as FetchPolicy, user_agent as user_agent
from .gather.gather_pages import PageEvent as PageEvent
from .gather.listing import follow_listing as follow_listing, is_listing as is_listing
from .gather.listing import product_address as product_address
from .gather.live_dossier import build_live_dossier as build_live_dossier
from .gather.rivals import add_rivals as add_rivals
from .gather.snapshots import Snapshots as Snapshots
from .identity.address import address_in as address_in, joined as joined, tidy_address as tidy_address
from .identity.same_product import Tag as Tag, folded_name as folded_name
from .identity.same_product import folded_release as folded_release, named_release as named_release
from .identity.same_product import plain_name as plain_name, product_key as product_key, proof_of as proof_of
from .identity.same_product import same_product as same_product, tag_of as tag_of
from .identity.voices import package_of as package_of, repository_of as repository_of
from .launch_file.launch_template import launch_template as launch_template
from .launch_file.launch_yaml import ENDINGS as ENDINGS, FENCE as FENCE, MOST_BYTES as MOST_BYTES
from .launch_file.launch_yaml import decode_launch_file as decode_launch_file, launch_fields as launch_fields
from .launch_file.read_launch import read_launches as read_launches
from .page.html import fragment_blocks as fragment_blocks
from .plans.scenarios import Scenarios as Scenarios, costs_of as costs_of, load_scenarios as load_scenarios
from .trim import trim_dossier as trim_dossier
