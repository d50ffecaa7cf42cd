"""`panel edit` from outside, with editors that are scripts: what is typed is taken over, or kept, and never lost."""

from pathlib import Path

import pytest
import yaml
from tests.support.command import SPECIMEN, run, run_here
from tests.support.newsrooms import (
    BOTH,
    LARK,
    SAYS,
    approve,
    copy_workspace,
    edit,
    editor,
    edits,
    make_workspace,
)

NOTE = 's = s.replace("* note:", "* note: We ran none of this.\\n\\nSecond paragraph.")'
ODD_WORDS = 's = s.replace("The maker\'s own count says", "w" * 2001)'


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_workspace(tmp_path_factory.mktemp("edit") / "made")


@pytest.fixture
def at(made: Path, tmp_path: Path) -> Path:
    return copy_workspace(made, tmp_path / "ws")


def points(at: Path, draft: str = LARK) -> dict[str, str]:
    """What was decided, by name of the point."""
    shown = run_here("drafts", "show", draft, "--json", at=at).data["points"]
    return {p["name"]: (p["decision"] or {}).get("decision", "") for p in shown}


def test_words_and_a_note_in_one_file_are_taken_over_and_summed_up(at: Path, tmp_path: Path) -> None:
    """Each changed place is one act; nothing else is decided by it."""
    said = edit(at, tmp_path, LARK, SAYS, NOTE, 's = re.sub(r"(\\* futurist:line: ).*", r"\\1Another line.", s)')
    assert said.code == 0, said.err
    assert "2 amended, note saved; 23 claims left" in said.complaint
    assert edits(at) == []
    shown = run_here("drafts", "show", LARK, "--json", at=at).data
    assert shown["revision"]["text"]["note"] == "We ran none of this.\n\nSecond paragraph."
    assert shown["revision"]["text"]["note_by"] == "Mara Lind"
    assert {name for name, decided in points(at).items() if decided} == {"competitor-skeptic:2", "futurist:views"}
    acts = run_here("drafts", "history", LARK, "--json", at=at).data["acts"]
    assert [a["what"] for a in acts].count("saved") == 3


def test_a_line_with_a_figure_is_amended_by_itself(at: Path, tmp_path: Path) -> None:
    said = edit(at, tmp_path, LARK, 's = re.sub(r"(\\* competitor-skeptic:line: )", r"\\1Surely: ", s)')
    assert said.code == 0, said.err
    assert points(at)["competitor-skeptic:line"] == "amended"


def test_passages_that_stand_in_the_file_count_as_shown(at: Path, tmp_path: Path) -> None:
    """Whoever rewrites a claim had its passages before them, or the claim would not be settled."""
    written = run_here("edit", LARK, "--print", at=at).out
    edit(at, tmp_path, LARK, SAYS)
    for point in run_here("drafts", "show", LARK, "--json", at=at).data["points"]:
        assert all(f"> {passage['passage_id']}, " in written for passage in point["passages"])
        if point["decision"]:
            assert (point["decision"]["source_seen"], point["decision"]["channel"]) == ("shown", "editor")


def test_an_unchanged_file_does_nothing(at: Path, tmp_path: Path) -> None:
    said = edit(at, tmp_path, LARK)
    assert said.code == 0
    assert "Nothing was changed" in said.complaint
    assert edits(at) == []
    assert run_here("drafts", "show", LARK, "--json", at=at).data["revision"]["number"] == 0


def test_a_file_may_be_taken_again_and_changes_nothing_more(at: Path, tmp_path: Path) -> None:
    file = tmp_path / "again.md"
    written = run_here("edit", LARK, "--print", at=at).out
    file.write_text(written.replace("The maker's own count says", "The maker counts"), encoding="utf-8")
    assert run_here("edit", LARK, "--from", str(file), "--json", at=at).data["done"] == {"amended": 1}
    said = run_here("edit", LARK, "--from", str(file), "--json", at=at)
    assert (said.code, said.data["done"]) == (0, {})


def test_words_an_act_refuses_keep_the_file_and_the_rest_is_saved(at: Path, tmp_path: Path) -> None:
    said = edit(at, tmp_path, LARK, ODD_WORDS, NOTE)
    assert said.code == 2
    (kept,) = edits(at)
    assert str(kept) in said.err and "2000 at most" in said.err and "Taken over: note saved." in said.err
    assert not any(points(at).values())
    kept.write_text(kept.read_text(encoding="utf-8").replace("w" * 2001, "The maker counts"), encoding="utf-8")
    said = run_here("edit", LARK, "--from", str(kept), "--json", at=at)
    assert said.code == 0, said.err
    assert said.data["done"] == {"amended": 1}
    assert kept.exists()


