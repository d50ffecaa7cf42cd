"""Pages from the public web, and from nowhere else: what a launch page says can't steer a request into our own network.

`Fetcher.get` is the one door. In order, at the first address and at every redirect: the address is read strictly
(target.py), its name is resolved once and every answer is checked (names.py, special.py), robots.txt is obeyed
(robots.py) at a polite pace (pacing.py), the connection goes to the checked address (wire.py), and the body comes in
through caps on bytes and on what they inflate to (body.py, inflate.py).
"""

from panel.dossier.net.errors import Refused, Unreachable
from panel.dossier.net.fetcher import Fetcher
from panel.dossier.net.names import Resolve, system_resolve
from panel.dossier.net.rules import AGENT, CONTACT, FetchRules, user_agent
from panel.dossier.net.special import is_public_address, why_special

__all__ = [
    "AGENT", "CONTACT", "FetchRules", "Fetcher", "Refused", "Resolve", "Unreachable", "is_public_address",
    "system_resolve", "user_agent", "why_special",
]  # fmt: skip
