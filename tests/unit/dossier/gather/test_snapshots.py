import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.pages import DAY, page

from panel.dossier.gather.snapshots import Snapshots
from panel.errors import Mistake, StoreError
from panel.store.files import replace_file

URL = "https://acme.dev/pricing"


@pytest.fixture
def snapshots(tmp_path: Path) -> Snapshots:
    return Snapshots(tmp_path / "snapshots", write=replace_file)


def on(day: int) -> datetime:
    return DAY.replace(day=day)


def files(snapshots: Snapshots) -> list[str]:
    return sorted(str(p.relative_to(snapshots.folder)) for p in snapshots.folder.rglob("*") if p.is_file())


def test_a_page_comes_back_as_it_was_put(snapshots: Snapshots) -> None:
    put = page(URL, b"\x00\xff any bytes", charset="latin-1").model_copy(update={"etag": '"1"', "last_modified": "x"})
    snapshots.put(put)
    assert snapshots.get(URL) == put
    assert Snapshots(snapshots.folder, write=replace_file).get(URL) == put


def test_an_address_never_put_has_no_page(snapshots: Snapshots) -> None:
    assert snapshots.get(URL) is None
    assert snapshots.list() == ()


def test_the_newest_comes_back_unless_a_day_is_named(snapshots: Snapshots) -> None:
    for day in (20, 22, 21):
        snapshots.put(page(URL, f"<p>{day}", at=on(day)))
    newest, older, before = snapshots.get(URL), snapshots.get(URL, on=date(2026, 11, 21)), date(2026, 11, 19)
    assert newest is not None and newest.body == b"<p>22"
    assert older is not None and older.body == b"<p>21"
    assert snapshots.get(URL, on=before) is None


def test_tracking_in_an_address_finds_the_same_page(snapshots: Snapshots) -> None:
    snapshots.put(page(f"{URL}?utm_source=x#plans", "<p>x"))
    assert snapshots.get(URL) is not None
    assert [kept.url for kept in snapshots.list()] == [URL]


@pytest.mark.parametrize(
    ("age", "most", "recent"), [(0, 0, True), (1, 0, False), (7, 7, True), (8, 7, False), (-1, 7, False)]
)
def test_a_page_is_recent_for_so_many_days(snapshots: Snapshots, age: int, most: int, recent: bool) -> None:
    snapshots.put(page(URL, "<p>x", at=DAY - timedelta(days=age)))
    assert (snapshots.recent(URL, today=DAY.date(), max_age_days=most) is not None) is recent


def test_no_page_is_recent_when_none_may_be(snapshots: Snapshots) -> None:
    snapshots.put(page(URL, "<p>x"))
    assert snapshots.recent(URL, today=DAY.date(), max_age_days=-1) is None


def test_the_same_page_read_again_adds_a_day_and_no_body(snapshots: Snapshots) -> None:
    for day in (20, 21):
        snapshots.put(page(URL, "<p>x", at=on(day)))
    assert [s.fetched_at.day for s in snapshots.readings(URL)] == [20, 21]
    assert len([f for f in files(snapshots) if f.startswith("bodies")]) == 1


