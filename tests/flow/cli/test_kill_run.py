"""The whole program killed while its calls are in flight, and started again: nothing that was told is asked twice."""

import json
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.support.command import EXAMPLES, command, environment, fake_server, run_here
from tests.support.providers.server import Fake

pytestmark = pytest.mark.long

COMPARE = ("compare", str(EXAMPLES / "uv.yaml"), str(EXAMPLES / "poetry.yaml"), "--model", "openai/some-llm")
JURORS, IN_FLIGHT, KILLS = 10, 3, 6
LONGEST_S = 90.0
POLL_S = 0.01
TOLD = re.compile(r"^  \[\d+/\d+\] (\S+)  ([^:]+): (.*)$", re.MULTILINE)
# A shell that started the tests in the background had its children ignore the interrupt; the program is not to blame.
INTERRUPTIBLE = (
    "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "runpy.run_module('panel', run_name='__main__')"
)


class Child:
    """A command at work, and what it has said so far."""

    def __init__(self, process: "subprocess.Popen[bytes]", heard: Path) -> None:
        self.process, self.heard = process, heard

    @property
    def err(self) -> str:
        return self.heard.read_text(encoding="utf-8")

    def told(self) -> set[tuple[str, str]]:
        """Jurors whose answer the person has seen arrive, (launch, critic); what the ledger held is not among them."""
        return {(launch, critic) for launch, critic, words in TOLD.findall(self.err) if "from the ledger" not in words}

    def wait_until(self, there: Callable[[], bool]) -> None:
        """Until it is so or the command has ended. Fails after a time no machine needs."""
        until = time.monotonic() + LONGEST_S
        while not there() and self.process.poll() is None:
            assert time.monotonic() < until, self.err
            time.sleep(POLL_S)

    def end(self) -> int:
        return self.process.wait(timeout=LONGEST_S)


@contextmanager
def started(words: list[str], at: Path, fake: Fake) -> Iterator[Child]:
    """A command in the background. Killed if the test leaves it running."""
    variables = environment({"OPENAI_BASE_URL": f"{fake.address}/v1"})
    heard = at / f"heard-{time.monotonic_ns()}.txt"
    with (
        heard.open("wb") as err,
        subprocess.Popen(words, cwd=at, env=variables, stderr=err, stdout=subprocess.PIPE) as it,
    ):
        try:
            yield Child(it, heard)
        finally:
            it.kill()


def runs_of(at: Path) -> list[str]:
    return [entry["run_id"] for entry in run_here("runs", "list", "--json", at=at).data["runs"]]


def next_command(at: Path) -> list[str]:
    """Go on with the run if there is one; a kill may come before it is on disk."""
    begun = runs_of(at)
    assert len(begun) <= 1
    return command("resume", begun[0]) if begun else command(*COMPARE)


def moment(chance: random.Random, child: Child, fake: Fake, at: Path) -> Callable[[], bool]:
    """When to kill: as the run comes into being, when so many calls were sent, or when so many answers were told."""
    many, before = chance.randint(1, 4), len(fake.seen)
    return chance.choice(
        [
            lambda: any((at / "runs").glob("2*")),
            lambda: len(fake.seen) >= before + many,
            lambda: len(child.told()) >= many,
        ]
    )


def sent_twice(fake: Fake) -> int:
    """Requests beyond the first, over all different bodies."""
    return len(fake.seen) - len(Counter(json.dumps(body, sort_keys=True) for body in fake.seen))


