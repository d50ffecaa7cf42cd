"""The acts of `panel drafts`: decide, approve, publish, correct, retract, put away. Each says what comes next."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from panel.cli.terminal.common_options import DraftArgument, JsonFlag, WhyOption
from panel.cli.terminal.here import open_desk
from panel.cli.terminal.terminal import say_json, talk
from panel.errors import Mistake

if TYPE_CHECKING:
    from panel.desk import DeskAct, Opened

RevisionOption = Annotated[
    int | None, typer.Option("--revision", min=0, help="The revision you read; refused when it was changed.")
]


def approve(
    draft: DraftArgument,
    edition: Annotated[
        Literal["", "main", "trial"], typer.Option("--edition", help="main or trial; what its grade allows if none.")
    ] = "",
    reason: Annotated[str, typer.Option("--reason", help="Of a correction: what was wrong; publishing takes it.")] = "",
    revision: RevisionOption = None,
    json_: JsonFlag = False,
) -> None:
    """Sign the newest text as it stands, under your name. Every claim and flag must be settled."""
    from panel.desk import Approve

    with open_desk() as at:
        opened = at.desk.open(at.who, draft)
        number = opened.draft.head if revision is None else revision
        opened = at.desk.act(at.who, draft, Approve(number=number, edition=edition, reason=reason))
        signed = at.desk.is_signed(at.who, opened)
        assert signed
    told = f"Approved revision {signed.number} as {signed.name}, {signed.edition} edition."
    done(opened, told, f"panel drafts publish {draft}", json_=json_, approval=signed.model_dump(mode="json"))


def decide(
    draft: DraftArgument,
    decisions: Annotated[
        list[str],
        typer.Argument(
            metavar="TARGET DECISION",
            help="TARGET as `show` names it. Claims and views: accurate, attributed, removed; sentences: set_aside, "
            "printed; flags: dismissed; held: confirmed.",
        ),
    ],
    reason: Annotated[
        str, typer.Option("--reason", help="source_says_so, check_is_wrong, kept_on_purpose, does_not_count.")
    ] = "",
    revision: RevisionOption = None,
    json_: JsonFlag = False,
) -> None:
    """Decide of claims, views and flags, one by one: futurist:2 accurate futurist:views removed."""
    from panel.desk import act_on, named_point, told_point

    words = " ".join(decisions).replace("=", " ").split()
    if not words or len(words) % 2:
        raise Mistake("Each target needs its decision.", hint="Write it like futurist:2 accurate.")
    with open_desk() as at:
        opened = at.desk.open(at.who, draft)
        number = opened.draft.head if revision is None else revision
        pairs = zip(words[::2], words[1::2], strict=True)
        acts = [act_on(opened, *pair, number=number, reason=reason) for pair in pairs]
        for point in filter(None, (named_point(opened, name) for name in words[::2])):
            talk("\n".join(told_point(opened, point)))  # a decision says that the passages were shown
        opened = at.desk.act(at.who, draft, *acts)
    done(opened, "Decided", None, json_=json_)


def publish(
    draft: DraftArgument,
    at_: Annotated[str, typer.Option("--at", metavar="TIME", help="2026-12-01T09:00, +3h or +2d; now if none.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="What was wrong; needed to correct what is out.")] = "",
    revision: RevisionOption = None,
    json_: JsonFlag = False,
) -> None:
    """Let what was approved go out. What is out already is corrected by it."""
    from panel.desk import Publish

    with open_desk() as at:
        when = at.desk.times.read(at_, now=at.desk.now) if at_ else None
        opened = at.desk.act(at.who, draft, Publish(at=when, reason=reason, number=revision))
        out = at.desk.history(at.who, draft).publications[-1]
        told = f"goes out at {at.desk.times.told(out.goes_out_at)}"
    if out.goes_out_at > out.at:
        told, next_ = f"Scheduled: {told}.", f"panel drafts fetch-back {draft} calls it off"
    else:
        told, next_ = "Corrected." if out.kind == "corrected" else "Published.", ""
    done(opened, told, next_, json_=json_, **out.model_dump(mode="json"))


def retract(
    draft: DraftArgument,
    reason: Annotated[str, typer.Option("--reason", help="Why; readers see it.")],
    json_: JsonFlag = False,
) -> None:
    """Take back what went out. Its words stay on record."""
    opened = _do(draft, lambda desk: desk.Retract(reason))
    done(opened, "Retracted.", f"panel drafts fetch-back {draft}", json_=json_)


def reject(
    draft: DraftArgument,
    reason: Annotated[
        str, typer.Option("--reason", help="inaccurate, too_thin, conflict_of_interest, not_fair, other.")
    ],
    why: WhyOption = "",
    json_: JsonFlag = False,
) -> None:
    """Turn a draft down."""
    opened = _do(draft, lambda desk: desk.Reject(reason, why))
    done(opened, "Rejected.", f"panel drafts fetch-back {draft}", json_=json_)


def pass_(
    draft: DraftArgument,
    reason: Annotated[
        str, typer.Option("--reason", help="not_a_tool, out_of_scope, too_thin, seen_before, too_old, other.")
    ],
    why: WhyOption = "",
    json_: JsonFlag = False,
) -> None:
    """Not for us: the draft leaves the queue. No rejection."""
    opened = _do(draft, lambda desk: desk.PassOver(reason, why))
    done(opened, "Passed.", f"panel drafts fetch-back {draft}", json_=json_)


def later(
    draft: DraftArgument,
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="2026-12-01, +4h, +3d, +2w.")],
    json_: JsonFlag = False,
) -> None:
    """Put a draft off: it comes back into the queue at that time."""
    from panel.desk import PutOff

    with open_desk() as at:
        when = at.desk.times.read(until, now=at.desk.now)
        opened = at.desk.act(at.who, draft, PutOff(when))
    done(opened, f"Put off until {at.desk.times.told(when)}.", "", json_=json_)


def hold(
    draft: DraftArgument,
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="2026-12-01T09:00, +3d; `none` lifts it.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it is lifted or shortened; it stays in the log.")] = "",
    json_: JsonFlag = False,
) -> None:
    """Embargo a draft: nothing of it goes out before that time."""
    from panel.desk import HoldUntil

    with open_desk() as at:
        when = None if until == "none" else at.desk.times.read(until, now=at.desk.now)
        opened = at.desk.act(at.who, draft, HoldUntil(when, reason))
    told = f"Embargoed until {at.desk.times.told(when)}." if when else "The embargo is lifted."
    done(opened, told, "", json_=json_)


def fetch_back(draft: DraftArgument, json_: JsonFlag = False) -> None:
    """Put a passed, rejected, put-off, aged or retracted draft into the queue again; call off what is to go out."""
    opened = _do(draft, lambda desk: desk.FetchBack())
    told = "It goes out no more." if opened.draft.state in ("approved", "published") else "It is in the queue again."
    done(opened, told, f"panel drafts show {draft}", json_=json_)


def strike(
    draft: DraftArgument,
    critic: Annotated[str, typer.Argument(metavar="CRITIC", help="As in personas/.")],
    reason: Annotated[
        str, typer.Option("--reason", help="unsupported, wrong_tool, followed_the_page, off_its_lens, other.")
    ],
    why: WhyOption = "",
    json_: JsonFlag = False,
) -> None:
    """Take a critic's opinion out of the count; the page says so and why."""
    opened = _do(draft, lambda desk: desk.Strike(critic, reason, why))
    told = f"{critic} is struck: {opened.draft.shown.panel}."
    done(opened, told, f"panel drafts unstrike {draft} {critic}", json_=json_)


