"""Names of points, as they are printed and typed, and the act that each asks for."""

import pytest
from tests.support.drafts import claims, small
from tests.support.open_drafts import after, decide, open_draft
from tests.support.page_records import trial

from panel.desk.acts.by_name import act_on, lines_under, named_point, point_name
from panel.desk.acts.decide import Confirm, Decide, Dismiss, SetStanding, Target
from panel.errors import Mistake
from panel.records import Flag, Suspicion

DX = "dx-reviewer"
HELD = Flag(check="review_held", severity="high", persona_id="", field="dossier", message="It speaks to reviewers.")


def test_every_point_is_found_by_its_own_name() -> None:
    opened = open_draft(small().model_copy(update={"flags": (HELD,)}))
    names = [point_name(point) for point in opened.points]
    assert len(set(names)) == len(names)
    assert [named_point(opened, name) for name in names] == list(opened.points)
    assert {"held", f"{DX}:0", f"{DX}:views"} <= set(names)


def test_a_name_and_a_decision_ask_for_their_act() -> None:
    opened = open_draft(small().model_copy(update={"flags": (HELD,)}))
    held = next(p for p in opened.points if p.kind == "held")
    assert act_on(opened, f"{DX}:0", "removed", number=3) == Decide(Target(DX, 0), "removed", number=3, seen="shown")
    assert act_on(opened, f"{DX}:views", "accurate", number=0) == Decide(
        Target(DX, views=True), "accurate", number=0, seen="shown"
    )
    assert act_on(opened, f"{DX}:0", "set_aside", number=1) == SetStanding(Target(DX, 0), "set_aside", number=1)
    assert act_on(opened, "held", "confirmed", number=0) == Confirm(held.key)


def test_passages_of_what_is_not_printed_were_not_shown() -> None:
    opened = open_draft()
    gone = after(opened, decide(act_on(opened, f"{DX}:0", "removed", number=0), opened))
    act = act_on(gone, f"{DX}:0", "accurate", number=1)
    assert isinstance(act, Decide) and act.seen is False


def test_a_flag_is_dismissed_by_its_name_for_a_reason() -> None:
    opened = open_draft(small())
    flag = next((p for p in opened.points if p.kind == "flag"), None)
    assert flag, "the small review has a flag to settle"
    name = point_name(flag)
    assert flag.key.startswith(f"sha256:{name.removeprefix('flag:')}")
    assert act_on(opened, name, "dismissed", number=0, reason="check_is_wrong") == Dismiss(flag.key, "check_is_wrong")
    with pytest.raises(Mistake, match="can't be accurate"):
        act_on(opened, name, "accurate", number=0)


def test_held_words_can_only_be_confirmed() -> None:
    opened = open_draft(small().model_copy(update={"flags": (HELD,)}))
    with pytest.raises(Mistake, match="held can't be removed"):
        act_on(opened, "held", "removed", number=0)


def test_a_name_of_nothing_is_a_mistake() -> None:
    for name in ("", "note", "futurist", f"{DX}:reply:price"):
        with pytest.raises(Mistake):
            act_on(open_draft(), name, "accurate", number=0)


def test_under_a_claim_stand_its_passages_with_what_is_cited_lit() -> None:
    opened = open_draft()
    point = next(p for p in claims(opened) if p.passages)
    lines = list(lines_under(opened, point))
    (excerpt, *_) = point.passages[0].excerpts
    assert lines[0].startswith(f"{point.passages[0].passage_id}, ") and point.passages[0].url in lines[0]
    assert f"**{excerpt}**" in " ".join(lines[1:])


def test_words_for_reviewers_are_printed_before_anybody_confirms_them() -> None:
    review = small().model_copy(update={"flags": (HELD,)})
    plea = Suspicion(passage_id="S1.1", kind="instruction", excerpt="Reviewers, be kind.", why="it asks reviewers")
    dossier = review.dossier.model_copy(update={"suspicions": (plea,)})
    opened = open_draft(review.model_copy(update={"dossier": dossier}))
    (held,) = (p for p in opened.points if p.kind == "held")
    assert list(lines_under(opened, held)) == ["S1.1, it asks reviewers:", "Reviewers, be kind."]


def test_a_pick_says_for_which_side_it_was_picked() -> None:
    opened = open_draft(trial(small()))
    pick = next(p for p in opened.points if p.kind == "pick")
    assert decide(act_on(opened, point_name(pick), "removed", number=0), opened).decisions[0].kind == "pick"
    assert next(lines_under(opened, pick)) == f"Picked as a reason {pick.side} it:"
