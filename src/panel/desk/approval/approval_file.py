"""The record of one approval, as a regulator may ask for it: who signed what and decided what of every point. Pure.

Everything a hash is made of stands beside it, so that `verify_approval_file` needs nothing but the file.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from panel.desk.drafts.opened import History, Opened, OpenReview
from panel.desk.drafts.overlay import printed_sentences
from panel.desk.drafts.points import APART, view_fields
from panel.desk.permissions import by_line
from panel.records import (
    Act,
    Answered,
    Approval,
    Decision,
    Point,
    Publication,
    Review,
    Revision,
    Written,
    canonical_json,
    sha256_of,
)

FORMAT = 1
Json = dict[str, Any]


def approval_file(
    opened: Opened, history: History, approval: Approval, decisions: Mapping[int, Decision], names: Mapping[str, str]
) -> Json:
    """One JSON value.

    opened: the draft at the revision that was signed. history: of it, and of a comparison's two reviews.
    decisions: those the approval rests on, by id. names: by account_id, for rows that hold none.
    """
    sides = opened.reviews
    told = {
        "format": FORMAT,
        "what": "approval of an AI-assisted review by a person",
        "draft": _draft(opened),
        "editor": {"account_id": approval.by, "name": approval.name, "role": approval.role},
        "responsible": approval.responsible,
        "began_at": approval.began_at.isoformat(),
        "approved_at": approval.at.isoformat(),
        "edition": approval.edition,
        "approval_id": approval.approval_id,
        "decisions": list(approval.decisions),
        "revisions": [r.model_dump(mode="json") | {"revision_hash": r.revision_hash} for r in _revisions(opened)],
        "signed_hash": approval.revision_hash,
        "points": [_point(row, decisions, names) for row in _points(opened, approval, decisions)],
        "amendments": [
            _decision(d, names) | {"field": d.field, "was": d.was, "now": d.text}
            for d in history.decisions
            if d.decision == "amended" and d.at <= approval.at
        ],
        "removed": [row for side in sides for row in _removed(side, history, names, approval.at)],
        "struck": [
            s.model_dump(mode="json") | {"draft_id": side.draft.draft_id} for side in sides for s in side.text.struck
        ],
        "made_with": [_made(side.review) for side in sides],
        "publications": [_publication(p, history.acts, names) for p in history.publications if p.at >= approval.at],
        "log": [act.model_dump(mode="json") | {"hash": act.act_hash} for act in history.acts],
    }
    return told | {"file_hash": sha256_of(canonical_json(told))}


def _draft(opened: Opened) -> Json:
    draft = opened.draft
    names = ("draft_id", "kind", "subject", "grade", "run_id")
    return {name: getattr(draft, name) for name in names} | {"name": draft.shown.name}


def _revisions(opened: Opened) -> tuple[Revision, ...]:
    """The signed one; of a comparison, then those of the two texts it prints."""
    sides = () if isinstance(opened, OpenReview) else opened.sides
    return (opened.revision, *(side.revision for side in sides))


def _points(opened: Opened, approval: Approval, decisions: Mapping[int, Decision]) -> list[Json]:
    """As they were kept at the signing; of an approval from before they were, those it names a decision on."""
    if approval.points:
        return list(approval.points)
    today = {(p.scope, p.key): p for p in opened.points}
    named = [decisions[number] for number in approval.decisions if number in decisions]
    return [point_row(opened, today.get((d.scope, d.key)) or _as_decided(opened, d)) for d in named]


def _as_decided(opened: Opened, decision: Decision) -> Point:
    """A point that is none by today's rules, as far as its decision tells."""
    fields = ("kind", "scope", "key", "persona_id", "text", "sentence_hash", "passages_hash", "check")
    told = {name: getattr(decision, name) for name in fields} | {"place": max(0, decision.place)}
    mine = next((s.draft for s in opened.reviews if s.draft.scope == decision.scope), opened.draft)
    return Point.model_validate(told | {"draft_id": mine.draft_id})


