"""What code can say about an opinion: named flags, grounds that stand, whose word a figure is. Pure.

The table of checks is `CHECKS`; docs/checks.md shows it with the rules and their limits.
"""

from panel.checks.case import Shelf
from panel.checks.comparisons import check_comparison
from panel.checks.figures import maker_figures
from panel.checks.left_out import find_elsewhere, without_spans
from panel.checks.review import check_review
from panel.checks.sentences import find_backing
from panel.checks.suspects import check_containment
from panel.checks.suspicion import find_suspicions, suspicious
from panel.checks.table import CHECKS, Check
from panel.records import is_grounded, standing_grounds

__all__ = [
    "CHECKS", "Check", "Shelf", "check_comparison", "check_containment", "check_review", "find_backing",
    "find_elsewhere", "find_suspicions", "is_grounded", "maker_figures", "standing_grounds", "suspicious",
    "without_spans",
]  # fmt: skip
