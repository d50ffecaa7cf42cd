"""What plans cost, from outside: computed from the launch file, kept on the record and in the run folder, drawn."""

import json
from pathlib import Path

import yaml
from tests.support.command import Said, run_here
from tests.support.dossiers import make_answer

SCENARIOS = """\
general:
  categories: []
  scenarios: [{name: Ten people for a year, seats: 10, months: 12, usage: {}}]
"""


def review(folder: Path) -> Said:
    launch = {
        "name": "Acme",
        "pricing": {
            "class": "paid",
            "checked": "2026-11-22",
            "plans": [
                {"name": "Team", "price": "12 USD per seat and month"},
                {"name": "Company", "price": "contact us"},
            ],
        },
        "sources": [{"title": "Page", "fetched": "2026-11-23", "text": "Acme copies a directory in four seconds."}],
    }
    (folder / "acme.yaml").write_text(yaml.safe_dump(launch), encoding="utf-8")
    (folder / "panel.toml").write_text("", encoding="utf-8")
    (folder / "scenarios.yaml").write_text(SCENARIOS, encoding="utf-8")
    answers = {"acme": {"developer-experience": make_answer("ship")}}
    (folder / "answers.yaml").write_text(yaml.safe_dump(answers), encoding="utf-8")
    panel = ("--personas", "developer-experience", "--model", "scripted/answers.yaml", "--json")
    said = run_here("review", "acme.yaml", *panel, at=folder)
    assert said.code == 0, said.err
    return said


def test_a_run_keeps_what_plans_cost_and_shows_the_sum(tmp_path: Path) -> None:
    said = review(tmp_path)
    (cost,) = said.data["reviews"][0]["costs"]
    assert cost["scenario"] == "Ten people for a year"
    assert [(p["plan"], p["amount"]) for p in cost["plans"]] == [("Team", "1440.00"), ("Company", None)]
    page = (Path(str(said.data["folder"])) / "report.html").read_text("utf-8")
    assert "10 seats x 12 USD x 12 months = 1,440 USD" in page
    assert "22 Nov 2026" in page
    assert run_here("runs", "verify", str(said.data["folder"]), at=tmp_path).code == 0


def test_a_resume_prices_the_uses_of_the_day_it_began(tmp_path: Path) -> None:
    said = review(tmp_path)
    (tmp_path / "scenarios.yaml").write_text(SCENARIOS.replace("10,", "20,"), encoding="utf-8")
    again = run_here("resume", str(said.data["run_id"]), "--json", at=tmp_path)
    assert again.code == 0, again.err
    assert again.data["reviews"][0]["costs"] == said.data["reviews"][0]["costs"]


def test_a_run_of_before_costs_were_kept_is_resumed_without_them(tmp_path: Path) -> None:
    said = review(tmp_path)
    (Path(str(said.data["folder"])) / "inputs" / "scenarios.yaml").unlink()
    again = run_here("resume", str(said.data["run_id"]), "--json", at=tmp_path)
    assert again.code == 0, again.err
    assert again.data["reviews"][0]["costs"] == []


def test_a_review_of_before_costs_were_kept_loads(tmp_path: Path) -> None:
    from panel.records import Review

    old = dict(review(tmp_path).data["reviews"][0])
    del old["costs"]
    assert Review.model_validate_json(json.dumps(old)).costs == ()
