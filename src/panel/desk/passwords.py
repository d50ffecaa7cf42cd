"""Passwords: what is taken for one, and argon2id hashes of it.

Costs are argon2-cffi's (RFC 9106, the profile with less memory: 64 MiB, 3 passes). Two are computed at once at most,
so that a crowd at the door doesn't take the machine's memory. Always called off the event loop.
"""

import threading
import unicodedata
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from panel.errors import Mistake

FEWEST, MOST = 12, 256  # characters
AT_ONCE = 2


class Passwords:
    """Hashes and checks. `hasher`: another cost, for tests."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turn = threading.BoundedSemaphore(AT_ONCE)

    def hash(self, password: str, *, sign_in: str) -> str:
        """The hash to keep. Raises Mistake for a password that is too short, too long or the name itself."""
        plain = _plain(password)
        if not FEWEST <= len(plain) <= MOST:
            raise Mistake(f"A password has {FEWEST} to {MOST} characters.", hint="Four words in a row will do.")
        if plain.casefold() == sign_in or len(set(plain)) < 4:
            raise Mistake("That password is too easy to guess.", hint="Four words in a row will do.")
        with self._turn:
            return self._hasher.hash(plain)

    def matches(self, password: str, kept: str) -> bool:
        """Whether it is the password of this hash. "" (nobody, or who has none) takes as long and matches nothing."""
        with self._turn:
            try:
                return self._hasher.verify(kept or self._nobodys, _plain(password)[: MOST + 1]) and bool(kept)
            except (VerificationError, InvalidHashError):
                return False

    def renewed(self, password: str, kept: str) -> str:
        """The same password under today's cost; "" when `kept` is that already."""
        if not self._hasher.check_needs_rehash(kept):
            return ""
        with self._turn:
            return self._hasher.hash(_plain(password))

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash("nobody has this password")


def _plain(password: str) -> str:
    """One spelling for one password, whichever keyboard wrote it (NIST SP 800-63B asks for NFKC or NFKD)."""
    return unicodedata.normalize("NFKC", password)
