"""Text as a person would see it: no controls, nothing invisible, one spelling for one character.

What a page hides in characters (zero width, right-to-left overrides, tags, variation selectors) is removed rather
than escaped: a juror must read what an editor sees. NFKC makes look-alike forms one, so that an excerpt typed with a
plain letter is found.
"""

import re
import unicodedata

from panel.records.invisible import without_unseen

SPACES = re.compile(r"\s+")


def clean(text: str) -> str:
    """The text in NFKC without what nobody can see; lines end in `\\n`. Cleaning twice changes nothing."""
    return without_unseen(unicodedata.normalize("NFKC", without_unseen(text)))


def one_line(text: str) -> str:
    """Cleaned, on one line, with single spaces."""
    return SPACES.sub(" ", clean(text)).strip()