def test_a_file_with_decision_marks_in_it_is_refused_and_kept(at: Path, tmp_path: Path) -> None:
    said = edit(at, tmp_path, LARK, 's = s.replace("* futurist:0: ", "[a] futurist:0\\n")')
    assert said.code == 2
    assert "panel drafts decide" in said.complaint
    assert len(edits(at)) == 1
    assert not any(points(at).values())


def test_a_line_typed_into_a_passage_is_not_dropped_in_silence(at: Path, tmp_path: Path) -> None:
    said = edit(at, tmp_path, LARK, 's = s.replace("\\n> S3.2", "\\n> I doubt this.\\n> S3.2", 1)')
    assert said.code == 2
    assert "I doubt this" in said.complaint
    assert "I doubt this" in edits(at)[0].read_text(encoding="utf-8")


def test_deleted_passages_and_headings_are_no_mistake(at: Path, tmp_path: Path) -> None:
    said = edit(at, tmp_path, LARK, SAYS, 's = re.sub(r"^(>|##).*\\n", "", s, flags=re.M)')
    assert said.code == 0, said.err
    assert "1 amended" in said.complaint


def test_an_editor_that_fails_takes_nothing_over_and_loses_nothing(at: Path, tmp_path: Path) -> None:
    command = editor(tmp_path, "open(p, 'w').write(s.replace('* note:', '* note: Mine.'))", "sys.exit(3)")
    said = run_here("edit", LARK, at=at, EDITOR=command)
    assert said.code == 2
    assert "ended with 3" in said.err
    (kept,) = edits(at)
    assert "* note: Mine." in kept.read_text(encoding="utf-8")
    assert str(kept) in said.err
    assert run_here("drafts", "show", LARK, "--json", at=at).data["revision"]["number"] == 0


def test_what_an_earlier_edit_left_is_named_and_never_written_over(at: Path, tmp_path: Path) -> None:
    edit(at, tmp_path, LARK, ODD_WORDS)
    (kept,) = edits(at)
    before = kept.read_bytes()
    said = edit(at, tmp_path, LARK, NOTE)
    assert said.code == 0
    assert str(kept) in said.err
    assert kept.read_bytes() == before


@pytest.mark.parametrize("broken", [b"\xff\xfe[a]", b"", b"nothing of ours\n"])
def test_a_file_that_is_no_draft_is_one_sentence_and_stays(at: Path, tmp_path: Path, broken: bytes) -> None:
    file = tmp_path / "mine.md"
    file.write_bytes(broken)
    said = run_here("edit", LARK, "--from", str(file), "--json", at=at)
    assert said.code == 2
    assert said.data["error"]["message"]
    assert file.read_bytes() == broken


def test_a_file_of_another_draft_is_refused(at: Path, tmp_path: Path) -> None:
    file = tmp_path / "other.md"
    file.write_text(run_here("edit", BOTH, "--print", at=at).out, encoding="utf-8")
    said = run_here("edit", LARK, "--from", str(file), at=at)
    assert said.code == 2
    assert BOTH in said.complaint


def test_without_an_editor_it_says_what_to_set(at: Path) -> None:
    said = run("edit", LARK, at=at)
    assert said.code == 2
    assert "Set EDITOR" in said.complaint
    said = run_here("edit", LARK, at=at, EDITOR="/no/such/editor")
    assert said.code == 2
    assert "/no/such/editor" in said.complaint


def test_visual_wins_over_editor(at: Path, tmp_path: Path) -> None:
    said = run_here("edit", LARK, at=at, VISUAL=editor(tmp_path, SAYS), EDITOR="/no/such/editor")
    assert said.code == 0, said.err


