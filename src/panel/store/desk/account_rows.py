"""Who may use the desk. Each change is a transaction that also writes its line in the log; nobody is ever deleted.

The last admin who comes in by the same door (a password, or this machine's link) can't be disabled or demoted, however
many ask at once: the rule is looked at inside the transaction that writes.
"""

from datetime import datetime

from sqlalchemy import Connection, Row, Update, delete, func, insert, select, update

from panel.errors import Mistake, NotFound
from panel.records import Account, Role
from panel.store.database import Face, changing_alone, reading
from panel.store.desk.act_log import append_act
from panel.store.tables.desk_tables import accounts, sessions

THERE_ARE = "`panel desk accounts list` shows who there is."


class AccountRows(Face):
    """The accounts of one database. Plain calls, each its own transaction; any thread may call."""

    def add(self, account: Account, password_hash: str, *, by: str, now: datetime) -> Account:
        """Keep a new account. Raises Mistake when its sign-in name is taken."""
        with changing_alone(self._engine) as conn:
            if _by_sign_in(conn, account.sign_in):
                raise Mistake(
                    f"{account.sign_in!r} signs in here already.", hint="Choose another name to sign in with."
                )
            _insert(conn, account, password_hash, by=by, now=now)
        return account

    def names(self) -> dict[str, str]:
        """By-lines by account_id."""
        return {account.account_id: account.name for account in self.all()}

    def own(self, account: Account, *, now: datetime) -> Account:
        """The account of whoever owns this machine: made at first, renamed when they are called otherwise now."""
        with changing_alone(self._engine) as conn:
            found = _by_sign_in(conn, "")
            if not found:
                _insert(conn, account, "", by=account.account_id, now=now)
                return account
            known = account_of(found)
            if known.name == account.name:
                return known
            conn.execute(_of(known.account_id).values(name=account.name))
            detail: dict[str, str | int | bool | None] = {"name": account.name, "was": known.name}
            append_act(conn, by=known.account_id, what="account_renamed", now=now, detail=detail)
            return known.model_copy(update={"name": account.name})

    def all(self) -> tuple[Account, ...]:
        """Everybody, in the order they came."""
        with reading(self._engine) as conn:
            rows = conn.execute(select(accounts).order_by(accounts.c.created_at, accounts.c.account_id)).all()
        return tuple(account_of(row) for row in rows)

    def find(self, ref: str) -> Account:
        """The account with this id or this folded sign-in name. Raises NotFound."""
        with reading(self._engine) as conn:
            return account_of(_find(conn, ref))

    def secret_of(self, sign_in: str) -> tuple[Account, str] | None:
        """The account that signs in with this folded name, and the hash of its password; None for a stranger."""
        with reading(self._engine) as conn:
            row = _by_sign_in(conn, sign_in) if sign_in else None
        return (account_of(row), row.password_hash) if row else None

    def set_role(self, ref: str, role: Role, *, by: str, now: datetime) -> Account:
        """Give it another role, at once. Raises NotFound for a stranger, Mistake for for the last admin."""
        with changing_alone(self._engine) as conn:
            account = account_of(_find(conn, ref))
            if account.role == role:
                return account
            if account.role == "admin":
                _keep_an_admin(conn, account)
            conn.execute(_of(account.account_id).values(role=role))
            _tell(conn, "account_role", account, by=by, now=now, role=role, was=account.role)
            return account.model_copy(update={"role": role})

    def set_disabled(self, ref: str, disabled: bool, *, by: str, now: datetime) -> Account:
        """Shut it out and end its sessions, or let it in again. Raises NotFound, and Mistake for the last admin."""
        with changing_alone(self._engine) as conn:
            account = account_of(_find(conn, ref))
            if account.disabled == disabled:
                return account
            if disabled:
                _keep_an_admin(conn, account)
                _end_sessions(conn, account)
            conn.execute(_of(account.account_id).values(disabled_at=now.isoformat() if disabled else ""))
            _tell(conn, "account_disabled" if disabled else "account_enabled", account, by=by, now=now)
            return account.model_copy(update={"disabled": disabled})

    def set_password(self, ref: str, password_hash: str, *, by: str, now: datetime) -> Account:
        """Take another password and end its sessions. Raises NotFound, and Mistake for this machine's owner."""
        with changing_alone(self._engine) as conn:
            account = account_of(_find(conn, ref))
            if not account.sign_in:
                raise Mistake(f"{account.name} owns this machine and signs in by link.", hint=THERE_ARE)
            conn.execute(_of(account.account_id).values(password_hash=password_hash))
            _end_sessions(conn, account)
            _tell(conn, "account_password", account, by=by, now=now)
            return account

    def rehash(self, account_id: str, password_hash: str, *, was: str) -> None:
        """Keep the same password under today's cost. `was`: the hash it replaces, unless that is gone already."""
        with changing_alone(self._engine) as conn:
            conn.execute(_of(account_id).where(accounts.c.password_hash == was).values(password_hash=password_hash))


def _insert(conn: Connection, account: Account, password_hash: str, *, by: str, now: datetime) -> None:
    row = account.model_dump(include={"account_id", "name", "sign_in", "role"})
    at = now.isoformat()
    conn.execute(insert(accounts), row | {"password_hash": password_hash, "created_at": at, "disabled_at": ""})
    _tell(conn, "account_added", account, by=by, now=now, name=account.name, role=account.role)


def _tell(conn: Connection, what: str, account: Account, *, by: str, now: datetime, **more: str) -> None:
    append_act(conn, by=by, what=what, now=now, detail={"account": account.account_id, **more})


def _keep_an_admin(conn: Connection, account: Account) -> None:
    """Raises Mistake when no other admin could come in by the door this one uses."""
    if account.role != "admin":
        return
    others = select(func.count()).where(
        accounts.c.role == "admin", accounts.c.disabled_at == "", accounts.c.account_id != account.account_id,
        (accounts.c.sign_in == "") if not account.sign_in else (accounts.c.sign_in != ""),
    )  # fmt: skip
    if not conn.execute(others).scalar():
        raise Mistake(f"{account.name} is the last admin.", hint="Make somebody else an admin first.")


def _end_sessions(conn: Connection, account: Account) -> None:
    conn.execute(delete(sessions).where(sessions.c.account_id == account.account_id))


def _find(conn: Connection, ref: str) -> Row[tuple[str, ...]]:
    row = conn.execute(select(accounts).where(accounts.c.account_id == ref)).first() or (ref and _by_sign_in(conn, ref))
    if not row:
        raise NotFound(f"There is no account {ref!r}.", hint=THERE_ARE)
    return row


def _by_sign_in(conn: Connection, sign_in: str) -> Row[tuple[str, ...]] | None:
    return conn.execute(select(accounts).where(accounts.c.sign_in == sign_in)).first()


def _of(account_id: str) -> Update:
    return update(accounts).where(accounts.c.account_id == account_id)


def account_of(row: Row[tuple[str, ...]]) -> Account:
    return Account(
        account_id=row.account_id, name=row.name, sign_in=row.sign_in, role=row.role, disabled=bool(row.disabled_at)
    )
