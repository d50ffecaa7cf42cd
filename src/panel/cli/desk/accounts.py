"""`panel desk accounts`: who signs in at the desk. Whoever may write to the database may do this."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from panel.cli.terminal.common_options import JsonFlag
from panel.cli.terminal.here import open_here
from panel.cli.terminal.terminal import is_terminal, say, say_json, table, talk
from panel.errors import Mistake

if TYPE_CHECKING:
    from panel.desk import Accounts
    from panel.records import Account

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="Who signs in at the desk: list, add, change.")
Ref = Annotated[str, typer.Argument(metavar="ACCOUNT", help="What they sign in with, or the id that `list` prints.")]
RoleName = Literal["writer", "editor", "publisher", "admin"]
RoleOption = Annotated[RoleName, typer.Option("--role", help="Each may what those before it may.")]
StdinFlag = Annotated[bool, typer.Option("--password-stdin", help="Read the password from stdin, one line.")]


@app.command("list")
def list_(json_: JsonFlag = False) -> None:
    """List accounts, in the order they came."""
    with _accounts() as (accounts, _):
        found = accounts.rows.all()
    if json_:
        say_json({"accounts": [account.model_dump(mode="json") for account in found]})
    elif found:
        say(table([("account", "name", "signs in as", "role", ""), *(_row(account) for account in found)]))
    else:
        talk("No accounts yet. Begin with: panel desk accounts add NAME --role admin")


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="By-line and signature.")], role: RoleOption,
    sign_in: Annotated[str, typer.Option("--sign-in", help="What they sign in with, if not the name.")] = "",
    password_stdin: StdinFlag = False, json_: JsonFlag = False,
) -> None:  # fmt: skip
    """Make an account. Asks for its password, unless stdin has it."""
    with _accounts() as (accounts, signed):
        password = _password(stdin=password_stdin)
        made = accounts.add(name, role, password, sign_in=sign_in, **signed)
    _done(made, f"{made.name} signs in as {made.sign_in!r}, with the role {made.role}.", json_=json_)


@app.command("role")
def role_(account: Ref, role: Annotated[RoleName, typer.Argument(metavar="ROLE")], json_: JsonFlag = False) -> None:
    """Give an account another role: writer, editor, publisher or admin."""
    with _accounts() as (accounts, signed):
        changed = accounts.rows.set_role(accounts.find(account).account_id, role, **signed)
    _done(changed, f"{changed.name} is {changed.role} from now on.", json_=json_)


@app.command()
def disable(account: Ref, json_: JsonFlag = False) -> None:
    """Shut an account out and sign it out everywhere. Its past acts stay under its name."""
    _set_disabled(account, True, json_=json_)


@app.command()
def enable(account: Ref, json_: JsonFlag = False) -> None:
    """Let a disabled account in again."""
    _set_disabled(account, False, json_=json_)


@app.command("password")
def password_(account: Ref, password_stdin: StdinFlag = False, json_: JsonFlag = False) -> None:
    """Give an account another password, and sign it out everywhere. Failed sign-ins are forgotten."""
    with _accounts() as (accounts, signed):
        account_id = accounts.find(account).account_id
        password = _password(stdin=password_stdin)
        changed = accounts.set_password(account_id, password, **signed)
    _done(changed, f"{changed.name} has another password.", json_=json_)


def _set_disabled(account: str, disabled: bool, *, json_: bool) -> None:
    with _accounts() as (accounts, signed):
        account_id = accounts.find(account).account_id
        changed = accounts.rows.set_disabled(account_id, disabled, **signed)
    _done(changed, f"{changed.name} {'is shut out' if disabled else 'may sign in'}.", json_=json_)


@contextmanager
def _accounts() -> "Iterator[tuple[Accounts, dict[str, Any]]]":
    """The accounts, and who acts when: whoever has a terminal of this workspace."""
    from panel.desk import TERMINAL, Accounts

    with open_here() as workspace:
        yield Accounts(workspace.stores.engine), {"by": TERMINAL, "now": datetime.now(UTC)}


def _password(*, stdin: bool) -> str:
    """Asked for twice and not shown, or a line of stdin. Raises Mistake where nobody can be asked."""
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not is_terminal():
        raise Mistake("An account needs a password, and nobody can be asked here.", hint="Add --password-stdin.")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))


def _row(account: "Account") -> tuple[str, ...]:
    comes = account.sign_in or "(by link)"
    return (account.account_id, account.name, comes, account.role, "disabled" if account.disabled else "")


def _done(account: "Account", sentence: str, *, json_: bool) -> None:
    say_json({"account": account.model_dump(mode="json")}) if json_ else talk(sentence)
