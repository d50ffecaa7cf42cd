"""Who may do what at the desk, by role; the database holds the same rules (`store/migrations`)."""

from collections.abc import Mapping

from panel.errors import NotAllowed
from panel.records import Account, Act, Role

ROLES: tuple[Role, ...] = ("writer", "editor", "publisher", "admin")  # each may do all that those before it may
LEAST: Mapping[str, Role] = {
    "read": "writer",
    "save": "writer",
    "decide": "writer",
    "note": "writer",
    "bring": "writer",  # a run log
    "pass": "writer",
    "later": "writer",
    "fetch back": "writer",
    "dismiss": "editor",
    "confirm": "editor",  # that a held span was read
    "strike": "editor",
    "hold": "editor",
    "ask again": "editor",
    "take over": "editor",
    "approve": "editor",
    "reject": "editor",
    "products": "editor",
    "publish": "publisher",
    "retract": "publisher",
    "accounts": "admin",
}
TO_FETCH_BACK: Mapping[str, str] = {  # by state: no writer undoes what an editor or a publisher did
    "rejected": "reject", "retracted": "reject", "scheduled": "reject",
}  # fmt: skip


def role_may(role: Role, act: str) -> bool:
    """Whether this role may do it. Raises KeyError for an act nobody thought of."""
    return ROLES.index(role) >= ROLES.index(LEAST[act])


def allow(who: Account, act: str) -> None:
    """Raises NotAllowed when this person may not."""
    if who.disabled or not role_may(who.role, act):
        raise NotAllowed(
            f"{who.name} is {_a(who.role)} and may not {act}.", hint=f"Ask {_a(LEAST[act])}, or whoever may more."
        )


def _a(role: Role) -> str:
    return f"an {role}" if role in ("editor", "admin") else f"a {role}"


def by_line(act: Act, names: Mapping[str, str]) -> str:
    """Under which name it was done, whatever they are called now. names: by account_id, for lines that hold none."""
    return str(act.detail.get("by_name") or names.get(act.by, act.by))
