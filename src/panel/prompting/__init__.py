"""Render prompts and read what is written beside them: personas, opening moves, categories. Pure: text in, text out."""

from panel.prompting.answer import Answer, TrialAnswer
from panel.prompting.categories import Category, load_categories
from panel.prompting.nearest_passages import shortlist
from panel.prompting.openings import deal_moves
from panel.prompting.persona_file import parse_persona, persona_template
from panel.prompting.question import (
    RenderedQuestion,
    SharedPrompt,
    render_problem,
    render_question,
    render_shared,
    render_trial,
)
from panel.prompting.schema import answer_schema, trial_schema
from panel.prompting.templates import Templates

__all__ = [
    "Answer", "Category", "RenderedQuestion", "SharedPrompt", "Templates", "TrialAnswer", "answer_schema",
    "deal_moves", "load_categories", "parse_persona", "persona_template", "render_problem", "render_question",
    "render_shared", "render_trial", "shortlist", "trial_schema",
]  # fmt: skip
