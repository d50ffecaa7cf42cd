"""`panel audit verify` on a database that somebody changed behind the desk's back: each change is found and named."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.support.command import run_here
from tests.support.newsrooms import LARK, SAYS, approve, copy_workspace, database, edit, make_workspace


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A draft that was edited, approved, published, corrected and retracted."""
    folder = tmp_path_factory.mktemp("audit")
    at = make_workspace(folder / "made")
    edit(at, folder, LARK, SAYS)
    approve(at)
    run_here("drafts", "publish", LARK, at=at)
    edit(at, folder, LARK, 's = s.replace("* note:", "* note: We erred.")')
    run_here("drafts", "approve", LARK, at=at)
    run_here("drafts", "publish", LARK, "--reason", "A wrong figure", at=at)
    assert run_here("drafts", "retract", LARK, "--reason", "Another tool", at=at).code == 0
    return at


@pytest.fixture
def at(made: Path, tmp_path: Path) -> Path:
    return copy_workspace(made, tmp_path / "ws")


def audit(at: Path) -> tuple[int, dict[str, Any]]:
    said = run_here("audit", "verify", "--json", at=at)
    return said.code, said.data


def test_an_untouched_record_is_whole_and_says_how_much_it_looked_at(at: Path) -> None:
    code, found = audit(at)
    assert (code, found["whole"], found["broken"]) == (0, True, [])
    assert found["rows"]["approvals"] == 2
    assert found["rows"]["publications"] == 3
    assert found["rows"]["decisions"] >= 16
    assert found["last"].startswith("sha256:")


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("UPDATE desk_acts SET detail = replace(detail, 'accurate', 'attributed') WHERE seq = 9", "Line 9 of the log was changed"),
        ("UPDATE desk_acts SET \"by\" = 'nobody' WHERE seq = 6", "Line 6 of the log was changed"),
        ("DELETE FROM desk_acts WHERE seq = 7", "Line 7 of the log is missing"),
        ("DELETE FROM desk_acts WHERE what = 'retracted'", "Publication 3 has no line in the log"),
        ("UPDATE desk_acts SET at = 'yesterday' WHERE seq = 4", "can't be read"),
        (f"UPDATE desk_revisions SET json = replace(json, 'The maker counts', 'We count') WHERE draft_id = '{LARK}'", f"Revision 1 of {LARK} was changed"),
        ("UPDATE desk_revisions SET reason = 'x', json = '{' WHERE number = 1", "Revision"),
        ("DELETE FROM desk_revisions WHERE number = 1", f"Revision 1 of {LARK} is gone"),
        ("UPDATE desk_decisions SET json = replace(json, '\"page_opened\":false', '\"page_opened\":true') WHERE decision_id = 3", "Decision 3 is not the one in the log"),
        ("UPDATE desk_decisions SET decision = 'removed' WHERE decision_id = 2", "Decision 2 was changed"),
        ("UPDATE desk_decisions SET settles = 1 - settles WHERE decision_id = 5", "Decision 5 was changed"),
        ("DELETE FROM desk_decisions WHERE decision_id = 4", "Decision 4 is gone"),
        ("UPDATE desk_approvals SET json = replace(json, 'Lind Publishing', 'Nobody') WHERE approval_id = 1", "Approval 1 is not the one in the log"),
        ("UPDATE desk_approvals SET number = 0 WHERE approval_id = 2", "Approval 2 was changed"),
        ("DELETE FROM desk_approvals WHERE approval_id = 2", "Approval 2 is gone"),
        ("UPDATE desk_publications SET reason = 'No reason' WHERE publication_id = 2", "Publication 2 is not the one in the log"),
        ("DELETE FROM desk_publications WHERE publication_id = 3", "Publication 3 is gone"),
        ("UPDATE desk_bases SET json = replace(json, 'percent', 'per cent') WHERE kind = 'review'", "What the machine wrote was changed"),
    ],
)  # fmt: skip
def test_what_was_changed_behind_the_desks_back_is_named(at: Path, sql: str, named: str) -> None:
    with database(at) as conn:
        assert conn.execute(sql).rowcount > 0
    code, found = audit(at)
    assert code == 5
    assert named in found["broken"][0], found["broken"]
    said = run_here("audit", "verify", at=at)
    assert said.code == 5
    assert named in said.out


def test_a_row_put_in_by_hand_has_no_line_in_the_log(at: Path) -> None:
    with database(at) as conn:
        row = json.loads(conn.execute("SELECT json FROM desk_approvals WHERE approval_id = 2").fetchone()[0])
        more = json.dumps(row | {"approval_id": 9})
        conn.execute(
            'INSERT INTO desk_approvals SELECT 9, draft_id, number, revision_hash, edition, "by", at, ? FROM desk_approvals'
            " WHERE approval_id = 2",
            (more,),
        )
    code, found = audit(at)
    assert code == 5
    assert found["broken"] == ["Approval 9 has no line in the log."]


def test_a_file_that_is_no_approval_file_is_a_mistake(tmp_path: Path) -> None:
    for text in ("{", "[]", "{}", "null"):
        file = tmp_path / "file.json"
        file.write_text(text, encoding="utf-8")
        said = run_here("audit", "verify", str(file), at=tmp_path)
        assert said.code == 2
        assert "no approval file" in said.complaint
    assert run_here("audit", "verify", "nothing.json", at=tmp_path).code == 2
