"""A real browser: Chromium where it is installed, a page opened from disk, and what is asked of a page that stands.

Tests in tests/flow/browser get `browser`, one Chromium a file, and bear `needs_chromium`. What WCAG 2.2 AA and axe's own
good practice find wrong with a page is `axe_violations(page)`: axe-core is installed by `make setup-dev` (scripts/axe)
beside the packages, and `needs_axe` skips by name where it is missing.
"""

import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
needs_chromium = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: pages are not looked at"),
]
FILE = Path(sys.prefix) / "axe" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
needs_axe = pytest.mark.skipif(
    not FILE.exists(), reason="axe-core is not installed (npm is missing): pages are not checked"
)
# Everything a script could have left behind: a changed title, a global, an element of its own.
TRACES = """() => ({
    title: document.title, owned: typeof window.owned,
    elements: document.querySelectorAll('img, iframe, object, embed, form, video, audio, base, script:not([type])').length,
    handlers: [...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames()).filter(n => n.startsWith('on')).length,
    links: [...document.querySelectorAll('a[href]')].map(a => a.protocol).filter(p => !['http:', 'https:', 'file:'].includes(p)).length,
})"""
# Texts of elements in which a word of letters and digits stands on two lines.
SPLIT_WORDS = """(selector) => [...document.querySelectorAll(selector)].filter((e) => {
  for (let up = e; up; up = up.parentElement) if (getComputedStyle(up).clipPath !== 'none') return false;
  const range = document.createRange(), walker = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) for (const word of node.data.matchAll(/[\\p{L}\\p{N}]{2,20}/gu)) {
    range.setStart(node, word.index); range.setEnd(node, word.index + word[0].length);
    if (new Set([...range.getClientRects()].map((r) => Math.round(r.top))).size > 1) return true;
  } return false }).map((e) => e.textContent.trim())"""


@contextmanager
def open_chromium() -> Iterator[Any]:
    """A Chromium without a window. Until it is closed, this thread counts as running an event loop: nothing in it may
    call `asyncio.run`."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


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


class Visit:
    """One page open in its own context, with what it said and asked for."""

    def __init__(self, browser: Any, path: Path, width: int, height: int, **options: Any) -> None:
        self.said: list[str] = []
        self.asked: list[str] = []
        self.context = browser.new_context(viewport={"width": width, "height": height}, offline=True, **options)
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.said.append(dialog.message), dialog.dismiss()))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(path.as_uri())

    def __enter__(self) -> "Visit":
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def bottom(self, selector: str) -> float:
        return float(self.page.locator(selector).first.evaluate("e => e.getBoundingClientRect().bottom"))


def overflow(page: Any) -> int:
    """CSS pixels by which the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def too_small(page: Any) -> list[str]:
    """Targets smaller than 24 CSS pixels, but for links within a line of text (WCAG 2.2, 2.5.8)."""
    found: Sequence[str] = page.evaluate(
        """() => [...document.querySelectorAll("a, button, input:not([type=hidden]), select, textarea, summary, label:has(input)")]
          .filter((e) => e.checkVisibility() && !e.closest(".vh") && e.className !== "jump")
          .filter((e) => !e.matches("p a, dd a, td a") || getComputedStyle(e).display !== "inline")
          .filter((e) => { const r = e.getBoundingClientRect(); return Math.min(r.width, r.height) < 24; })
          .map((e) => e.outerHTML.slice(0, 120))"""
    )
    return list(found)
