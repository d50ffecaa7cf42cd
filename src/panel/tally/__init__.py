"""Count verdicts, weigh the count, pair two reviews. Pure; the rules are written out in docs/rules.md."""

from panel.tally.comparison import compare
from panel.tally.count import panel_verdict, tally
from panel.tally.dissent import find_dissent
from panel.tally.effective_votes import effective_jurors, ship_interval
from panel.tally.pick import chance_if_equal

__all__ = [
    "chance_if_equal", "compare", "effective_jurors", "find_dissent", "panel_verdict", "ship_interval", "tally",
]  # fmt: skip
