"""`panel desk` as a real process, and `panel desk accounts`, as somebody at a terminal meets them."""

import socket
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.support.command import LONGEST_S, command, environment, run, run_here, running

pytestmark = pytest.mark.long

FOUR_WORDS = "four plain words here"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "panel.toml").write_text('editor = "Mara Lind"\n', encoding="utf-8")
    return tmp_path


def test_the_desk_opens_by_its_link_once_and_closes_on_ctrl_c(workspace: Path) -> None:
    with running(workspace) as desk:
        assert urlsplit(desk.link).hostname == "127.0.0.1"
        assert desk.ask("/").status == 401
        path = urlsplit(desk.link).path
        assert desk.ask(path, Host="evil.example").status == 421
        came = desk.ask(path)
        assert (came.status, came.headers["location"]) == (303, "/")
        cookie = came.headers["set-cookie"].partition(";")[0]
        front = desk.ask("/", Cookie=cookie)
        assert front.status == 200
        assert "Mara Lind" in front.text
        assert desk.ask(path).status == 401
        assert desk.ask("/sign-out", "POST", Cookie=cookie).status == 403
        assert desk.ask("/sign-out", "POST", Cookie=cookie, Origin=f"http://{desk.netloc}").status == 303
        assert desk.ask("/", Cookie=cookie).status == 401
        code, err = desk.stop()
    assert code == 0
    assert "It works once." in err
    assert err.rstrip().endswith("The desk is closed. What was saved is kept.")


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="this system does not list its sockets there")
def test_a_desk_answers_on_this_machine_only(workspace: Path) -> None:
    with running(workspace) as desk:
        port = int(desk.netloc.partition(":")[2])
        taken = {
            line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:] if line.split()[3] == "0A"
        }
        assert [address for address in taken if address.endswith(f":{port:04X}")] == [f"0100007F:{port:04X}"]


def test_a_port_in_use_is_one_sentence(workspace: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = run("desk", "--no-browser", "--port", str(port), at=workspace)
    assert said.code == 2
    assert (
        said.complaint == f"Port {port} on '127.0.0.1' can't be had: address already in use. Choose another: --port 0."
    )


@pytest.mark.parametrize(
    ("words", "why"),
    [(("--host", "0.0.0.0"), "Add --team"), (("--host", "0.0.0.0", "--team"), "passwords need https"),
     (("--team",), "Nobody can sign in yet.")],
)  # fmt: skip
def test_the_desk_is_not_shown_to_others_without_accounts_and_https(
    workspace: Path, words: tuple[str, ...], why: str
) -> None:
    said = run_here("desk", "--no-browser", "--port", "0", *words, at=workspace)
    assert said.code == 2
    assert why in said.complaint


def test_a_team_signs_in_with_accounts_made_at_the_terminal(workspace: Path) -> None:
    made = subprocess.run(
        command("desk", "accounts", "add", "Jo Roe", "--role", "admin", "--sign-in", "jo", "--password-stdin"), cwd=workspace,
        env=environment(), input=FOUR_WORDS + "\n", capture_output=True, text=True, check=True, timeout=LONGEST_S,
    )  # fmt: skip
    assert made.stderr.strip() == "Jo Roe signs in as 'jo', with the role admin."
    with running(workspace, "--team") as desk:
        assert urlsplit(desk.link).path == "/"
        assert desk.ask("/enter/x").status == 404
        form = {"Origin": f"http://{desk.netloc}", "Content_Type": "application/x-www-form-urlencoded"}
        assert desk.ask("/sign-in", "POST", "name=jo&password=wrong", **form).status == 401
        came = desk.ask("/sign-in", "POST", "name=JO&password=four+plain+words+here", **form)
        assert came.status == 303
        assert "Jo Roe" in desk.ask("/accounts", Cookie=came.headers["set-cookie"].partition(";")[0]).text
        forged = {
            "X_Forwarded_For": "203.0.113.9",
            "X_Forwarded_Host": "evil.example",
            "Forwarded": "host=evil.example",
        }
        assert desk.ask("/", **forged).status == 401
        assert desk.stop()[0] == 0


def test_accounts_are_kept_at_the_terminal(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    def typed(*words: str, password: str = "") -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
        said = run_here("desk", "accounts", *words, at=workspace)
        return said.code, said.out if not said.code else said.complaint

    assert run_here("desk", "accounts", "list", "--json", at=workspace).data == {"accounts": []}
    code, why = typed("add", "Jo Roe", "--role", "admin")
    assert (code, "Add --password-stdin" in why) == (2, True)
    assert typed("add", "Jo Roe", "--role", "admin", "--password-stdin", password=FOUR_WORDS)[0] == 0
    assert typed("add", "Ed", "--role", "editor", "--password-stdin", password=FOUR_WORDS)[0] == 0
    assert typed("add", "ED", "--role", "editor", "--password-stdin", password=FOUR_WORDS)[0] == 2
    assert typed("add", "Al", "--role", "editor", "--password-stdin", password="short")[0] == 2
    for words in (("disable", "jo roe"), ("role", "Jo Roe", "writer")):
        assert typed(*words) == (2, "Jo Roe is the last admin. Make somebody else an admin first.")
    assert typed("role", "ed", "admin")[0] == 0
    assert typed("disable", "jo roe")[0] == 0
    assert typed("password", "nobody")[0] == 2
    told = run_here("desk", "accounts", "list", "--json", at=workspace).data["accounts"]
    assert [(a["name"], a["role"], a["disabled"]) for a in told] == [("Jo Roe", "admin", True), ("Ed", "admin", False)]
    assert typed("enable", "jo roe")[0] == 0
    assert "Jo Roe" in run_here("desk", "accounts", "list", at=workspace).out


@pytest.mark.parametrize(
    ("toml", "git", "name"),
    [('editor = "Mara"', "Git Person", "Mara"), ("", "Git Person", "Git Person"), ("", "", None)],
)
def test_the_owner_is_named_by_settings_else_by_git_else_by_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, toml: str, git: str, name: str | None
) -> None:
    import getpass

    from panel.pipeline import SilentConsole
    from panel.workspace import open_workspace, owner_name

    (tmp_path / "panel.toml").write_text(toml, encoding="utf-8")
    (tmp_path / "gitconfig").write_text(f"[user]\nname = {git}\n" if git else "", encoding="utf-8")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.chdir(tmp_path)
    assert owner_name(open_workspace(SilentConsole())) == (name or getpass.getuser())


@pytest.mark.parametrize(
    "url", ["http://desk.example.org", "https://desk.example.org/desk", "https://", "desk.example.org", "https://u:p@x"]
)
def test_a_public_address_is_https_and_a_host(workspace: Path, url: str) -> None:
    (workspace / "panel.toml").write_text(f'[desk]\npublic_url = "{url}"\n', encoding="utf-8")
    said = run_here("desk", "--no-browser", "--port", "0", at=workspace)
    assert said.code == 2
    assert "public_url" in said.complaint


def test_help_loads_nothing_of_the_web() -> None:
    code = "import sys; import panel.cli.app; print([m for m in ('fastapi', 'uvicorn', 'argon2', 'sqlalchemy', 'starlette') if m in sys.modules])"
    done = subprocess.run([*command()[:1], "-c", code], env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
