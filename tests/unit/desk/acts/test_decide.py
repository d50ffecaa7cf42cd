"""Decisions and words, as values: what each act makes of a draft, told without a database."""

from dataclasses import replace

import pytest
from tests.support.drafts import checked, claims, phrases, small, stand, target, with_passage
from tests.support.open_drafts import after, decide, open_draft, person
from tests.support.page_records import trial

from panel.desk.acts.change import AsRead, Change
from panel.desk.acts.decide import Confirm, Decide, Dismiss, Save, SetStanding, Target, Unchanged, target_of
from panel.desk.acts.strike import Strike, Unstrike
from panel.desk.acts.take_over import TakeOver
from panel.desk.acts.undo import Undo
from panel.desk.drafts.overlay import start_text
from panel.desk.drafts.text_fields import put_text, read_field
from panel.desk.reasons import DISMISS_REASONS
from panel.errors import EditConflict, Mistake
from panel.records import Decision, Flag

DX = "dx-reviewer"
VIEWS = Target(DX, views=True)


def read_at(opened, text=None) -> AsRead:  # type: ignore[no-untyped-def]
    return AsRead(text or opened.text, opened.revision.base_hash, None)


def test_accurate_is_a_decision_and_no_new_text() -> None:
    opened = open_draft()
    point = claims(opened)[0]
    change = decide(Decide(target(point), "accurate", number=0, seen=True), opened)
    (made,) = change.decisions
    assert (made.key, made.decision, made.source_seen, made.by) == (point.key, "accurate", True, "acc-editor")
    assert change == Change(decisions=(made,))
    assert point not in after(opened, change).left


def test_what_rests_on_passages_nobody_saw_is_not_settled() -> None:
    opened = open_draft()
    point = claims(opened)[0]
    change = decide(Decide(target(point), "accurate", number=0, seen=False), opened)
    assert point in after(opened, change).left


def test_a_removed_sentence_is_gone_and_its_decision_is_of_what_it_said() -> None:
    opened = open_draft()
    point = claims(opened)[0]
    change = decide(Decide(target(point), "removed", number=0, seen=True), opened)
    assert (change.what, change.detail) == ("removed", {"persona": DX, "place": point.place})
    (made,) = change.decisions
    assert (made.key, made.was) == (point.key, "printed")
    assert point.key not in [p.key for p in after(opened, change).points]


def test_as_the_makers_word_it_is_another_sentence() -> None:
    opened = open_draft()
    point = next(p for p in claims(opened) if any(passage.voice == "maker" for passage in p.passages))
    change = decide(Decide(target(point), "attributed", number=0, seen=True), opened)
    (made,) = change.decisions
    assert made.key != point.key
    assert made.key in [p.key for p in after(opened, change).points]


def test_only_what_a_makers_passage_says_is_the_makers_word() -> None:
    opened = open_draft()
    point = claims(opened)[0]
    passages = tuple(p.model_copy(update={"voice": "third_party"}) for p in point.passages)
    mine = point.model_copy(update={"passages": passages})
    others = tuple(mine if p is point else p for p in opened.points)
    with pytest.raises(Mistake, match="None of its passages is the maker's"):
        decide(Decide(target(point), "attributed", number=0, seen=True), replace(opened, points=others))
    with pytest.raises(Mistake, match="Only a sentence"):
        decide(Decide(VIEWS, "attributed", number=0, seen=True), opened)


def test_a_removed_sentence_is_printed_again_only_by_a_decision_of_its_own() -> None:
    opened = open_draft()
    point = claims(opened)[0]
    gone = after(opened, decide(Decide(target(point), "removed", number=0, seen=True), opened))
    with pytest.raises(Mistake, match="was removed"):
        decide(SetStanding(target(point), "printed", number=1), gone)
    back = after(gone, decide(Decide(target(point), "accurate", number=1, seen=True), gone))
    assert target(point) in [target(p) for p in claims(back)]


def test_words_changed_since_they_were_read_are_a_conflict_with_theirs() -> None:
    then = open_draft()
    point = claims(then)[0]
    now = open_draft(text=put_text(then.text, read_field(f"{DX}:{point.place}"), "Other words."), head=1)
    with pytest.raises(EditConflict) as stopped:
        decide(Decide(target(point), "accurate", number=0, seen=True), now, then=read_at(then))
    assert stopped.value.theirs == "Other words."
    with pytest.raises(EditConflict) as stopped:
        decide(Save(f"{DX}:{point.place}", "Mine.", number=0), now, then=read_at(then))
    assert (stopped.value.yours, stopped.value.theirs) == ("Mine.", "Other words.")


