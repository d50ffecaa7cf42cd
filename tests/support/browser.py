"""axe-core in a page of Playwright: what WCAG 2.2 AA and axe's own good practice find wrong with it.

    violations = axe_violations(page)
    assert violations == []

Installed by `make setup-dev` (scripts/axe) beside the packages; `needs_axe` skips by name where it is missing.
"""

import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

FILE = Path(sys.prefix) / "axe" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
needs_axe = pytest.mark.skipif(
    not FILE.exists(), reason="axe-core is not installed (npm is missing): pages are not checked"
)


@cache
def _source() -> str:
    return FILE.read_text(encoding="utf-8")


def axe_violations(page: Any, within: str = "") -> list[str]:
    """One line for each element that breaks a rule: rule, element, what is wrong. `within`: a selector.

    The page's own policy may forbid scripts: evaluated through the debugger, axe needs none of its leave. Nothing is
    counted that moves: what fades in is read once it stands.
    """
    page.evaluate("() => Promise.all(document.getAnimations().map((a) => a.finished.catch(() => null)))")
    page.evaluate(_source())
    found = page.evaluate(
        "([within, tags]) => axe.run(within || document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})",
        [within, TAGS],
    )
    return [
        f"{rule['id']}: {' '.join(map(str, node['target']))}: {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
