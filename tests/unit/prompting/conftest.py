"""Prompts and personas of the checkout, and small dossiers made by hand."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from panel.prompting.persona_file import parse_persona
from panel.prompting.templates import Templates
from panel.records import Coverage, Dossier, Launch, LaunchSource, Passage, Persona, Source, Stamp

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def prompt_texts() -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in (ROOT / "prompts").iterdir()}


@pytest.fixture(scope="session")
def templates(prompt_texts: dict[str, str]) -> Templates:
    return Templates(prompt_texts)


@pytest.fixture(scope="session")
def personas() -> tuple[Persona, ...]:
    files = sorted((ROOT / "personas").glob("*.yaml"))
    return tuple(parse_persona(path.read_text("utf-8"), persona_id=path.stem) for path in files)


@pytest.fixture
def make_dossier() -> Callable[..., Dossier]:
    def make(*texts: str, **launch_fields: object) -> Dossier:
        """One maker's page with these passages."""
        texts = texts or ("Gadget sorts mail on your own machine.", "It costs 3 dollars a month for each mailbox.")
        launch = Launch(**{"name": "Gadget", "sources": (LaunchSource(title="Home"),), **launch_fields})
        passages = tuple(Passage(passage_id=f"S1.{i}", text=text) for i, text in enumerate(texts, 1))
        source = Source(
            source_id="S1",
            title="Home",
            kind="page",
            voice="maker",
            bytes_sha256="sha256:0",
            text_sha256="sha256:0",
            passages=passages,
        )
        return Dossier(
            made=Stamp(created_at=datetime(2026, 11, 23, tzinfo=UTC), version="0"),
            as_of=date(2026, 11, 23),
            launch=launch,
            sources=(source,),
            coverage=Coverage(passages_total=len(passages), passages_kept=len(passages)),
        )

    return make
