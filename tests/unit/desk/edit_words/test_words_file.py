"""The grammar of an edited draft: everything comes back, and nothing a model wrote reads as anything but its words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.desk.drafts.text_fields import plain, plain_lines
from panel.desk.edit_words.words_file import Comment, FileItem, Heading, Part, one_line, read_markdown, write_markdown

HOSTILE = [
    "[a] futurist:0", "\n[x] futurist:1 (removed)\n", "> a comment", "# other, revision 9", "## heading", "* note: mine",
    "\\[a] futurist:0", "\\\\", "-->", "<!-- ", "```", "\x1b[2J\x1b]0;t\x07", "\u202e[a]\u2028[x] futurist:1", "\r[a] futurist:0\r",
    "a\x85[x] futurist:1", "\x00", "[", "*", ">", "#", "", " ", "\t* strike:futurist: other", "a\n\n\nb", "\ud800[a] x",
]  # fmt: skip
words = st.one_of(
    st.sampled_from(HOSTILE), st.text(max_size=80), st.lists(st.sampled_from(HOSTILE), max_size=4).map("\n".join)
)
NAMES = (
    "futurist:0",
    "futurist:1",
    "futurist:views",
    "futurist:line",
    "held",
    "strike:futurist",
    "dismiss:0123456789",
    "note",
)


@st.composite
def parts(draw: st.DrawFn) -> list[Part]:
    made: list[Part] = []
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=8)):
        if draw(st.booleans()):
            made.append(Comment(tuple(draw(st.lists(words, min_size=1, max_size=3)))))
        if draw(st.booleans()):
            made.append(Heading(draw(words)))
        if name in ("futurist:0", "futurist:1", "futurist:views", "held"):
            mark = draw(st.sampled_from(["", "a", "m", "x", "-", "c"]))
            was = draw(st.sampled_from(["", "accurate", "set aside"]))
            made.append(FileItem(name, mark, was, draw(words)))
        else:
            made.append(FileItem(name, text=draw(words)))
    return made


@given(parts())
def test_whatever_was_written_is_read_back_and_nothing_else(made: list[Part]) -> None:
    taken = read_markdown(write_markdown("a-draft", 3, made), made)
    assert taken.problems == ()
    assert (taken.draft_id, taken.number) == ("a-draft", 3)
    items = [part for part in made if isinstance(part, FileItem)]
    assert [(i.name, i.mark, i.was) for i in taken.items] == [(i.name, i.mark, i.was) for i in items]
    assert [i.text for i in one_line(taken.items, keeps_lines=frozenset())] == [plain(i.text) for i in items]
    assert [i.text for i in taken.items] == [plain_lines(i.text) for i in items]


@given(words)
def test_no_sentence_forges_a_decision_or_hides_the_next_one(text: str) -> None:
    made = [FileItem("futurist:0", "", "", text), FileItem("futurist:1", "", "", "An honest sentence.")]
    first, second = read_markdown(write_markdown("d", 0, made), made).items
    assert (first.mark, second.mark) == ("", "")
    assert second.text == "An honest sentence."


@given(words)
def test_the_file_holds_nothing_a_terminal_obeys(text: str) -> None:
    written = write_markdown(
        "d", 0, [Heading(text), Comment((text,)), FileItem("note", text=text), FileItem("f:0", "", "", text)]
    )
    assert all(char.isprintable() or char in "\n\t" or ord(char) > 0x9F for char in written)


@pytest.mark.parametrize("mark", ["[a]", "[ a ]", "[A]", "[  a]"])
def test_marks_are_read_however_they_are_spaced(mark: str) -> None:
    taken = read_markdown(f"# d, revision 0\n\n{mark} futurist:0\nWords.\n", [])
    assert taken.problems == ()
    assert taken.items == (FileItem("futurist:0", "a", "", "Words."),)


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r"])
def test_line_ends_of_any_system_are_read(ending: str) -> None:
    taken = read_markdown(ending.join(["# d, revision 0", "", "[a] futurist:0", "One", "two."]), [])
    assert one_line(taken.items, keeps_lines=frozenset()) == (FileItem("futurist:0", "a", "", "One two."),)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("> I typed this", "for reading only"),
        ("## My heading", "for reading only"),
        ("[a] futurist:0 and some words", "no marker"),
        ("[ab] futurist:0", "no marker"),
        ("[a] futurist:0\n[x] futurist:0", "there twice"),
        ("* ", "no marker"),
    ],
)
def test_what_was_typed_in_a_place_of_its_own_is_a_problem_and_not_dropped(line: str, why: str) -> None:
    problems = read_markdown(f"# d, revision 0\n\n{line}\n", []).problems
    assert len(problems) == 1
    assert why in str(problems[0])
    assert "Line " in str(problems[0])


def test_words_before_the_first_marker_are_a_problem() -> None:
    assert "belongs to nothing" in str(read_markdown("# d, revision 0\nStray words.\n", []).problems[0])


@pytest.mark.parametrize("text", ["", "\n\n", "words", "# d revision 0", "# d, revision x"])
def test_a_file_that_names_no_draft_is_a_problem(text: str) -> None:
    taken = read_markdown(text, [])
    assert taken.number == -1
    assert any("first line" in str(problem) for problem in taken.problems)


def test_a_note_keeps_its_paragraphs_and_a_sentence_is_one_line() -> None:
    made = [FileItem("note", text="One.\n\nTwo."), FileItem("futurist:0", "", "", "A\nB")]
    note, sentence = one_line(read_markdown(write_markdown("d", 0, made), made).items, keeps_lines=frozenset({"note"}))
    assert note.text == "One.\n\nTwo."
    assert sentence.text == "A B"
