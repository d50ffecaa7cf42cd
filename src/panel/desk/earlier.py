"""What people decided before of sentences that a new review says again, on the same passages."""

from sqlalchemy import Connection

from panel.desk.points import claim_key, passages_hash, shown
from panel.desk.text import Earlier
from panel.records import Answered, Review, Written, sha256_of
from panel.records.desk import Decided
from panel.store import desk as rows


def earlier_decisions(conn: Connection, review: Review, scope: str) -> Earlier:
    """By critic and place. Only claims that were decided and not taken back."""
    keys = _keys(review)
    found = rows.decided(conn, scope, list(dict.fromkeys(keys.values())))
    earlier: dict[tuple[str, int], Decided] = {}
    for at, key in keys.items():
        if (decision := found.get(key)) and decision.decision != "undone":
            earlier[at] = decision.decision
    return earlier


def _keys(review: Review) -> dict[tuple[str, int], str]:
    keys = {}
    for opinion in review.answered():
        who = opinion.juror.persona_id
        for place, text, numbers in _sentences(opinion):
            cited = [g for g in opinion.grounds if g.number in numbers]
            keys[who, place] = claim_key(sha256_of(text), passages_hash(shown(review.dossier, cited)))
    return keys


def _sentences(opinion: Answered) -> list[tuple[int, str, tuple[int, ...]]]:
    if isinstance(opinion.words, Written):
        quote = enumerate(opinion.words.quote)
        return [(i, s.text, s.grounds * (s.rests_on == "grounds")) for i, s in quote if s.rests_on != "view"]
    return [(g.number, f"{g.side}: {g.excerpt}", (g.number,)) for g in opinion.grounds]
