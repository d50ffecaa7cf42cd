"""The prompts and personas of this checkout, as they ship."""

from functools import cache
from pathlib import Path

from panel.prompting.persona_file import parse_persona
from panel.records import Persona

ROOT = Path(__file__).parents[2]


@cache
def prompt_texts() -> dict[str, str]:
    """By the file's name. One and the same: not to be changed."""
    return {path.name: path.read_text("utf-8") for path in (ROOT / "prompts").iterdir()}


@cache
def personas() -> tuple[Persona, ...]:
    """By name."""
    files = sorted((ROOT / "personas").glob("*.yaml"))
    return tuple(parse_persona(path.read_text("utf-8"), persona_id=path.stem) for path in files)