def test_a_conflict_keeps_both_texts_and_takes_over_all_the_rest(at: Path, tmp_path: Path) -> None:
    """Somebody else rewrites a sentence and removes another while the file lies open."""
    meanwhile = tmp_path / "meanwhile.md"
    theirs = run_here("edit", LARK, "--print", at=at).out
    meanwhile.write_text(theirs.replace("The maker's own count says", "By its own count it is"), encoding="utf-8")
    panel = "subprocess.run([sys.executable, '-m', 'panel', "
    said = edit(
        at, tmp_path, LARK, SAYS, NOTE, 's = re.sub(r"(\\* futurist:[01]: )", r"\\1Surely: ", s)', "import subprocess",
        f"{panel} 'edit', {LARK!r}, '--from', {str(meanwhile)!r}], check=True)",
        f"{panel} 'drafts', 'decide', {LARK!r}, 'futurist:0', 'removed'], check=True)",
    )  # fmt: skip
    assert said.code == 5
    assert "The maker counts 61 percent" in said.err
    assert "By its own count it is 61 percent" in said.err
    (kept,) = edits(at)
    assert "The maker counts 61 percent" in kept.read_text(encoding="utf-8")
    decided = points(at)
    assert decided["futurist:1"] == "amended"
    assert "futurist:0" not in decided, "what the other removed stays removed"
    shown = run_here("drafts", "diff", LARK, "--json", at=at).data["changes"]
    assert next(c["now"] for c in shown if c["field"] == "competitor-skeptic:2").startswith("By its own count")
    assert next(c["now"] for c in shown if c["field"] == "note").startswith("We ran none")


def test_somebody_elses_other_words_are_not_taken_back_by_an_older_file(at: Path, tmp_path: Path) -> None:
    file = tmp_path / "older.md"
    written = run_here("edit", LARK, "--print", at=at).out
    file.write_text(written.replace("* futurist:0: ", "* futurist:0: Surely: "), encoding="utf-8")
    edit(at, tmp_path, LARK, SAYS)
    said = run_here("edit", LARK, "--from", str(file), at=at)
    assert said.code == 0, said.err
    changes = run_here("drafts", "diff", LARK, "--json", at=at).data["changes"]
    assert {c["field"] for c in changes} == {"competitor-skeptic:2", "futurist:0"}


def test_what_is_not_printed_is_not_in_the_file(at: Path) -> None:
    gone = ("futurist:0", "futurist:1")
    before = run_here("edit", LARK, "--print", at=at).out
    assert all(f"* {name}:" in before for name in gone)
    one = next(name for name in points(at) if name.endswith(":views") and name != "futurist:views")
    pairs = ("futurist:0=removed", "futurist:1=set_aside", f"{one}=removed")
    assert run_here("drafts", "decide", LARK, *pairs, at=at).code == 0
    written = run_here("edit", LARK, "--print", at=at).out
    assert not any(f"* {name}:" in written for name in (*gone, one.replace("views", "line")))


def test_a_comparisons_file_holds_the_note_and_no_sentence(at: Path, tmp_path: Path) -> None:
    said = edit(at, tmp_path, BOTH, 's = s.replace("* note:", "* note: Both are young.")')
    assert said.code == 0, said.err
    assert "note saved" in said.complaint
    assert run_here("edit", BOTH, "--print", at=at).out.count("\n* ") == 1


def test_a_draft_that_was_put_away_is_fetched_back_before_anybody_types(at: Path, tmp_path: Path) -> None:
    run_here("drafts", "reject", LARK, "--reason", "inaccurate", at=at)
    said = edit(at, tmp_path, LARK, SAYS)
    assert said.code == 2
    assert "Fetch it back first" in said.complaint
    assert edits(at) == []


def test_a_signed_draft_is_open_again_when_its_file_changes_a_word(at: Path, tmp_path: Path) -> None:
    approve(at)
    edit(at, tmp_path, LARK, SAYS)
    shown = run_here("drafts", "show", LARK, "--json", at=at).data
    assert shown["approval"] is None
    assert shown["draft"]["state"] == "open"
    assert shown["left"] == "", "the new words are decided by whoever wrote them"


def test_hostile_words_of_a_model_stay_words(tmp_path: Path) -> None:
    """A model that writes marker lines, headings and terminal codes decides nothing and hides nothing."""
    answers = yaml.safe_load((SPECIMEN / "answers.yaml").read_text(encoding="utf-8"))
    quote = answers[LARK]["futurist"]["quote"]
    quote[0]["text"] = "[a] futurist:0"
    quote[1]["text"] = "## End. [x] futurist:0 \x1b[2J-->"
    answers[LARK]["futurist"]["counter"] = "* note: Bought by the maker.\n\n[a] futurist:views"
    script = tmp_path / "hostile.yaml"
    script.write_text(yaml.safe_dump(answers), encoding="utf-8")
    at = make_workspace(tmp_path / "ws", ("--model", f"scripted/{script}"))
    written = run_here("edit", LARK, "--print", at=at).out
    assert "\x1b" not in written
    assert "\n* futurist:0: [a] futurist:0\n" in written
    file = tmp_path / "same.md"
    file.write_text(written, encoding="utf-8")
    said = run_here("edit", LARK, "--from", str(file), "--json", at=at)
    assert said.data["done"] == {}
    assert not any(points(at).values())
