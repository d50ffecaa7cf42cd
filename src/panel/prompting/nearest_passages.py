"""Which passages a small model is shown: those that share most words with a critic's questions.

A model of 135 million parameters, shown a whole dossier, picks the first ids it sees, whatever it was asked (tried on
two dossiers: five critics, one set of picks). Shown eight passages near the question, its picks differ from critic to
critic. The shortlist is code and says nothing about the tool; hosted models read the whole dossier.
"""

import math
import re
from collections import Counter

from panel.records import Dossier, Passage, Persona

MOST_SHOWN = 8
MOST_WORDS_SHOWN = 700  # about 1,000 tokens: with rules and answer it stays inside a slot of 2,000
LEAST_WORDS, LEAST_CHARACTERS = 5, 25  # shorter texts can't be cited (DESIGN decision 12)
STEM = 5  # letters; tells "price", "prices", "pricing" and "install", "installed" from nothing, which is enough here
WORD = re.compile(r"[a-z]{4,}")
COMMON = frozenset(
    WORD.findall(
        """about after also been before being both could does done down each even ever every from have here
        into just like made make makes many more most much must name named names need only other over page
        pages passage passages said same says some such take than that their them then there these they this
        those tool tools under very were what when where which while will with without word words work would
        write your"""
    )
)


def shortlist(dossier: Dossier, persona: Persona, *, most: int = MOST_SHOWN) -> tuple[Passage, ...]:
    """At most `most` citable passages of `MOST_WORDS_SHOWN` words in all, nearest to the persona's questions.

    Nearness: shared word stems, each weighted by how few passages hold it (idf). They come in the dossier's
    order, which also settles ties; the nearest is always among them.
    """
    candidates = everything_citable(dossier)
    words = {passage.passage_id: stems(passage.text) for passage in candidates}
    held_by = Counter(stem for held in words.values() for stem in held)
    wanted = stems(" ".join(wants(persona)))
    weight = {stem: math.log(1 + len(candidates) / held_by[stem]) for stem in wanted if held_by[stem]}
    nearness = {name: math.fsum(sorted(weight.get(stem, 0.0) for stem in held)) for name, held in words.items()}
    shown = _within_room(sorted(candidates, key=lambda p: -nearness[p.passage_id])[:most])
    return tuple(passage for passage in candidates if passage.passage_id in shown)


def _within_room(nearest: list[Passage]) -> set[str]:
    """Ids of the nearest passages whose words fit, the first one whatever its length."""
    lengths = [len(passage.text.split()) for passage in nearest]
    return {p.passage_id for i, p in enumerate(nearest) if i == 0 or sum(lengths[: i + 1]) <= MOST_WORDS_SHOWN}


def everything_citable(dossier: Dossier) -> list[Passage]:
    """Every passage a ground can cite; all of them when none is long enough."""
    everything = [passage for source in dossier.sources for passage in source.passages]
    return [passage for passage in everything if citable(passage)] or everything


def citable(passage: Passage) -> bool:
    """Long enough to stand as an excerpt, and not a heading."""
    long_enough = len(passage.text.split()) >= LEAST_WORDS or len(passage.text.strip()) >= LEAST_CHARACTERS
    return passage.kind != "heading" and long_enough


def wants(persona: Persona) -> tuple[str, ...]:
    """The texts that say what a persona looks for."""
    return (persona.question, *(ask.question for ask in persona.asks), *persona.reads_for, persona.wins, persona.loses)


def stems(text: str) -> frozenset[str]:
    """First letters of the words that carry meaning."""
    return frozenset(word[:STEM] for word in WORD.findall(text.lower()) if word not in COMMON)
