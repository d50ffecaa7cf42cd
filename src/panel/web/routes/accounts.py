"""Accounts, for admins: who there is, what they may, who no longer comes in."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Form, Path, Request
from starlette.responses import HTMLResponse, Response

from panel.desk import FEWEST, ROLES
from panel.errors import Mistake
from panel.records import Account, Role
from panel.web.access import AsAdmin
from panel.web.deps import POSTED, Given
from panel.web.respond import View, redirect, show

router = APIRouter(prefix="/accounts")
Ref = Annotated[str, Path(max_length=80, pattern=r"^[a-z0-9][a-z0-9.-]*$")]
Password = Annotated[str, Form(max_length=4000)]


@dataclass(frozen=True)
class AccountsPage(View):
    """Everybody, and a form for one more."""

    template: ClassVar[str] = "accounts.html"
    title: str
    accounts: tuple[Account, ...]
    roles: tuple[Role, ...]
    fewest: int  # characters of a password


@router.get("", response_class=HTMLResponse)
def list_accounts(request: Request, deps: Given, me: AsAdmin) -> Response:
    """Everybody, in the order they came."""
    return show(request, AccountsPage("Accounts", deps.accounts.rows.all(), ROLES, FEWEST))


@router.post("", **POSTED)
def add(
    deps: Given,
    me: AsAdmin,
    name: Annotated[str, Form(max_length=400)],
    role: Annotated[Role, Form()],
    password: Password,
    sign_in: Annotated[str, Form(max_length=400)] = "",
) -> Response:
    """Make an account."""
    deps.accounts.add(name, role, password, sign_in=sign_in, by=me.account_id, now=deps.clock())
    return redirect("/accounts", said="account_added")


@router.post("/{account_id}/role", **POSTED)
def set_role(deps: Given, me: AsAdmin, account_id: Ref, role: Annotated[Role, Form()]) -> Response:
    """Give somebody another role."""
    deps.accounts.rows.set_role(account_id, role, by=me.account_id, now=deps.clock())
    return redirect("/accounts", said="account_role")


@router.post("/{account_id}/disabled", **POSTED)
def set_disabled(deps: Given, me: AsAdmin, account_id: Ref, disabled: Annotated[bool, Form()]) -> Response:
    """Shut somebody out, or let them in again."""
    if account_id == me.account_id:
        raise Mistake("You can't shut yourself out.", hint="Another admin can.")
    deps.accounts.rows.set_disabled(account_id, disabled, by=me.account_id, now=deps.clock())
    return redirect("/accounts", said="account_disabled" if disabled else "account_enabled")


@router.post("/{account_id}/password", **POSTED)
def set_password(deps: Given, me: AsAdmin, account_id: Ref, password: Password) -> Response:
    """Give somebody another password."""
    deps.accounts.set_password(account_id, password, by=me.account_id, now=deps.clock())
    return redirect("/accounts", said="account_password")
