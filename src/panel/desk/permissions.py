"""Who may do what at the desk, by role; the database holds the same rules (`store/migrations`)."""

from collections.abc import Mapping

from panel.errors import NotAllowed
from panel.records import Account, Act, Role

ROLES: tuple[Role, ...] = ("writer", "editor", "publisher", "admin")  # each may do all that those before it may
_FROM: Mapping[Role, tuple[str, ...]] = {  # what each role may that those before it may not
    "writer": ("read", "save", "decide", "note", "bring", "pass", "later", "fetch back"),  # bring: a run log
    "editor": (
        "dismiss", "confirm", "strike", "hold", "ask again", "take over", "approve", "reject", "products",
    ),  # confirm: that a held span was read
    "publisher": ("publish", "retract"),
    "admin": ("accounts",),
}  # fmt: skip
LEAST: Mapping[str, Role] = {act: role for role, acts in _FROM.items() for act in acts}
TO_FETCH_BACK: Mapping[str, str] = {  # by state: no writer undoes what an editor or a publisher did
    "rejected": "reject", "retracted": "reject", "scheduled": "reject",
}  # fmt: skip


def role_may(role: Role, act: str) -> bool:
    """Whether this role may do it. Raises KeyError for an act nobody thought of."""
    return ROLES.index(role) >= ROLES.index(LEAST[act])


def allow(who: Account, act: str) -> None:
    """Raises NotAllowed when this person may not."""
    if who.disabled or not role_may(who.role, act):
        hint = f"Ask {a_role(LEAST[act])}, or whoever may more."
        raise NotAllowed(f"{who.name} is {a_role(who.role)} and may not {act}.", hint=hint)


def a_role(role: Role) -> str:
    """ "an editor"."""
    return f"an {role}" if role in ("editor", "admin") else f"a {role}"


def by_line(act: Act, names: Mapping[str, str]) -> str:
    """Under which name it was done, whatever they are called now. names: by account_id, for lines that hold none."""
    return str(act.detail.get("by_name") or names.get(act.by, act.by))
