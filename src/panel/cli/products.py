"""`panel products`: what our archive knows, which launches it takes for one product, and how a person mends that."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panel.cli.terminal.common_options import JsonFlag
from panel.cli.terminal.here import open_here
from panel.cli.terminal.terminal import say, say_json, table, talk

if TYPE_CHECKING:
    from panel.records import KnownLaunch, Product, ProductEvent, ProductHistory
    from panel.store import Products

app = typer.Typer(
    rich_markup_mode=None, no_args_is_help=True, help="Products we have met: list, show, merge, split, rename."
)
Ref = Annotated[str, typer.Argument(metavar="PRODUCT", help="As `panel products list` prints it, or a launch's slug.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it stays in the product's history.")]
ByOption = Annotated[str, typer.Option("--by", help="Who decided; you if nobody is named.")]


@app.command("list")
def list_(
    category: Annotated[str, typer.Option("--category", help="Only of this category.")] = "", json_: JsonFlag = False
) -> None:
    """List products, by slug."""
    with open_here(json_=json_) as workspace:
        found = workspace.stores.products.list_products(category)
    if json_:
        say_json({"products": [p.model_dump(mode="json") for p in found]})
    elif found:
        head = ("product", "name", "category", "price", "licence", "looked up", "first seen")
        say(table([head, *(_row(product) for product in found)]))
    else:
        talk("No products yet. A finished review brings its launch here.")


@app.command()
def show(product: Ref, json_: JsonFlag = False) -> None:
    """Show a product's history: releases, where they were seen, runs, other names, what was done to it."""
    with open_here(json_=json_) as workspace:
        history = workspace.stores.products.history(product)
    say_json(history.model_dump(mode="json")) if json_ else say("\n".join(_told(history)))


@app.command()
def merge(
    into: Annotated[str, typer.Argument(metavar="PRODUCT", help="The one that stands for both.")],
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The one that becomes part of it.")],
    reason: ReasonOption, by: ByOption = "", json_: JsonFlag = False,
) -> None:  # fmt: skip
    """Make one product of two. `panel products split OTHER` undoes it."""
    with _signing(by) as (products, signed):
        kept = products.merge(into, other, reason=reason, **signed)
    _done(kept, f"{other} is part of {kept.slug} now.", json_=json_)


@app.command()
def split(
    product: Ref, reason: ReasonOption,
    release: Annotated[list[str], typer.Option("--release", help="A launch that goes; give it again for more.")] = [],  # noqa: B006
    name: Annotated[str, typer.Option("--name", help="Of the new product.")] = "",
    by: ByOption = "", json_: JsonFlag = False,
) -> None:  # fmt: skip
    """Make two products of one: the named releases go. Without any, undo the merge that took this product in."""
    with _signing(by) as (products, signed):
        new = products.split(product, release, name=name, reason=reason, **signed)
    _done(new, f"{new.slug} stands for itself now.", json_=json_)


@app.command()
def rename(
    product: Ref, name: Annotated[str, typer.Argument(help="What it is called from today on.")], reason: ReasonOption,
    by: ByOption = "", json_: JsonFlag = False,
) -> None:  # fmt: skip
    """Call a product by another name. Its slug stays."""
    with _signing(by) as (products, signed):
        renamed = products.rename(product, name, reason=reason, **signed)
    _done(renamed, f"{renamed.slug} is called {renamed.facts.name} now.", json_=json_)


@contextmanager
def _signing(by: str) -> Iterator[tuple["Products", dict[str, Any]]]:
    """The products, and who acts when: the log names this machine's owner, whoever decided."""
    from panel.desk import Accounts
    from panel.workspace import owner_name

    now = datetime.now(UTC)
    with open_here() as workspace:
        me = Accounts(workspace.stores.engine).owner(owner_name(workspace), now=now)
        yield workspace.stores.products, {"by": by or me.name, "account": me.account_id, "now": now}


def _done(product: "Product", sentence: str, *, json_: bool) -> None:
    say_json({"product": product.model_dump(mode="json")}) if json_ else talk(sentence)


def _row(product: "Product") -> tuple[str, ...]:
    facts = product.facts
    checked = facts.checked.isoformat() if facts.checked else ""
    seen = product.first_seen.date().isoformat()
    return (product.slug, facts.name, facts.category, facts.pricing_class, facts.licence, checked, seen)


def _told(history: "ProductHistory") -> list[str]:
    product, facts = history.product, history.product.facts
    checked = f"looked up {facts.checked.isoformat()}" if facts.checked else "nobody has looked these up"
    lines = [
        f"{facts.name}  ({product.slug}, {product.product_id})",
        f"Category: {facts.category or 'unknown'}. Price class: {facts.pricing_class}. "
        f"Licence: {facts.licence or 'unknown'}; {checked}.",
        f"Homepage: {facts.homepage or 'unknown'}. First seen: {product.first_seen:%Y-%m-%d}.",
    ]
    lines += [f"Also called: {', '.join(history.names)}"] if history.names else []
    lines += [f"Merged into it: {', '.join(one.slug for one in history.merged)}"] if history.merged else []
    lines += [f"May be the same product: {one.slug}. `panel products merge {product.slug} {one.slug}` makes them one."
              for one in history.alike]  # fmt: skip
    lines += ["", "Launches:", *(line for launch in history.launches for line in _launch(launch))]
    slugs = {one.product_id: one.slug for one in (product, *history.merged)}
    return [*lines, "", "What happened:", *(f"  {_event(event, slugs)}" for event in history.events)]


def _launch(launch: "KnownLaunch") -> list[str]:
    release = launch.launch.release or launch.release or "no release named"
    lines = [f"  {launch.slug}: {release}; met {launch.first_seen:%Y-%m-%d}, last {launch.last_seen:%Y-%m-%d}"]
    for seen in launch.seen_at:
        day = f" on {seen.on.isoformat()}" if seen.on else ""
        lines.append(f"    seen: {seen.where}{day}  {seen.url}".rstrip())
    return [*lines, *(f"    reviewed: {run_id}" for run_id in launch.runs)]


def _event(event: "ProductEvent", slugs: dict[str, str]) -> str:
    shown = ("name", "was", "release", "slug", "launches", "products", "reason")
    told = {key: event.detail[key] for key in shown if event.detail.get(key)}
    words = [f"{key}: {', '.join(value) if isinstance(value, list) else value}" for key, value in told.items()]
    return f"{event.at:%Y-%m-%d} {slugs[event.product_id]} {event.what} by {event.by}  {'; '.join(words)}".rstrip()