def unstrike(
    draft: DraftArgument,
    critic: Annotated[str, typer.Argument(metavar="CRITIC", help="Whose opinion was struck.")],
    json_: JsonFlag = False,
) -> None:
    """Count a struck opinion again."""
    opened = _do(draft, lambda desk: desk.Unstrike(critic))
    done(opened, f"{critic} counts again: {opened.draft.shown.panel}.", "", json_=json_)


def undo(draft: DraftArgument, json_: JsonFlag = False) -> None:
    """Take back the newest decision you made on a draft."""
    opened = _do(draft, lambda desk: desk.Undo())
    done(opened, "Taken back.", f"panel drafts show {draft}", json_=json_)


COMMANDS: Mapping[str, Callable[..., None]] = {
    "decide": decide, "approve": approve, "publish": publish, "retract": retract, "reject": reject, "pass": pass_,
    "later": later, "hold": hold, "fetch-back": fetch_back, "strike": strike, "unstrike": unstrike, "undo": undo,
}  # fmt: skip


def attach(app: typer.Typer) -> None:
    """Put the acts among the commands of `panel drafts`."""
    for name, act in COMMANDS.items():
        app.command(name)(act)


def _do(draft: str, act: "Callable[[Any], DeskAct]") -> "Opened":
    """One act on a draft, as it lies. act: made from the room `desk`, which is loaded here."""
    from panel import desk

    with open_desk() as at:
        return at.desk.act(at.who, draft, act(desk))


def done(opened: "Opened", told: str, next_: str | None, *, json_: bool, **more: object) -> None:
    """What happened, and what to do next. None: what is left to settle, or to approve it."""
    from panel.desk import what_is_left

    left, draft = what_is_left(opened.left), opened.draft
    if json_:
        about: Mapping[str, object] = {"draft_id": draft.draft_id, "state": draft.state, "left": left}
        say_json({**more, **about, "revision": draft.head})
        return
    if next_ is None:
        told, next_ = f"{told}; {left or '0 left'}.", f"panel drafts {'show' if left else 'approve'} {draft.draft_id}"
    talk(f"{told} Next: {next_}" if next_ else told)
