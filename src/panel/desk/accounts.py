"""People at the desk: who they are, what their role lets them do, how they sign in and stay signed in.

A name to sign in with is folded (NFKC, case), so that one spelling is one account. A stranger's name costs the same
time and gets the same sentence as a wrong password. Failures are counted by name and by address; each waits twice as
long as the one before, up to a quarter of an hour, and what is being waited for is never looked at.

Passwords are kept as argon2id hashes at argon2-cffi's costs (RFC 9106, the profile with less memory: 64 MiB, 3 passes).
Two are computed at once at most, so that a crowd at the door doesn't take the machine's memory; always off the loop.
"""

import hashlib
import ipaddress
import secrets
import threading
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Engine

from panel.desk.permissions import ROLES
from panel.errors import Mistake, NotSignedIn, TooSoon
from panel.records import Account, Role, sha256_of, slugify, without_unseen
from panel.store import AccountRows, SessionRows, Waits

FEWEST, MOST = 12, 256  # characters
AT_ONCE = 2
OWNER = "owner"
TERMINAL = "terminal"  # who acts at a terminal of the workspace: whoever may write to its database
SESSION = timedelta(hours=12)
MOST_NAME = 80  # characters
WAITS_NAME, WAITS_ADDRESS = Waits(free=3), Waits(free=10)  # one address may be a whole newsroom


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


@dataclass(frozen=True)
class Session:
    """A sign-in that went well. `token` is for the cookie and is kept nowhere else."""

    account: Account
    token: str
    expires_at: datetime


class Accounts:
    """The accounts and sessions of one database. Any thread may call; SQL and hashing block."""

    def __init__(self, engine: Engine, passwords: Passwords | None = None) -> None:
        self.rows, self.sessions = AccountRows(engine), SessionRows(engine)
        self._passwords = passwords or Passwords()

    def add(self, name: str, role: Role, password: str, *, by: str, now: datetime, sign_in: str = "") -> Account:
        """Make an account. sign_in: what they sign in with, if not their name. Raises Mistake."""
        named = clean_name(name)
        folded = fold_name(sign_in or named)
        hashed = self._passwords.hash(password, sign_in=folded)
        new_id = f"{slugify(named, most=30)}.{secrets.token_hex(3)}"  # readable, given once, its own folded spelling
        account = Account(account_id=new_id, name=named, sign_in=folded, role=role)
        return self.rows.add(account, hashed, by=by, now=now)

    def owner(self, name: str, *, now: datetime) -> Account:
        """The admin of this machine, who signs in by link. `name` is their by-line."""
        return self.rows.own(Account(account_id=OWNER, name=clean_name(name), role="admin"), now=now)

    def set_password(self, ref: str, password: str, *, by: str, now: datetime) -> Account:
        """Another password; every session of the account ends. Raises Mistake."""
        account = self.find(ref)
        hashed = self._passwords.hash(password, sign_in=account.sign_in)
        self.rows.set_password(account.account_id, hashed, by=by, now=now)
        self.sessions.forget_tries(who_name(account.sign_in))
        return account

    def find(self, ref: str) -> Account:
        """By id or by what they sign in with, however spelled. Raises Mistake."""
        return self.rows.find(_folded(ref))

    def sign_in(self, name: str, password: str, *, address: str, now: datetime) -> Session:
        """Start a session. Raises TooSoon, and NotSignedIn with one sentence for whatever is wrong."""
        account = self._proven(_folded(name), password, address=address, now=now)
        return self.start_session(account, now=now, by="password")

    def change_own(self, account: Account, password: str, new: str, *, address: str, now: datetime) -> Session:
        """Another password for oneself, who shows the one before; every session ends and this one begins anew.

        Raises Mistake for the wrong one, which counts as a failed sign-in, and for a new one that won't do.
        """
        try:
            self._proven(account.sign_in, password, address=address, now=now)
        except TooSoon:
            raise
        except NotSignedIn as err:
            raise Mistake("That is not your password.", hint="Nothing was changed.") from err
        self.set_password(account.account_id, new, by=account.account_id, now=now)
        return self.start_session(account, now=now)

    def _proven(self, folded: str, password: str, *, address: str, now: datetime) -> Account:
        by_name, by_address = who_name(folded), who_address(address)
        wait_s = self.sessions.count_try({by_name: WAITS_NAME, by_address: WAITS_ADDRESS}, now=now)
        if wait_s > 0:
            raise TooSoon("Too many sign-ins failed.", hint=f"Try again in {in_words(wait_s)}.", wait_s=wait_s)
        account, kept = self.rows.secret_of(folded) or (None, "")
        matches = self._passwords.matches(password, kept)
        if not account or account.disabled or not matches:
            raise NotSignedIn("That name and password don't go together.", hint="Check both, then try again.")
        self.sessions.forget_tries(by_name, by_address)
        if renewed := self._passwords.renewed(password, kept):
            self.rows.rehash(account.account_id, renewed, was=kept)
        return account

    def start_session(self, account: Account, *, now: datetime, by: str = "") -> Session:
        """Sign in somebody who has shown who they are. by: the door, for the log; "" for one who was in."""
        token, expires_at = secrets.token_urlsafe(32), now + SESSION
        self.sessions.start(account.account_id, sha256_of(token), now=now, expires_at=expires_at, by=by)
        return Session(account, token, expires_at)

    def signed_in(self, token: str, *, now: datetime) -> Account | None:
        """Whose cookie it is, if anybody's."""
        return self.sessions.account_of(sha256_of(token), now=now) if token else None

    def sign_out(self, token: str) -> None:
        """End the session of this cookie."""
        self.sessions.end(sha256_of(token))


def is_at_least(account: Account, role: Role) -> bool:
    """Whether their role is this one or a later one."""
    return ROLES.index(account.role) >= ROLES.index(role)


def clean_name(name: str) -> str:
    """A name as pages print it. Raises Mistake for none or a long one."""
    cleaned = " ".join(without_unseen(name).split())
    if not 1 <= len(cleaned) <= MOST_NAME:
        raise Mistake(f"A name has 1 to {MOST_NAME} characters.", hint="It is printed as the by-line.")
    return cleaned


def fold_name(name: str) -> str:
    """What an account is found by: one spelling of a name to sign in with. Raises Mistake for none or a long one."""
    folded = _folded(name)
    if not 1 <= len(folded) <= MOST_NAME:
        raise Mistake(f"A name to sign in with has 1 to {MOST_NAME} characters.", hint="For example: mara")
    return folded


def _folded(name: str) -> str:
    """Twice normal: folding the case of a few letters leaves them in another form."""
    once = unicodedata.normalize("NFKC", without_unseen(name[: 4 * MOST_NAME])).casefold()
    return " ".join(unicodedata.normalize("NFKC", once).split())


def who_name(folded: str) -> str:
    """As failures are counted by. Hashed: people type passwords into the wrong field."""
    return "name:" + hashlib.sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()


def who_address(address: str) -> str:
    """An IPv6 address counts with the 2**64 others its network hands out."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "address:" + address[:60]
    return f"address:{ipaddress.ip_network((found, 64), strict=False) if found.version == 6 else found}"


def in_words(wait_s: float) -> str:
    """A wait, as people say it."""
    if wait_s > 90:
        return f"{round(wait_s / 60)} minutes"
    seconds = max(1, round(wait_s))
    return "1 second" if seconds == 1 else f"{seconds} seconds"
