"""Attempts on a verdict: how many were tried, found and missed, and what honest pages were taken for.

    make figures                     # with others; alone: python benchmarks/attempts.py

Ours (tests/support/hostile_text/attempts.yaml) were written beside the patterns, so they say what is covered and not
how much of the world is. Third parties' are read from packages; most are jailbreaks of chat models, which ask this
panel for nothing and are no attempts on it. Honest text is ours (tests/support/hostile_text/honest.yaml), and what the
packages installed here say of themselves. Refusals of the network are printed by benchmarks/refusals.py.
"""

import re
import sys
import time
from collections.abc import Sequence
from importlib.metadata import distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.support.hostile_text import corpora  # noqa: E402  these stand in the checkout, not in the wheel
from tests.support.pages import visible_and_hidden  # noqa: E402

from panel.checks import find_suspicions  # noqa: E402
from panel.dossier.page.markdown_blocks import markdown_blocks  # noqa: E402
from panel.dossier.page.passages import Block, cut  # noqa: E402
from panel.records import Passage  # noqa: E402

PAGES = ROOT / "tests" / "support" / "web" / "pages" / "hostile"
ROUNDS = 5


def main() -> None:
    print("Attempts, each as a page's text, cut into passages as a dossier is")
    print_row("family", "tried", "found", "missed", "share")
    for family, texts in {**corpora.ours(), **corpora.theirs()}.items():
        found = sum(bool(find_suspicions(passages(text))) for text in texts)
        print_row(family, len(texts), found, len(texts) - found, f"{found / len(texts):.0%}")
    if not corpora.corpora_are_here():
        print(f"  {corpora.MISSING}")
    print_hidden()
    print_honest()


def print_hidden() -> None:
    print("\nWords hidden on our hostile pages: out of jurors' sight, and listed for the editor")
    print_row("page", "hidden", "kept out", "listed", "seen kept")
    for path in sorted(PAGES.glob("*.html")):
        page = path.read_text("utf-8")
        blocks, hidden = visible_and_hidden(page)
        seen, kept = "\n".join(b.text for b in blocks), "\n".join(h.text for h in hidden)
        marks = set(re.findall(r"(?:veiled|unread|missed)-\d\d", page))
        shown = f"{seen.count('Shown')}/{page.count('Shown')}"
        print_row(
            path.stem, len(marks), len([m for m in marks if m not in seen]), len([m for m in marks if m in kept]), shown
        )


def print_honest() -> None:
    print("\nHonest text taken for an attempt")
    print_row("text", "passages", "false", "", "share")
    ours = [p for kind, text in corpora.honest() for p in passages(text, kind)]
    theirs = [p for text in descriptions() for p in cut("S1", markdown_blocks(text))]
    for name, honest in (("ours, about AI tools", ours), ("descriptions of installed packages", theirs)):
        false = len({id(p) for p in honest if find_suspicions([p])})
        print_row(name, len(honest), false, "", f"{false / len(honest):.2%}")
    for name, honest in (("ours", ours), ("theirs", theirs)):
        print(f"CPU on {name}: {cpu_ms(honest):.2f} ms for 100 passages of {mean_length(honest)} characters")


def passages(text: str, kind: str = "prose") -> tuple[Passage, ...]:
    return cut("S1", [Block("code" if kind == "code" else "prose", text)])


def descriptions() -> list[str]:
    return sorted({str(found.metadata.get_payload() or "") for found in distributions()})


def cpu_ms(honest: Sequence[Passage]) -> float:
    """CPU for 100 passages, the best of some rounds."""
    spent = []
    for _ in range(ROUNDS):
        started = time.process_time()
        find_suspicions(honest)
        spent.append(time.process_time() - started)
    return min(spent) / len(honest) * 100_000


def mean_length(honest: Sequence[Passage]) -> int:
    return sum(len(p.text) for p in honest) // len(honest)


def print_row(*cells: object) -> None:
    name, *rest = (str(cell) for cell in cells)
    print(f"  {name:36}" + "".join(f"{cell:>10}" for cell in rest))


if __name__ == "__main__":
    main()
