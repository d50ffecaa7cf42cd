"""A confidential launch goes only where panel.toml lets it: each door is tried with the others open."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from tests.support.command import both_providers, fake_server, run, run_here
from tests.support.counting_juror import CountingJuror, write_script
from tests.support.databases import open_part
from tests.support.dossiers import make_answer, make_dossier, make_persona
from tests.support.providers.server import Fake

from panel.errors import Mistake, ProviderRefused
from panel.jurors import RateLimiter
from panel.jurors.confidential import may_take_confidential
from panel.jurors.provider import ModelSpec
from panel.money import Budget
from panel.pipeline.ask.asker import Asker
from panel.pipeline.plan import Seat, make_plan
from panel.records import Rho
from panel.store import Ledger
from panel.store.locks.run_lock import RunLock
from panel.workspace.folder import find_workspace

SECRET = "Zanzibar copies ten thousand files in four seconds on a laptop."
FILE = f"""name: Acme
confidential: true
sources:
  - title: Page
    voice: maker
    text: {SECRET}
"""


def spec(provider: str, base_url: str = "") -> ModelSpec:
    api = {"anthropic": "messages", "openai": "responses"}.get(provider, "chat")
    return ModelSpec(name=f"{provider}/m", provider=provider, model="m", api=api, base_url=base_url, api_key="k")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("to", "allowed", "goes"),
    [
        (spec("local"), (), True),
        (spec("openai"), (), False),
        (spec("openai"), ("openai",), True),
        (spec("openai"), ("anthropic",), False),
        (spec("openai", "http://127.0.0.1:11434/v1"), (), False),
        (spec("openai", "http://127.0.0.1:11434/v1"), ("openai",), False),  # a provider's name is its own address alone
        (spec("openai", "http://127.0.0.1:11434/v1/"), ("http://127.0.0.1:11434/v1",), True),
        (spec("openai", "http://127.0.0.1:11434.evil.example/v1"), ("http://127.0.0.1:11434",), False),
    ],
)
def test_an_address_is_allowed_whole_or_not(to: ModelSpec, allowed: tuple[str, ...], goes: bool) -> None:
    assert may_take_confidential(to, allowed) is goes


class Elsewhere(CountingJuror):
    """A juror that answers from a script and stands at an address."""

    @property
    def endpoint(self) -> str:
        return "https://models.example/v1"


class Bench:
    """A confidential launch before a juror elsewhere; the plan was made when that was allowed."""

    def __init__(self, folder: Path, script: object, *, confidential: bool = True) -> None:
        path = write_script(folder / "script.yaml", {"acme": {"one": script}})
        self.juror = Elsewhere(ModelSpec(name="scripted/x", provider="scripted", model=str(path), api="scripted"))
        self.juror.spec = replace(self.juror.spec, provider="openai", base_url="https://models.example/v1")
        dossier = make_dossier()
        launch = dossier.launch.model_copy(update={"confidential": confidential})
        self.dossier = dossier.model_copy(update={"launch": launch})
        self.runs_dir = folder / "runs"
        self.prompts = find_workspace(folder).prompts

    def plan(self, *allowed: str) -> tuple[Seat, ...]:
        specs = {"one": self.juror.spec}
        return make_plan(
            "review", [self.dossier], [make_persona()], specs, self.prompts, rho=Rho(), confidential_to=allowed
        ).seats

    async def ask(self, *named: str, allowed: Sequence[str] = ()) -> object:
        """named, or allowed: where confidential launches may go by now."""
        (seat,) = self.plan("https://models.example/v1")
        lock = RunLock(self.runs_dir, "run-1")
        lock.acquire()
        with closing(open_part(Ledger, f"sqlite:///{self.runs_dir}/panel.db", runs_dir=self.runs_dir)) as ledger:
            asker = Asker(
                run_id="run-1", ledger=ledger, providers={seat.spec.name: self.juror},
                limiters={seat.spec.name: RateLimiter(seat.spec.name, 2)}, budget=Budget(), prices={},
                confidential_to=named or allowed,
            )  # fmt: skip
            try:
                return await asker.ask(seat)
            finally:
                lock.release()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "runs").mkdir()
    return tmp_path


def test_a_plan_seats_nobody_where_it_may_not_go(folder: Path) -> None:
    with pytest.raises(Mistake, match=r"'acme' is confidential and may not go to https://models\.example/v1"):
        Bench(folder, make_answer()).plan()
    assert Bench(folder, make_answer()).plan("https://models.example/v1")
    assert Bench(folder, make_answer(), confidential=False).plan()


def test_the_last_door_is_shut_though_the_plan_was_allowed(folder: Path) -> None:
    bench = Bench(folder, make_answer())
    with pytest.raises(Mistake, match="may not go to"):
        asyncio.run(bench.ask())
    assert bench.juror.sent == []
    assert asyncio.run(bench.ask("https://models.example/v1"))
    assert len(bench.juror.sent) == 1


def test_a_stored_answer_needs_no_door(folder: Path) -> None:
    bench = Bench(folder, make_answer())
    asyncio.run(bench.ask("https://models.example/v1"))
    assert asyncio.run(bench.ask())
    assert len(bench.juror.sent) == 1


def test_a_repair_question_meets_the_door_too(folder: Path) -> None:
    bench = Bench(folder, [{"garbage": "no JSON"}, make_answer()])
    with pytest.raises(Mistake, match="may not go to"):
        asyncio.run(bench.ask(allowed=UntilSent(bench.juror)))
    assert len(bench.juror.sent) == 1


class UntilSent(Sequence[str]):
    """What panel.toml allows: the juror's address until it was sent something."""

    def __init__(self, juror: CountingJuror) -> None:
        self.juror = juror

    def __len__(self) -> int:
        return 0 if self.juror.sent else 1

    def __getitem__(self, at: int) -> str:  # type: ignore[override]
        return ["https://models.example/v1"][: len(self)][at]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    assert run_here("init", at=tmp_path).code == 0
    (tmp_path / "acme.yaml").write_text(FILE, encoding="utf-8")
    return tmp_path


