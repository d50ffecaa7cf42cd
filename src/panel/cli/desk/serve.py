"""`panel desk`: the place where people turn drafts into reviews, served to one person or to a team."""

import sys
import threading
from typing import TYPE_CHECKING, Annotated

import typer

from panel.cli.desk import accounts, stats
from panel.cli.terminal.here import open_here
from panel.cli.terminal.terminal import say, talk
from panel.errors import Mistake

if TYPE_CHECKING:
    import socket

    from panel.workspace import DeskTable, Workspace

app = typer.Typer(rich_markup_mode=None, invoke_without_command=True, help="Edit and approve drafts in a browser.")
app.add_typer(accounts.app, name="accounts")
app.command("stats")(stats.stats)
app.command("export")(stats.export)


@app.callback()
def desk(
    context: typer.Context,
    port: Annotated[int | None, typer.Option("--port", min=0, max=65535, help="0 takes any free one.")] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the link and open nothing.")] = False,
    team: Annotated[bool | None, typer.Option("--team/--alone", help="Accounts that sign in, or you by link.")] = None,
    host: Annotated[str, typer.Option("--host", help="Address to serve on; other than this machine with --team.")] = "",
) -> None:
    """Serve the desk until Ctrl-C.

    Alone it answers on this machine only, to whoever opens the one-time link it prints. With --team people sign in
    with accounts of their own (`panel desk accounts add`).
    """
    if context.invoked_subcommand:
        return
    given = {"port": port, "team": team, "host": host or None}
    with open_here() as workspace:
        table = workspace.settings.toml.desk.model_copy(update={k: v for k, v in given.items() if v is not None})
        _check(table)
        _serve(workspace, table, browser=not no_browser)
    talk("The desk is closed. What was saved is kept.")


def _check(table: "DeskTable") -> None:
    """Raises Mistake for an address that would show the desk to others without accounts, or without https."""
    if table.is_public and not table.team:
        raise Mistake(f"{table.host!r} is not only this machine.", hint="Add --team, so that people sign in.")
    if table.is_public and not table.public_url:
        raise Mistake(
            f"{table.host!r} is not only this machine, and passwords need https.",
            hint="Put a proxy with a certificate in front, and its address into panel.toml: public_url under [desk].",
        )


def _serve(workspace: "Workspace", table: "DeskTable", *, browser: bool) -> None:
    from panel.desk import Accounts, Times, WrittenBefore
    from panel.web import Deps, OneTimeLink, bind_socket, build_app, serve
    from panel.workspace import asking_in_background, owner_name

    engine = workspace.stores.engine
    with bind_socket(table.host, table.port) as sock:
        link = None if table.team else OneTimeLink()
        origin, hosts = _names(table, sock)
        deps = Deps(
            engine=engine, origin=origin, hosts=hosts, owner=owner_name(workspace), link=link,
            responsible=table.responsible, archive=WrittenBefore(workspace.stores.prints), times=Times(table.timezone),
            ask_again=lambda desk: asking_in_background(workspace, desk),
        )  # fmt: skip
        if table.team and not any(account.sign_in for account in Accounts(engine).rows.all()):
            raise Mistake("Nobody can sign in yet.", hint="Begin with: panel desk accounts add NAME --role admin")
        _announce(origin + (link.path if link else "/"), alone=link is not None, browser=browser, owner=deps.owner)
        serve(build_app(deps), sock, proxies=table.proxies if table.team else ())


def _names(table: "DeskTable", sock: "socket.socket") -> tuple[str, tuple[str, ...]]:
    """The origin people open, and further names that are answered."""
    port = sock.getsockname()[1]
    bare = f"[{table.host}]" if ":" in table.host else table.host
    here = (f"{bare}:{port}", f"localhost:{port}")
    if table.team and table.public_url:
        return table.public_url, ()
    return f"http://{here[0]}", here[1:]


def _announce(link: str, *, alone: bool, browser: bool, owner: str) -> None:
    if alone:
        talk("The desk is open to whoever opens this link first. It works once. Ctrl-C closes the desk.")
        talk(f"You sign as {owner}. Another by-line: `editor` in panel.toml.")
    else:
        talk("The desk is open. People sign in by name. Ctrl-C closes it.")
    say(link)
    sys.stdout.flush()
    if browser and alone:
        import webbrowser

        threading.Thread(target=webbrowser.open, args=(link,), daemon=True).start()
