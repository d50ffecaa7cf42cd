"""A complete answer in the agreed shape, made by code from the passages in a request. The same request, the same answer."""

import hashlib
import json
import re
from dataclasses import dataclass
from functools import lru_cache

PASSAGE = re.compile(r"^\[(S\d+\.\d+)\] (.+(?:\n    .+)*)", re.MULTILINE)
SOURCE = re.compile(r"^Source (S\d+): [^,\n]+, ([^,\n]+),", re.MULTILINE)
LENS = re.compile(r"^YOU READ FOR: (.+)$", re.MULTILINE)
NAME = re.compile(r"^Now answer about (.+), as of (\d{4})-(\d\d)-(\d\d)", re.MULTILINE)
ASK = re.compile(r"^- ([a-z][a-z0-9_]+): ", re.MULTILINE)
LEAST_WORDS, MOST_WORDS = 8, 15  # of an excerpt
SPEAKS = {
    "the maker's own word": "the maker writes",
    "a third party": "a third party writes",
    "our own note": "our note says",
}


@dataclass(frozen=True)
class Passage:
    passage_id: str
    excerpt: str
    speaks: str  # "the maker writes"


def answer_for(dossier: str, persona: str) -> str:
    """The answer as JSON text. dossier, persona: the two user blocks of the request."""
    lens = (LENS.search(persona) or ["", "this lens"])[1]
    named = NAME.search(persona)
    name = named[1] if named else "the tool"
    dice = hashlib.sha256(f"{lens} {name}".encode()).digest()
    verdict = (
        "abstain" if "You have no vote" in persona else ("ship", "ship", "skip", "ship", "skip", "abstain")[dice[0] % 6]
    )
    first, second = pick_two(passages_of(dossier), dice)
    turn = dice[5] % len(OPENINGS)
    sides = ("against", "for") if verdict == "skip" else ("for", "against")
    return json.dumps(
        {
            "grounds": [ground(first, sides[0]), ground(second, sides[1])],
            "counter": CASES[turn],
            "answers": [
                {"ask": ask, "answer": f"See {first.passage_id} and {second.passage_id}."} for ask in asks(persona)
            ],
            "predictions": predictions(persona, named, dice),
            "for_whom": CHOOSE[turn],
            "not_for": AVOID[turn],
            "change_mind": CHANGE[turn],
            "quote": quote(first, second, verdict, turn),
            "line": LINES[verdict][turn],
            "confidence": round(0.45 + dice[1] % 45 / 100, 2),
            "verdict": verdict,
        },
        ensure_ascii=False,
    )


LINES = {
    "ship": (
        "The pages carry enough to begin, and name the cost of beginning.",
        "A small trial fits inside what is promised here, limit included.",
        "Good enough today for the one task it is made for.",
    ),
    "skip": (
        "What the pages leave open costs more than what they offer.",
        "Nothing is lost by waiting until somebody else has paid the first bill.",
        "The limit arrives before the benefit does.",
    ),
    "abstain": (
        "The pages leave the deciding point open.",
        "Half of the answer is missing, and it is the half that counts.",
        "Neither side of this can be read off these sources.",
    ),
}
OPENINGS = ("The deciding line is short, and {}: “{}”.", "Before anything else, {}: “{}”.", "Start where {}: “{}”.")
TURNS = (
    "Against that stands another line, where {}: “{}”.",
    "The other side is on the same shelf, and {}: “{}”.",
    "Set beside it what a reader also finds, since {}: “{}”.",
)
CLOSINGS = {
    "ship": (
        "Someone with this task can begin now, as long as that limit costs them nothing.",
        "Take it for one job this week, and keep the old way at hand until the limit has been met once.",
        "For a team that already works like this the gain is near, and the price is one more thing to look after.",
    ),
    "skip": (
        "It may well suit others, but someone with this task loses little by waiting.",
        "The idea is sound and the timing is early: let a neighbour go first.",
        "A careful reader keeps what is there, grants that it reads well, and looks again in spring.",
    ),
    "abstain": (
        "Until the missing part is written down, a careful reader has nothing to decide on.",
        "Both readings stay possible, so this lens keeps its vote.",
        "Ask the maker for the missing line first, and come back with it.",
    ),
}
CASES = (
    "A week of daily use could turn all of this round.",
    "Few sources were read, and the best one may be missing.",
    "Someone with other habits would weigh the very same lines the other way.",
)
CHOOSE = (
    "can stop using it again without loss.",
    "have exactly this task waiting today.",
    "want one job done and no platform.",
)
AVOID = (
    "need proof by somebody other than the maker.",
    "can't afford to move twice.",
    "must answer to an auditor for it.",
)
CHANGE = (
    "an independent report of daily use said otherwise.",
    "the maker wrote down what is missing.",
    "the stated limit moved by half.",
)


