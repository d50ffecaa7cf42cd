"""Names that become files: run ids, and paths inside a run folder. Anything that could leave its folder is refused."""

import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePosixPath

from panel.errors import Mistake
from panel.records import slugify

RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,110}")
PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,150}")  # a temporary file begins with a dot, a name of ours doesn't
TAIL = "abcdefghjkmnpqrstuvwxyz23456789"  # no letters that read alike
MANIFEST = "manifest.json"


def new_run_id(now: datetime, names: Sequence[str]) -> str:
    """When, what, and four random letters: `20261123-151200-mistral-3-small-vs-x-k3f9`. Safe as a folder name.

    now: UTC. names: what is reviewed; two are joined by `vs`, of more the first and a count are kept.
    """
    tail = "".join(secrets.choice(TAIL) for _ in range(4))
    return f"{now:%Y%m%d-%H%M%S}-{_about(names)}-{tail}"


def _about(names: Sequence[str]) -> str:
    short = [slugify(name, most=28) for name in names[:2]] or ["run"]
    if len(names) > 2:
        return f"{short[0]}-and-{len(names) - 1}-more"
    return "-vs-".join(short)


def check_run_id(run_id: str) -> str:
    """The id, if it can be a folder's name. Raises Mistake."""
    if not RUN_ID.fullmatch(run_id) or run_id.endswith("."):
        raise Mistake(f"{run_id!r} is not a run id.", hint="`panel runs list` prints them.")
    return run_id


def safe_relpath(relpath: str) -> PurePosixPath:
    """A path below a run folder: forward slashes, plain names, no way out. Raises Mistake."""
    parts = relpath.split("/")
    if not all(PART.fullmatch(part) and not part.endswith(".") for part in parts):
        raise Mistake(f"{relpath!r} can't be a file of a run folder.", hint="Use letters, digits, '-', '_' and '.'.")
    return PurePosixPath(*parts)
