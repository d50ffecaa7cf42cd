"""Asking critics again for a draft: what that needs of a workspace, for commands and for the desk in a browser."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from panel.desk import AskAgain, AskAgainMeans, AskAgainRequest, AskingAgain, Desk, prepare_run
from panel.dossier import load_scenarios
from panel.pipeline import RunResult, StopSign
from panel.records import Dossier, Review
from panel.workspace.desks import owner_of
from panel.workspace.launches import gather_dossier, with_archive
from panel.workspace.runs import PATIENCE_S, RunOptions, agree_and_ask, may_probe
from panel.workspace.workspace import Workspace


async def ask_again_for(
    workspace: Workspace, desk: Desk, draft_id: str, request: AskAgainRequest, options: RunOptions, sign: StopSign
) -> RunResult:
    """Ask a critic, or the whole panel, again for a draft; what comes of it is offered there. Raises PanelError."""
    who = owner_of(workspace, desk)
    prepared = await prepare_run(desk, who, draft_id, request, means_of(workspace, options.models))

    def agreed() -> None:
        desk.act(who, draft_id, AskAgain(prepared))

    result = await agree_and_ask(workspace, prepared.plan, prepared.made, options, sign, agreed=agreed)
    desk.take_in()
    return result


def means_of(
    workspace: Workspace, models: Sequence[str] = (), *, patience_s: float | None = PATIENCE_S
) -> AskAgainMeans:
    """What asking again needs of this workspace. models: instead of those that were asked before."""
    settings = workspace.settings
    return AskAgainMeans(
        env=workspace.environment(patience_s=patience_s), personas=workspace.personas,
        spec=lambda name: settings.model_spec(models[0] if models else name),
        seats=lambda personas: settings.seats(personas, models, every=workspace.personas),
        prompts=workspace.folder.prompts, rho=settings.toml.rho, gather=lambda review: _gather(workspace, review),
        stamp=workspace.new_stamp, may_probe=partial(may_probe, workspace),
        scenarios=load_scenarios(workspace.folder.scenarios),
    )  # fmt: skip


async def _gather(workspace: Workspace, review: Review) -> Dossier:
    launch = review.dossier.launch
    found = await gather_dossier(
        workspace, launch.homepage, made=workspace.new_stamp([]), refresh=True, category=launch.category,
        quiet=launch.confidential or launch.embargo_until is not None,
    )  # fmt: skip
    return with_archive(workspace, [found], datetime.now(UTC).date())[0]


def asking_in_background(workspace: Workspace, desk: Desk) -> AskingAgain:
    """Asking again for the web: the same use case, beside what the editor does meanwhile."""
    return AskingAgain(desk, means_of(workspace, patience_s=None))