def test_views_are_decided_though_a_claim_beside_them_changed() -> None:
    then = open_draft()
    now = open_draft(text=stand(then.text, DX, 0, standing="removed"), head=1)
    change = decide(Decide(VIEWS, "accurate", number=0, seen=True), now, then=read_at(then))
    assert [d.kind for d in change.decisions] == ["views"]


def test_passages_of_before_a_take_over_are_a_conflict() -> None:
    now = open_draft(head=1)
    passage = now.review.dossier.passage("S3.2")
    assert passage
    before = with_passage(small(), "S3.2", passage.text + " No more.")
    then = AsRead(start_text(before), "sha256:another", before)
    with pytest.raises(EditConflict):
        decide(Decide(Target(DX, 1), "accurate", number=0, seen=True), now, then=then)
    with pytest.raises(EditConflict, match="how these words are printed"):
        decide(Save(f"{DX}:1", "It stops and names the file.", number=0), now, then=then)


def made_by(name: str, opened, point, decision: str = "removed") -> Decision:  # type: ignore[no-untyped-def]
    act = Decide(target(point), decision, number=0, seen=True)  # type: ignore[arg-type]
    (made,) = decide(act, opened, person("editor", name)).decisions
    return made.model_copy(update={"decision_id": 7})


def test_of_two_who_decide_otherwise_the_second_hears_of_the_first() -> None:
    opened = open_draft()
    point = claims(opened)[0]
    theirs = made_by("bo", opened, point, "accurate")
    now = open_draft(decided=[theirs])
    with pytest.raises(EditConflict, match="decided this meanwhile: accurate"):
        decide(Decide(target(point), "removed", number=0, seen=True, known=0), now)
    assert decide(Decide(target(point), "removed", number=0, seen=True, known=7), now).decisions
    assert decide(Decide(target(point), "accurate", number=0, seen=True, known=0), now).decisions


def test_a_decision_on_what_is_no_longer_printed_is_heard_of_too() -> None:
    opened = open_draft()
    point = claims(opened)[0]
    theirs = made_by("bo", opened, point)
    gone = open_draft(text=stand(opened.text, DX, point.place, standing="removed"), head=1)
    beside = {"decided": {(theirs.scope, theirs.key): theirs}}
    with pytest.raises(EditConflict, match="decided this meanwhile: removed"):
        decide(Decide(target(point), "accurate", number=1, seen=True, known=0), gone, **beside)


def test_new_words_are_decided_by_whoever_wrote_them() -> None:
    opened = open_draft()
    name, point = f"{DX}:0", claims(opened)[0]
    change = decide(Save(name, "Two commands index a folder.", number=0, seen=True, reason=" shorter "), opened)
    (made,) = change.decisions
    assert (made.decision, made.field, made.was, made.text) == (
        "amended",
        name,
        point.text,
        "Two commands index a folder.",
    )
    assert (change.what, change.reason) == ("saved", "shorter")
    mine = after(opened, change)
    assert not decide(Decide(target(point), "accurate", number=1, seen=True), mine), "it was said already"
    assert decide(Decide(target(point), "accurate", number=1, seen=True), mine, person("editor", "bo"))


@pytest.mark.parametrize("standing", ["removed", "set_aside"])
def test_new_words_for_what_is_not_printed_decide_nothing(standing: str) -> None:
    """A2: they fell through to the critic's views, on which nobody had decided."""
    opened = open_draft(text=stand(start_text(small()), DX, 0, standing=standing), head=1)
    with pytest.raises(Mistake, match=f"That is {standing.replace('_', ' ')}"):
        decide(Save(f"{DX}:0", "Other words.", number=1), opened)


def test_new_words_of_a_view_decide_the_views() -> None:
    opened = open_draft()
    for name in (f"{DX}:2", f"{DX}:counter"):
        assert [d.kind for d in decide(Save(name, "Hm.", number=0), opened).decisions] == ["views"]


