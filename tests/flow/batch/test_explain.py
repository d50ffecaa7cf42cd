"""`panel batch --explain ROW`: why a row is taken, joined, offered or skipped."""

import json
from pathlib import Path

import pytest
from tests.support.command import SCRIPTED, Said, run_here

TABLE = (
    "Tool Name,Website,Topics,Comments,Version\n"
    'Lampe,https://lampe.example,"AI, Testing",12,\n'
    "Lampe,https://lampe.example/?utm_source=x,,3,\n"
    "Lampe,https://lampe.example/blog,,,\n"
    ",nowhere,,,\n"
    "Feder,https://feder.example,,,\n"
)
FEED = (
    '<rss version="2.0"><channel><link>https://acme.example</link><item><title>Show HN: Kerze 2.1 – a candle</title>'
    "<link>/kerze</link></item></channel></rss>"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assert run_here("init", at=tmp_path).code == 0
    (tmp_path / "today.csv").write_text(TABLE, encoding="utf-8")
    (tmp_path / "feed.xml").write_text(FEED, encoding="utf-8")
    return tmp_path


def explain(folder: Path, row: int, *more: str) -> Said:
    return run_here("batch", "today.csv", "feed.xml", "--explain", str(row), *SCRIPTED, *more, at=folder)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (1, ("today.csv, line 2", "'Tool Name', known by its name", "from 'AI, Testing'", "no use of '12'", "It is reviewed.")),
        (2, ("joined to row 1, 'Lampe' (today.csv, line 2): they have one address, and state no different releases.",)),
        (3, ("may be the same launch as row 1", "they share the name, but that is no proof. A person joins them.")),
        (4, ("today.csv, line 5: without a name", "no use of 'nowhere'", "It can't be used: It has no name and no address.")),
        (6, ("feed.xml, entry 1: Kerze", "2.1", "cut from its title 'Show HN: Kerze 2.1 – a candle'", "https://acme.example/kerze")),
    ],
)  # fmt: skip
def test_a_row_is_explained_with_its_fields_and_the_rule(folder: Path, row: int, says: tuple[str, ...]) -> None:
    said = explain(folder, row)
    assert said.code == 0, said.err
    for words in says:
        assert words in said.out


def test_a_row_beyond_the_shortlist_says_so_and_nothing_is_kept(folder: Path) -> None:
    said = explain(folder, 5, "--max", "1")
    assert "It is skipped: beyond today's max_reviews of 1." in said.out
    assert not [*folder.glob("runs/*")]


def test_an_explanation_is_one_object_for_programs(folder: Path) -> None:
    told = json.loads(explain(folder, 2, "--json").out)
    assert (told["row"]["row"], told["row"]["same_as"], told["row"]["said"]["at"]) == (2, 1, "line 3")
    value, origin = told["fields"]["homepage"]
    assert (value, "https://lampe.example/?utm_source=x" in origin) == ("https://lampe.example", True)
    assert len(told["decided"]) == 1


def test_a_row_there_is_none_of_is_a_mistake(folder: Path) -> None:
    said = explain(folder, 7)
    assert (said.code, "There is no row 7: 6 were read." in said.err) == (2, True)


def test_a_mapped_field_is_said_to_be_mapped(folder: Path) -> None:
    table = '\n[feeds.tools]\nsource = "today.csv"\nname = "=Kerze"\ncategory = "Version"\n'
    with (folder / "panel.toml").open("a", encoding="utf-8") as toml:
        toml.write(table)
    said = run_here("batch", "tools", "--explain", "1", *SCRIPTED, at=folder)
    assert "'=Kerze', as panel.toml says" in said.out
    assert "'Website', known by its name" in said.out
