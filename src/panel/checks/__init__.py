"""What code can say about an opinion: named flags, grounds that stand, whose word a figure is. Pure.

The table of checks is `CHECKS`; docs/checks.md shows it with the rules and their limits.
"""

from panel.checks.case import DossierIndex
from panel.checks.catalogue import CHECKS, Check
from panel.checks.comparison_checks import check_comparison
from panel.checks.figures import maker_figures
from panel.checks.injection.detect import find_suspicions, suspicious
from panel.checks.injection.redact import find_elsewhere, without_spans
from panel.checks.injection.suspicious_grounds import check_containment
from panel.checks.opinion.sentences import find_backing
from panel.checks.review_checks import check_review
from panel.records import is_grounded, standing_grounds

__all__ = [
    "CHECKS", "Check", "DossierIndex", "check_comparison", "check_containment", "check_review", "find_backing",
    "find_elsewhere", "find_suspicions", "is_grounded", "maker_figures", "standing_grounds", "suspicious",
    "without_spans",
]  # fmt: skip