def test_a_line_with_a_figure_is_a_point_of_its_own() -> None:
    opened = open_draft()
    change = decide(Save(f"{DX}:line", "Two commands index 1,200 notes.", number=0, seen=True), opened)
    now = after(opened, change)
    (line,) = [p for p in phrases(now) if p.field == "line"]
    assert now.decision(line).decision == "amended"  # type: ignore[union-attr]
    assert (DX, "views") in [(p.persona_id, p.kind) for p in now.left], "nobody has looked at the views"
    gone = decide(Decide(target_of(f"{DX}:line"), "removed", number=1, seen=True), now)
    assert gone.text and gone.text.words_of(DX).line == ""  # type: ignore[union-attr]
    assert gone.decisions[0].was == "Two commands index 1,200 notes."


def test_a_line_is_printed_or_removed_and_nothing_else() -> None:
    opened = open_draft()
    now = after(opened, decide(Save(f"{DX}:line", "Two commands index 1,200 notes.", number=0), opened))
    line = target_of(f"{DX}:line")
    with pytest.raises(Mistake, match="short texts are printed or removed"):
        decide(SetStanding(line, "set_aside", number=1), now)
    with pytest.raises(Mistake, match="Only a sentence"):
        decide(Decide(line, "attributed", number=1, seen=True), now)
    with pytest.raises(Mistake, match="by itself"):
        target_of(f"{DX}:prediction")
    newer = after(now, decide(Save(f"{DX}:line", "Two commands index 1,300 notes.", number=1), now))
    with pytest.raises(EditConflict) as stopped:
        decide(Decide(line, "accurate", number=1, seen=True), newer, then=read_at(now))
    assert stopped.value.theirs == "Two commands index 1,300 notes."


def test_the_note_is_words_of_its_author_and_no_decision() -> None:
    change = decide(Save("note", "We ran none of it.", number=0), open_draft(), person("writer"))
    assert change.text and (change.text.note, change.text.note_by, change.text.note_role) == (
        "We ran none of it.", "Writer", "writer",
    )  # fmt: skip
    assert change.decisions == ()


def test_the_same_words_and_an_empty_sentence_are_not_saved() -> None:
    opened = open_draft()
    words = opened.text.words_of(DX).sentences[0].text  # type: ignore[union-attr]
    with pytest.raises(Unchanged):
        decide(Save(f"{DX}:0", f" {words} ", number=0), opened)
    with pytest.raises(Mistake, match="the sentence is empty"):
        decide(Save(f"{DX}:0", "", number=0), opened)


def test_a_flag_is_dismissed_with_a_reason_and_some_only_mended() -> None:
    opened = after(open := open_draft(), decide(Save(f"{DX}:line", "We used it for a week.", number=0), open))
    flag = next(p for p in opened.left if p.check == "first_hand_use")
    for reason in DISMISS_REASONS:
        with pytest.raises(Mistake, match="can't be dismissed"):
            decide(Dismiss(flag.key, reason), opened)
    with pytest.raises(Mistake, match="no reason on the list"):
        decide(Dismiss(flag.key, "because"), opened)
    with pytest.raises(Mistake, match="no longer there"):
        decide(Dismiss("sha256:0", "kept_on_purpose"), opened)


def test_words_for_reviewers_are_confirmed_by_their_key() -> None:
    message = "Held: words moved a verdict."
    held = Flag(check="review_held", severity="high", persona_id="", field="dossier", message=message)
    opened = open_draft(small().model_copy(update={"flags": (held,)}))
    point = next(p for p in opened.points if p.kind == "held")
    assert [d.decision for d in decide(Confirm(point.key), opened).decisions] == ["confirmed"]
    with pytest.raises(EditConflict, match="Other words"):
        decide(Confirm("sha256:0"), opened)
    with pytest.raises(Mistake, match="Nothing on this launch's pages"):
        decide(Confirm(), open_draft())


def test_a_struck_critic_leaves_the_text_and_comes_back() -> None:
    opened = open_draft()
    struck = decide(Strike(DX, "off_its_lens", "It spoke of   another tool.\x00"), opened)
    assert struck.text and struck.text.struck[0].why == "It spoke of another tool."
    assert struck.detail == {"persona": DX, "because": "off_its_lens", "why": "It spoke of another tool."}
    now = after(opened, struck)
    assert not now.points
    with pytest.raises(Mistake, match="struck already"):
        decide(Strike(DX, "other"), now)
    assert decide(Unstrike(DX), now).text == opened.text
    with pytest.raises(EditConflict):
        decide(Unstrike(DX, number=0), now)


