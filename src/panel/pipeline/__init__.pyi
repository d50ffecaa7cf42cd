from .ask.ask_context import Spent as Spent
from .ask.asker import Asker as Asker
from .assemble import how_made as how_made
from .console import Console as Console, GRACE_S as GRACE_S, Priced as Priced, SilentConsole as SilentConsole
from .console import StopSign as StopSign, WorkAhead as WorkAhead
from .events import Event as Event, Notice as Notice, TurnBegan as TurnBegan, TurnEnded as TurnEnded
from .events import TurnWaits as TurnWaits
from .live_proof import Receipt as Receipt, long_launch as long_launch, prove_model as prove_model
from .plan import PlanPrice as PlanPrice, RunKind as RunKind, RunPlan as RunPlan, make_plan as make_plan
from .plan import price_plan as price_plan
from .products import announced_digest as announced_digest, look_up_launch as look_up_launch
from .products import meet_reviewed as meet_reviewed, with_neighbours as with_neighbours
from .replan import plan_again as plan_again, with_run_logs as with_run_logs
from .run import Panel as Panel, RunEnvironment as RunEnvironment, RunLimits as RunLimits, RunResult as RunResult
from .run import asking as asking, begin as begin, carry_out as carry_out, conduct as conduct, hear_panel as hear_panel
from .run import make_reviews as make_reviews, next_draw as next_draw, settings_of as settings_of
from .run import spec_from as spec_from
from .write_files import pretty_json as pretty_json, read_base as read_base, read_inputs as read_inputs
from .write_files import read_scenarios as read_scenarios, write_launch as write_launch
