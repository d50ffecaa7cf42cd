"""An approval file for reading: the same record as Markdown. Pure."""

from collections.abc import Iterator
from datetime import datetime

from panel.desk.approval.approval_file import Json
from panel.desk.drafts.text_fields import plain

SEEN = {True: "source seen", "shown": "source shown", False: "source not seen"}
CHANNELS = {"": "", "browser": "in the browser", "editor": "in an editor's file", "terminal": "at a terminal"}
SPECIAL = str.maketrans({c: f"\\{c}" for c in "\\`*_[]<>#|"})


def approval_as_markdown(file: Json) -> str:
    """The file as Markdown. What a model or a page said is escaped: it can't look like the record around it."""
    return "\n".join(_lines(file)) + "\n"


def _lines(file: Json) -> Iterator[str]:
    editor, draft = file["editor"], file["draft"]
    yield f"# Approval {file['approval_id']}: {_safe(draft['name'])}\n"
    yield f"- Draft: `{draft['draft_id']}` ({draft['kind']}, {draft['grade']}), edition {file['edition']}"
    yield f"- Approved by: {_safe(editor['name'])} (`{editor['account_id']}`, {editor['role']})"
    yield f"- Editorially responsible: {_safe(file['responsible'])}"
    yield f"- From {file['began_at']} to {file['approved_at']}"
    yield f"- Signed: revision {file['revisions'][0]['number']}, `{file['signed_hash']}`"
    yield f"- Over what the machine wrote: `{file['revisions'][0]['base_hash']}`"
    yield "\n## Decisions\n"
    for point in file["points"]:
        yield from _point(point)
    yield from _section("Decided together", list(_together(file["points"])))
    yield from _section("Amended", [f"{_safe(a['was'])} → {_safe(a['now'])} ({_who(a)})" for a in file["amendments"]])
    yield from _section("Removed", [f"{r['persona_id']}: {_safe(r['text']) or 'all views'}" for r in file["removed"]])
    yield from _section("Struck", [f"{s['persona_id']}: {s['reason']}. {_safe(s['why'])}" for s in file["struck"]])
    yield from _section("Models", [_juror(j) for made in file["made_with"] for j in made["jurors"]])
    prompts = sorted({f"`{n}`: `{h}`" for made in file["made_with"] for n, h in made["prompts"].items()})
    yield from _section("Prompts", prompts)
    yield from _section(
        "Published", [f"{p['kind']} at {p['goes_out_at']}: {_safe(p['reason'])}" for p in file["publications"]]
    )
    yield from _section("Log", [f"{a['seq']}: {a['at']} {_safe(a['what'])}, `{a['hash']}`" for a in file["log"]])
    yield f"\nThis record as JSON has the hash `{file['file_hash']}`; `panel audit verify FILE` makes every hash again."


def _point(point: Json) -> Iterator[str]:
    name = f"{point['persona_id']}:{point['place']}" if point["kind"] in ("claim", "pick") else point["persona_id"]
    yield f"- {point['kind']} {name}: {_safe(point['text'])}"
    if decision := point["decision"]:
        seen = [SEEN[decision["source_seen"]]] if point["passages"] else []
        opened = ["page opened"] if decision["page_opened"] else []
        yield "  - " + ", ".join(
            [
                decision["decision"],
                decision["reason"],
                *seen,
                *opened,
                _who(decision),
                CHANNELS[decision.get("channel", "")],
            ]
        ).replace(", ,", ",")
    for passage in point["passages"]:
        yield f"  - {passage['passage_id']}, {passage['voice']}, {_safe(passage['url'])}: {_safe(passage['text'])}"


def _together(points: list[Json]) -> Iterator[str]:
    """Decisions that came back in one file: how many, and in what time, which says how they were read."""
    groups: dict[tuple[int, str], list[datetime]] = {}
    for decision in (p["decision"] for p in points if p["decision"] and p["decision"].get("together")):
        at = datetime.fromisoformat(decision["at"])
        groups.setdefault((decision["together"], decision["name"]), []).append(at)
    for (_, name), times in groups.items():
        took_s = (max(times) - min(times)).total_seconds()
        yield f"{len(times)} in {took_s:.1f} s, by {_safe(name)}, from one file that an editor program wrote"


def _who(row: Json) -> str:
    return f"{_safe(row['name'])}, {row['at']}"


def _juror(row: Json) -> str:
    returned = f", which answered as {', '.join(map(_safe, row['returned']))}" if row["returned"] else ""
    return f"{row['persona_id']}: {_safe(row['model'])}{returned}"


def _section(title: str, rows: list[str]) -> Iterator[str]:
    if rows:
        yield f"\n## {title}\n"
        yield from (f"- {row}" for row in rows)


def _safe(text: str) -> str:
    return plain(text).translate(SPECIAL)
