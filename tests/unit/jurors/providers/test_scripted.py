"""Answers from a file."""

import json
from pathlib import Path

import pytest
from tests.support.answers import ANSWER, question

from panel.errors import Mistake, ProviderRefused
from panel.jurors import Exchange, Provider, SendStep, UnusableStep, next_step, send_with_retries
from panel.jurors.conversation import AnsweredStep, DeclinedStep
from panel.jurors.dialects import open_provider
from panel.jurors.provider import ModelSpec

OTHER = "competitor-skeptic"


def scripted(folder: Path, said: object, *, product: str = "acme-2", persona: str = "business-analyst") -> Provider:
    path = folder / "script.yaml"
    path.write_text(json.dumps({product: {persona: said}}), encoding="utf-8")
    return open_provider(ModelSpec(name=f"scripted/{path}", provider="scripted", model=str(path), api="scripted"))


async def play(asked: Provider) -> AnsweredStep | DeclinedStep | UnusableStep:
    exchanges: list[Exchange] = []
    while isinstance(step := next_step(asked, question(), exchanges), SendStep):
        reply, _ = await send_with_retries(asked, step.body)
        exchanges.append(Exchange(step.body, step.purpose, asked.read(reply.text)))
    return step


async def test_the_scripted_answer_is_heard(tmp_path: Path) -> None:
    step = await play(scripted(tmp_path, ANSWER))
    assert isinstance(step, AnsweredStep) and step.answer.verdict == "ship"


@pytest.mark.parametrize(
    ("said", "kind"),
    [({"refuse": "No."}, DeclinedStep), ({"garbage": "ship!"}, UnusableStep), ({"truncate": True}, UnusableStep)],
)
async def test_other_endings_can_be_scripted(tmp_path: Path, said: object, kind: type) -> None:
    assert isinstance(await play(scripted(tmp_path, said)), kind)


async def test_a_list_is_one_entry_a_turn(tmp_path: Path) -> None:
    step = await play(scripted(tmp_path, [{"truncate": True}, {"garbage": "ship!"}, ANSWER]))
    assert isinstance(step, AnsweredStep)


@pytest.mark.parametrize("changes", [{"product": "other"}, {"persona": OTHER}])
async def test_a_missing_entry_names_persona_and_product(tmp_path: Path, changes: dict[str, str]) -> None:
    with pytest.raises(ProviderRefused, match="'business-analyst' on product 'acme-2'"):
        await play(scripted(tmp_path, ANSWER, **changes))


async def test_a_day_written_in_yaml_is_text_in_the_answer(tmp_path: Path) -> None:
    path = tmp_path / "script.yaml"
    path.write_text("acme-2: {business-analyst: {resolve_by: 2027-06-30}}", encoding="utf-8")
    asked = open_provider(ModelSpec(name="scripted/x", provider="scripted", model=str(path), api="scripted"))
    reply = await asked.send(asked.first_body(question()))
    assert json.loads(reply.text) == {"resolve_by": "2027-06-30"}


def test_an_edited_script_is_another_endpoint(tmp_path: Path) -> None:
    """An answer stored for the old script is not reused."""
    before = scripted(tmp_path, ANSWER).endpoint
    assert scripted(tmp_path, {"refuse": "No."}).endpoint != before


def test_a_script_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    path = str(tmp_path / "none.yaml")
    with pytest.raises(Mistake, match="can't be read"):
        open_provider(ModelSpec(name="scripted/x", provider="scripted", model=path, api="scripted"))


def test_a_script_of_another_shape_is_a_mistake(tmp_path: Path) -> None:
    path = tmp_path / "script.yaml"
    path.write_text("- a\n- b\n", encoding="utf-8")
    with pytest.raises(Mistake, match="must map"):
        open_provider(ModelSpec(name="scripted/x", provider="scripted", model=str(path), api="scripted"))