def kill_and_go_on(at: Path, kills: int, seed: int) -> None:
    """Kill so many times, finish, and hold every promise."""
    (at / "panel.toml").write_text(f"[concurrency]\nopenai = {IN_FLIGHT}\n", encoding="utf-8")
    chance, told, killed = random.Random(seed), set[tuple[str, str]](), 0
    with fake_server(latency_s=0.2) as fake:
        for _ in range(kills):
            with started(next_command(at), at, fake) as child:
                child.wait_until(moment(chance, child, fake, at))
                child.process.send_signal(signal.SIGKILL)
                killed += child.end() == -signal.SIGKILL
                assert not told & child.told(), "an answer that was told was asked for again"
                told |= child.told()
        fake.latency_s = 0.0
        with started(next_command(at), at, fake) as child:
            assert child.process.stdout
            child.process.stdout.read()
            assert child.end() == 0, child.err
            assert not told & child.told(), "an answer that was told was asked for again"
            assert len(TOLD.findall(child.err)) == JURORS
        print(f"seed {seed}: killed {killed} times, {len(fake.seen)} requests, {sent_twice(fake)} of them again")
        assert len(fake.seen) - sent_twice(fake) == JURORS  # a resume asks in the very words of the day it began
        assert sent_twice(fake) <= killed * IN_FLIGHT
    (run_id,) = runs_of(at)
    comparison = json.loads((at / "runs" / run_id / "comparison.json").read_text("utf-8"))
    outcomes = [o["outcome"] for side in ("review_a", "review_b") for o in comparison[side]["opinions"]]
    assert outcomes == ["answered"] * JURORS, "a juror was lost"
    assert run_here("runs", "verify", f"runs/{run_id}", at=at).code == 0


def test_a_comparison_killed_six_times_repeats_only_calls_in_flight(tmp_path: Path) -> None:
    """A comparison killed six times loses nothing and repeats only calls in flight."""
    kill_and_go_on(tmp_path, KILLS, seed=random.SystemRandom().randint(0, 10**6))


@pytest.mark.chaos
@pytest.mark.parametrize("seed", range(10))
def test_a_comparison_killed_at_many_random_points_loses_nothing(tmp_path: Path, seed: int) -> None:
    kill_and_go_on(tmp_path, 10, seed)


@pytest.mark.parametrize("json_", [False, True])
def test_an_interrupt_ends_with_130_and_the_command_that_goes_on(tmp_path: Path, json_: bool) -> None:
    words = [sys.executable, "-c", INTERRUPTIBLE, *COMPARE, *(["--json"] if json_ else [])]
    (tmp_path / "panel.toml").write_text(f"[concurrency]\nopenai = {IN_FLIGHT}\n", encoding="utf-8")
    with fake_server(latency_s=0.3) as fake:
        with started(words, tmp_path, fake) as child:
            child.wait_until(lambda: len(child.told()) >= 2)
            child.process.send_signal(signal.SIGINT)
            assert child.process.stdout
            out = child.process.stdout.read().decode()
            assert child.end() == 130, child.err
            told, before = child.told(), sent_twice(fake)
        (run_id,) = runs_of(tmp_path)
        said = child.err.splitlines()[-1]
        if json_:
            error = json.loads(out)["error"]
            assert error["kind"] == "interrupted"
            said = f"{error['message']} {error['hint']}"
        assert said == f"Stopped by you. What was answered is kept. Go on with: panel resume {run_id}"
        assert "Traceback" not in child.err

        fake.latency_s = 0.0
        resumed = run_here("resume", run_id, "--json", at=tmp_path, OPENAI_BASE_URL=f"{fake.address}/v1")
        assert resumed.code == 0
        again = {
            (launch, critic) for launch, critic, words in TOLD.findall(resumed.err) if "from the ledger" not in words
        }
        assert not told & again
        assert before == 0
        assert sent_twice(fake) <= IN_FLIGHT


def test_the_same_command_twice_at_once_asks_every_juror_once(tmp_path: Path) -> None:
    with (
        fake_server(latency_s=0.3) as fake,
        started(command(*COMPARE), tmp_path, fake) as one,
        started(command(*COMPARE), tmp_path, fake) as two,
    ):
        for child in (one, two):
            assert child.process.stdout
            child.process.stdout.read()
            assert child.end() == 0, child.err
        assert (len(fake.seen), sent_twice(fake)) == (JURORS, 0)
    assert len(runs_of(tmp_path)) == 2