def quote(first: Passage, second: Passage, verdict: str, turn: int) -> list[dict[str, object]]:
    """Three sentences: the fact that decided it, the fact against it, what follows."""
    return [
        sentence(OPENINGS[turn].format(first.speaks, first.excerpt), [1]),
        sentence(TURNS[turn].format(second.speaks, second.excerpt), [2]),
        sentence(CLOSINGS[verdict][turn], []),
    ]


def sentence(text: str, grounds: list[int]) -> dict[str, object]:
    return {"text": text, "rests_on": "grounds" if grounds else "view", "grounds": grounds}


def ground(passage: Passage, side: str) -> dict[str, str]:
    point = "speaks for using it" if side == "for" else "is a reason to wait"
    claim = f"What {passage.speaks} here {point}."
    return {"claim": claim, "side": side, "passage": passage.passage_id, "excerpt": passage.excerpt}


@lru_cache(maxsize=64)  # all jurors of a launch send the same dossier
def passages_of(dossier: str) -> list[Passage]:
    """Passages long enough to cite, each with its first words exactly as they stand, and whose word they are."""
    voices = dict(SOURCE.findall(dossier))
    found = []
    for passage_id, text in PASSAGE.findall(dossier):
        words = re.findall(r"\S+", text.split("\n")[0])
        speaks = SPEAKS.get(voices.get(passage_id.split(".")[0], ""), "somebody writes")
        if len(words) >= LEAST_WORDS:
            ends = [i for i, w in enumerate(words, 1) if w.endswith(".") and LEAST_WORDS <= i <= MOST_WORDS]
            kept = words[: ends[0] if ends else MOST_WORDS]
            found.append(Passage(passage_id, text[: text.index(kept[0]) + len_of(text, kept)].rstrip("."), speaks))
    return found or [Passage("S1.1", dossier[:80].strip() or "nothing was sent to read here", "somebody writes")]


def len_of(text: str, words: list[str]) -> int:
    """Characters that these leading words take in the text, blanks between them included."""
    end = 0
    for word in words:
        end = text.index(word, end) + len(word)
    return end


def pick_two(found: list[Passage], dice: bytes) -> tuple[Passage, Passage]:
    first = found[dice[2] % len(found)]
    rest = [p for p in found if p is not first] or found
    return first, rest[dice[3] % len(rest)]


def asks(persona: str) -> list[str]:
    return ASK.findall(persona.partition("Answer these in `answers`:")[2].partition("\n\n")[0])


def predictions(persona: str, named: re.Match[str] | None, dice: bytes) -> list[dict[str, object]]:
    if "Give exactly one prediction" not in persona or named is None:
        return []
    return [
        {
            "statement": f"At least 2 third-party pages will describe a month of work with {named[1]}.",
            "probability": round(0.3 + dice[4] % 50 / 100, 2),
            "resolve_by": f"{int(named[2]) + 1}-{named[3]}-28",
            "settled_at": "https://example.org/",
        }
    ]
