"""The examples read as launches, give dossiers worth citing, and the specimen keeps every rule of the house."""

import shutil
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml
from tests.support.command import environment

from panel.checks import check_comparison, check_review, maker_figures
from panel.dossier import build_dossier, read_launches
from panel.jurors import local_model
from panel.jurors.conversation import AnsweredStep
from panel.jurors.opinions import to_opinion
from panel.prompting.answer import Answer
from panel.prompting.categories import load_categories
from panel.prompting.nearest_passages import citable
from panel.prompting.persona_file import parse_persona
from panel.prompting.question import render_trial
from panel.prompting.schema import answer_schema
from panel.prompting.templates import Templates
from panel.records import Juror, Made, Review, Rho, Stamp, sha256_of
from panel.tally import compare, tally

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "examples"
CATEGORIES = load_categories((ROOT / "categories.yaml").read_text("utf-8"))
STAMP = Stamp(created_at=datetime(2026, 11, 23, tzinfo=UTC), version="0")
PERSONAS = tuple(
    sorted(
        (parse_persona(p.read_text("utf-8"), persona_id=p.stem) for p in (ROOT / "personas").glob("*.yaml")),
        key=lambda persona: persona.order,
    )
)
ANSWERS = yaml.safe_load((EXAMPLES / "specimen" / "answers.yaml").read_text("utf-8"))
SPECIMENS = ("specimen/larkspindle.yaml", "specimen/oddfern.yaml")
LAUNCHES = ("mistral-3-small.yaml", "gpt-5-fine-tuning-api.yaml", "uv.yaml", "poetry.yaml", *SPECIMENS)


def dossier_of(name):
    ((launch, folder),) = read_launches(EXAMPLES / name, categories=frozenset(CATEGORIES))
    return build_dossier(launch, folder=folder, made=STAMP, today=date(2026, 11, 23))


def review_of(name):
    dossier = dossier_of(name)
    answers = ANSWERS[dossier.launch.slug]
    opinions = tuple(
        to_opinion(
            AnsweredStep(answer=Answer.model_validate(answers[persona.persona_id])),
            persona=persona,
            juror=Juror(persona_id=persona.persona_id, model="scripted/specimen", family="scripted"),
            dossier=dossier,
            draw=0,
            calls=(),
        )
        for persona in PERSONAS
    )
    flags = check_review(dossier, PERSONAS, opinions)
    return Review(
        made=STAMP,
        how=Made(prompts={}, schema_hash=sha256_of(str(answer_schema()))),
        grade="specimen",
        dossier=dossier,
        personas=PERSONAS,
        opinions=opinions,
        flags=flags,
        tally=tally(opinions, PERSONAS, flags, Rho()),
        figures=maker_figures(dossier),
    )


@pytest.mark.parametrize("name", LAUNCHES)
def test_an_example_gives_enough_passages_and_says_whose_word_each_is(name):
    dossier = dossier_of(name)
    passages = [passage for source in dossier.sources for passage in source.passages]
    assert 12 <= len([p for p in passages if citable(p)]) <= 30
    voices = {source.voice for source in dossier.sources}
    if name in SPECIMENS:
        assert len({source.kind for source in dossier.sources}) >= 4
        assert len(voices) >= 2
    else:  # real products: our summaries, so nobody else's word is in them and no address stands for it
        assert (voices, {source.url for source in dossier.sources}) == ({"us"}, {""})


@pytest.mark.parametrize("name", LAUNCHES)
def test_an_example_fits_the_trial_jurors_slot(name):
    templates = Templates({p.name: p.read_text("utf-8") for p in (ROOT / "prompts").iterdir()})
    question = render_trial(templates, dossier_of(name), PERSONAS[0])
    characters = len(question.system) + len(question.dossier) + len(question.persona)
    assert characters / 3.2 < 1800  # SmolLM2 takes about 4 characters a token on these texts; its slot holds 2,000


def test_the_first_pair_differs_in_kind_and_the_others_do_the_same_job():
    category = {name: dossier_of(name).launch.category for name in LAUNCHES}
    assert category["mistral-3-small.yaml"] != category["gpt-5-fine-tuning-api.yaml"]
    assert category["uv.yaml"] == category["poetry.yaml"]
    assert category[SPECIMENS[0]] == category[SPECIMENS[1]]


