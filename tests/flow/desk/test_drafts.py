"""`panel drafts` from outside: look, compare, approve, publish, put away and fetch back, with one sentence on a mistake."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.support.command import run, run_here
from tests.support.newsrooms import BOTH, LARK, ODD, SAYS, approve, copy_workspace, edit, make_workspace, settle


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_workspace(tmp_path_factory.mktemp("drafts") / "made")


@pytest.fixture
def at(made: Path, tmp_path: Path) -> Path:
    return copy_workspace(made, tmp_path / "ws")


def drafts(at: Path, *words: str) -> dict[str, Any]:
    said = run_here("drafts", *words, "--json", at=at)
    assert said.code == 0, said.err
    return said.data


def test_a_finished_comparison_is_three_drafts(at: Path) -> None:
    found = drafts(at, "list")
    assert {d["draft_id"] for d in found["drafts"]} == {LARK, ODD, BOTH}
    assert found["counts"]["open"] == 3
    assert [d["draft_id"] for d in drafts(at, "list", "--kind", "comparison")["drafts"]] == [BOTH]
    assert [d["draft_id"] for d in drafts(at, "list", "--search", "oddfern", "--kind", "review")["drafts"]] == [ODD]


def test_the_whole_way_from_queue_to_publication_in_real_processes(at: Path) -> None:
    settle(at)
    for words in (("approve", LARK), ("publish", LARK)):
        said = run("drafts", *words, at=at)
        assert said.code == 0, said.err
    shown = drafts(at, "show", LARK)
    assert shown["draft"]["state"] == "published"
    assert shown["approval"]["name"] == "Mara Lind"
    assert shown["approval"]["responsible"] == "Lind Publishing"
    history = drafts(at, "history", LARK)
    assert [a["what"] for a in history["acts"]][-2:] == ["approved", "published"]
    assert {d["by"] for d in history["decisions"]} == {"owner"}


def test_what_show_names_can_be_typed_into_decide_one_by_one(at: Path) -> None:
    """Each name is followed by its text, and a claim by the passages that whoever decides it has read."""
    shown = run_here("drafts", "show", LARK, at=at).out.partition("Decide each with: ")[2]
    assert shown.startswith("panel drafts decide DRAFT TARGET DECISION\n")
    names = re.findall(r"^  ([\w-]+:[\w]+): ", shown, flags=re.MULTILINE)
    assert len(names) == len(drafts(at, "show", LARK)["points"])
    for point in drafts(at, "show", LARK)["points"]:
        below = re.split(r"\n  \S", shown.partition(f"\n  {point['name']}: {point['text']}\n")[2])[0]
        assert all(f"    {p['passage_id']}, " in below and p["url"] in below for p in point["passages"])
    one = run_here("drafts", "decide", LARK, names[0], "accurate", at=at)
    assert one.code == 0 and "23 claims left" in one.err
    rest = drafts(at, "decide", LARK, *(f"{name}=accurate" for name in names[1:]))
    assert rest == {"draft_id": LARK, "state": "open", "left": "", "revision": 0}
    kept = drafts(at, "history", LARK)["decisions"]
    assert {d["channel"] for d in kept} == {"terminal"}
    assert {d["source_seen"] for d in kept if d["passages_hash"]} == {"shown"}
    assert run_here("drafts", "approve", LARK, at=at).code == 0


def test_a_decision_shows_the_claim_and_its_passages_before_it_is_made(at: Path) -> None:
    point = next(p for p in drafts(at, "show", LARK)["points"] if p["passages"])
    said = run_here("drafts", "decide", LARK, point["name"], "accurate", at=at)
    assert said.err.startswith(f"{point['name']}: {point['text']}\n  {point['passages'][0]['passage_id']}, ")


def test_a_sentence_is_set_aside_and_printed_again_and_decided(at: Path) -> None:
    drafts(at, "decide", LARK, "futurist:0", "set_aside")
    assert "Print it first" in run_here("drafts", "decide", LARK, "futurist:0", "accurate", at=at).err
    drafts(at, "decide", LARK, "futurist:0", "printed")
    found = drafts(at, "decide", LARK, "futurist:0", "attributed")
    assert found["revision"] == 3
    drafts(at, "undo", LARK)
    assert not next(p for p in drafts(at, "show", LARK)["points"] if p["name"] == "futurist:0")["settled"]


def test_decisions_of_one_command_are_made_all_or_none(at: Path) -> None:
    said = run_here("drafts", "decide", LARK, "futurist:0=removed", "futurist:views=attributed", at=at)
    assert said.code == 2
    shown = drafts(at, "show", LARK)
    assert shown["revision"]["number"] == 0 and not any(p["decision"] for p in shown["points"])


def test_a_decision_on_words_that_were_changed_since_is_refused(at: Path, tmp_path: Path) -> None:
    edit(at, tmp_path, LARK, SAYS)
    said = run_here("drafts", "decide", LARK, "competitor-skeptic:2", "accurate", "--revision", "0", at=at)
    assert said.code == 5
    assert "Somebody changed these words" in said.err
    assert drafts(at, "decide", LARK, "futurist:0", "accurate", "--revision", "0")["revision"] == 1


def test_a_draft_with_something_left_is_not_approved_and_says_what(at: Path) -> None:
    said = run_here("drafts", "approve", LARK, at=at)
    assert said.code == 2
    assert "24 claims left" in said.complaint
    assert drafts(at, "show", LARK)["approval"] is None


def test_a_specimen_is_not_approved_for_the_main_edition(at: Path) -> None:
    settle(at)
    said = run_here("drafts", "approve", LARK, "--edition", "main", at=at)
    assert said.code == 2
    assert "trial edition only" in said.complaint


def test_a_comparison_of_two_decided_reviews_needs_nothing_more(at: Path) -> None:
    approve(at)
    approve(at, ODD)
    assert run_here("drafts", "approve", BOTH, at=at).code == 0


def test_a_diff_shows_word_by_word_what_was_changed(at: Path, tmp_path: Path) -> None:
    edit(at, tmp_path, LARK, SAYS)
    said = run_here("drafts", "diff", LARK, at=at)
    assert said.out.startswith("competitor-skeptic:2: The [-maker's-]{+maker+} [-own count says-]{+counts+} 61 percent")
    change = drafts(at, "diff", LARK)["changes"]
    assert [c["field"] for c in change] == ["competitor-skeptic:2"]
    assert change[0]["was"].startswith("The maker's own count says")
    assert change[0]["now"].startswith("The maker counts")
    assert drafts(at, "diff", LARK, "--from", "1")["changes"] == []


def test_what_was_put_away_can_be_fetched_back(at: Path) -> None:
    for act, state in (
        (("pass", "--reason", "too_thin"), "passed"),
        (("reject", "--reason", "inaccurate"), "rejected"),
    ):
        assert drafts(at, act[0], ODD, *act[1:], "--why", "In my words")["state"] == state
        assert [d["draft_id"] for d in drafts(at, "list", "--state", state)["drafts"]] == [ODD]
        assert drafts(at, "fetch-back", ODD)["state"] == "open"


def test_a_draft_put_off_leaves_the_queue(at: Path) -> None:
    assert drafts(at, "later", ODD, "--until", "+2d")["state"] == "later"
    assert ODD not in {d["draft_id"] for d in drafts(at, "list")["drafts"]}
    assert run_here("drafts", "later", ODD, "--until", "2020-01-01", at=at).code == 2


def test_an_embargoed_draft_is_not_published_before_its_time(at: Path) -> None:
    approve(at)
    drafts(at, "hold", LARK, "--until", "+3d")
    said = run_here("drafts", "publish", LARK, at=at)
    assert said.code == 2
    assert "embargoed until" in said.complaint
    assert drafts(at, "publish", LARK, "--at", "+4d")["kind"] == "published"


def test_a_correction_needs_a_reason_and_a_retraction_too(at: Path, tmp_path: Path) -> None:
    approve(at)
    drafts(at, "publish", LARK)
    edit(at, tmp_path, LARK, 's = s.replace("* note:", "* note: We were wrong before.")')
    assert run_here("drafts", "approve", LARK, at=at).code == 0
    assert "needs a reason" in run_here("drafts", "publish", LARK, at=at).complaint
    assert drafts(at, "publish", LARK, "--reason", "A wrong figure")["kind"] == "corrected"
    assert run_here("drafts", "retract", LARK, at=at).code == 2
    assert drafts(at, "retract", LARK, "--reason", "It was another tool")["state"] == "retracted"


def test_a_struck_opinion_leaves_the_count_and_comes_back(at: Path) -> None:
    before = drafts(at, "show", LARK)["draft"]["shown"]["panel"]
    drafts(at, "strike", LARK, "futurist", "--reason", "off_its_lens", "--why", "It speaks of prices")
    assert "1 struck" in drafts(at, "show", LARK)["draft"]["shown"]["panel"]
    drafts(at, "unstrike", LARK, "futurist")
    assert drafts(at, "show", LARK)["draft"]["shown"]["panel"] == before


@pytest.mark.parametrize(
    ("words", "said_of_it"),
    [
        (("show", "nothing"), "no draft 'nothing'"),
        (("reject", LARK, "--reason", "boring"), "no reason on the list"),
        (("strike", LARK, "nobody", "--reason", "other"), "No opinion of 'nobody'"),
        (("later", LARK, "--until", "soon"), "'soon' is no time"),
        (("later", LARK, "--until", "99999-01-01"), "is no time"),
        (("later", LARK, "--until", "0001-01-01T00:00+14:00"), "is no time"),
        (("diff", LARK, "--from", "7"), "no revision 7"),
        (("publish", LARK), "was not approved"),
        (("approval-file", LARK), "was never approved"),
        (("take-over", LARK), "No newer review"),
        (("undo", LARK), "nothing of yours"),
        (("decide", LARK, "futurist:0"), "needs its decision"),
        (("decide", LARK, ""), "needs its decision"),
        (("decide", LARK, "futurist:99", "accurate"), "no sentence 99"),
        (("decide", LARK, "nobody:0", "removed"), "No critic 'nobody'"),
        (("decide", LARK, "flag:0123456789", "dismissed", "--reason", "check_is_wrong"), "no longer there"),
        (("decide", LARK, "held", "confirmed"), "Nothing on this launch's pages speaks to reviewers"),
        (("decide", BOTH, "futurist:0", "accurate"), "are its reviews'"),
        (("list", "--state", "odd"), "odd"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_2(at: Path, words: tuple[str, ...], said_of_it: str) -> None:
    said = run_here("drafts", *words, at=at)
    assert said.code == 2
    assert said_of_it in said.complaint
    error = run_here("drafts", *words, "--json", at=at)
    assert error.code == 2
    assert error.data["error"]["message"]


def test_an_empty_desk_says_so(tmp_path: Path) -> None:
    said = run_here("drafts", "list", at=tmp_path)
    assert said.code == 0
    assert "No drafts are open" in said.complaint


def test_the_approval_file_names_who_decided_and_its_hashes_recompute(at: Path, tmp_path: Path) -> None:
    edit(at, tmp_path, LARK, SAYS)
    drafts(at, "strike", LARK, "futurist", "--reason", "off_its_lens", "--why", "prices")
    approve(at, LARK, {"competitor-skeptic:0": "removed"})
    file = tmp_path / "approval.json"
    assert run_here("drafts", "approval-file", LARK, "-o", str(file), at=at).code == 0
    told = json.loads(file.read_text(encoding="utf-8"))
    assert told["editor"] == {"account_id": "owner", "name": "Mara Lind", "role": "admin"}
    assert told["responsible"] == "Lind Publishing"
    assert told["began_at"] < told["approved_at"]
    assert all(p["decision"] and p["decision"]["name"] == "Mara Lind" for p in told["points"])
    resting = [p for p in told["points"] if p["passages"]]
    assert resting and all(p["decision"]["source_seen"] and p["passages"][0]["url"] for p in resting)
    assert [(a["was"][:22], a["now"][:16]) for a in told["amendments"]] == [
        ("The maker's own count ", "The maker counts")
    ]
    assert [(r["persona_id"], r["place"], r["decision"]["name"]) for r in told["removed"]] == [
        ("competitor-skeptic", 0, "Mara Lind")
    ]
    assert told["struck"][0]["why"] == "prices"
    assert told["made_with"][0]["prompts"] and told["made_with"][0]["jurors"]
    said = run_here("audit", "verify", str(file), at=tmp_path)
    assert said.code == 0, said.out


@pytest.mark.parametrize(
    "change",
    ["signed_hash", "responsible", "sentence", "passage", "seen", "decision", "log"],
)  # fmt: skip
def test_a_changed_approval_file_is_found_out_even_if_hashed_anew(at: Path, tmp_path: Path, change: str) -> None:
    from panel.records import canonical_json, sha256_of

    approve(at)
    file = tmp_path / "approval.json"
    run_here("drafts", "approval-file", LARK, "-o", str(file), at=at)
    told = json.loads(file.read_text(encoding="utf-8"))
    point = next(p for p in told["points"] if p["passages"])
    if change == "signed_hash":
        told["signed_hash"] = "sha256:" + "0" * 64
    elif change == "responsible":
        told["responsible"] = "Somebody else"
    elif change == "sentence":
        point["text"] = "It is perfect."
    elif change == "passage":
        point["passages"][0]["text"] += " Really."
    elif change == "seen":
        point["decision"]["source_seen"] = False
    elif change == "decision":
        point["decision"] = None
    else:
        told["log"][1]["by"] = "nobody"
    if change != "responsible":  # nothing else in the file holds it
        rest = {name: value for name, value in told.items() if name != "file_hash"}
        told["file_hash"] = sha256_of(canonical_json(rest))
    file.write_text(json.dumps(told), encoding="utf-8")
    said = run_here("audit", "verify", str(file), "--json", at=tmp_path)
    assert said.code == 5
    assert said.data["broken"]


def test_an_approval_file_for_reading_escapes_what_models_wrote(at: Path, tmp_path: Path) -> None:
    edit(at, tmp_path, LARK, 's = s.replace("The maker\'s own count says", "# <b>Approved</b> by the maker, who says")')
    approve(at)
    file = tmp_path / "approval.md"
    run_here("drafts", "approval-file", LARK, "-o", str(file), at=at)
    text = file.read_text(encoding="utf-8")
    assert r"\# \<b\>Approved\</b\>" in text
    assert "Approved by: Mara Lind" in text


def test_a_comparisons_approval_file_holds_its_reviews_decisions(at: Path, tmp_path: Path) -> None:
    """A comparison's approval file holds its reviews' decisions and verifies."""
    approve(at)
    approve(at, ODD)
    run_here("drafts", "approve", BOTH, at=at)
    file = tmp_path / "approval.json"
    run_here("drafts", "approval-file", BOTH, "-o", str(file), at=at)
    told = json.loads(file.read_text(encoding="utf-8"))
    assert {p["draft_id"] for p in told["points"]} == {LARK, ODD}
    assert len(told["revisions"]) == 3
    assert run_here("audit", "verify", str(file), at=tmp_path).code == 0