def _point(row: Json, decisions: Mapping[int, Decision], names: Mapping[str, str]) -> Json:
    found = next((d for d in decisions.values() if (d.scope, d.key) == (row["scope"], row["key"])), None)
    return row | {"decision": found and _decision(found, names)}


def point_row(opened: Opened, point: Point) -> Json:
    """A point as a signature keeps it: with everything its hashes are made of."""
    views = _views(opened, point) if point.kind == "views" else {}
    return point.model_dump(mode="json") | views


def _views(opened: Opened, point: Point) -> Json:
    """The sentences and the other words a decision on views covers, which make its hash."""
    side = next(s for s in opened.reviews if s.draft.draft_id == point.draft_id)
    opinion, words = side.review.opinion(point.persona_id), side.text.words_of(point.persona_id)
    assert isinstance(opinion, Answered)
    assert isinstance(opinion.words, Written)
    assert words
    model = opinion.words
    views = [s.text for s in printed_sentences(model, words) if model.quote[s.place].rests_on == "view"]
    own = [p for p in opened.points if (p.draft_id, p.persona_id) == (point.draft_id, point.persona_id)]
    return {"views": views, "named": view_fields(words, [p.field for p in own if p.kind == "claim" and p.field])}


def _decision(decision: Decision, names: Mapping[str, str]) -> Json:
    kept = ("decision_id", "decision", "source_seen", "page_opened", "reason", "by", "draft_id")
    told = {name: getattr(decision, name) for name in kept}
    told |= {name: value for name in ("channel", "together") if (value := getattr(decision, name))}
    return told | {"name": decision.name or names.get(decision.by, decision.by), "at": decision.at.isoformat()}


def _removed(side: OpenReview, history: History, names: Mapping[str, str], at: datetime) -> Iterator[Json]:
    """What the model wrote and is not printed because somebody took it out, with who did."""
    for persona_id, place, text in _gone(side):
        by = [d for d in history.decisions if d.decision == "removed" and d.persona_id == persona_id and d.at <= at]
        found = next((d for d in reversed(by) if (d.text == text if text else d.kind == "views")), None)
        told = {"draft_id": side.draft.draft_id, "persona_id": persona_id, "place": place, "text": text}
        yield {**told, "decision": found and _decision(found, names)}


def _gone(side: OpenReview) -> Iterator[tuple[str, int, str]]:
    """(persona_id, place, text) of removed sentences and picks; place -1 and no text of removed views."""
    for words in side.text.critics:
        opinion = side.review.opinion(words.persona_id)
        excerpts = {g.number: g.excerpt for g in opinion.grounds} if isinstance(opinion, Answered) else {}
        yield from ((words.persona_id, s.place, s.text) for s in words.sentences if s.standing == "removed")
        yield from ((words.persona_id, p.number, excerpts[p.number]) for p in words.picks if p.standing == "removed")
        if words.views == "removed":
            yield words.persona_id, -1, ""
        elif isinstance(opinion, Answered) and isinstance(opinion.words, Written):
            wrote = ((getattr(opinion.words, name), getattr(words, name)) for name in APART)
            yield from ((words.persona_id, -1, was) for was, now in wrote if was and not now)


def _made(review: Review) -> Json:
    """Which model wrote which critic's words, after which prompts."""
    jurors = [
        {"persona_id": o.juror.persona_id, "model": o.juror.model, "family": o.juror.family,
         "returned": sorted({call.model_returned for call in o.calls if call.model_returned}),
         "asked": [call.key for call in o.calls]}
        for o in review.opinions
    ]  # fmt: skip
    return {
        "review_hash": review.review_hash, "made_at": review.made.created_at.isoformat(),
        "version": review.made.version,
        "jurors": jurors, "prompts": review.how.prompts, "schema_hash": review.how.schema_hash, "sdk": review.how.sdk,
    }  # fmt: skip


def _publication(publication: Publication, acts: Sequence[Act], names: Mapping[str, str]) -> Json:
    by = next((a for a in acts if a.detail.get("publication") == publication.publication_id), None)
    return publication.model_dump(mode="json") | {"name": by_line(by, names) if by else publication.by}
