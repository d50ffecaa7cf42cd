"""How long a person at a terminal waits for a server that is down."""

import time
from pathlib import Path

import pytest
from tests.support.batch_days import launch_text
from tests.support.command import both_providers, fake_server, run_here

from panel.jurors.rate_limits.circuit_breaker import PATIENCE_S
from panel.workspace import runs


def test_a_review_waits_less_for_a_dead_server_than_a_batch_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A review waits less for a server that is down than a batch does, and names it."""
    assert runs.PATIENCE_S < PATIENCE_S
    monkeypatch.setattr(runs, "PATIENCE_S", 0.5)
    monkeypatch.setattr("panel.jurors.rate_limits.retry._wait_s", lambda state: 0.01)
    (tmp_path / "tool.yaml").write_text(launch_text(1), encoding="utf-8")
    with fake_server(always="down") as fake:
        since = time.monotonic()
        said = run_here("review", "tool.yaml", "--yes", at=tmp_path, **both_providers(fake))
    assert said.code == 3
    assert "has been down for" in said.err
    assert time.monotonic() - since < 30
