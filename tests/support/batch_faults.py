"""Servers that fail in every way that passes, for a day's batch, and what its summary and the server tell then."""

import json
from pathlib import Path
from typing import Any

from tests.support.batch_days import TARIFFS, rows_in
from tests.support.providers.faults import PASSING, Faults
from tests.support.providers.server import Fake

FATES = (
    "partial+torn",
    "expires",
    "lost_create",
    "failing+duplicated+strangers",
    "lost_upload+breaks",
    "refused",
    "late",
)
SMALL_BATCHES = {  # several provider batches a model, and a second round for few leftovers
    "panel.jurors.batch_api.openai_batches.MOST_REQUESTS": 40,
    "panel.jurors.batch_api.anthropic_batches.MOST_REQUESTS": 60,
    "panel.batch.provider_batches.economy.SECOND_ROUND_CALLS": 5,
}
SHARE = 0.10


def faults(seed: int = 7) -> Faults:
    """Ten calls of a hundred meet one of every kind that passes."""
    return Faults(SHARE, seed, PASSING, retry_after_s=0.3, hang_s=60.0, drip_s=0.5)


def settings(**more: Any) -> dict[str, Any]:
    """Of the server: 1 reply in 20 held against the SDKs' types, nothing kept but the bill."""
    return {"tariffs": TARIFFS, "validate": 0.05, "keep_bodies": False, "faults": faults(), **more}


def assert_all_named(summary: dict[str, Any], count: int) -> None:
    """Every row ended reviewed or failed with its reason, and each is in one list."""
    rows = rows_in(summary)
    assert sorted(rows) == list(range(1, count + 1))
    assert set(rows.values()) <= {"reviewed", "failed"}
    assert summary["state"] == "finished"
    assert len(summary["reviewed"]) >= 0.9 * count  # faults that pass cost time, not launches


def missing_rows(fake: Fake) -> int:
    """Rows of provider batches that have no line in the results, and were asked of nobody."""
    return sum(
        sent.total - len(sent.rows) - len(sent.requests) for sent in fake.batches.sent.values() if not sent.errors
    )


def torn_lines(fake: Fake) -> int:
    return 2 * sum(sent.fate.torn for sent in fake.batches.sent.values())  # OpenAI has two files a batch


def read_summary(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "summary.json").read_text("utf-8"))
    return found


def unbilled_failures(fake: Fake) -> int:
    """Calls whose reply was an error in an HTTP 200: on no bill, and of unknown price to whoever got it."""
    return fake.stats.behaviours.get("error_200", 0)
