"""Characters nobody sees: the one list that cleaning, checks, prompts and the terminal share.

Pages (`pages/safe_text.py`) go by Unicode's own categories instead: they are the last door, and close it on private and
unassigned characters, too.
"""

import re

UNSEEN = re.compile(
    "["
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"  # controls; tab, line ends and next-line are white space
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen, joiners, fillers, Mongolian selectors
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f"  # zero width, directions, invisible operators
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"  # fillers, variation selectors, byte order mark
    "\ud800-\udfff"  # lone surrogates: no characters at all
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # shorthand, music format, tags
    "]"
)
LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")  # every way to end a line but the plain one


def without_unseen(text: str) -> str:
    """The text without them; every line end becomes `\\n`."""
    if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return UNSEEN.sub("", LINE_ENDS.sub("\n", text))
