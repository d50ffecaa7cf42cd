"""The full panel from outside, against the fakes: both providers' dialects, the whole page, and what money needs."""

import io
import json
import re
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from tests.support.command import EXAMPLES, SPECIMEN, both_providers, environment, fake_server, run, run_here
from tests.support.providers.server import Fake

from panel.jurors.provider import ModelSpec

pytestmark = pytest.mark.long

DEPENDS = (str(EXAMPLES / "mistral-3-small.yaml"), str(EXAMPLES / "gpt-5-fine-tuning-api.yaml"))
SAME_JOB = (str(EXAMPLES / "uv.yaml"), str(EXAMPLES / "poetry.yaml"))
ONE = str(SPECIMEN / "oddfern.yaml")
KEY = "sk-planted-123"
HOSTED = ("anthropic/claude-sonnet-5-5", "openai/gpt-6.1-sol")


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with fake_server() as server:
        yield server


def words_of(text: str) -> str:
    """What is read, without marks, markup and the page's own punctuation."""
    return " ".join(re.findall(r"\w+", unescape(re.sub(r"<[^>]+>", " ", text))))


def test_two_launches_of_different_kinds_read_depends_on_a_full_page(fake: Fake, tmp_path: Path) -> None:
    said = run("compare", *DEPENDS, "--json", at=tmp_path, **both_providers(fake))
    assert said.code == 0, said.err
    comparison = said.data["comparison"]
    assert comparison["grade"] == "full"
    assert comparison["pick"]["pick"] == "depends"
    assert comparison["differs_in_kind"]
    sides = [comparison["review_a"], comparison["review_b"]]
    assert all(o["outcome"] == "answered" for side in sides for o in side["opinions"])
    assert {o["juror"]["model"] for side in sides for o in side["opinions"]} == set(HOSTED)
    assert all(len(side["opinions"]) == 5 for side in sides)

    folder = Path(said.data["folder"])
    html, text = (folder / "report.html").read_text("utf-8"), (folder / "report.md").read_text("utf-8")
    shown = words_of(html)
    for opinion in [o for side in sides for o in side["opinions"]]:
        assert all(words_of(sentence["text"]) in shown for sentence in opinion["words"]["quote"])
        if opinion["juror"]["persona_id"] == "reporter":  # its quote is the card's paragraph, and it judges nothing
            continue
        assert words_of(opinion["words"]["line"]) in shown
        assert all(words_of(ground["excerpt"]) in shown for ground in opinion["grounds"])
    for heading in ("Choose", "Skip", "dissent", "Evidence"):
        assert heading.lower() in html.lower(), heading
    assert "\n# It depends" in text
    assert comparison["answer"].split(":")[0] in html
    assert run_here("runs", "verify", str(folder), at=tmp_path).code == 0


def test_two_launches_that_do_the_same_job_are_compared_in_kind(fake: Fake, tmp_path: Path) -> None:
    said = run_here("compare", *SAME_JOB, "--json", at=tmp_path, **both_providers(fake))
    assert said.code == 0, said.err
    comparison = said.data["comparison"]
    assert comparison["grade"] == "full"
    assert len(comparison["splits"]) == 4  # the reporter has no vote
    assert {
        comparison["review_a"]["dossier"]["launch"]["name"],
        comparison["review_b"]["dossier"]["launch"]["name"],
    } == {"uv", "Poetry"}


def test_the_same_command_against_the_fakes_again_sends_nothing(fake: Fake, tmp_path: Path) -> None:
    run_here("review", ONE, at=tmp_path, **both_providers(fake))
    before = len(fake.seen)
    again = run_here("review", ONE, at=tmp_path, **both_providers(fake))
    assert (again.code, len(fake.seen)) == (0, before)
    assert again.err.count("from the ledger") == 5


def test_a_panel_of_one_family_is_seated_with_one_key(fake: Fake, tmp_path: Path) -> None:
    variables = {k: v for k, v in both_providers(fake).items() if k.startswith("ANTHROPIC")}
    said = run_here("review", ONE, "--json", at=tmp_path, **variables)
    assert {o["juror"]["model"] for o in said.data["reviews"][0]["opinions"]} == {HOSTED[0]}


