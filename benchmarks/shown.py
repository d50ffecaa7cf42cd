"""What a reader sees of a saved page, as Chromium draws it: the oracle of benchmarks/pages.py, without our code.

The page gets no script, no style sheet but its own, no picture: what is measured is the HTML as it was saved. Text that
fades in on scroll counts as shown, since innerText asks neither opacity nor transform; what is clipped to a point, off
the screen or of no size does not. Navigation, footers, asides, dialogs and cookie bars are told by element and role.
"""

import os
import re
import shutil
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

URL = "http://page.invalid/"
TIMEOUT_MS = 20_000
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND")
READ = """() => {
  const gone = (list) => list.forEach((e) => e.style.setProperty('display', 'none', 'important'));
  const all = (css) => [...document.querySelectorAll(css)];
  window.scrollTo(0, document.body.scrollHeight);
  gone(all('noscript, script, style, template, select, datalist, textarea, svg, canvas, iframe, object'));
  gone(all('body *').filter((e) => {
    const box = e.getBoundingClientRect(), own = getComputedStyle(e);
    const point = box.width <= 1 && box.height <= 1 && own.overflow !== 'visible';
    const clipped = own.clip === 'rect(0px, 0px, 0px, 0px)' || /^inset\\((50|100)%/.test(own.clipPath);
    return point || (clipped && own.position === 'absolute') || box.right < -300 || own.fontSize === '0px';
  }));
  const shown = document.body.innerText;
  const within = (e) => e.parentElement && e.parentElement.closest('main, article, section, li');
  gone(all('nav, dialog, [role=navigation], [role=dialog], [role=alertdialog], [aria-modal=true], [role=search]'));
  gone(all('footer, aside, [role=contentinfo], [role=complementary]').filter((e) => !within(e)));
  gone(all('header, [role=banner]').filter((e) => !within(e) && !e.querySelector('h1')));
  const named = (e) => /(^|[-_\\s])(cookies?|consent|gdpr)/i.test(e.id + ' ' + (e.getAttribute('class') || ''));
  gone(all('body *').filter((e) => named(e) && (e.innerText || '').length < 900));
  return [shown, document.body.innerText];
}"""
# A sign or a code beside a number. A plain rule of this file's own: not what the product reads amounts with.
SIGN = r"(?:US\$|R\$|A\$|C\$|NT\$|HK\$|[$€£¥￥₹₩₽₺₴฿]|Rs\.?|USD|EUR|GBP|JPY|CNY|INR|BRL|CHF|TWD|KRW)"
AFTER = r"(?:€|£|₽|zł|円|元|원|USD|EUR|GBP|JPY|CNY|INR|BRL|CHF|TWD|KRW|euros?)"
NUMBER = r"\d[\d.,'’]*(?:[ \u00a0\u202f]\d{3}(?!\d))*"
PRICE = re.compile(rf"{SIGN}\s?(?P<before>{NUMBER})|(?P<after>{NUMBER})\s?{AFTER}(?![a-z])")
UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
WORD = re.compile(r"[^\W_]+")
REFRESH = re.compile(rb"<meta\b[^>]{0,300}\brefresh\b[^>]{0,300}>", re.IGNORECASE)
NAME_WITHIN, NAME_WORDS = 10, 8  # lines above a price that may name it; words of such a line
LEAST_WORDS, LEAST_CHARACTERS = 5, 25  # of a passage, for it to be quoted from


class Shown(NamedTuple):
    """A page as drawn."""

    all: str  # everything
    content: str  # without what stands around a page's content


class Price(NamedTuple):
    """One amount on the page, and lines that could name what costs it. Prose names it by itself: no lines."""

    amount: str  # digits as written
    names: tuple[str, ...]
    in_prose: bool


@contextmanager
def opened() -> Iterator[Any]:
    """A browser context without scripts, or None where there is no Chromium to be had."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        chromium = None
    if not chromium:
        yield None
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield browser.new_context(java_script_enabled=False, viewport={"width": 1366, "height": 900})
        browser.close()


def show(context: Any, body: bytes) -> Shown:
    """The page drawn, without sending its reader on; nothing but the page itself is brought."""
    page, body = context.new_page(), REFRESH.sub(b"", body)
    try:
        page.route("**/*", lambda route: _answer(route, body))
        page.goto(URL, wait_until="domcontentloaded", timeout=TIMEOUT_MS)
        return Shown(*page.evaluate(READ))
    finally:
        page.close()


def _answer(route: Any, body: bytes) -> None:
    if route.request.url == URL and route.request.is_navigation_request():
        route.fulfill(body=body, content_type="text/html")
    else:
        route.abort()


def words(text: str) -> list[str]:
    """Words in lower case; of scripts written without blanks, letters."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return WORD.findall(UNSPACED.sub(lambda found: f" {found[0]} ", text))


def prices(content: str) -> list[Price]:
    """The amounts a page shows, in order, each with the lines before it that could be its name."""
    cells = [cell.strip() for line in content.splitlines() for cell in line.split("\t") if cell.strip()]
    found = []
    for at, cell in enumerate(cells):
        above = [c for c in cells[max(0, at - NAME_WITHIN) : at] if len(words(c)) <= NAME_WORDS and not PRICE.search(c)]
        rest = len(words(PRICE.sub(" ", cell)))
        for match in PRICE.finditer(cell):
            amount = digits(match["before"] or match["after"])
            if amount:
                found.append(Price(amount, tuple(above), rest >= LEAST_WORDS))
    return found


def digits(amount: str) -> str:
    """A number as written, without blanks and trailing points."""
    return re.sub(r"[\s\u00a0\u202f'’]", "", amount).rstrip(".,")


def can_be_cited(price: Price, passages: list[str]) -> bool:
    """Whether one passage holds the amount, is long enough to quote, and holds what names it."""
    for passage in passages:
        if all(price.amount != digits(m["before"] or m["after"]) for m in PRICE.finditer(passage)):
            continue
        spelt = words(passage)
        length = sum(0.5 if UNSPACED.match(word) else 1 for word in spelt)
        if length < LEAST_WORDS and len(passage) < LEAST_CHARACTERS:
            continue
        joined = f" {' '.join(spelt)} "
        if price.in_prose or any(f" {' '.join(words(name))} " in joined for name in price.names if words(name)):
            return True
    return False
