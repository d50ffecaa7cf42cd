"""OpenAI's cache marks at another address than its own: sent when panel.toml says so, and what they bring is seen."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.support.batch_days import GPT, JURORS, TARIFFS, launch_text
from tests.support.command import Said, both_providers, fake_server, run_here
from tests.support.providers.server import Fake

TOML = """
[models."openai/gpt-6.1-sol"]
{lines}
price = {{ input = "2", cache_write = "2.5", cache_read = "0.20", output = "10" }}
"""


def asked(at: Path, *lines: str) -> tuple[Said, Fake]:
    """A review by five jurors on the one model, and the server they were asked at."""
    (at / "panel.toml").write_text(TOML.format(lines="\n".join(lines)), encoding="utf-8")
    (at / "tool.yaml").write_text(launch_text(1), encoding="utf-8")
    with fake_server(tariffs=TARIFFS) as fake:
        words = ("review", "tool.yaml", "--as-of", "2026-11-20", "--model", GPT, "--yes", "--json")
        said = run_here(*words, at=at, **both_providers(fake))
    return said, fake


def tokens(said: Said, kind: str) -> int:
    assert said.code == 0, said.err
    return sum(row["spend"]["usage"][kind] for row in said.data["spend"])


def test_marks_bring_cached_tokens_from_a_server_at_another_address(tmp_path: Path) -> None:
    said, fake = asked(tmp_path, 'api = "responses"', "cache_marks = true")
    written, read = tokens(said, "cache_write_tokens"), tokens(said, "cache_read_tokens")
    assert written >= 1024
    assert read == (JURORS - 1) * written  # one wrote, the others read it all
    assert all(_marks(body) == 1 for body in fake.seen)
    assert len({body["prompt_cache_key"] for body in fake.seen}) == 1


@pytest.mark.parametrize("line", ["", "cache_marks = false"])
def test_without_the_key_no_mark_leaves_for_another_address(tmp_path: Path, line: str) -> None:
    said, fake = asked(tmp_path, 'api = "responses"', line)
    assert tokens(said, "cache_read_tokens") == 0
    assert len(fake.seen) == JURORS
    assert not any("prompt_cache" in json.dumps(body) for body in fake.seen)


def test_a_resume_sends_the_marks_of_the_day_it_began(tmp_path: Path) -> None:
    """They are part of the question: without them every answer would be asked for again."""
    said, fake = asked(tmp_path, 'api = "responses"', "cache_marks = true")
    (tmp_path / "panel.toml").write_text(TOML.format(lines='api = "responses"'), encoding="utf-8")
    again = run_here("resume", said.run_id, "--yes", "--json", at=tmp_path, **both_providers(fake))
    assert again.code == 0, again.err
    assert len(fake.seen) == JURORS


def test_marks_for_another_dialect_are_a_mistake(tmp_path: Path) -> None:
    said, fake = asked(tmp_path, 'api = "chat"', "cache_marks = true")
    assert said.code == 2
    assert "cache_marks of 'openai/gpt-6.1-sol' is for OpenAI's Responses" in said.err + said.out
    assert fake.seen == []


def _marks(body: dict[str, Any]) -> int:
    return json.dumps(body).count("prompt_cache_breakpoint")
