"""Which rows of a day are reviewed: by category, language and age, from panel.toml or from flags."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.support.command import fake_server, run_here

TODAY = datetime.now(UTC).date()
ROWS = (  # name, category, language, days since its launch
    ("Lamp", "testing", "en", 1),
    ("Bulb", "databases", "en-GB", 1),
    ("Wick", "testing", "de", 1),
    ("Tallow", "testing", "en", 40),
    ("Unknown", "", "", None),
)
FILTERS = {
    "category": ("category", '"testing"', "categories", "its category databases is not asked for", ["Bulb"]),
    "language": ("language", '"en"', "languages", "its language de is not asked for", ["Wick"]),
    "age": ("max-age-days", "7", "max_age_days", f"launched 40 days before {TODAY}, more than 7", ["Tallow"]),
}


def make_day(at: Path) -> None:
    lines = ["name,homepage,category,language,launched"]
    for name, category, language, age in ROWS:
        day = "" if age is None else (TODAY - timedelta(age)).isoformat()
        lines.append(f"{name},https://{name.lower()}.example,{category},{language},{day}")
    (at / "day.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def decided(at: Path, *flags: str, **variables: str) -> dict[str, str]:
    """Name -> why it is skipped, "" for none."""
    said = run_here("batch", "day.csv", "--dry-run", "--json", *flags, at=at, **variables)
    assert said.code == 0, said.err
    return {row["said"]["name"]: row.get("reason", "") for row in said.data["rows"]}


@pytest.mark.parametrize("way", ["flag", "panel.toml"])
@pytest.mark.parametrize("name", list(FILTERS))
def test_each_filter_skips_by_name_and_lets_the_unknown_pass(tmp_path: Path, name: str, way: str) -> None:
    flag, value, key, why, skipped = FILTERS[name]
    given = value if name == "age" else f"[{value}]"
    make_day(tmp_path)
    (tmp_path / "panel.toml").write_text(f"[batch]\n{key} = {given}\n" if way == "panel.toml" else "", encoding="utf-8")
    found = decided(tmp_path, *((f"--{flag}", value.strip('"')) if way == "flag" else ()))
    assert found == {row[0]: (why if row[0] in skipped else "") for row in ROWS}


def test_a_flag_wins_over_panel_toml_and_may_be_given_again(tmp_path: Path) -> None:
    make_day(tmp_path)
    (tmp_path / "panel.toml").write_text('[batch]\ncategories = ["evaluation"]\nmax_age_days = 7\n', encoding="utf-8")
    found = decided(tmp_path, "--category", "testing", "--category", "databases", "--max-age-days", "0")
    assert set(found.values()) == {""}


@pytest.mark.parametrize("way", ["flag", "panel.toml"])
def test_a_category_there_is_none_of_is_said_before_anything_is_asked(tmp_path: Path, way: str) -> None:
    make_day(tmp_path)
    (tmp_path / "panel.toml").write_text(
        '[batch]\ncategories = ["tests"]\n' if way == "panel.toml" else "", encoding="utf-8"
    )
    with fake_server() as fake:
        flags = ("--category", "tests") if way == "flag" else ()
        said = run_here("batch", "day.csv", "--yes", *flags, at=tmp_path, OPENAI_BASE_URL=fake.address)
    assert said.code == 2
    assert "'tests' is no category there is. Did you mean 'testing'?" in said.err
    assert fake.seen == []
    assert list(tmp_path.glob("runs/2*")) == []


def test_what_the_archive_was_asked_leaves_no_connection_open(tmp_path: Path, postgres_url: str) -> None:
    """The database's fixture fails a test that leaves one."""
    make_day(tmp_path)
    assert len(decided(tmp_path, PANEL_DATABASE_URL=postgres_url)) == len(ROWS)
