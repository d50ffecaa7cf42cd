"""Prose that was written before: how much of it is found, and what looking costs in a small and in a large archive.

    python benchmarks/prose.py recall                      # which MinHash bands: a grid, about a minute
    python benchmarks/prose.py archive                     # 1,000 and 100,000 texts, SQLite and Postgres
    python benchmarks/prose.py archive --texts 1000

All of it is synthetic. Base sentences are this repository's own documentation; near copies are made from them by
swapping names, figures and words, adding or dropping words and changing the order of clauses; the archive is made of
sentences put together from those words. Real critics' prose may be more alike, or less.
"""

import argparse
import random
import re
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # for tests.databases and tests.unit.checks.lantern

GRID = [(5, b, r) for b, r in ((8, 4), (12, 4), (16, 4), (16, 3), (24, 3), (10, 5), (20, 5))] + [
    (4, 12, 4), (4, 16, 4), (6, 12, 4), (6, 16, 3), (3, 12, 5)
]  # fmt: skip
PERSONAS = ("developer-experience", "competitor-skeptic", "futurist", "business-analyst", "reporter")
TODAY = date(2026, 11, 25)


def documentation() -> list[str]:
    """Sentences of 9 to 30 words from this repository's pages, likened."""
    from panel.checks.text import normalise, split_sentences

    text = " ".join(
        re.sub(r"[`*_#|>\[\]()]", " ", block)
        for page in sorted((*ROOT.glob("docs/**/*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md"))
        for block in page.read_text("utf-8").split("\n")
        if not block.startswith(("|", "    ", "```"))
    )
    found = {plain(s) for s in split_sentences(normalise(text))}
    return sorted(s for s in found if 9 <= len(s.split()) <= 30)


def plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9][\w'.+-]*\w|\w", re.sub(r"\d+", "0", text.lower())))


def near_copy(text: str, words: list[str], chance: random.Random) -> str:
    """The text with one or two small changes."""
    made = text.split()
    for _ in range(chance.choice((1, 1, 2))):
        at, what = chance.randrange(len(made)), chance.choice(("swap", "swap", "drop", "add", "turn"))
        if what == "swap":
            made[at] = chance.choice(words)
        elif what == "drop":
            del made[at]
        elif what == "add":
            made.insert(at, chance.choice(words))
        else:
            cut = len(made) // 2
            made = made[cut:] + made[:cut]
    return " ".join(made)


def recall() -> None:
    """Share of near copies whose original is a candidate, and candidates that are none, for each choice of bands."""
    from panel.checks.likening import nearest
    from panel.store import banding

    chance = random.Random(7)
    base = documentation()
    words = sorted({w for s in base for w in s.split()})
    copies = [(i, near_copy(s, words, chance)) for i, s in enumerate(base) for _ in range(3)]
    copies = [(i, copy) for i, copy in copies if nearest(copy, [base[i]]) is not None]
    print(f"{len(base)} sentences, {len(copies)} near copies that the exact check confirms")
    others = made_up(20_000, words, chance)
    print("run bands rows   recall   false candidates a look-up among 20,000   us a text")
    for run, bands, rows in GRID:
        banding.RUN, banding.BANDS, banding.ROWS = run, bands, rows
        banding._WEIGHTS = [pow(banding._GOLDEN, i + 1, 2**64) for i in range(bands * rows)]
        held: dict[int, list[int]] = {}
        began = time.process_time()
        for i, mine in enumerate(banding.bands_of([*base, *others])):
            for band in mine:
                held.setdefault(band, []).append(i)
        each = 1e6 * (time.process_time() - began) / (len(base) + len(others))
        hit = stray = 0
        for (i, _), mine in zip(copies, banding.bands_of([c for _, c in copies]), strict=True):
            near = {n for band in mine for n in held.get(band, ())}
            hit += i in near
            stray += len(near - {i})
        print(f"{run:3} {bands:5} {rows:4}   {hit / len(copies):.3f}   {stray / len(copies):10.2f}   {each:10.0f}")


def made_up(number: int, words: list[str], chance: random.Random) -> list[str]:
    """Sentences put together from pieces, so that many share their frames, as critics' do."""
    heads = [" ".join(chance.choices(words, k=4)) for _ in range(400)]
    middles = [" ".join(chance.choices(words, k=4)) for _ in range(2000)]
    tails = [" ".join(chance.choices(words, k=3)) for _ in range(400)]
    return [
        f"{chance.choice(heads)} {' '.join(chance.choices(words, k=3))} {chance.choice(middles)} {chance.choice(tails)}"
        for _ in range(number)
    ]


def a_draft(number: int, sentences: list[str], chance: random.Random) -> Any:
    """A review by five critics of four sentences and a line each, about one more imaginary product."""
    from tests.unit.checks.lantern import MADE, make_dossier, make_opinion, make_persona

    from panel.records import Made, Review, Rho, Sentence, Tally

    opinions = [
        make_opinion(
            persona_id,
            quote=tuple(Sentence(text=chance.choice(sentences), rests_on="grounds", grounds=(1,)) for _ in range(4)),
            line=chance.choice(sentences),
        )
        for persona_id in PERSONAS
    ]
    nobody = dict.fromkeys(("skip", "abstain", "ungrounded", "declined", "unusable", "failed"), 0)
    return Review(
        made=MADE,
        how=Made(prompts={}, schema_hash="sha256:0"),
        grade="full",
        dossier=make_dossier(name=f"Zorb{number}", release="1"),
        personas=tuple(make_persona(persona_id) for persona_id in PERSONAS),
        opinions=tuple(opinions),
        tally=Tally(asked=4, ship=4, **nobody, interval=None, rho=Rho(), verdict="ship"),
    )


def fill(archive: Any, texts: int, sentences: list[str], chance: random.Random) -> None:
    """Keep prints of made-up quotes, 200 products a transaction: how they came in is not what is measured."""
    from panel.records.prints import SENTENCE_BREAK, Print
    from panel.store.banding import bands_of
    from panel.store.database import changing
    from panel.store.desk_prints import _insert

    each = 6 * len(PERSONAS)  # a quote, its four sentences and a line for each critic
    for first in range(0, texts // each, 200):
        rows = []
        for n in range(first, min(first + 200, texts // each)):
            told = {"subject": f"tool-{n}", "named": f"Tool {n}", "on_day": TODAY - timedelta(days=n % 365)}
            for persona_id in PERSONAS:
                said = [chance.choice(sentences) for _ in range(5)]
                quote = SENTENCE_BREAK.join(said[:4])
                rows.append(Print(persona_id=persona_id, kind="quote", text=quote, **told))
                rows += [Print(persona_id=persona_id, kind="words", text=text, **told) for text in said]
        with changing(archive._engine) as conn:
            _insert(conn, rows, bands_of([row.text if row.kind == "words" else "" for row in rows]))


@contextmanager
def spent(into: list[float]) -> Iterator[None]:
    began = time.process_time(), time.perf_counter()
    yield
    into += [1000 * (time.process_time() - began[0]), 1000 * (time.perf_counter() - began[1])]


def measure(archive: Any, texts: int, words: list[str], drafts: int = 40) -> str:
    """Medians over drafts, as HEAD names them. Each draft is kept, so that the next one meets a changed archive."""
    from panel.checks.archive import check_archive, said_by
    from panel.desk import prose
    from panel.store.banding import bands_of

    chance = random.Random(texts)
    fill(archive, texts, made_up(max(texts, 2000), words, chance), chance)
    new = made_up(2000, words, chance)
    now = datetime(2026, 11, 25, 12, tzinfo=UTC)
    rows: list[list[float]] = []
    for number in range(drafts):
        draft = a_draft(number, new, chance)
        read, banded, looked, judged, kept = [], [], [], [], []
        with spent(read):
            said = said_by(prose._cases(draft))
        with spent(banded):
            bands_of([text for one in said for text in one.looked_up])
        with spent(looked):
            past = prose._look_up(archive, said, f"draft-{number}", now)
        with spent(judged):
            list(check_archive(said, past))
        with spent(kept):
            prose.remember(archive, draft, f"draft-{number}", now)
        candidates = sum(map(len, past.alike.values()))
        pure = [read[0], banded[0], judged[0], read[0] + banded[0] + judged[0]]
        rows.append([*pure, looked[0] - banded[0], looked[1], kept[1], candidates])
    middle = [statistics.median(column) for column in zip(*rows[5:], strict=True)]
    return "  ".join(f"{value:8.2f}" for value in middle)


HEAD = ("read", "band", "judge", "pure", "db CPU", "look up", "keep", "found")


def archive(sizes: list[int]) -> None:
    """What one review of five critics costs beside archives of these sizes."""
    from panel.store.desk_prints import Prints

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from tests.databases import Postgres

        postgres = Postgres()
    words = sorted({w for s in documentation() for w in s.split()})
    print("ms a review: CPU, but look up and keep, which are wall time; pure: read, band, judge; found: candidates")
    print(" " * 22 + "  ".join(f"{name:>8}" for name in HEAD))
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            with postgres.database() as url:
                for name, address in (("SQLite", f"sqlite:///{folder}/{size}.db"), ("Postgres", url)):
                    prints = Prints.open(address)
                    print(f"{name:9} {size:10,}  {measure(prints, size, words)}", flush=True)
                    prints.close()
    postgres.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("what", choices=["recall", "archive"])
    parser.add_argument("--texts", type=int, action="append", help="size of the archive; may be repeated")
    asked = parser.parse_args()
    if asked.what == "recall":
        recall()
    else:
        archive(asked.texts or [1_000, 100_000])


if __name__ == "__main__":
    main()