def test_torn_or_foreign_lines_are_passed_over_with_one_warning(
    snapshots: Snapshots, caplog: pytest.LogCaptureFixture
) -> None:
    snapshots.put(page(URL, "<p>x"))
    (index,) = snapshots.folder.glob("pages/*.jsonl")
    line = index.read_bytes()
    foreign = json.dumps(json.loads(line) | {"sha256": "../../etc/passwd"}).encode()
    index.write_bytes(b"\xff\n" + foreign + b"\n" + line + line[: len(line) // 2])
    assert [s.url for s in snapshots.readings(URL)] == [URL]
    snapshots.put(page(URL, "<p>y", at=on(24)))
    assert len(index.read_bytes().splitlines()) == 2
    (warning,) = caplog.messages
    assert warning.startswith(f"{str(index.parent)!r} holds lines that can't be read")


def test_whole_lists_are_read_without_a_word(snapshots: Snapshots, caplog: pytest.LogCaptureFixture) -> None:
    snapshots.put(page(URL, "<p>x"))
    assert snapshots.readings(URL)
    assert not caplog.messages


@pytest.mark.parametrize("spoil", [lambda body: body.unlink(), lambda body: body.write_bytes(b"other")])
def test_a_body_gone_or_changed_counts_as_never_kept(snapshots: Snapshots, spoil: object) -> None:
    snapshots.put(page(URL, "<p>old", at=on(20)))
    snapshots.put(page(URL, "<p>new", at=on(21)))
    (body,) = [p for p in snapshots.folder.glob("bodies/??/*") if p.read_bytes() == b"<p>new"]
    spoil(body)  # type: ignore[operator]
    found = snapshots.get(URL)
    assert found is not None and found.body == b"<p>old"
    snapshots.put(page(URL, "<p>new", at=on(21)))
    found = snapshots.get(URL)
    assert found is not None and found.body == b"<p>new"


def test_a_page_whose_hash_is_not_its_bodys_is_a_bug(snapshots: Snapshots) -> None:
    with pytest.raises(ValueError, match="hash"):
        snapshots.put(page(URL, "x").model_copy(update={"body": b"y"}))


def test_a_diff_shows_changed_passages_and_both_days(snapshots: Snapshots) -> None:
    snapshots.put(page(URL, "<h1>Prices</h1><p>Team: $6.</p>", at=on(20)))
    snapshots.put(page(URL, "<h1>Prices</h1><p>Team: $9.</p>", at=on(21)))
    snapshots.put(page(URL, "<h1>Prices</h1><p>Team: $9.</p>", at=on(22)))
    lines = snapshots.diff(URL).splitlines()
    assert lines[:2] == [f"--- {URL} 2026-11-20", f"+++ {URL} 2026-11-22"]
    assert "-prose: Team: $6." in lines
    assert "+prose: Team: $9." in lines


def test_without_two_different_readings_there_is_no_diff(snapshots: Snapshots) -> None:
    with pytest.raises(Mistake, match="was never read"):
        snapshots.diff(URL)
    snapshots.put(page(URL, "<p>x", at=on(20)))
    assert snapshots.diff(URL) == ""
    snapshots.put(page(URL, "<p>x<!-- only markup -->", at=on(21)))
    assert snapshots.diff(URL) == ""


def test_pruning_keeps_each_addresss_newest_and_whatever_it_needs(snapshots: Snapshots) -> None:
    other = "https://acme.dev/docs"
    for day, body in ((10, "<p>a"), (11, "<p>b"), (22, "<p>c")):
        snapshots.put(page(URL, body, at=on(day)))
    snapshots.put(page(other, "<p>a", at=on(9)))
    assert snapshots.prune(before=date(2026, 11, 11)) == 0, "the first body is another address's newest"
    assert [s.fetched_at.day for s in snapshots.readings(URL)] == [11, 22]
    assert snapshots.prune(before=date(2026, 11, 20)) == 1
    assert [s.fetched_at.day for s in snapshots.readings(URL)] == [22]
    kept = snapshots.get(other)
    assert kept is not None and kept.body == b"<p>a"
    assert snapshots.prune(before=date(2026, 11, 20)) == 0


def test_a_folder_that_cannot_be_read_is_said_in_one_sentence(snapshots: Snapshots) -> None:
    snapshots.put(page(URL, "<p>x"))
    (index,) = snapshots.folder.glob("pages/*.jsonl")
    index.unlink()
    index.mkdir()
    with pytest.raises(StoreError, match="can't be read"):
        snapshots.get(URL)


def test_what_is_no_address_is_a_mistake(snapshots: Snapshots) -> None:
    with pytest.raises(Mistake, match="not a web address"):
        snapshots.get("file:///etc/passwd")


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80))
def test_no_address_gives_a_file_outside_the_folder_or_with_an_odd_name(
    tmp_path_factory: pytest.TempPathFactory, path: str, query: str
) -> None:
    snapshots = Snapshots(tmp_path_factory.mktemp("s"), write=replace_file)
    try:
        snapshots.put(page(f"https://acme.dev/../{path}?{query}", "<p>x"))
    except Mistake:
        return
    names = [name for name in files(snapshots) if name.startswith("pages/")]
    assert len(names) == 1
    assert set(names[0].removeprefix("pages/")) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")
