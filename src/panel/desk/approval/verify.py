"""An approval file read: whether every hash in it follows from what stands beside it; and as Markdown. Pure."""

from collections.abc import Iterator
from datetime import datetime

from pydantic import ValidationError

from panel.desk.approval.approval_file import FORMAT, Json
from panel.desk.drafts.overlay import MAKERS_WORD
from panel.desk.drafts.points import VIEW_FIELDS, claim_key, passages_hash, pick_hash
from panel.desk.drafts.text_fields import plain
from panel.records import Act, DraftText, Revision, Shown, canonical_json, sha256_of


def verify_approval_file(file: Json) -> tuple[str, ...]:
    """One sentence for each thing that doesn't fit; () for a whole file. Raises ValueError for what is no such file."""
    if file.get("format") != FORMAT or "signed_hash" not in file:
        raise ValueError("it is no approval file of this format")
    try:
        return tuple(_broken(file))
    except (KeyError, TypeError, AttributeError, IndexError, ValidationError) as err:
        return (f"Something is missing or misshapen in it: {str(err).splitlines()[0]}.",)


def _broken(file: Json) -> Iterator[str]:
    rest = {name: value for name, value in file.items() if name != "file_hash"}
    if sha256_of(canonical_json(rest)) != file.get("file_hash"):
        yield "The file was changed after it was written."
    texts = {}
    for row in file["revisions"]:
        revision = Revision.model_validate({name: v for name, v in row.items() if name != "revision_hash"})
        texts[revision.draft_id] = revision.text
        if revision.revision_hash != row["revision_hash"]:
            yield f"Revision {revision.number} of {revision.draft_id} does not have the hash it names."
    if file["revisions"][0]["revision_hash"] != file["signed_hash"]:
        yield "The signed hash is not that of the text."
    for row in file["points"]:
        facts = [p["field"] for p in file["points"] if p["kind"] == "claim" and p["field"] and _whose(p) == _whose(row)]
        yield from _broken_point(row, texts, facts)
    if not {row["decision"]["decision_id"] for row in file["points"] if row["decision"]} <= set(file["decisions"]):
        yield "A point rests on a decision that the signature does not name."
    yield from _broken_log(file)


def _whose(row: Json) -> tuple[str, str]:
    return row["draft_id"], row["persona_id"]


def _broken_point(row: Json, texts: dict[str, DraftText], facts: list[str]) -> Iterator[str]:
    """facts: the critic's short texts that are points of their own."""
    name = f"{row['persona_id'] or row['kind']} {row['field'] or row['place']}"
    if row["decision"] is None:
        yield f"Nobody decided on {row['kind']} {name}."
    if row["kind"] in ("claim", "pick"):
        claims = row["kind"] == "claim"
        said = hashes_of(row["text"]) if claims else {pick_hash(row["persona_id"], row["side"], row["text"])}
        if row["sentence_hash"] not in said:
            yield f"The sentence of {name} does not have the hash it names."
        if passages_hash([Shown.model_validate(p) for p in row["passages"]]) != row["passages_hash"]:
            yield f"The passages under {name} do not have the hash they name."
        if claim_key(row["sentence_hash"], row["passages_hash"]) != row["key"]:
            yield f"The key of {name} does not belong to it."
        if row["passages"] and row["decision"] and not row["decision"]["source_seen"]:
            yield f"{name} was decided without its passage."
    if row["kind"] == "views":
        words = texts[row["draft_id"]].words_of(row["persona_id"])
        told = words.model_dump(mode="json") if words else {}
        named = row.get("named", {name: told.get(name) for name in VIEW_FIELDS})
        if any(told.get(name) != value for name, value in named.items() if value or name not in facts):
            yield f"The views of {row['persona_id']} are not those of the text."
        if sha256_of(canonical_json([row["persona_id"], row["views"], named])) != row["sentence_hash"]:
            yield f"The views of {row['persona_id']} do not have the hash they name."


def hashes_of(sentence: str) -> frozenset[str]:
    """What a claim's hash may be: of the sentence as it is, or as the maker's word."""
    return frozenset({sha256_of(sentence), sha256_of(MAKERS_WORD + sentence)})


def _broken_log(file: Json) -> Iterator[str]:
    seq, previous, is_signed = 0, "", False
    for row in file["log"]:
        act = Act.model_validate({name: value for name, value in row.items() if name != "hash"})
        if act.act_hash != row["hash"]:
            yield f"Line {act.seq} of the log does not have the hash it names."
        if act.seq == seq + 1 and act.previous != previous:
            yield f"Line {act.seq} of the log does not follow the line before it."
        seq, previous = act.seq, row["hash"]
        at = (act.detail.get("approval"), act.detail.get("hash"), act.by)
        mine = (file["approval_id"], file["signed_hash"], file["editor"]["account_id"])
        is_signed = is_signed or (act.what == "approved" and at == mine)
    if not is_signed:
        yield "No line of the log says that this text was approved."


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
    out = [f"{p['kind']} at {p['goes_out_at']}: {_safe(p['reason'])}" for p in file["publications"]]
    yield from _section("Published", out)
    yield from _section("Log", [f"{a['seq']}: {a['at']} {_safe(a['what'])}, `{a['hash']}`" for a in file["log"]])
    yield f"\nThis record as JSON has the hash `{file['file_hash']}`; `panel audit verify FILE` makes every hash again."


def _point(point: Json) -> Iterator[str]:
    name = f"{point['persona_id']}:{point['place']}" if point["kind"] in ("claim", "pick") else point["persona_id"]
    yield f"- {point['kind']} {name}: {_safe(point['text'])}"
    if decision := point["decision"]:
        seen = [SEEN[decision["source_seen"]]] if point["passages"] else []
        opened = ["page opened"] if decision["page_opened"] else []
        told = [decision["decision"], decision["reason"], *seen, *opened, _who(decision)]
        yield "  - " + ", ".join([*told, CHANNELS[decision.get("channel", "")]]).replace(", ,", ",")
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
