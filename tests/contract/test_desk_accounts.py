"""What accounts, sessions and sign-ins promise, on SQLite and on Postgres."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from tests.support.databases import rows_of
from tests.support.desks import NOON, PASSWORD, Clock, cheap_passwords

from panel.desk.accounts import SESSION, Accounts, is_at_least
from panel.desk.approval.audit import audit
from panel.errors import Mistake, NotFound, NotSignedIn, TooSoon
from panel.store.database import open_engine, reading
from panel.store.desk.act_log import read_acts
from panel.store.draft_rows import DraftRows

HOME = "203.0.113.7"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    found = open_engine(database_url)
    yield found
    found.dispose()


@pytest.fixture
def accounts(engine: Engine) -> Accounts:
    return Accounts(engine, cheap_passwords())


@pytest.fixture
def clock() -> Clock:
    return Clock()


def add(accounts: Accounts, name: str, role: Any = "editor", **more: str) -> Any:
    return accounts.add(name, role, PASSWORD, by="test", now=NOON, **more)


def acts(engine: Engine) -> list[tuple[str, str, Any]]:
    assert audit(DraftRows(engine)).broken == ()
    with reading(engine) as conn:
        return [(act.what, act.by, act.detail) for act, _ in read_acts(conn)]


def test_every_change_of_an_account_is_a_line_of_the_log(accounts: Accounts, engine: Engine) -> None:
    boss, mara = add(accounts, "Boss", "admin"), add(accounts, "Mara Lind")
    who = {"by": boss.account_id, "now": NOON}
    accounts.rows.set_role(mara.account_id, "publisher", **who)
    accounts.set_password(mara.account_id, "another four words", **who)
    accounts.rows.set_disabled(mara.account_id, True, **who)
    accounts.rows.set_disabled(mara.account_id, False, **who)
    accounts.rows.set_disabled(mara.account_id, False, **who)  # nothing changes: nothing is told
    accounts.owner("Ada", now=NOON)
    accounts.owner("Ada Lovelace", now=NOON)
    m, b = mara.account_id, boss.account_id
    assert acts(engine) == [
        ("account_added", "test", {"account": b, "name": "Boss", "role": "admin"}),
        ("account_added", "test", {"account": m, "name": "Mara Lind", "role": "editor"}),
        ("account_role", b, {"account": m, "role": "publisher", "was": "editor", "by_name": "Boss"}),
        ("account_password", b, {"account": m, "by_name": "Boss"}),
        ("account_disabled", b, {"account": m, "by_name": "Boss"}),
        ("account_enabled", b, {"account": m, "by_name": "Boss"}),
        ("account_added", "owner", {"account": "owner", "name": "Ada", "role": "admin", "by_name": "Ada"}),
        ("account_renamed", "owner", {"name": "Ada Lovelace", "was": "Ada", "by_name": "Ada Lovelace"}),
    ]


def test_a_refused_change_leaves_no_trace(accounts: Accounts, engine: Engine) -> None:
    boss = add(accounts, "Boss", "admin")
    before = acts(engine)
    with pytest.raises(Mistake, match="is the last admin"):
        accounts.rows.set_role(boss.account_id, "writer", by="test", now=NOON)
    with pytest.raises(Mistake, match="is the last admin"):
        accounts.rows.set_disabled(boss.account_id, True, by="test", now=NOON)
    with pytest.raises(Mistake, match="signs in here already"):
        add(accounts, "boss")
    assert acts(engine) == before
    assert accounts.rows.all() == (boss,)


def test_the_machines_owner_stands_in_for_no_admin_with_a_password(accounts: Accounts) -> None:
    owner, boss = accounts.owner("Ada", now=NOON), add(accounts, "Boss", "admin")
    for last in (owner, boss):
        with pytest.raises(Mistake, match="is the last admin"):
            accounts.rows.set_disabled(last.account_id, True, by="test", now=NOON)


def test_two_admins_who_demote_one_another_at_once_leave_one(accounts: Accounts) -> None:
    pair = [add(accounts, name, "admin") for name in ("One", "Two")]
    _at_once([lambda i=i: accounts.rows.set_role(pair[i].account_id, "writer", by="test", now=NOON) for i in (0, 1)])
    assert sorted(account.role for account in accounts.rows.all()) == ["admin", "writer"]


@pytest.mark.parametrize("typed", ["MARA", "mara", "  Mara ", "Ｍａｒａ", "ma\u200bra"])
def test_a_name_is_found_however_it_is_spelled(accounts: Accounts, typed: str) -> None:
    mara = add(accounts, "Mara Lind", sign_in="Mara")
    assert mara.sign_in == "mara"
    assert accounts.find(typed) == mara
    assert accounts.sign_in(typed, PASSWORD, address=HOME, now=NOON).account == mara


@pytest.mark.parametrize("name", ["", "  ", "\u200b", "x" * 81])
def test_a_name_nobody_could_read_is_refused(accounts: Accounts, name: str) -> None:
    with pytest.raises(Mistake):
        add(accounts, name)


@pytest.mark.parametrize("password", ["", "elevenchars", "x" * 257, "aaaaaaaaaaaaaaaa", "mara lind the first"])
def test_a_password_that_can_be_guessed_is_refused(accounts: Accounts, password: str) -> None:
    with pytest.raises(Mistake, match="password"):
        accounts.add("Mara Lind the First", "editor", password, by="test", now=NOON)


def test_a_stranger_is_not_found(accounts: Accounts) -> None:
    for ref in ("nobody", "", "\x00"):
        with pytest.raises(NotFound):
            accounts.find(ref)


def test_only_the_hash_of_a_password_and_of_a_session_is_kept(accounts: Accounts, database_url: str) -> None:
    add(accounts, "Mara")
    session = accounts.sign_in("mara", PASSWORD, address=HOME, now=NOON)
    kept = repr(
        [rows_of(database_url, f"select * from {table}") for table in ("desk_accounts", "desk_sessions", "desk_acts")]
    )
    assert "$argon2id$" in kept
    assert PASSWORD not in kept
    assert session.token not in kept


def test_a_password_typed_as_a_name_is_not_kept(accounts: Accounts, database_url: str) -> None:
    with pytest.raises(NotSignedIn):
        accounts.sign_in(PASSWORD, "", address=HOME, now=NOON)
    assert PASSWORD not in repr(rows_of(database_url, "select * from desk_sign_in_failures"))


def test_a_session_ends_by_time_sign_out_disabling_or_new_password(accounts: Accounts) -> None:
    add(accounts, "Boss", "admin")
    mara = add(accounts, "Mara")

    def start() -> str:
        token = accounts.start_session(mara, now=NOON).token
        assert accounts.signed_in(token, now=NOON + SESSION - timedelta(seconds=1)) == mara
        return token

    assert accounts.signed_in(start(), now=NOON + SESSION) is None
    token = start()
    accounts.sign_out(token)
    assert accounts.signed_in(token, now=NOON) is None
    token = start()
    accounts.set_password("mara", "another four words", by="test", now=NOON)
    assert accounts.signed_in(token, now=NOON) is None
    token = start()
    accounts.rows.set_disabled(mara.account_id, True, by="test", now=NOON)
    accounts.rows.set_disabled(mara.account_id, False, by="test", now=NOON)
    assert accounts.signed_in(token, now=NOON) is None
    for nobody in ("", "x", "x" * 5000, "\x00\udcff"):
        assert accounts.signed_in(nobody, now=NOON) is None


def test_a_role_is_what_it_is_now_not_what_it_was_at_sign_in(accounts: Accounts) -> None:
    mara = add(accounts, "Mara", "publisher")
    token = accounts.start_session(mara, now=NOON).token
    accounts.rows.set_role(mara.account_id, "writer", by="test", now=NOON)
    now = accounts.signed_in(token, now=NOON)
    assert now
    assert is_at_least(now, "writer")
    assert not is_at_least(now, "editor")


def test_sessions_that_ran_out_are_forgotten(accounts: Accounts, database_url: str) -> None:
    mara = add(accounts, "Mara")
    accounts.start_session(mara, now=NOON)
    accounts.start_session(mara, now=NOON + SESSION)
    assert rows_of(database_url, "select count(*) from desk_sessions") == [(1,)]


def test_what_is_wrong_with_a_sign_in_is_one_sentence(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    """And one argon2 check each, for a stranger, too."""
    add(accounts, "Boss", "admin")
    add(accounts, "Mara")
    add(accounts, "Gone")
    accounts.owner("Ada", now=NOON)
    accounts.rows.set_disabled(accounts.find("gone").account_id, True, by="test", now=NOON)
    checked: list[str] = []
    verify = type(accounts._passwords._hasher).verify
    monkeypatch.setattr(
        type(accounts._passwords._hasher),
        "verify",
        lambda self, kept, given: checked.append(kept[:20]) or verify(self, kept, given),
    )
    said = set()
    tries = [
        ("mara", "wrong"),
        ("nobody", PASSWORD),
        ("gone", PASSWORD),
        ("", PASSWORD),
        ("owner", PASSWORD),
        ("mara", "x" * 9000),
    ]
    for i, (name, password) in enumerate(tries):
        with pytest.raises(NotSignedIn) as err:
            accounts.sign_in(name, password, address=f"203.0.113.{i}", now=NOON)
        said.add((type(err.value), str(err.value), err.value.hint))
    assert len(said) == 1
    assert len(checked) == len(tries)
    assert len(set(checked)) == 1


def fail(accounts: Accounts, clock: Clock, name: str = "mara", address: str = HOME) -> float:
    """One wrong try: the seconds it is told to wait; 0 when the password was looked at."""
    try:
        accounts.sign_in(name, "wrong", address=address, now=clock())
    except TooSoon as err:
        return err.wait_s
    except NotSignedIn:
        return 0
    raise AssertionError


def test_waits_double_for_a_name_wherever_the_tries_come_from(accounts: Accounts, clock: Clock) -> None:
    add(accounts, "Mara")
    waits = []
    for i in range(20):
        address = f"203.0.{i}.1"
        if wait := fail(accounts, clock, address=address):
            clock.pass_s(wait)
            waits.append(wait)
            assert fail(accounts, clock, address=address) == 0
    assert waits[:6] == [1, 2, 4, 8, 16, 32]
    assert waits[-1] == 900


def test_waits_double_for_an_address_whatever_name_is_tried(accounts: Accounts, clock: Clock) -> None:
    waits = [fail(accounts, clock, name=f"n{i}") for i in range(10)]
    assert waits == [0] * 10
    assert fail(accounts, clock, name="n10") == 1
    clock.pass_s(1)
    assert fail(accounts, clock, name="n10") == 0
    assert fail(accounts, clock, name="n11") == 2
    assert fail(accounts, clock, name="n11", address="203.0.113.8") == 0


def test_a_network_of_addresses_counts_as_one(accounts: Accounts, clock: Clock) -> None:
    for i in range(10):
        assert fail(accounts, clock, name=f"n{i}", address=f"2001:db8:1:2::{i}") == 0
    assert fail(accounts, clock, name="m", address="2001:db8:1:2:ffff::1") == 1
    assert fail(accounts, clock, name="m", address="2001:db8:1:3::1") == 0


def test_what_is_being_waited_for_is_not_looked_at(accounts: Accounts, clock: Clock) -> None:
    """The right password during a wait is refused as the wrong one is, and the wait grows no longer by it."""
    add(accounts, "Mara")
    for _ in range(3):
        assert fail(accounts, clock) == 0
    for _ in range(5):
        with pytest.raises(TooSoon) as err:
            accounts.sign_in("mara", PASSWORD, address=HOME, now=clock())
        assert err.value.wait_s == 1
    clock.pass_s(1)
    assert accounts.sign_in("mara", PASSWORD, address=HOME, now=clock())
    assert fail(accounts, clock) == 0


def test_a_success_forgives_the_name_and_not_what_the_address_did_before(accounts: Accounts, clock: Clock) -> None:
    add(accounts, "Mara")
    for i in range(9):
        assert fail(accounts, clock, name=f"n{i}") == 0
    assert accounts.sign_in("mara", PASSWORD, address=HOME, now=clock())
    assert fail(accounts, clock, name="n9") == 0
    assert fail(accounts, clock, name="n10") == 1


def test_failures_are_forgotten_after_a_day(accounts: Accounts, clock: Clock, database_url: str) -> None:
    for i in range(8):
        fail(accounts, clock, name=f"n{i}")
    clock.pass_s(24 * 3600 + 1)
    assert fail(accounts, clock, name="other") == 0
    assert rows_of(database_url, "select sum(failures), count(*) from desk_sign_in_failures") == [(2, 2)]


def test_tries_at_once_are_counted_one_by_one(accounts: Accounts, clock: Clock) -> None:
    add(accounts, "Mara")
    looked: list[float] = []
    _at_once([lambda i=i: looked.append(fail(accounts, clock, address=f"203.0.{i}.1")) for i in range(12)])
    assert sorted(looked) == [0] * 3 + [1] * 9


def test_a_stranger_waits_like_somebody_we_know(accounts: Accounts, clock: Clock) -> None:
    add(accounts, "Mara")
    known = [fail(accounts, clock, address=f"203.0.{i}.1") for i in range(6)]
    strange = [fail(accounts, clock, name="nobody", address=f"198.51.{i}.1") for i in range(6)]
    assert known == strange


def test_an_older_cost_of_a_password_is_renewed_at_sign_in(
    engine: Engine, accounts: Accounts, database_url: str
) -> None:
    from argon2 import PasswordHasher

    from panel.desk.accounts import Passwords

    add(accounts, "Mara")
    dearer = Accounts(engine, Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)))
    assert dearer.sign_in("mara", PASSWORD, address=HOME, now=NOON)
    assert "m=16,t=2" in rows_of(database_url, "select password_hash from desk_accounts")[0][0]
    assert dearer.sign_in("mara", PASSWORD, address=HOME, now=NOON)


def test_a_new_password_forgets_the_failures_of_its_name(accounts: Accounts, clock: Clock) -> None:
    add(accounts, "Mara")
    for i in range(5):
        fail(accounts, clock, address=f"203.0.{i}.1")
    accounts.set_password("mara", "another four words", by="test", now=clock())
    assert accounts.sign_in("mara", "another four words", address=HOME, now=clock())


def _at_once(works: list[Callable[[], Any]]) -> None:
    """Each on a thread of its own, let go together; a Mistake is an answer."""
    gate = threading.Barrier(len(works))

    def run(work: Callable[[], Any]) -> None:
        gate.wait()
        try:
            work()
        except Mistake:
            return

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
