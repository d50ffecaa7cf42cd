"""Records of every past format load, and say today what they said then."""

import json
from pathlib import Path

import pytest

from panel.pages import comparison_html, comparison_markdown
from panel.records import Comparison, Dossier, Run
from panel.tally import compare, tally

FORMATS = sorted(Path(__file__).parent.glob("format-*"))


@pytest.mark.parametrize("folder", FORMATS, ids=lambda folder: folder.name)
def test_a_past_run_loads_counts_and_renders(folder: Path) -> None:
    run = Run.model_validate_json((folder / "manifest.json").read_text("utf-8"))
    record = Comparison.model_validate_json((folder / "comparison.json").read_text("utf-8"))
    assert run.state == "finished"
    for review in (record.review_a, record.review_b):
        stored = Dossier.model_validate_json((folder / "dossiers" / f"{review.slug}.json").read_text("utf-8"))
        assert stored == review.dossier
        counted = tally(review.opinions, review.personas, review.flags, review.tally.rho)
        tie = {"dissent": None} if review.tally.ship == review.tally.skip else {}  # a tie had one by the rule of then
        assert counted.model_copy(update={"interval": None}) == review.tally.model_copy(
            update={"interval": None, **tie}
        )
        assert counted.interval is not None
        assert review.tally.interval is not None
        # scipy computed those of then, a digit in the sixteenth place off
        assert counted.interval.model_dump() == pytest.approx(review.tally.interval.model_dump(), rel=1e-14)
    assert compare(record.review_b, record.review_a, made=record.made).answer == record.answer
    assert record.answer in comparison_markdown(record)
    assert "Specimen" in comparison_html(record)


def test_an_archive_file_names_its_format() -> None:
    for folder in FORMATS:
        assert json.loads((folder / "manifest.json").read_text("utf-8"))["format"] == int(
            folder.name.removeprefix("format-")
        )
