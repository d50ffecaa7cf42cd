"""What people decided before of sentences that a new review says again, on the same passages."""

from sqlalchemy import Connection

from panel.desk.points import claim_key, passages_hash, pick_hash, shown
from panel.desk.text import MAKERS_WORD, Earlier
from panel.records import Answered, Review, Written, sha256_of
from panel.records.desk import Decided
from panel.store import draft_rows as rows


def earlier_decisions(conn: Connection, review: Review, scope: str) -> Earlier:
    """By critic and place. Only claims that were decided and not taken back; of two ways to print one, the newer."""
    keys = _keys(review)
    found = rows.decided(conn, scope, list(dict.fromkeys(key for some in keys.values() for key in some)))
    earlier: dict[tuple[str, int], Decided] = {}
    for at, some in keys.items():
        made = [found[key] for key in some if key in found and found[key].decision != "undone"]
        if made:
            earlier[at] = max(made, key=lambda decision: decision.decision_id).decision
    return earlier


def _keys(review: Review) -> dict[tuple[str, int], tuple[str, ...]]:
    """The key of each sentence or pick; of a sentence also that of the same as the maker's word."""
    keys = {}
    for opinion in review.answered():
        who = opinion.juror.persona_id
        for place, hashes, numbers in _sentences(opinion):
            resting = passages_hash(shown(review.dossier, [g for g in opinion.grounds if g.number in numbers]))
            keys[who, place] = tuple(claim_key(hashed, resting) for hashed in hashes)
    return keys


def _sentences(opinion: Answered) -> list[tuple[int, tuple[str, ...], tuple[int, ...]]]:
    if isinstance(opinion.words, Written):
        quote = enumerate(opinion.words.quote)
        return [
            (i, (sha256_of(s.text), sha256_of(MAKERS_WORD + s.text)), s.grounds * (s.rests_on == "grounds"))
            for i, s in quote
            if s.rests_on != "view"
        ]
    who = opinion.juror.persona_id
    return [(g.number, (pick_hash(who, g.side, g.excerpt),), (g.number,)) for g in opinion.grounds]
