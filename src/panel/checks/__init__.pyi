from .case import Case as Case, DossierIndex as DossierIndex
from .comparison_checks import check_comparison as check_comparison
from .figures import maker_figures as maker_figures
from .injection.detect import find_suspicions as find_suspicions
from .injection.redact import attempts_in as attempts_in, without_spans as without_spans
from .injection.suspicious_grounds import check_containment as check_containment
from .near_copies import LEAST_WORDS_BEFORE as LEAST_WORDS_BEFORE, check_written_before as check_written_before
from .near_copies import compared as compared
from .opinion.sentences import find_backing as find_backing
from .review_checks import check_review as check_review
