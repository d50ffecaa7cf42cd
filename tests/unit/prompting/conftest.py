"""The prompts and personas of the checkout, and small dossiers made by hand."""

from collections.abc import Callable

import pytest
from tests.support import dossiers, prompts

from panel.prompting.templates import Templates
from panel.records import Dossier, Persona


@pytest.fixture(scope="session")
def prompt_texts() -> dict[str, str]:
    return prompts.prompt_texts()


@pytest.fixture(scope="session")
def templates(prompt_texts: dict[str, str]) -> Templates:
    return Templates(prompt_texts)


@pytest.fixture(scope="session")
def personas() -> tuple[Persona, ...]:
    return prompts.personas()


@pytest.fixture
def make_dossier() -> Callable[..., Dossier]:
    return dossiers.dossier_of
