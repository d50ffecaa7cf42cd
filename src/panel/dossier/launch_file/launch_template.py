"""The file `panel new` writes: every field, what it means, and a place for the first source."""

import json
from datetime import date

TEMPLATE = """\
# A launch: what critics are asked about. Only the name and one source are needed; delete what you don't know.
# Lines that begin with # are notes. Days are written 2026-11-23.

name: {name}
# release: "2.0"            # the version or model name, if the product had launches before
# tagline: ""               # the maker's own words, only ever printed as such
# category: coding-assistants   # one of categories.yaml
# homepage: https://example.com
# launched_at: 2026-11-23
# embargo_until: 2026-12-01T09:00+01:00   # nothing of it is public before; a day alone is 00:00 UTC
# confidential: true        # asked only at addresses that panel.toml allows: confidential_to
# stake: none               # your own interest in it: none, affiliate, investor, owned

# pricing:
#   class: freemium         # free, open_source, freemium, trial, paid, usage, contact, unknown
#   entry: ""               # what the first useful result costs, the computer you must bring included
#   plans:
#     - name: Team
#       price: $20 a seat and month
#       includes: ""
#   source: https://example.com/pricing
#   checked: 2026-11-23     # the day you looked

# rivals:                   # up to three other tools; critics read home and price page of each, from the web
#   - name: Wick
#     homepage: https://wick.example

# description: >
#   What it is and for whom, in two sentences of yours.

# Everything the critics read. They see nothing else, so paste or save the pages that matter:
# the announcement, the price list, the documentation, what others measured.
sources:
  - title: Announcement
    kind: page              # page, pricing, docs, changelog, licence, repository, article, discussion, issues, package,
                            # run_log, neighbours, other
    voice: maker            # whose word it is: maker, third_party, rival, us, unknown
    # url: https://example.com/blog/launch
    # published: 2026-11-23
    fetched: {today}     # the day you read it: the day the whole dossier speaks of
    text: |


  # - title: Prices
  #   kind: pricing
  #   voice: maker
  #   file: pages/pricing.html    # beside this file, instead of text: .html, .md or .txt
"""


def launch_template(name: str, *, today: date) -> str:
    """A commented launch file for `name`; complete once the first source's text is filled in.

    It names a day, so that the same file gives the same dossier tomorrow and nothing is paid for twice.
    """
    return TEMPLATE.format(name=json.dumps(name, ensure_ascii=False), today=today.isoformat())