def allow(workspace: Path, *addresses: str) -> None:
    (workspace / "panel.toml").write_text(f"confidential_to = {list(addresses)!r}\n", encoding="utf-8")


ONE = ("--personas", "futurist", "--model", "openai/gpt-6.1-sol", "--yes")


def test_review_refuses_before_anything_leaves_and_says_how_to_allow_it(workspace: Path) -> None:
    with fake_server() as fake:
        said = run_here("review", "acme.yaml", *ONE, at=workspace, **both_providers(fake))
        assert (said.code, _asked(fake)) == (2, 0)
        assert said.complaint.startswith(f"'acme' is confidential and may not go to {fake.address}/v1.")
        assert "confidential_to" in said.complaint
        allow(workspace, f"{fake.address}/v1")
        assert run_here("review", "acme.yaml", *ONE, at=workspace, **both_providers(fake)).code == 0
        assert _asked(fake) > 0


def test_a_resume_meets_what_panel_toml_says_today(workspace: Path) -> None:
    with fake_server(always="down") as fake:
        allow(workspace, f"{fake.address}/v1")
        environment = both_providers(fake)
        run_here("review", "acme.yaml", *ONE, "--deadline", "0.02", at=workspace, **environment)
        asked = _asked(fake)
        assert asked
        allow(workspace)
        (run_id,) = (path.name for path in (workspace / "runs").iterdir() if (path / "manifest.json").is_file())
        said = run_here("resume", run_id, "--yes", at=workspace, **environment)
        assert (said.code, _asked(fake)) == (2, asked)
        assert "may not go to" in said.err


def test_a_batch_fails_the_row_alone_and_sends_none_of_it(workspace: Path) -> None:
    (workspace / "open.yaml").write_text(FILE.replace("Acme", "Open").replace("confidential: true\n", ""), "utf-8")
    with fake_server() as fake:
        said = run_here("batch", "acme.yaml", "open.yaml", *ONE, "--json", at=workspace, **both_providers(fake))
        assert "'acme' is confidential and may not go to" in said.out
        bodies = [str(body) for body in fake.seen]
    assert bodies
    assert all("panel-dossier" not in body or "Quoted material on Open" in body for body in bodies)


def test_nothing_of_a_confidential_launch_is_in_the_log(workspace: Path) -> None:
    with fake_server() as fake:
        allow(workspace, f"{fake.address}/v1")
        words = ("--log-file", "log.jsonl", "-vv", "review", "acme.yaml", *ONE)
        said = run(*words, at=workspace, **both_providers(fake))
    assert said.code == 0
    log = (workspace / "log.jsonl").read_text(encoding="utf-8") + said.err
    assert "futurist" in log
    assert "Zanzibar" not in log


@pytest.mark.parametrize("confidential", [True, False])
def test_what_a_server_quotes_of_it_is_not_logged(
    folder: Path, caplog: pytest.LogCaptureFixture, confidential: bool
) -> None:
    bench = Bench(folder, make_answer(), confidential=confidential)
    bench.juror.failing = [ProviderRefused(f"HTTP 422: {SECRET}")]
    with caplog.at_level(logging.DEBUG, logger="panel"):
        asyncio.run(bench.ask("https://models.example/v1"))
    assert "failed" in caplog.text
    assert ("Zanzibar" in caplog.text) is not confidential


@contextmanager
def redirecting(to: str) -> Iterator[str]:
    """A server that sends everybody on to another; its address."""

    class Onward(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(307)
            self.send_header("location", to + self.path)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *told: object) -> None:
            """Nothing on stderr."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Onward)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("model", ["openai/gpt-6.1-sol", "anthropic/claude-sonnet-5-5"])
def test_a_redirect_takes_no_question_elsewhere(workspace: Path, model: str) -> None:
    with fake_server() as fake, redirecting(fake.address) as address:
        allow(workspace, f"{address}/v1", address)
        variables = {name: value.replace(fake.address, address) for name, value in both_providers(fake).items()}
        said = run_here("review", "acme.yaml", *ONE[:2], "--model", model, "--yes", at=workspace, **variables)
        assert (said.code, _asked(fake)) == (3, 0)
        assert "307" in said.err


def _asked(fake: Fake) -> int:
    return fake.stats.requests
