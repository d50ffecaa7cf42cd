"""A prompt cache as the providers describe theirs: who writes, who reads, and when nobody does.

A prefix ends where a block ends. It is written where a request has a breakpoint, can be read from the moment its
first answer begins, and lives from its last use for a time; the first 1,024 tokens are the least that is kept.
Four characters are a token.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from tests.support.providers.billing import Usage

LEAST_TOKENS = 1024
CHARACTERS_A_TOKEN = 4
TTL_S = {"anthropic": 300.0, "openai": 1800.0}
SWEEP_EVERY = 10_000  # entries, so that ten thousand launches don't stay in memory
Place = tuple[str, str, bytes]  # model, cache key, digest of the prefix


@dataclass(slots=True)
class Entry:
    readable_at: float
    until: float


@dataclass
class Cache:
    """Prefixes in the cache. clock: seconds. first_token_s: from a request to the beginning of its answer."""

    clock: Callable[[], float]
    first_token_s: float = 0.0
    entries: dict[Place, Entry] = field(default_factory=dict)

    def use(self, provider: str, body: dict[str, Any], output_tokens: int) -> Usage:
        """What this request reads and writes now, and its whole usage."""
        blocks = blocks_of(body)
        ends = _ends(blocks)
        total = ends[-1][0]
        marks, charged = _breakpoints(provider, body, blocks)
        last = max(marks, default=-1)
        usable = [(tokens, self._place(body, digest)) for tokens, digest in ends[: last + 1]]
        read = max((tokens for tokens, place in usable if self._readable(place, provider)), default=0)
        written = 0
        for mark in marks:
            tokens, place = usable[mark]
            if tokens >= LEAST_TOKENS and tokens > read:
                self._write(place, provider)
                written = max(written, tokens - read)
        written = written if charged else 0
        return Usage(fresh=total - read - written, written=written, read=read, output=output_tokens)

    def _place(self, body: dict[str, Any], digest: bytes) -> Place:
        return body["model"], body.get("prompt_cache_key") or "", digest

    def _readable(self, place: Place, provider: str) -> bool:
        """Whether it can be read now; reading it keeps it alive."""
        entry, now = self.entries.get(place), self.clock()
        if entry is None or not entry.readable_at <= now < entry.until:
            return False
        entry.until = now + TTL_S[provider]
        return True

    def _write(self, place: Place, provider: str) -> None:
        now = self.clock()
        entry = self.entries.get(place)
        at = now + self.first_token_s
        if entry is not None and now < entry.until:
            at = min(at, entry.readable_at)
        self.entries[place] = Entry(at, now + TTL_S[provider])
        if len(self.entries) % SWEEP_EVERY == 0:
            self.entries = {p: e for p, e in self.entries.items() if e.until > now}


def blocks_of(body: dict[str, Any]) -> list[tuple[str, bool]]:
    """Every text of a request in order, each with whether it ends in a cache mark, whatever the dialect."""
    blocks = [(body[name], False) for name in ("instructions", "system") if isinstance(body.get(name), str)]
    for turn in body.get("input") or body["messages"]:
        content = turn["content"]
        if isinstance(content, str):
            blocks.append((content, False))
        else:
            blocks += [(b["text"], "cache_control" in b or "prompt_cache_breakpoint" in b) for b in content]
    return blocks


def _ends(blocks: list[tuple[str, bool]]) -> list[tuple[int, bytes]]:
    """At the end of each block: tokens so far, and the digest of all so far."""
    made, characters, digest = [], 0, blake2b(digest_size=16)
    for text, _ in blocks:
        characters += len(text)
        digest.update(text.encode("utf-8", "surrogatepass"))
        made.append((characters // CHARACTERS_A_TOKEN, digest.digest()))
    return made


def _breakpoints(provider: str, body: dict[str, Any], blocks: list[tuple[str, bool]]) -> tuple[list[int], bool]:
    """The blocks after which this request writes, and whether writing is charged.

    Anthropic: where it is marked. OpenAI from gpt-5.6: where it is marked and, unless told otherwise, at the end.
    Earlier and unknown models: everywhere, for nothing. Chat completions, which we send to compatible servers: everywhere.
    """
    marked = [i for i, (_, mark) in enumerate(blocks) if mark]
    if provider == "anthropic":
        return marked, True
    if "messages" in body or not charges_writes(body["model"]):
        return list(range(len(blocks))), charges_writes(body["model"])
    implicit = (body.get("prompt_cache_options") or {}).get("mode") != "explicit"
    return sorted({*marked, len(blocks) - 1}) if implicit else marked, True


def charges_writes(model: str) -> bool:
    named = re.match(r"gpt-(\d+)\.?(\d*)", model)
    return named is not None and (int(named[1]), int(named[2] or 0)) >= (5, 6)
