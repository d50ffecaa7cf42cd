from .answer import Answer as Answer, TrialAnswer as TrialAnswer
from .categories import load_categories as load_categories
from .openings import deal_moves as deal_moves
from .persona_file import parse_persona as parse_persona, persona_template as persona_template
from .question import RenderedQuestion as RenderedQuestion, render_problem as render_problem
from .question import render_question as render_question, render_shared as render_shared, render_trial as render_trial
from .schema import answer_schema as answer_schema, trial_schema as trial_schema
from .templates import Templates as Templates, yaml_problem as yaml_problem
