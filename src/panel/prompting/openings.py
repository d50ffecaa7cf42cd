"""Opening moves: how a quote begins, dealt so that the critics of one launch do not all begin alike."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from panel.errors import Mistake
from panel.prompting.templates import Templates


def load_moves(templates: Templates) -> dict[str, str]:
    """Move name -> instruction, from `moves.yaml`. Mistake when there are none or one is not text."""
    found = templates.settings("moves.yaml")
    if not isinstance(found, dict) or not found:
        raise Mistake("moves.yaml holds no opening moves.", hint="Write at least one line `name: instruction`.")
    for name, instruction in found.items():
        if not isinstance(name, str) or not isinstance(instruction, str) or not instruction.strip():
            raise Mistake(f"moves.yaml: {name!r} has no instruction.", hint="Write `name: instruction` as text.")
    return {name: " ".join(text.split()) for name, text in found.items()}


def deal_moves(templates: Templates, product: str, persona_ids: Sequence[str]) -> dict[str, str]:
    """Persona -> the instruction it was dealt, in the order the personas came.

    product: the launch's slug. The same product and personas always get the same deal, whatever their order; no two
    are alike while moves last, and then every move is dealt once more.
    """
    moves = load_moves(templates)
    dealt = match(product, persona_ids, moves)
    return {persona_id: moves[dealt[persona_id]] for persona_id in persona_ids}


def match(product: str, persona_ids: Iterable[str], moves: Mapping[str, str]) -> dict[str, str]:
    """Persona -> move name: the pair with the lowest hash is dealt first, then the next that is still free.

    A persona that joins takes a move from another only when its own claim hashes lower, so most deals stay as they
    were (highest random weight: Thaler, Ravishankar, IEEE/ACM Transactions on Networking 6(1), 1998, pp. 1-14).
    """
    waiting = sorted(set(persona_ids))
    claims = sorted((claim(product, persona_id, move), persona_id, move) for persona_id in waiting for move in moves)
    dealt: dict[str, str] = {}
    while len(dealt) < len(waiting):
        taken: set[str] = set()
        for _, persona_id, move in claims:
            if persona_id not in dealt and move not in taken:
                dealt[persona_id] = move
                taken.add(move)
    return dealt


def claim(product: str, persona_id: str, move: str) -> str:
    """How strongly a persona claims a move on this product: a hash, low first. NUL keeps the parts apart."""
    return hashlib.sha256("\0".join((product, persona_id, move)).encode()).hexdigest()
