"""Products at the desk: the archive's entry of a tool, and how an editor mends what belongs together."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request
from starlette.responses import HTMLResponse, Response

from panel.errors import Mistake, NotFound
from panel.records import Account, Draft, ProductHistory
from panel.store import OfLaunch, drafts_of, launches_of
from panel.web.access import AsEditor, AsWriter
from panel.web.deps import POSTED, Deps, Given
from panel.web.respond import redirect, show
from panel.web.views.product import product_page

router = APIRouter()
Slug = Annotated[str, Path(max_length=140, pattern=r"^[a-z0-9][a-z0-9-]*$")]
Other = Annotated[str, Form(min_length=1, max_length=140)]
Reason = Annotated[str, Form(min_length=1, max_length=300)]
Name = Annotated[str, Form(max_length=120)]
Releases = Annotated[list[Annotated[str, Form(max_length=140)]], Form(max_length=200)]


@router.get("/products/{slug}", response_class=HTMLResponse)
def product(request: Request, deps: Given, me: AsWriter, slug: Slug) -> Response:
    """The product a slug stands for; of one that was merged, the one it is in."""
    found = _found(deps, slug)
    return show(request, product_page(found, _drafts(deps, found), me, deps.times))


@router.get("/drafts/{draft_id}/product", **POSTED)
def of_draft(deps: Given, me: AsWriter, draft_id: Slug) -> Response:
    """On to the product that a draft's launch belongs to."""
    deps.desk.open(me, draft_id)
    with deps.desk.store.reading() as conn:
        launch = launches_of(conn, [draft_id]).get(draft_id)
    if launch is None:
        raise NotFound("The archive does not know this launch.", hint="A comparison has two: look at its reviews.")
    return redirect(f"/products/{_found(deps, launch.product_id).product.slug}")


@router.post("/products/{slug}/rename", **POSTED)
def rename(deps: Given, me: AsEditor, slug: Slug, name: Name, reason: Reason) -> Response:
    """Call it by another name; its slug stays."""
    _found(deps, slug)
    now = deps.products.rename(slug, name, reason=_why(reason), **_signed(deps, me))
    return redirect(f"/products/{now.slug}", "product_renamed")


@router.post("/products/{slug}/merge", **POSTED)
def merge(deps: Given, me: AsEditor, slug: Slug, other: Other, reason: Reason) -> Response:
    """Let another product become part of this one."""
    kept = deps.products.merge(slug, other.strip(), reason=_why(reason), **_signed(deps, me))
    return redirect(f"/products/{kept.slug}", "product_merged")


@router.post("/products/{slug}/split", **POSTED)
def split(
    deps: Given, me: AsEditor, slug: Slug, reason: Reason, release: Releases = [], name: Name = "",  # noqa: B006
) -> Response:  # fmt: skip
    """Let launches go into a product of their own."""
    if not release:
        raise Mistake("Which launches go?", hint="Tick at least one of them.")
    new = deps.products.split(slug, release, name=name.strip(), reason=_why(reason), **_signed(deps, me))
    return redirect(f"/products/{new.slug}", "product_split")


@router.post("/products/{slug}/unmerge", **POSTED)
def unmerge(deps: Given, me: AsEditor, slug: Slug, reason: Reason) -> Response:
    """Let a product that was merged stand for itself again."""
    own = deps.products.split(slug, (), reason=_why(reason), **_signed(deps, me))
    return redirect(f"/products/{own.slug}", "product_unmerged")


def _found(deps: Deps, ref: str) -> ProductHistory:
    """Raises NotFound, naming the nearest."""
    try:
        return deps.products.history(ref)
    except Mistake as err:
        raise NotFound(str(err), hint=err.hint) from err


def _drafts(deps: Deps, found: ProductHistory) -> dict[tuple[str, str], list[Draft]]:
    """By product_id and release: drafts that reviews of each launch went into."""
    with deps.desk.store.reading() as conn:
        return {
            (one.product_id, one.release): drafts_of(conn, OfLaunch(one.product_id, one.release))
            for one in found.launches
        }


def _why(reason: str) -> str:
    told = " ".join(reason.split())
    if not told:
        raise Mistake("Why?", hint="Give a reason; it stays in the product's history.")
    return told


def _signed(deps: Deps, me: Account) -> dict[str, Any]:
    """By whom and when."""
    return {"by": me.name, "account": me.account_id, "now": deps.desk.now}
