"""Texts that Postgres refuses, NUL characters and lone surrogates, kept letter for letter all the same.

A reply is evidence: it is stored as it came. In such a text those characters, and backslashes, are written by number
(`\\0000`) behind a mark; so is a text that happens to begin with the mark. All others are stored as they are.
"""

import re

MARK = "\x01by number:"
REFUSED = re.compile("[\\\\\x00\ud800-\udfff]")
NUMBER = re.compile(r"\\([0-9a-f]{4})")


def encode_text(text: str) -> str:
    """The text as every database takes it."""
    if "\x00" not in text and not text.startswith(MARK) and _is_unicode(text):
        return text
    return MARK + REFUSED.sub(lambda found: f"\\{ord(found[0]):04x}", text)


def decode_text(kept: str) -> str:
    """The text `encode_text` was given."""
    return NUMBER.sub(lambda found: chr(int(found[1], 16)), kept[len(MARK) :]) if kept.startswith(MARK) else kept


def short(text: str, most: int) -> str:
    """A server's name for something, for people: at most this many characters, U+FFFD for what can't be stored."""
    return text[:most].replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _is_unicode(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