def test_a_loopback_address_needs_no_key(fake: Fake, tmp_path: Path) -> None:
    said = run_here(
        "review", ONE, "--model", "openai/llama-4", "--json", at=tmp_path, OPENAI_BASE_URL=f"{fake.address}/v1"
    )
    assert said.code == 0, said
    assert "no bill comes from there" in said.err


def test_a_server_that_ignores_the_schema_ends_as_unusable(tmp_path: Path) -> None:
    """A server that ignores the schema ends as unusable with a sentence naming it."""
    with fake_server(always="garbage") as server:
        address = f"{server.address}/v1"
        said = run_here("review", ONE, "--model", "openai/some-llm", "--json", at=tmp_path, OPENAI_BASE_URL=address)
        assert said.code == 4
        assert said.data["error"]["kind"] == "reply_unusable"
        assert said.data["error"]["message"].startswith("The panel gave no usable answer: ")
        assert f"openai/some-llm at {address}" in said.err
        assert "ignores the schema" in said.err
        assert not list(tmp_path.rglob("report.*"))

        asked = len(server.seen)
        run_here("review", ONE, "--model", "openai/some-llm", at=tmp_path, OPENAI_BASE_URL=address)
        unasked = 5 - int(re.findall(r"(\d) unusable", said.data["error"]["message"])[0])
        assert len(server.seen) - asked <= 2 * unasked  # what was unusable is asked again only with --retry
        server.always = "ok"
        retried = run_here(
            "review", ONE, "--model", "openai/some-llm", "--retry", "--json", at=tmp_path, OPENAI_BASE_URL=address
        )
        assert {o["outcome"] for o in retried.data["reviews"][0]["opinions"]} == {"answered"}


