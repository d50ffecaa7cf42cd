"""`panel edit` from outside, with editors that are scripts: what is typed is taken over, or kept, and never lost."""

from pathlib import Path

import pytest
import yaml
from tests.support.command import SPECIMEN, run, run_here
from tests.support.newsrooms import ACCEPT_ALL, BOTH, LARK, approve, copy_workspace, edit, editor, edits, make_workspace

SAYS = 's = s.replace("The maker\'s own count says", "The maker counts")'


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_workspace(tmp_path_factory.mktemp("edit") / "made")


@pytest.fixture
def at(made: Path, tmp_path: Path) -> Path:
    return copy_workspace(made, tmp_path / "ws")


def points(at: Path, draft: str = LARK) -> dict[str, str]:
    """What was decided, by name of the point."""
    shown = run_here("drafts", "show", draft, "--json", at=at).data["points"]
    return {f"{p['persona_id']}:{p['place']}:{p['kind']}": (p["decision"] or {}).get("decision", "") for p in shown}


def test_every_kind_of_change_in_one_file_is_taken_over_and_summed_up(at: Path, tmp_path: Path) -> None:
    said = edit(
        at, tmp_path, LARK, SAYS, ACCEPT_ALL, 's = s.replace("[a] competitor-skeptic:0", "[x] competitor-skeptic:0")',
        's = s.replace("[a] developer-experience:1", "[m] developer-experience:1")',
        's = s.replace("* note:", "* note: We ran none of this.\\n\\nSecond paragraph.")',
    )  # fmt: skip
    assert said.code == 0, said.err
    assert "1 the maker's word, 1 amended, 1 removed, note saved; 0 left" in said.complaint
    assert edits(at) == []
    shown = run_here("drafts", "show", LARK, "--json", at=at).data
    assert shown["revision"]["text"]["note"] == "We ran none of this.\n\nSecond paragraph."
    assert shown["revision"]["text"]["note_by"] == "Mara Lind"
    decided = points(at)
    assert decided["developer-experience:1:claim"] == "attributed"
    assert decided["competitor-skeptic:2:claim"] == "amended"
    assert "competitor-skeptic:0:claim" not in decided
    assert all(d for d in decided.values())


def test_a_line_with_a_figure_has_a_mark_of_its_own_in_the_file(at: Path, tmp_path: Path) -> None:
    line = "competitor-skeptic:line"
    kept = edit(at, tmp_path, LARK, f's = s.replace("[ ] {line}", "[m] {line}")')
    assert kept.code != 0 and "[m] is no mark for it" in kept.err
    edits(at)[0].unlink()
    said = edit(at, tmp_path, LARK, f's = s.replace("[ ] {line}", "[x] {line}")', ACCEPT_ALL)
    assert said.code == 0, said.err
    assert "1 removed" in said.complaint and "0 left" in said.complaint
    words = run_here("drafts", "show", LARK, "--json", at=at).data["revision"]["text"]["critics"]
    assert [w["line"] == "" for w in words if w["persona_id"] == "competitor-skeptic"] == [True]
    assert run_here("drafts", "undo", LARK, at=at).code == 0


def test_passages_that_stand_in_the_file_count_as_seen(at: Path, tmp_path: Path) -> None:
    written = run_here("edit", LARK, "--print", at=at).out
    edit(at, tmp_path, LARK, ACCEPT_ALL)
    for point in run_here("drafts", "show", LARK, "--json", at=at).data["points"]:
        for passage in point["passages"]:
            assert point["decision"]["source_seen"]
            assert f"> {passage['passage_id']}, " in written


def test_an_unchanged_file_does_nothing(at: Path, tmp_path: Path) -> None:
    said = edit(at, tmp_path, LARK)
    assert said.code == 0
    assert "Nothing was changed" in said.complaint
    assert edits(at) == []
    assert run_here("drafts", "show", LARK, "--json", at=at).data["revision"]["number"] == 0


def test_taking_the_same_decided_draft_again_does_nothing(at: Path, tmp_path: Path) -> None:
    edit(at, tmp_path, LARK, SAYS, ACCEPT_ALL)
    written = tmp_path / "again.md"
    written.write_text(run_here("edit", LARK, "--print", at=at).out, encoding="utf-8")
    said = run_here("edit", LARK, "--from", str(written), "--json", at=at)
    assert said.data["done"] == {}


def test_a_mistake_in_the_file_keeps_it_and_takes_nothing_over(at: Path, tmp_path: Path) -> None:
    """A mistake in the file keeps it and takes nothing over until it is mended."""
    said = edit(at, tmp_path, LARK, ACCEPT_ALL, 's = s.replace("[a] futurist:0", "[z] futurist:0")')
    assert said.code == 2
    (kept,) = edits(at)
    assert str(kept) in said.complaint
    assert not any(points(at).values())
    text = kept.read_text(encoding="utf-8")
    kept.write_text(text.replace("[z] futurist:0", "[a] futurist:0"), encoding="utf-8")
    said = run_here("edit", LARK, "--from", str(kept), at=at)
    assert said.code == 0, said.err
    assert "0 left" in said.complaint
    assert kept.exists()


