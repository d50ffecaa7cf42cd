"""A small web on loopback, ordinary and hostile. See README.md."""

from tests.support.web.internet import Internet
from tests.support.web.server import Answer, Asked, Site, web, web_in_thread

__all__ = ["Answer", "Asked", "Internet", "Site", "web", "web_in_thread"]
