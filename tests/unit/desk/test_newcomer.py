"""What a newcomer stumbled over stays mended."""

import pytest
from tests.support.drafts import Room, a_room, claims, phrases, quill, target

from panel.desk import Decide, Save, Undo
from panel.errors import Mistake
from panel.records import Answered, NotAsked, Review


@pytest.fixture
def room(tmp_path):  # type: ignore[no-untyped-def]
    with a_room(f"sqlite:///{tmp_path / 'panel.db'}") as made:
        yield made


def picked_alike(review: Review) -> Review:
    """A trial whose critics all picked the same passage for the same side."""
    ground = next(o for o in review.answered() if o.grounds).grounds[0]
    opinions = tuple(
        o.model_copy(update={"words": NotAsked(), "grounds": (ground.model_copy(update={"claim": ""}),)})
        if isinstance(o, Answered)
        else o
        for o in review.opinions
    )
    return review.model_copy(update={"grade": "trial", "opinions": opinions})


def test_a_pick_is_decided_for_one_critic_though_others_picked_the_same(room: Room) -> None:
    (draft,) = room.bring(picked_alike(quill()))
    opened = room.review(draft)
    first, *others = claims(opened)
    assert others
    assert {p.text for p in others} == {first.text}
    after = room.desk.act(room.editor, draft, Decide(target(first), "accurate", number=opened.draft.head, seen=True))
    assert len(opened.left) - len(after.left) == 1


def test_only_what_a_passage_of_the_makers_says_can_be_the_makers_word(room: Room) -> None:
    (draft,) = room.bring(quill())
    opened = room.review(draft)
    for point in claims(opened):
        number = room.head(draft)
        if any(passage.voice == "maker" for passage in point.passages):
            room.desk.act(room.editor, draft, Decide(target(point), "attributed", number=number, seen=True))
        else:
            with pytest.raises(Mistake, match="None of its passages is the maker's"):
                room.desk.act(room.editor, draft, Decide(target(point), "attributed", number=number, seen=True))


def test_calling_ones_own_words_accurate_leaves_the_edit_to_be_undone(room: Room) -> None:
    (draft,) = room.bring(quill())
    opened = room.review(draft)
    point = claims(opened)[0]
    field = f"{point.persona_id}:{point.place}"
    room.desk.act(room.editor, draft, Save(field, "It runs, and says so.", number=opened.draft.head, seen=True))
    room.desk.act(room.editor, draft, Decide(target(point), "accurate", number=room.head(draft), seen=True))
    room.desk.act(room.editor, draft, Undo())
    words = room.review(draft).text.words_of(point.persona_id)
    assert words
    assert words.sentences[point.place].text == point.text


def test_the_queue_says_that_views_are_left_when_no_claim_is(room: Room) -> None:
    (draft,) = room.bring(quill())
    before = room.desk.queue().drafts[0].shown
    opened = room.review(draft)
    for point in [*claims(opened), *phrases(opened)]:
        room.desk.act(room.editor, draft, Decide(target(point), "accurate", number=room.head(draft), seen=True))
    assert before.views_left == opened.draft.shown.views_left, "nobody had opened it"
    shown = room.review(draft).draft.shown
    assert (shown.claims_left, shown.is_approvable) == (0, False)
    assert shown.views_left == sum(p.kind == "views" for p in opened.points) > 0
