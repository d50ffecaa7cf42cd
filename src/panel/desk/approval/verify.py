"""Whether an approval file is whole: every hash in it made again from what stands beside it. Pure."""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from panel.desk.approval.approval_file import FORMAT
from panel.desk.drafts.overlay import MAKERS_WORD
from panel.desk.drafts.points import VIEW_FIELDS, claim_key, passages_hash, pick_hash
from panel.records import Act, DraftText, Revision, Shown, canonical_json, sha256_of

Json = dict[str, Any]


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
        said = (
            hashes_of(row["text"])
            if row["kind"] == "claim"
            else {pick_hash(row["persona_id"], row["side"], row["text"])}
        )
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
        at = (act.what, act.detail.get("approval"), act.detail.get("hash"), act.by)
        is_signed = is_signed or at == (
            "approved", file["approval_id"], file["signed_hash"], file["editor"]["account_id"]
        )  # fmt: skip
    if not is_signed:
        yield "No line of the log says that this text was approved."
