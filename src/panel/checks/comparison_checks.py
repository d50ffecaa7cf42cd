"""Prose that names another winner than the one code computed."""

import re
from collections.abc import Iterator

from panel.checks.catalogue import flag
from panel.checks.language.compared_text import normalise
from panel.records import Answered, Comparison, Flag, Review, Tool, Written

_IS = r"(?:is|are|was|looks|remains|stays|makes|would be|'s)"
_BETTER = "(?:better|best|stronger|superior|safer|smarter|right|winning)"
_CHOICE = "(?:one|choice|pick|option|tool|buy|of the two|way)"
_WINS = (
    rf"(?:{_IS}\s(?:\w+\s)?(?:the\s)?(?:\w+\s)?{_BETTER}\s{_CHOICE}|is the winner|comes out ahead"
    r"|\bwins\b(?!\s(?:on|in|at|back|points|for|you|when|if)\b))"
)
_BEATS = (
    "(?:beats|outperforms|trumps|outclasses|surpasses|edges out|tops|is better than|is stronger than|wins over"
    "|leaves behind)"
)
_PICK = r"\b(?:pick|choose|take|prefer|ship|buy|use|go with|reach for)"
_OVER = r"(?:over|instead of|rather than|before|ahead of)"
_NOT = re.compile(r"\b(?:not|never|no|hardly|neither)\b|n't", re.IGNORECASE)


def check_comparison(comparison: Comparison) -> tuple[Flag, ...]:
    """High flags on lines, quotes and conditions that contradict the pick."""
    sides: tuple[tuple[Tool, Review], ...] = (("a", comparison.review_a), ("b", comparison.review_b))
    names = _names(comparison)
    flags: list[Flag] = []
    for tool, review in sides:
        for winner in (tool, _other(tool)):
            if winner != comparison.pick.pick:
                flags += _contradictions(review, _claims_for(winner, names, about=tool), comparison, winner)
    return tuple(flags)


def _contradictions(review: Review, pattern: "re.Pattern[str]", comparison: Comparison, winner: Tool) -> Iterator[Flag]:
    computed = comparison.pick.pick
    chosen = {"a": comparison.review_a, "b": comparison.review_b}
    said = f"names {chosen[winner].dossier.launch.name} the winner"
    found = "it depends" if computed == "depends" else f"the pick is {chosen[computed].dossier.launch.name}"
    for persona_id, field, index, text in _prose(review):
        plain = normalise(text)
        for hit in pattern.finditer(plain):
            before = plain[: hit.start()].rpartition(".")[2].split()[-3:]
            if _NOT.search(hit.group()) or _NOT.search(" ".join(before)):
                continue
            yield flag(
                "prose_contradicts_pick", persona_id, field, f"{hit.group()!r} {said}; by the count, {found}.",
                index=index, excerpt=hit.group(),
            )  # fmt: skip
            break


def _prose(review: Review) -> Iterator[tuple[str, str, int, str]]:
    """What critics say in their own voice; the counter-argument is somebody else's case and may say anything."""
    for opinion in review.answered():
        if not isinstance(opinion, Answered) or not isinstance(opinion.words, Written):
            continue
        persona_id, words = opinion.juror.persona_id, opinion.words
        yield persona_id, "line", 0, words.line
        for i, sentence in enumerate(words.quote):
            yield persona_id, "quote", i, sentence.text
        yield persona_id, "for_whom", 0, words.for_whom
        yield persona_id, "not_for", 0, words.not_for


def _claims_for(winner: Tool, names: dict[Tool, list[str]], *, about: Tool) -> "re.Pattern[str]":
    """Claims, in a text about one tool, that `winner` is the better. Pronouns mean the tool the text is about."""
    pronoun = [r"\bit\b", r"\bthis(?:\s(?:one|tool|model))?\b"]
    here = _any(names[winner] + (pronoun if winner == about else []))
    there = _any(names[_other(winner)] + (pronoun if winner != about else []))
    by_name = _any(names[winner])
    loser_by_name = _any(names[_other(winner)])
    claims = [rf"{here}\s?{_WINS}", rf"{here}\s{_BEATS}\s(?:the\s)?{there}", rf"{_PICK}\s{here}\s{_OVER}\s{there}"]
    if winner == about:  # a line drops its subject: "Beats B", "The better choice"
        claims += [
            rf"^{_BEATS}\s{loser_by_name}",
            r"^(?:the|a)\s(?:better|stronger|safer|superior)\s(?:choice|pick|option|tool)\b",
            rf"\b(?:better|stronger|safer)\s(?:\w+\s)?than\s{loser_by_name}",
            rf"{_PICK}\s(?:it|this)\s{_OVER}\s{loser_by_name}",
        ]
    else:
        claims += [rf"\b(?:worse|weaker)\s(?:\w+\s)?than\s{by_name}", rf"\bloses\s(?:out\s)?to\s{by_name}"]
    return re.compile("|".join(claims), re.IGNORECASE)


def _names(comparison: Comparison) -> dict[Tool, list[str]]:
    """Patterns of what each tool is called: its name, without its bracket, and its first word when only it has that."""
    a, b = (normalise(review.dossier.launch.name) for review in (comparison.review_a, comparison.review_b))
    return {"a": _calls(a, b), "b": _calls(b, a)}


def _calls(name: str, other: str) -> list[str]:
    first = name.split()[0]
    calls = [name, re.sub(r"\s*\([^)]*\)", "", name).strip()]
    calls += [first] if len(first) > 3 and first.lower() not in other.lower() else []
    return [rf"(?<!\w){re.escape(c)}(?!\w)" for c in dict.fromkeys(calls) if c]


def _any(patterns: list[str]) -> str:
    return "(?:" + "|".join(patterns) + ")"


def _other(tool: Tool) -> Tool:
    return "b" if tool == "a" else "a"
