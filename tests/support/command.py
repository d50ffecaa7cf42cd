"""The program as a stranger meets it: a command in a folder, what it says on stdout and stderr, and its exit code."""

import http.client
import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from anyio.from_thread import start_blocking_portal
from tests.support.providers.server import Fake, serving

from panel.cli import main

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
SPECIMEN = EXAMPLES / "specimen"
SCRIPTED = ("--model", f"scripted/{SPECIMEN / 'answers.yaml'}")
PAIR = (str(SPECIMEN / "larkspindle.yaml"), str(SPECIMEN / "oddfern.yaml"))
KEPT = (
    "PATH",
    "HOME",
    "LANG",
    "TMPDIR",
    "VIRTUAL_ENV",
    "SYSTEMROOT",
    "LLVM_PROFILE_FILE",
    "COVERAGE_PROCESS_START",
    "OMP_WAIT_POLICY",
)
LONGEST_S = 120  # for a command on a busy machine; no test waits for it
TALK = re.compile(r"^(\d+ jurors? to ask|  \[\d+/\d+\] |  \S+  .+: waiting, |Workspace: )")


@dataclass(frozen=True)
class Said:
    """What a command left."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> dict[str, Any]:
        """stdout as the one JSON object it must be."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found

    @property
    def complaint(self) -> str:
        """The one line on stderr that is no progress. Fails when there are none or several."""
        lines = [line for line in self.err.splitlines() if line.strip() and not TALK.match(line)]
        assert len(lines) == 1, self.err
        return lines[0]

    @property
    def run_id(self) -> str:
        """Of a run made with --json."""
        return str(self.data["run_id"])


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """A clean one: no key or address of whoever runs the tests, and the package under test on the path."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    path = [str(Path(part).absolute()) for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part]
    return {**kept, "PYTHONPATH": os.pathsep.join(path), **(more or {})}


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "panel", *words]


def run(*words: str, at: Path, **variables: str) -> Said:
    """Run the program as a process of its own."""
    done = subprocess.run(
        command(*words), cwd=at, env=environment(variables), capture_output=True, text=True, encoding="utf-8",
        stdin=subprocess.DEVNULL, timeout=LONGEST_S, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return Said(done.returncode, done.stdout, done.stderr)


def run_here(*words: str, at: Path, **variables: str) -> Said:
    """Run the program's `main` in this process, as its script would: without the second a fresh Python takes."""
    out, err, before = io.StringIO(), io.StringIO(), Path.cwd()
    os.chdir(at)
    try:
        with (
            patch.object(sys, "argv", ["panel", *words]),
            patch.dict(os.environ, environment(variables), clear=True),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            try:
                main()
            except SystemExit as stop:
                code = stop.code
    finally:
        os.chdir(before)
    assert isinstance(code, int)
    assert "Traceback" not in err.getvalue()
    return Said(code, out.getvalue(), err.getvalue())


@contextmanager
def fake_server(*behaviours: str, always: str = "ok", latency_s: float = 0.0, **settings: Any) -> Iterator[Fake]:
    """The fake model server on a thread of its own. settings: fields of `Fake`."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(serving(*behaviours, always=always, latency_s=latency_s, **settings)) as fake,
    ):
        yield fake


def both_providers(fake: Fake, key: str = "fake") -> dict[str, str]:
    """The variables that seat hosted jurors of both families at a fake."""
    return {
        "OPENAI_BASE_URL": f"{fake.address}/v1",
        "OPENAI_API_KEY": key,
        "ANTHROPIC_BASE_URL": fake.address,
        "ANTHROPIC_API_KEY": key,
    }


def files_of(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@dataclass
class Answer:
    """What a desk that was started replied."""

    status: int
    headers: dict[str, str]
    text: str


@dataclass
class Running:
    """A desk that was started, and the first line it printed."""

    process: "subprocess.Popen[str]"
    link: str

    @property
    def netloc(self) -> str:
        return urlsplit(self.link).netloc

    def ask(self, path: str, method: str = "GET", body: str = "", **headers: str) -> Answer:
        host, _, port = self.netloc.partition(":")
        conn = http.client.HTTPConnection(host, int(port), timeout=LONGEST_S)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        conn.request(method, path, body or None, {"Host": self.netloc, **named})
        reply = conn.getresponse()
        found = Answer(reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read().decode())
        conn.close()
        return found

    def stop(self) -> tuple[int, str]:
        """Ctrl-C: the exit code and what was said on stderr."""
        self.process.send_signal(signal.SIGINT)
        _, err = self.process.communicate(timeout=LONGEST_S)
        return self.process.returncode, err


@contextmanager
def running(folder: Path, *words: str) -> Iterator[Running]:
    """`panel desk` as a process of its own, from its first line on; killed at the end."""
    process = subprocess.Popen(
        command("desk", "--port", "0", "--no-browser", *words), cwd=folder, env=environment({"GIT_CONFIG_GLOBAL": os.devnull}),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert process.stdout
        link = process.stdout.readline().strip()
        if not link:
            raise AssertionError(process.communicate()[1])
        yield Running(process, link)
    finally:
        process.kill()
        process.communicate()
