"""A run in which no critic gave a usable answer: no article anywhere, a sentence, an exit code that is not 0."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.support.command import PAIR, SPECIMEN, run_here

from panel.errors import ProviderBusy
from panel.pipeline.ask.call import BilledCall

SLUGS = ("larkspindle-2-0", "oddfern-1-4")


def answers(at: Path, *broken: str, reporter: bool) -> tuple[str, str]:
    """The specimen's answers, out of range for these launches. reporter: whether its answer stays whole."""
    found = yaml.safe_load((SPECIMEN / "answers.yaml").read_text("utf-8"))
    for slug in broken:
        for persona, answer in found[slug].items():
            answer["confidence"] = answer["confidence"] if reporter and persona == "reporter" else 7.24
    (at / "broken.yaml").write_text(yaml.safe_dump(found), "utf-8")
    return "--model", f"scripted/{at / 'broken.yaml'}"


@pytest.mark.parametrize("reporter", [False, True])
@pytest.mark.parametrize("command", [("review", PAIR[0]), ("compare", *PAIR)], ids=lambda c: c[0])
def test_no_usable_answer_makes_no_article_and_no_draft(
    command: tuple[str, ...], reporter: bool, tmp_path: Path
) -> None:
    broken = answers(tmp_path, *SLUGS, reporter=reporter)
    said = run_here(*command, *broken, at=tmp_path)
    assert said.code == 4
    assert "The panel gave no usable answer: " in said.err
    assert "`confidence` is 7.24, and must be from 0 to 1." in said.err
    assert said.out == ""
    assert not list(tmp_path.rglob("report.*"))
    assert run_here("drafts", "list", "--json", at=tmp_path).data["drafts"] == []
    (run,) = run_here("runs", "list", "--json", at=tmp_path).data["runs"]
    assert run["state"] == "stopped"
    again = run_here("resume", run["run_id"], "--yes", at=tmp_path)
    assert again.code == 4
    assert "--retry" in again.err


def test_one_silent_side_is_told_and_makes_no_comparison(tmp_path: Path) -> None:
    said = run_here("compare", *PAIR, *answers(tmp_path, SLUGS[0], reporter=True), at=tmp_path)
    assert said.code == 0
    assert "No comparison: the panel gave no usable answer on Larkspindle." in said.out
    assert "It depends" not in said.out
    drafts = run_here("drafts", "list", "--json", at=tmp_path).data["drafts"]
    assert [draft["draft_id"] for draft in drafts] == [SLUGS[1]]


def test_a_row_nobody_answered_is_not_reviewed(tmp_path: Path) -> None:
    said = run_here("batch", *PAIR, *answers(tmp_path, SLUGS[0], reporter=True), "--yes", "--json", at=tmp_path)
    assert said.code == 0, said.err
    assert [row["launch"] for row in said.data["reviewed"]] == [SLUGS[1]]
    (failed,) = said.data["failed"]
    assert failed["launch"] == SLUGS[0]
    assert failed["reason"].startswith("The panel gave no usable answer: 4 unusable.")
    drafts = run_here("drafts", "list", "--json", at=tmp_path).data["drafts"]
    assert [draft["draft_id"] for draft in drafts] == [SLUGS[1]]


@pytest.mark.parametrize(("busy", "listed"), [({"futurist"}, "reviewed"), (None, "failed")])
def test_a_batch_that_a_servers_trouble_cost_an_answer_is_not_finished(
    busy: set[str] | None, listed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of one critic or of all: the launch is named, the command ends with 6, and resuming asks what is missing."""
    whole = BilledCall.carry_out

    async def carry_out(self: BilledCall, body: Any) -> Any:
        if busy is None or self.row.persona_id in busy:
            await self.ledger.failed(self.row.key, self.attempt, "busy", cost_usd=Decimal(0))
            raise ProviderBusy("Its server is overloaded.", status=503)
        return await whole(self, body)

    with monkeypatch.context() as patched:
        patched.setattr(BilledCall, "carry_out", carry_out)
        said = run_here("batch", *PAIR, *answers(tmp_path, reporter=True), "--yes", "--json", at=tmp_path)
    assert said.code == 6, said.err
    assert said.data["state"] == "stopped"
    assert said.data["why"] == "2 launches lack answers for a cause that may pass."
    assert len(said.data[listed]) == 2
    again = run_here("resume", said.data["run_id"], "--yes", "--json", at=tmp_path)
    assert (again.code, again.data["state"]) == (0, "finished"), again.err
    assert len(again.data["reviewed"]) == 2
