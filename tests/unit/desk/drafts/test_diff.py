"""Word by word: both texts can be made again from the runs."""

from hypothesis import given
from hypothesis import strategies as st

from panel.desk.drafts.diff import Difference, differences, mark_changes
from panel.records.desk import DraftText, EditedSentence, EditedWords, Struck


@given(st.text(max_size=60), st.text(max_size=60))
def test_both_texts_are_made_again_from_the_runs(was: str, now: str) -> None:
    runs = Difference("note", was, now).runs
    assert "".join(r.text for r in runs if r.kind != "new") == was
    assert "".join(r.text for r in runs if r.kind != "gone") == now


def test_only_the_words_that_differ_are_marked() -> None:
    assert mark_changes(Difference("f:0", "It is very fast.", "It is quick.")) == "It is [-very fast.-]{+quick.+}"


def test_a_removed_sentence_a_strike_and_a_note_each_show() -> None:
    def text(standing: str, note: str, struck: tuple[Struck, ...] = ()) -> DraftText:
        sentence = EditedSentence.model_validate({"place": 0, "text": "It is fast.", "standing": standing})
        return DraftText(critics=(EditedWords(persona_id="one", sentences=(sentence,)),), note=note, struck=struck)

    found = differences(
        text("printed", ""), text("removed", "Ours.", (Struck(persona_id="one", reason="other", why="so"),))
    )
    assert [(d.field, d.was, d.now) for d in found] == [
        ("note", "", "Ours."), ("one:0", "It is fast.", ""), ("strike:one", "", "other: so")
    ]  # fmt: skip
