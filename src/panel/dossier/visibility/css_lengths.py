"""Numbers in CSS values: lengths in pixels, plain numbers, and sums of them in `calc()`, `min()`, `max()` and such."""

import re

UNITS = {
    "px": 1, "": 1, "em": 16, "rem": 16, "ex": 8, "ch": 8, "pt": 4 / 3, "pc": 16, "cm": 38, "mm": 3.8, "in": 96,
    "vw": 12.8, "vh": 8, "vmin": 8, "vmax": 12.8,
}  # fmt: skip
NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?"
LENGTH = re.compile(rf"({NUMBER})(px|r?em|ex|ch|pt|pc|cm|mm|in|vw|vh|vmin|vmax|%|)(?![\w.%])")
TOKEN = re.compile(rf"\s*(calc|min|max|clamp|[-+](?=\s)|[*/(),]|{NUMBER}[a-z]*)\s*")
MOST_TOKENS = 40


class _Unclear(Exception):
    """A value with a percentage, a variable or a function we don't know in it."""


def number_in(value: str) -> float | None:
    """A number, or a length in pixels, as a whole value gives it; a sum worked out. None for anything else.

    `em` counts as 16 pixels and a percentage is unclear: callers for which they matter read them first.
    """
    found = LENGTH.fullmatch(value)
    if found:
        return None if found[2] == "%" else float(found[1]) * UNITS[found[2]]
    if not value.startswith(("calc(", "min(", "max(", "clamp(")):
        return None
    try:
        tokens = _tokens(value)
        total = _sum(tokens)
    except (_Unclear, ZeroDivisionError, OverflowError, RecursionError):
        return None
    return None if tokens else total


def _tokens(value: str) -> list[str]:
    """Last first: they are taken from the end."""
    found: list[str] = []
    at = 0
    while at < len(value):
        token = TOKEN.match(value, at)
        if not token or len(found) == MOST_TOKENS:
            raise _Unclear
        found.append(token[1])
        at = token.end()
    return found[::-1]


def _sum(tokens: list[str]) -> float:
    total = _product(tokens)
    while tokens and tokens[-1] in ("+", "-"):
        sign = 1 if tokens.pop() == "+" else -1
        total += sign * _product(tokens)
    return total


def _product(tokens: list[str]) -> float:
    total = _one(tokens)
    while tokens and tokens[-1] in ("*", "/"):
        times = tokens.pop() == "*"
        other = _one(tokens)
        total = total * other if times else total / other
    return total


def _one(tokens: list[str]) -> float:
    first = tokens.pop() if tokens else ""
    if first in ("calc", "min", "max", "clamp") and tokens:
        tokens.pop()
        return _called(first, tokens)
    found = LENGTH.fullmatch(first)
    if not found and first != "(":
        raise _Unclear
    if not found:
        return _called("calc", tokens)
    if found[2] == "%":
        raise _Unclear
    return float(found[1]) * UNITS[found[2]]


def _called(name: str, tokens: list[str]) -> float:
    values = [_sum(tokens)]
    while tokens and tokens[-1] == ",":
        tokens.pop()
        values.append(_sum(tokens))
    if not tokens or tokens.pop() != ")":
        raise _Unclear
    if name == "clamp" and len(values) == 3:
        return max(values[0], min(values[1], values[2]))
    if name in ("calc", "clamp") and len(values) > 1:
        raise _Unclear
    return min(values) if name == "min" else max(values)
