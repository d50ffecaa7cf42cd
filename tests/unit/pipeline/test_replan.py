"""What a critic is asked again: the same dossier before the cache mark, one line more behind it."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.support.dossiers import make_dossier, make_persona

from panel.dossier.append import append_sources
from panel.errors import Mistake
from panel.jurors.dialects import open_provider
from panel.jurors.provider import ModelSpec
from panel.pipeline.plan import RunPlan, make_plan
from panel.pipeline.replan import laid_in, plan_again
from panel.records import Again, Failed, Juror, LaunchSource, Made, Review, Rho, Stamp, Tally
from panel.workspace.folder import find_workspace

HOSTED = ModelSpec(name="openai/m", provider="openai", model="m", api="responses", api_key="k")
PERSONAS = [make_persona(name, order=n) for n, name in enumerate(("one", "two", "three"), start=1)]
LOG = LaunchSource(title="A run", kind="run_log", voice="us", published=date(2026, 11, 24), text="$ acme\n# done")


def base() -> Review:
    opinions = tuple(
        Failed(juror=Juror(persona_id=p.persona_id, model="openai/m", family="openai"), draw=0, calls=(), why="down")
        for p in PERSONAS
    )
    none = dict.fromkeys(("ship", "skip", "abstain", "ungrounded", "declined", "unusable"), 0)
    return Review(
        made=Stamp(created_at=datetime(2026, 11, 23, tzinfo=UTC), version="0"), how=Made(prompts={}, schema_hash="s"),
        grade="full", dossier=make_dossier(), personas=tuple(PERSONAS), opinions=opinions,
        tally=Tally(asked=3, failed=3, interval=None, rho=Rho(), verdict="not_enough", **none),
    )  # fmt: skip


def plan(tmp_path: Path, *leave: str, spec: ModelSpec = HOSTED) -> RunPlan:
    again = Again(draft_id="acme", persona_id="two", leave=leave)
    prompts = find_workspace(tmp_path).prompts
    return plan_again(base(), base().dossier, PERSONAS[1:2], {"two": spec}, prompts, again=again, rho=Rho())


def test_the_cached_part_and_the_opening_are_those_of_the_first_asking(tmp_path: Path) -> None:
    specs = {p.persona_id: HOSTED for p in PERSONAS}
    first = make_plan("review", [make_dossier()], PERSONAS, specs, find_workspace(tmp_path).prompts, rho=Rho())
    (seat,) = plan(tmp_path).seats
    assert seat.question == first.seats[1].question


def test_a_passage_left_to_others_stays_in_the_dossier(tmp_path: Path) -> None:
    """A passage left to others stands in the persona's part and stays in the dossier."""
    (plain,), (left,) = plan(tmp_path).seats, plan(tmp_path, "S1.2").seats
    assert (left.question.system, left.question.dossier) == (plain.question.system, plain.question.dossier)
    assert left.question.cache_key == plain.question.cache_key
    assert left.question.persona.startswith(plain.question.persona)
    assert "S1.2" in left.question.persona.removeprefix(plain.question.persona)
    provider = open_provider(HOSTED)
    assert provider.first_body(left.question) != provider.first_body(plain.question)


def test_a_trial_juror_is_not_shown_the_passage_and_its_review_holds_it(tmp_path: Path) -> None:
    local = ModelSpec(name="local/m", provider="local", model="m", api="chat")
    asked = plan(tmp_path, "S1.2", spec=local)
    (seat,) = asked.seats
    assert "S1.2" not in str(seat.question.schema) + seat.question.dossier
    assert "S1.3" in str(seat.question.schema)
    assert asked.dossiers[0].passage("S1.2")


def test_the_grade_is_the_lowest_of_all_whose_opinions_stand_in_it(tmp_path: Path) -> None:
    local = ModelSpec(name="local/m", provider="local", model="m", api="chat")
    assert (plan(tmp_path).grade, plan(tmp_path, spec=local).grade) == ("full", "trial")


def test_a_stranger_among_the_passages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match=r"S7\.1"):
        plan(tmp_path, "S7.1")


def test_the_answer_takes_the_place_of_the_one_before_and_all_are_counted(tmp_path: Path) -> None:
    asked = plan(tmp_path)
    anew = Failed(juror=asked.seats[0].juror, draw=1, calls=(), why="still down")
    review = laid_in(asked, [anew], made=base().made)
    assert [getattr(o, "why", "") for o in review.opinions] == ["down", "still down", "down"]
    assert (review.tally.asked, review.tally.failed) == (3, 3)


def test_sources_are_added_behind_and_never_twice() -> None:
    once = append_sources(make_dossier(), [LOG])
    assert append_sources(once, [LOG]) == once
    assert once.sources[0] == make_dossier().sources[0]
    assert [(p.passage_id, p.kind, p.text) for p in once.sources[1].passages] == [("S2.1", "code", "$ acme\n# done")]
    assert (once.as_of, once.coverage.passages_total) == (date(2026, 11, 24), 4)
