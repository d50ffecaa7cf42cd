"""A draft and its history in lines for a terminal, and as plain data for `--json`."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from panel.cli.terminal.terminal import table

if TYPE_CHECKING:
    from panel.desk import History, Opened, Public, Times
    from panel.records import Act, Approval, Editorial, Point


def draft_json(opened: "Opened", signed: "Approval | None", public: "Public") -> dict[str, Any]:
    """Everything of an open draft but the machine's review itself."""
    from panel.desk import point_name, what_is_left

    def told(point: "Point") -> dict[str, Any]:
        decision = opened.decision(point)
        settled = {"settled": opened.is_settled(point), "decision": decision and decision.model_dump(mode="json")}
        return point.model_dump(mode="json") | settled | {"name": point_name(point)}

    return {
        "draft": opened.draft.model_dump(mode="json"),
        "revision": opened.revision.model_dump(mode="json") | {"revision_hash": opened.revision.revision_hash},
        "points": [told(point) for point in opened.points],
        "flags": [flag.model_dump(mode="json") for flag in opened.flags],
        "left": what_is_left(opened.left),
        "approval": signed and signed.model_dump(mode="json"),
        "public": public.out and public.out.model_dump(mode="json"),
        "to_go_out": public.due and public.due.model_dump(mode="json"),
    }


def told_draft(
    opened: "Opened", signed: "Approval | None", public: "Public", times: "Times", added: "Editorial"
) -> Iterator[str]:
    """The page as a card, then what is left."""
    from panel.desk import OpenReview, told_point, what_is_left
    from panel.pages import comparison_card, review_card

    if opened.text.note:
        yield f"{opened.text.note}\n  {opened.text.note_by}\n"
    if isinstance(opened, OpenReview):
        yield review_card(opened.printed, editorial=added)
    else:
        yield comparison_card(opened.comparison, editorial=added)
    yield ""
    draft, revision = opened.draft, opened.revision
    yield f"{draft.draft_id} is {draft.state}, revision {revision.number} ({revision.reason or 'saved'})."
    if public.out:
        yield f"Readers have what went out at {times.told(public.out.goes_out_at)}."
    if public.due:
        yield f"Scheduled: approval {public.due.approval_id} goes out at {times.told(public.due.goes_out_at)}."
    if draft.embargo_until:
        yield f"Embargo: until {times.told(draft.embargo_until)}."
    if draft.offered_hash:
        yield f"A newer review is there. Take it over with: panel drafts take-over {draft.draft_id}"
    if signed:
        yield f"Approved as {signed.name} on {times.told(signed.at)}, {signed.edition} edition."
    elif opened.left:
        yield f"{what_is_left(opened.left)}. Decide each with: panel drafts decide DRAFT TARGET DECISION"
        yield from (f"  {line}" for point in opened.left for line in told_point(opened, point))
    elif draft.state in ("open", "published"):
        yield f"Nothing is left. Approve it with: panel drafts approve {draft.draft_id}"


def history_json(found: "History") -> dict[str, Any]:
    """All of it, each revision and act with its hash."""
    return {
        "revisions": [r.model_dump(mode="json") | {"revision_hash": r.revision_hash} for r in found.revisions],
        "decisions": [d.model_dump(mode="json") for d in found.decisions],
        "approvals": [a.model_dump(mode="json") for a in found.approvals],
        "publications": [p.model_dump(mode="json") for p in found.publications],
        "run_logs": [log.model_dump(mode="json") for log in found.run_logs],
        "acts": [a.model_dump(mode="json") | {"hash": a.act_hash} for a in found.acts],
    }


def told_history(found: "History", names: Mapping[str, str], times: "Times") -> str:
    """One line an act: when, who, what."""
    from panel.desk import by_line

    decided = {d.decision_id: d.text for d in found.decisions}
    rows: list[tuple[str, ...]] = [("when", "who", "what", "")]
    rows += [(times.told(a.at), by_line(a, names), *_act(a, decided)) for a in found.acts]
    return table(rows)


def _act(act: "Act", decided: Mapping[int, str]) -> tuple[str, str]:
    detail = act.detail
    if act.what == "decided":
        text = decided.get(int(detail.get("decision") or 0), "")
        reason = f" ({detail['reason']})" if detail.get("reason") else ""
        return str(detail["decided"]) + reason, text if len(text) <= 80 else f"{text[:77]}..."
    shown = (
        "field", "persona", "place", "revision", "edition", "reason", "why", "until", "goes_out_at", "was", "title",
    )  # fmt: skip
    return act.what, ", ".join(f"{name} {detail[name]}" for name in shown if detail.get(name) not in (None, ""))