def test_a_run_that_costs_money_asks_nobody_without_a_terminal(
    fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that costs money shows the price and asks nobody without a terminal."""
    monkeypatch.setattr(ModelSpec, "free", property(lambda self: False))
    before = len(fake.seen)
    said = run_here("review", ONE, at=tmp_path, **both_providers(fake))
    assert said.code == 2
    assert re.search(r"5 jurors to ask.*(\$\d+\.\d\d|unknown)", said.err)
    assert "nobody can be asked" in said.err.splitlines()[-1]
    assert "--yes" in said.err.splitlines()[-1]
    assert len(fake.seen) == before
    assert not list((tmp_path / "runs").glob("2*"))
    assert run_here("review", ONE, "--yes", at=tmp_path, **both_providers(fake)).code == 0


@pytest.mark.parametrize(("typed", "code"), [("n\n", 130), ("y\n", 0)])
def test_a_person_at_a_terminal_is_asked_before_money_is_spent(
    fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, code: int
) -> None:
    monkeypatch.setattr(ModelSpec, "free", property(lambda self: False))
    monkeypatch.setattr("panel.cli.terminal.here.is_terminal", lambda: True)
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    before = len(fake.seen)
    said = run_here("review", ONE, at=tmp_path, **both_providers(fake))
    assert said.code == code, said
    assert "Ask the panel?" in said.err
    assert (len(fake.seen) > before) == (code == 0)


def test_a_budget_stops_the_run_before_it_is_broken_and_resume_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ModelSpec, "free", property(lambda self: False))
    price = "price = { input = 1, cache_write = 1, cache_read = 1, output = 100 }"
    tables = "\n".join(f'[models."{name}"]\n{price}' for name in HOSTED)
    (tmp_path / "panel.toml").write_text(f"concurrency = {{ openai = 1, anthropic = 1 }}\n{tables}\n", encoding="utf-8")
    with fake_server(latency_s=0.5) as fake:  # long enough that two providers' calls are in flight at once
        said = run_here("review", ONE, "--budget", "0.5", "--yes", "--json", at=tmp_path, **both_providers(fake))
        assert said.code == 6
        error = said.data["error"]
        assert error["kind"] == "stopped"
        assert "budget of $0.5" in error["message"]  # a call may cost 40 cents: room for one at a time
        found = re.findall(r"panel resume (\S+)$", error["hint"])
        assert len(found) == 1
        assert 1 <= len(fake.seen) < 5
        again = ("resume", found[0], "--yes", "--json")
        resumed = run_here(*again, "--budget", "9", at=tmp_path, **both_providers(fake))
        assert resumed.code == 0, resumed
        assert len(fake.seen) == 5  # nobody was asked twice
    assert {o["outcome"] for o in resumed.data["reviews"][0]["opinions"]} == {"answered"}
    total = run_here("runs", "costs", "--json", at=tmp_path).data["total"]
    assert 0 < float(total["cost_usd"]) < 0.5


def test_a_deadline_stops_a_slow_run_and_resume_goes_on(tmp_path: Path) -> None:
    with fake_server(always="slow") as server:
        said = run_here("review", ONE, "--deadline", "0.02", "--json", at=tmp_path, **both_providers(server))
        assert said.code == 6
        assert "deadline" in said.data["error"]["message"]
        run_id = re.search(r"panel resume (\S+)$", said.data["error"]["hint"])
        assert run_id
        server.always = "ok"
        assert run_here("resume", run_id[1], at=tmp_path, **both_providers(server)).code == 0


@pytest.mark.parametrize("model", HOSTED)
def test_a_live_proof_writes_a_dated_receipt(fake: Fake, tmp_path: Path, model: str) -> None:
    said = run_here("doctor", "--live", model, "--json", at=tmp_path, **both_providers(fake))
    assert said.code == 0, said.err
    receipt = json.loads(Path(said.data["receipt"]).read_text("utf-8"))
    assert re.match(r"\d{4}-\d\d-\d\d-", Path(said.data["receipt"]).name)
    assert receipt["model"] == model
    held = {proof["assumption"]: proof["held"] for proof in receipt["proofs"]}
    assert held.pop("batch requests and results") == "not shown"
    assert set(held.values()) == {"yes"}, held


def test_a_live_proof_refused_says_why_and_writes_no_receipt(tmp_path: Path) -> None:
    with fake_server(always="bad_key") as server:
        said = run_here("doctor", "--live", HOSTED[1], at=tmp_path, **both_providers(server))
    assert said.code == 3
    assert "OPENAI_API_KEY" in said.complaint
    assert not list(tmp_path.rglob("receipts/*"))


@pytest.mark.parametrize("behaviour", ["ok", "bad_key", "garbage"])
def test_a_key_never_reaches_a_file_the_screen_the_log_or_the_database(behaviour: str, tmp_path: Path) -> None:
    with fake_server(always=behaviour) as server:
        said = run("-vv", "--log-file", "panel.log", "review", ONE, at=tmp_path, **both_providers(server, KEY))
        run_here("doctor", at=tmp_path, **both_providers(server, KEY))
        run_here("runs", "list", "--json", at=tmp_path)
    assert said.code == {"ok": 0, "bad_key": 3, "garbage": 4}[behaviour]
    assert (tmp_path / "panel.log").is_file()
    assert KEY not in said.out + said.err
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.name == "panel.db" for path in left)
    assert not [path for path in left if KEY.encode() in path.read_bytes()]
    assert KEY not in str(environment())


def test_the_log_says_something(fake: Fake, tmp_path: Path) -> None:
    said = run("-vv", "--log-file", "panel.log", "review", ONE, at=tmp_path, **both_providers(fake))
    assert said.code == 0
    lines = [json.loads(line) for line in (tmp_path / "panel.log").read_text("utf-8").splitlines()]
    assert lines
    assert all({"at", "level", "where", "what"} <= line.keys() for line in lines)
    assert sum("answered" in line["what"] for line in lines if line["level"] == "INFO") == 5
    assert "finished" in lines[-1]["what"]
    assert "panel.pipeline.ask.asker: " in said.err