@pytest.mark.parametrize("name", [name for name in LAUNCHES if name not in SPECIMENS])
def test_real_products_name_no_day_of_checking_that_nobody_did(name):
    launch = dossier_of(name).launch
    assert launch.pricing.checked is None
    assert launch.stake == "none"


def test_the_specimen_answers_cover_both_tools_and_every_critic():
    assert set(ANSWERS) == {dossier_of(name).launch.slug for name in SPECIMENS}
    assert all(set(answers) == {persona.persona_id for persona in PERSONAS} for answers in ANSWERS.values())


@pytest.mark.parametrize("name", SPECIMENS)
def test_no_check_finds_anything_in_the_specimen(name):
    assert [(flag.check, flag.persona_id, flag.message) for flag in review_of(name).flags] == []


def test_the_specimen_has_a_split_and_a_panel_with_one_dissenter():
    larkspindle, oddfern = (review_of(name) for name in SPECIMENS)
    assert (larkspindle.tally.verdict, larkspindle.tally.ship, larkspindle.tally.skip) == ("split", 2, 2)
    assert (oddfern.tally.verdict, oddfern.tally.ship, oddfern.tally.skip) == ("ship", 3, 1)
    assert oddfern.tally.dissent.persona_id == "developer-experience"


def test_the_specimen_shows_a_makers_figure_supported_and_others_disputed():
    larkspindle, oddfern = (review_of(name) for name in SPECIMENS)
    assert {f.figure: f.standing for f in larkspindle.figures} == {
        "61 percent": "disputed_by",
        "85 percent": "supported_by",
        "40 seconds": "disputed_by",
    }
    assert {f.figure: f.standing for f in oddfern.figures} == {"25 seconds": "disputed_by"}


def test_the_specimen_comparison_depends_and_no_prose_contradicts_it():
    comparison = compare(*(review_of(name) for name in SPECIMENS), made=STAMP)
    assert comparison.pick.pick == "depends"
    assert comparison.pick.for_a == ("developer-experience",)
    assert set(comparison.pick.for_b) == {"competitor-skeptic", "business-analyst"}
    assert check_comparison(comparison) == ()


def test_the_specimen_says_on_top_that_it_is_invented():
    for name in ("answers.yaml", "larkspindle.yaml", "oddfern.yaml"):
        first = (EXAMPLES / "specimen" / name).read_text("utf-8").splitlines()[0]
        assert first.startswith("# Specimen")
        assert "invented" in first


@pytest.mark.local_model
@pytest.mark.skipif(local_model() is None, reason="the local model is not installed here")
def test_the_demo_ends_in_thirty_lines_and_tries_no_real_product(tmp_path):
    """It prints the specimen, one sentence on the trial with its page, and the next command."""
    for name in ("panel", "panel.toml", "categories.yaml", "scenarios.yaml"):
        shutil.copy(ROOT / name, tmp_path / name)
    for name in ("scripts", "examples", "personas", "prompts"):
        shutil.copytree(ROOT / name, tmp_path / name)
    demo = subprocess.run(
        ["sh", "scripts/demo"], cwd=tmp_path, env=environment({"PANEL_VENV": sys.prefix, "HOME": str(tmp_path)}),
        capture_output=True, text=True, timeout=300, check=True,
    )  # fmt: skip
    lines = demo.stdout.splitlines()
    assert len(lines) <= 30
    assert lines[0].startswith("Specimen: ")
    assert "near chance" in demo.stdout
    pages = [tmp_path / line.strip() for line in lines if line.endswith("report.html")]
    assert len(pages) == 2 and all(page.is_file() for page in pages)
    read = {dossier.stem for dossier in tmp_path.glob("runs/*/dossiers/*")}
    assert read == {"larkspindle-2-0", "oddfern-1-4"}
    assert lines[-1].lstrip().startswith("./panel ")
    listed = subprocess.run(
        [sys.executable, "-m", "panel", "drafts", "list"], cwd=tmp_path, env=environment({"HOME": str(tmp_path)}),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "Oddfern" in listed.stdout and "trial" not in listed.stdout, "the desk holds what people wrote"