@pytest.mark.parametrize("state", ["passed", "rejected", "retracted"])
def test_what_was_put_away_is_fetched_back_before_anything_is_changed(state: str) -> None:
    opened = open_draft(state=state)  # type: ignore[arg-type]
    acts = (Decide(VIEWS, "accurate", number=0, seen=True), Save("note", "x", number=0), Strike(DX, "other"), Undo(),
            SetStanding(Target(DX, 0), "set_aside", number=0), Confirm(), TakeOver(number=0))  # fmt: skip
    for act in acts:
        with pytest.raises(Mistake, match=f"is {state}"):
            decide(act, opened)


def test_what_stands_so_already_is_not_set_again() -> None:
    opened = open_draft()
    point = claims(opened)[0]
    aside = SetStanding(target(point), "set_aside", number=0)
    with pytest.raises(Mistake, match="Nothing was changed"):
        decide(aside, after(opened, decide(aside, opened)))
    attributed = after(opened, decide(Decide(target(point), "attributed", number=0, seen=True), opened))
    with pytest.raises(Mistake, match="Nothing was changed"):
        decide(SetStanding(target(point), "printed", number=1), attributed)
    with pytest.raises(Mistake, match="is not struck"):
        decide(Unstrike(DX), opened)


UNDOES = {
    "accurate": Decide(Target(DX, 0), "accurate", number=0, seen=True),
    "attributed": Decide(Target(DX, 0), "attributed", number=0, seen=True),
    "removed": Decide(Target(DX, 0), "removed", number=0, seen=True),
    "amended": Save(f"{DX}:0", "Hm.", number=0),
    "line": Save(f"{DX}:line", "Hm.", number=0),
    "view": Save(f"{DX}:2", "Hm.", number=0),
    "views kept": Decide(VIEWS, "accurate", number=0, seen=True),
    "views gone": Decide(VIEWS, "removed", number=0, seen=True),
}


@pytest.mark.parametrize("name", UNDOES)
def test_a_decision_is_taken_back_and_the_words_are_as_before(name: str) -> None:
    opened = open_draft()
    now = after(opened, done := decide(UNDOES[name], opened))
    made = tuple(now.decided[d.scope, d.key] for d in done.decisions)
    back = decide(Undo(made[-1].decision_id), now, made=made)
    assert (back.text or now.text) == opened.text
    (undone,) = back.decisions
    assert (undone.decision, undone.key, undone.decision_id) == ("undone", made[-1].key, 0)
    assert len(after(now, back).left) == len(opened.left)
    with pytest.raises(EditConflict, match="no longer your newest"):
        decide(Undo(99), now, made=made)
    for nobodys in ({"made": ()}, {"who": person("editor", "bo"), "made": made}):
        with pytest.raises(Mistake, match="nothing of yours"):
            decide(Undo(), now, **nobodys)


def test_undo_never_overwrites_what_somebody_wrote_since() -> None:
    opened = open_draft()
    mine = after(opened, saved := decide(Save(f"{DX}:0", "Mine.", number=0), opened))
    theirs = after(mine, decide(Save(f"{DX}:0", "Theirs.", number=1), mine, person("editor", "bo")))
    with pytest.raises(Mistake, match="nothing of yours"):
        decide(Undo(), theirs, made=saved.decisions)


def test_a_pick_is_removed_and_comes_back() -> None:
    opened = open_draft(checked(trial(small())))
    pick = claims(opened)[0]
    now = after(opened, gone := decide(Decide(target(pick), "removed", number=0, seen=True), opened))
    assert target(pick) not in [target(p) for p in claims(now)]
    assert decide(Undo(), now, made=gone.decisions).text == opened.text


def test_only_the_review_that_was_read_is_taken_over() -> None:
    opened = open_draft(offered_hash="sha256:newer")
    newer = small().model_copy(update={"made": small().made.model_copy(update={"run_id": "run-2"})})
    offer = {"offer": (newer, start_text(newer))}
    change = decide(TakeOver(number=0, offered="sha256:newer"), opened, **offer)
    assert change.draft == {"base_hash": "sha256:newer", "offered_hash": "", "run_id": "run-2"}
    with pytest.raises(EditConflict, match="Another review"):
        decide(TakeOver(number=0, offered="sha256:read"), opened, **offer)
    with pytest.raises(EditConflict, match="changed this draft"):
        decide(TakeOver(number=3), opened, **offer)
    with pytest.raises(Mistake, match="No newer review"):
        decide(TakeOver(number=0), open_draft())
