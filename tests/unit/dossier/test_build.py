from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from panel.dossier import build_dossier, trim_dossier
from panel.dossier.trim import count_tokens
from panel.errors import Mistake
from panel.records import Dossier, Launch, Stamp

TODAY = date(2026, 11, 23)


def stamp(day: int = 23) -> Stamp:
    return Stamp(created_at=datetime(2026, 11, day, tzinfo=UTC), version="0", run_id=f"run-{day}")


def a_launch(*sources: dict[str, Any], **more: Any) -> Launch:
    given = sources or ({"title": "Page", "text": "It copies folders."},)
    return Launch.model_validate({"name": "Acme", "sources": given, **more})


def build(launch: Launch, folder: Path = Path(), **more: Any) -> Dossier:
    return build_dossier(launch, folder=folder, **{"made": stamp(), "today": TODAY, **more})


def test_the_same_launch_gives_the_same_dossier_tomorrow() -> None:
    launch = a_launch({"title": "Page", "text": "It copies folders.", "fetched": "2026-11-20"})
    one = build(launch)
    other = build(launch, made=stamp(24), today=date(2026, 11, 24))
    assert one.dossier_hash == other.dossier_hash
    assert one.as_of == date(2026, 11, 20)


@pytest.mark.parametrize(
    "more",
    [
        {"launched_at": "2026-11-22"},
        {"pricing": {"checked": "2026-11-22"}},
        {"seen_at": [{"where": "A forum", "on": "2026-11-22"}]},
        {"sources": [{"title": "Page", "text": "x", "published": "2026-11-22", "fetched": "2026-11-01"}]},
    ],
)
def test_a_dossier_speaks_of_the_newest_day_its_launch_names(more: dict[str, Any]) -> None:
    assert build(a_launch(**more)).as_of == date(2026, 11, 22)


def test_without_any_day_it_speaks_of_today() -> None:
    assert build(a_launch()).as_of == TODAY


def test_a_given_day_wins() -> None:
    assert build(a_launch(launched_at="2026-11-22"), as_of=date(2026, 1, 1)).as_of == date(2026, 1, 1)


def test_a_day_yet_to_come_is_a_mistake() -> None:
    with pytest.raises(Mistake, match=r"launched_at 2027-11-22 is yet to come"):
        build(a_launch(launched_at="2027-11-22"))


def test_sources_keep_their_hashes_and_lose_their_texts_to_passages(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p>One.</p><p>Two.</p>")
    launch = a_launch(
        {"title": "Inline", "text": "# Head\n\nBody."}, {"title": "File", "file": "page.html", "voice": "maker"}
    )
    dossier = build(launch, tmp_path)
    assert [p.passage_id for s in dossier.sources for p in s.passages] == ["S1.1", "S1.2", "S2.1", "S2.2"]
    assert dossier.sources[1].voice == "maker"
    assert [source.text for source in dossier.launch.sources] == ["", ""]
    assert dossier.coverage.passages_total == dossier.coverage.passages_kept == 4
    assert dossier.sources[0].bytes_sha256 != dossier.sources[0].text_sha256


def test_tracking_in_addresses_changes_no_hash() -> None:
    one = a_launch({"title": "Page", "text": "x", "url": "https://acme.dev/a?utm_source=mail#b"})
    other = a_launch({"title": "Page", "text": "x", "url": "https://acme.dev/a"})
    assert build(one).dossier_hash == build(other).dossier_hash


def test_line_ends_and_invisible_characters_change_no_passage() -> None:
    one = build(a_launch({"title": "Page", "text": "It copies\r\nfol\u200bders."}))
    assert (
        one.sources[0].passages == build(a_launch({"title": "Page", "text": "It copies\nfolders."})).sources[0].passages
    )


@pytest.mark.parametrize(
    ("source", "pricing", "missing"),
    [
        ({"kind": "page"}, "unknown", ("pricing", "docs")),
        ({"kind": "pricing"}, "unknown", ("docs",)),
        ({"kind": "page"}, "free", ("docs",)),
        ({"kind": "repository"}, "paid", ()),
        ({"kind": "docs"}, "unknown", ("pricing",)),
    ],
)
def test_coverage_names_the_essentials_nobody_gave(
    source: dict[str, Any], pricing: str, missing: tuple[str, ...]
) -> None:
    launch = a_launch({"title": "Page", "text": "x", **source}, pricing={"class": pricing})
    assert build(launch).coverage.missing == missing


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.txt", b"\x00\x01\x02", "not UTF-8 text"),
        ("a.txt", b"%PDF-1.7\xff", "a PDF"),
        ("a.html", b"<script>x</script>", "holds no readable text"),
        ("a.md", " \u200b\n".encode(), "holds no readable text"),
    ],
)
def test_a_source_without_readable_text_is_named(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Mistake, match=rf"Acme: sources\[1\].*{says}") as caught:
        build(a_launch({"title": "Page", "text": "x"}, {"title": "File", "file": name}), tmp_path)
    assert caught.value.hint


def test_an_empty_inline_text_is_named() -> None:
    with pytest.raises(Mistake, match=r"sources\[0\] 'Page' holds no readable text"):
        build(a_launch({"title": "Page", "text": "  "}))


def a_long_dossier() -> Dossier:
    body = "\n\n".join(f"Paragraph {n} says something about copying folders quickly." for n in range(30))
    return build(
        a_launch(
            {"title": "Page", "text": f"# Acme\n\n{body}\n\n## Later\n\nThe end."},
            {"title": "Price", "kind": "pricing", "text": "Twelve dollars.\n\nOr a hundred a year."},
        )
    )


def test_a_dossier_that_fits_is_left_alone() -> None:
    dossier = a_long_dossier()
    assert trim_dossier(dossier, budget_tokens=100_000) is dossier


@pytest.mark.parametrize("budget", [300, 400, 600, 800])
def test_a_trimmed_dossier_fits_and_gives_a_receipt(budget: int) -> None:
    dossier = a_long_dossier()
    short = trim_dossier(dossier, budget_tokens=budget)
    kept = [p for s in short.sources for p in s.passages]
    assert sum(map(count_tokens, kept)) <= budget
    assert short.coverage.passages_kept == len(kept) < short.coverage.passages_total == 35
    assert len(short.coverage.dropped) == 35 - len(kept)
    assert all(dossier.passage(p.passage_id) == p for p in kept)
    assert str(len(kept)) in short.coverage.note


def test_headings_prices_and_beginnings_are_kept_first() -> None:
    kept = [p.passage_id for s in trim_dossier(a_long_dossier(), budget_tokens=300).sources for p in s.passages]
    assert {"S1.1", "S1.2", "S2.1", "S2.2", "S1.32"} <= set(kept)
    assert kept == sorted(kept, key=lambda i: [int(n) for n in i[1:].split(".")])


def test_trimming_twice_keeps_both_receipts() -> None:
    once = trim_dossier(a_long_dossier(), budget_tokens=600)
    twice = trim_dossier(once, budget_tokens=300)
    assert len(twice.coverage.dropped) == 35 - twice.coverage.passages_kept
    assert twice.coverage.passages_total == 35


def test_something_is_kept_however_little_room_there_is() -> None:
    assert trim_dossier(a_long_dossier(), budget_tokens=0).coverage.passages_kept == 1
