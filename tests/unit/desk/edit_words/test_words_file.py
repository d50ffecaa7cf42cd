"""The grammar of an edited draft: everything comes back, and nothing a model wrote reads as anything but its words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.desk.drafts.text_fields import plain, plain_lines
from panel.desk.edit_words.apply_words import words_changed
from panel.desk.edit_words.words_file import FileItem, Part, read_markdown, write_markdown

HOSTILE = [
    "[a] futurist:0", "\n[x] futurist:1 (removed)\n", "> a comment", "# other, revision 9", "## heading", "* note: mine",
    "\\[a] futurist:0", "\\\\", "-->", "<!-- ", "```", "\x1b[2J\x1b]0;t\x07", "\u202e[a]\u2028[x] futurist:1", "\r[a] futurist:0\r",
    "a\x85[x] futurist:1", "\x00", "[", "*", ">", "#", "", " ", "\t* futurist:line: other", "a\n\n\nb", "\ud800[a] x",
]  # fmt: skip
words = st.one_of(
    st.sampled_from(HOSTILE), st.text(max_size=80), st.lists(st.sampled_from(HOSTILE), max_size=4).map("\n".join)
)
NAMES = ("futurist:0", "futurist:1", "futurist:line", "futurist:reply:price", "futurist:prediction", "note")


@st.composite
def parts(draw: st.DrawFn) -> list[Part]:
    made: list[Part] = []
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=8)):
        if draw(st.booleans()):
            made += [f"> {line}" for line in draw(st.lists(words, min_size=1, max_size=3))]
        if draw(st.booleans()):
            made.append(f"## {draw(words)}")
        made.append(FileItem(name, draw(words)))
    return made


@given(parts())
def test_whatever_was_written_is_read_back_and_nothing_else(made: list[Part]) -> None:
    taken = read_markdown(write_markdown("a-draft", 3, made), made)
    assert taken.problems == ()
    assert (taken.draft_id, taken.number) == ("a-draft", 3)
    assert taken.words == {part.name: plain_lines(part.text) for part in made if isinstance(part, FileItem)}
    assert words_changed(taken.words, made) == ({}, [])


@given(words)
def test_no_words_hide_or_change_the_next_ones(text: str) -> None:
    made = [FileItem("note", text), FileItem("futurist:0", text), FileItem("futurist:1", "An honest sentence.")]
    taken = read_markdown(write_markdown("d", 0, made), made)
    assert taken.problems == ()
    assert taken.words["futurist:1"] == "An honest sentence."
    assert plain(taken.words["futurist:0"]) == plain(text)


@given(words)
def test_the_file_holds_nothing_a_terminal_obeys(text: str) -> None:
    written = write_markdown("d", 0, [f"## {text}", f"> {text}", FileItem("note", text), FileItem("f:0", text)])
    assert all(char.isprintable() or char in "\n\t" or ord(char) > 0x9F for char in written)


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r"])
def test_line_ends_of_any_system_are_read(ending: str) -> None:
    taken = read_markdown(ending.join(["# d, revision 0", "", "* futurist:0: One", "two."]), [])
    assert words_changed(taken.words, [FileItem("futurist:0", "One two.")]) == ({}, [])


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("> I typed this", "for reading only"),
        ("## My heading", "for reading only"),
        ("* futurist:0: One.\n* futurist:0: Two.", "there twice"),
        ("* ", "no name with words"),
        ("Stray words.", "belongs to nothing"),
    ],
)
def test_what_was_typed_in_a_place_of_its_own_is_a_problem_and_not_dropped(line: str, why: str) -> None:
    (problem,) = read_markdown(f"# d, revision 0\n\n{line}\n", []).problems
    assert why in problem
    assert "Line " in problem


@pytest.mark.parametrize("line", ["[a] futurist:0", "[ ] futurist:views", "[X] ai-critic:line (accurate)", "[c] held"])
def test_a_file_with_decision_marks_is_refused_in_one_sentence(line: str) -> None:
    taken = read_markdown(f"# d, revision 0\n\nOdd.\n{line}\nWords.\n* strike:futurist:\n> Else\n", [])
    assert [problem.count("panel drafts decide DRAFT TARGET DECISION") for problem in taken.problems] == [1]
    assert taken.words == {}


@pytest.mark.parametrize("text", ["", "\n\n", "words", "# d revision 0", "# d, revision x"])
def test_a_file_that_names_no_draft_is_a_problem(text: str) -> None:
    taken = read_markdown(text, [])
    assert taken.number == -1
    assert "first line" in taken.problems[0]


def test_a_note_keeps_its_paragraphs_and_a_sentence_is_one_line() -> None:
    form = [FileItem("note", ""), FileItem("futurist:0", "A")]
    changed, _ = words_changed({"note": "One.\n\nTwo.", "futurist:0": "A\nB"}, form)
    assert changed == {"note": "One.\n\nTwo.", "futurist:0": "A B"}


def test_words_that_were_deleted_are_a_problem_and_no_removal() -> None:
    changed, (problem,) = words_changed({}, [FileItem("futurist:0", "Words.")])
    assert changed == {}
    assert "futurist:0 is missing" in problem and "leave its name and empty it" in problem


def test_words_nobody_wrote_are_a_problem() -> None:
    changed, (problem,) = words_changed({"futurist:9": "Mine."}, [])
    assert changed == {}
    assert "'futurist:9'" in problem