def test_a_line_typed_into_a_passage_is_not_dropped_in_silence(at: Path, tmp_path: Path) -> None:
    said = edit(at, tmp_path, LARK, 's = s.replace("\\n> S3.2", "\\n> I doubt this.\\n> S3.2", 1)')
    assert said.code == 2
    assert "I doubt this" in said.complaint
    assert "I doubt this" in edits(at)[0].read_text(encoding="utf-8")


def test_deleted_passages_and_headings_are_no_mistake(at: Path, tmp_path: Path) -> None:
    said = edit(at, tmp_path, LARK, ACCEPT_ALL, 's = re.sub(r"^(>|##).*\\n", "", s, flags=re.M)')
    assert said.code == 0, said.err
    assert "0 left" in said.complaint


def test_an_editor_that_fails_takes_nothing_over_and_loses_nothing(at: Path, tmp_path: Path) -> None:
    command = editor(tmp_path, "open(p, 'w').write(s.replace('[ ]', '[a]'))", "sys.exit(3)")
    said = run_here("edit", LARK, at=at, EDITOR=command)
    assert said.code == 2
    assert "ended with 3" in said.err
    (kept,) = edits(at)
    assert "[a] futurist:0" in kept.read_text(encoding="utf-8")
    assert str(kept) in said.err
    assert not any(points(at).values())


def test_what_an_earlier_edit_left_is_named_and_never_written_over(at: Path, tmp_path: Path) -> None:
    edit(at, tmp_path, LARK, 's = s.replace("[ ] futurist:0", "[z] futurist:0")')
    (kept,) = edits(at)
    before = kept.read_bytes()
    said = edit(at, tmp_path, LARK, ACCEPT_ALL)
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
    said = run_here("edit", LARK, at=at, VISUAL=editor(tmp_path, ACCEPT_ALL), EDITOR="/no/such/editor")
    assert said.code == 0, said.err


def test_a_conflict_keeps_both_texts_and_takes_over_all_the_rest(at: Path, tmp_path: Path) -> None:
    """Somebody else rewrites a sentence and removes another while the file lies open."""
    meanwhile = tmp_path / "meanwhile.md"
    theirs = run_here("edit", LARK, "--print", at=at).out.replace(
        "The maker's own count says", "By its own count it is"
    )
    meanwhile.write_text(theirs.replace("[ ] futurist:0", "[x] futurist:0"), encoding="utf-8")
    said = edit(
        at, tmp_path, LARK, SAYS, ACCEPT_ALL, "import subprocess",
        f"subprocess.run([sys.executable, '-m', 'panel', 'edit', {LARK!r}, '--from', {str(meanwhile)!r}], check=True)",
    )  # fmt: skip
    assert said.code == 5
    assert "The maker counts 61 percent" in said.err
    assert "By its own count it is 61 percent" in said.err
    (kept,) = edits(at)
    assert "The maker counts 61 percent" in kept.read_text(encoding="utf-8")
    decided = points(at)
    assert decided["futurist:1:claim"] == "accurate"
    assert "futurist:0:claim" not in decided, "what the other removed stays removed"
    shown = run_here("drafts", "diff", LARK, "--json", at=at).data["changes"]
    assert next(c["now"] for c in shown if c["field"] == "competitor-skeptic:2").startswith("By its own count")


def test_somebody_elses_other_words_are_not_taken_back_by_an_older_file(at: Path, tmp_path: Path) -> None:
    file = tmp_path / "older.md"
    file.write_text(
        run_here("edit", LARK, "--print", at=at).out.replace("[ ] futurist:0", "[a] futurist:0"), encoding="utf-8"
    )
    edit(at, tmp_path, LARK, SAYS)
    said = run_here("edit", LARK, "--from", str(file), at=at)
    assert said.code == 0, said.err
    changes = run_here("drafts", "diff", LARK, "--json", at=at).data["changes"]
    assert [c["field"] for c in changes] == ["competitor-skeptic:2"]
    assert points(at)["futurist:0:claim"] == "accurate"


def test_a_comparisons_file_holds_the_note_and_no_sentence(at: Path, tmp_path: Path) -> None:
    said = edit(at, tmp_path, BOTH, 's = s.replace("* note:", "* note: Both are young.")')
    assert said.code == 0, said.err
    assert "note saved" in said.complaint
    assert "[ ]" not in run_here("edit", BOTH, "--print", at=at).out.split("\n## ")[1]


def test_a_draft_that_was_put_away_is_fetched_back_before_anybody_types(at: Path, tmp_path: Path) -> None:
    run_here("drafts", "reject", LARK, "--reason", "inaccurate", at=at)
    said = edit(at, tmp_path, LARK, ACCEPT_ALL)
    assert said.code == 2
    assert "Fetch it back first" in said.complaint
    assert edits(at) == []


def test_a_signed_draft_is_open_again_when_its_file_changes_a_word(at: Path, tmp_path: Path) -> None:
    approve(at, tmp_path)
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
    assert "\n\\[a] futurist:0\n" in written
    file = tmp_path / "same.md"
    file.write_text(written, encoding="utf-8")
    said = run_here("edit", LARK, "--from", str(file), "--json", at=at)
    assert said.data["done"] == {}
    assert not any(points(at).values())
