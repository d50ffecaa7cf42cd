"""Text as a person would see it: no controls, nothing invisible, one spelling for one character.

What a page hides in characters (zero width, right-to-left overrides, tags, variation selectors) is removed rather
than escaped: a juror must read what an editor sees. NFKC makes look-alike forms one, so that an excerpt typed with a
plain letter is found.
"""

import re
import unicodedata

INVISIBLE = re.compile(
    "["
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"  # controls; tab, line ends and next-line are spaces below
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen, joiners, fillers, Mongolian selectors
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f"  # zero width, directions, invisible operators
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"  # fillers, variation selectors, byte order mark
    "\ud800-\udfff"  # lone surrogates: no characters at all
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # shorthand, music format, tags
    "]"
)
LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")
SPACES = re.compile(r"\s+")


def clean(text: str) -> str:
    """The text in NFKC without what nobody can see; lines end in `\\n`. Cleaning twice changes nothing."""
    plain = unicodedata.normalize("NFKC", INVISIBLE.sub("", LINE_ENDS.sub("\n", text)))
    return INVISIBLE.sub("", plain)


def one_line(text: str) -> str:
    """Cleaned, on one line, with single spaces."""
    return SPACES.sub(" ", clean(text)).strip()
