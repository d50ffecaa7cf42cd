"""Launches whose row or entry brings its own text: with a homepage, with one nobody can read, and without any."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.support.command import SPECIMEN, run_here
from tests.support.web.server import Site, web_in_thread

TEXT = "Lamp is a light for desks that follows the eye. It runs nine hours on one charge and costs 89 euros once."
EXCERPT = "It runs nine hours on one charge"
HIDDEN = "It won a prize that no reader of this entry sees."
PAGE = "<title>Lamp</title><h1>Lamp</h1><p>" + "The lamp on this page weighs three hundred grams and folds flat. " * 3
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Lamp</title>{link}<content type="html"><![CDATA['
    f"<p>{{text}}</p><p style='display: none'>{HIDDEN}</p>]]></content></entry></feed>"
)
FORMS = {
    "day.csv": lambda url, text: f'Product Name,Website,Description\nLamp,{url},"{text}"\n',
    "day.jsonl": lambda url, text: json.dumps({"name": "Lamp", "url": url, "summary": text}),
    "day.xml": lambda url, text: ATOM.format(link=f'<link href="{url}"/>' if url else "", text=text),
}


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with web_in_thread() as served:
        served.put("/lamp", PAGE.encode(), "text/html")
        served.put("/shell", b"<title>Lamp</title><div id=root></div><script src=/a.js></script>", "text/html")
        served.put("/same", f"<title>Lamp</title><p>{TEXT}</p>".encode(), "text/html")
        yield served


def batch(at: Path, site: Site, form: str, path: str, *, cited: str, text: str = TEXT) -> dict[str, Any]:
    """One launch through a batch whose every critic cites one passage: the review."""
    run_here("init", ".", at=at)
    (at / form).write_text(FORMS[form](site.url(path) if path else "", text), encoding="utf-8")
    with (at / "panel.toml").open("a") as toml:
        toml.write(f'\n[feeds.day]\nsource = "{form}"\nvoice = "third_party"\n')
    ground = {"claim": "It lasts.", "side": "for", "passage": cited, "excerpt": EXCERPT}
    quote = [{"text": "It lasts nine hours.", "rests_on": "grounds", "grounds": [1]}]
    answers = yaml.safe_load((SPECIMEN / "answers.yaml").read_text(encoding="utf-8"))["larkspindle-2-0"]
    mine = {
        persona: {**answer, "grounds": [ground], "quote": quote, "verdict": "ship"}
        for persona, answer in answers.items()
    }
    (at / "answers.yaml").write_text(yaml.safe_dump({"lamp": mine}), encoding="utf-8")
    said = run_here(
        "batch", "day", "--yes", "--json", "--model", f"scripted/{at / 'answers.yaml'}", at=at,
        PANEL_TEST_LOOPBACK=site.host_port,
    )  # fmt: skip
    assert said.code == 0, said.err
    (folder,) = at.glob("runs/2*/launches/*")
    return json.loads((folder / "review.json").read_text(encoding="utf-8"))


WAYS = [(form, "") for form in FORMS] + [("day.csv", "/lamp"), ("day.xml", "/gone"), ("day.jsonl", "/shell")]


@pytest.mark.parametrize(("form", "path"), WAYS)
def test_a_review_cites_the_text_a_row_brought(tmp_path: Path, site: Site, form: str, path: str) -> None:
    read = path == "/lamp"
    review = batch(tmp_path, site, form, path, cited="S2.1" if read else "S1.1")
    dossier = review["dossier"]
    assert [(s["voice"], s["kind"]) for s in dossier["sources"]] == [
        *([("maker", "page")] if read else []),
        ("third_party", "other"),
    ]
    answered = [opinion for opinion in review["opinions"] if opinion["outcome"] == "answered"]
    assert {g["passage_id"] for o in answered for g in o["grounds"]} == {"S2.1" if read else "S1.1"}
    assert review["tally"]["ship"] == 4, "all but the reporter, who has no vote; no vote rests on words not found"
    assert dossier["launch"]["name"] == "Lamp"
    assert [note.partition(":")[0] for note in dossier["coverage"]["unread"]] == (
        [] if read or not path else ["Homepage not read"]
    )
    assert [found["text"] for found in dossier["hidden"]] == ([HIDDEN] if form == "day.xml" else [])


def test_a_post_and_its_feeds_entry_are_one_text(tmp_path: Path, site: Site) -> None:
    dossier = batch(tmp_path, site, "day.jsonl", "/same", cited="S1.1")["dossier"]
    assert [source["kind"] for source in dossier["sources"]] == ["page"]


def test_a_batch_of_sources_nobody_can_read_ends_with_2(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "day.csv").write_text("Name,Website\nLamp,https://lamp.example\n")
    for flags in (("--yes", "--json"), ("--dry-run",), ("--dry-run", "--json")):
        said = run_here("batch", "none.csv", "empty.csv", *flags, at=tmp_path)
        assert said.code == 2
        assert "No source could be read. none.csv can't be used: 'none.csv' can't be found." in said.err + said.out
    assert run_here("batch", "none.csv", "day.csv", "--dry-run", at=tmp_path).code == 0
    assert list(tmp_path.glob("runs/2*")) == []
