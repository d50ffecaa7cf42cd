"""One page as it came, read: text, title, day, language, canonical address. The same bytes read the same on any day."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal
from urllib.parse import urlsplit

from panel.dossier.charset import decode_page
from panel.dossier.clean_text import one_line
from panel.dossier.fetch.fetch_errors import shown
from panel.dossier.identity.address import joined, tidy_address
from panel.dossier.identity.voices import is_shared, repository_of, site_of
from panel.dossier.page.html import PageText, read_html
from panel.dossier.page.html_tree import HtmlTree, open_html
from panel.dossier.page.links_to_follow import Link, find_links, names_a_page
from panel.dossier.page.markdown_blocks import read_markdown
from panel.dossier.page.passages import Block, count_words, plain_blocks
from panel.dossier.page.visible_lines import VisibleLine
from panel.dossier.visibility.hidden_text import hidden_characters
from panel.dossier.visibility.style_sheets import Linked, linked_sheets
from panel.dossier.visibility.visible_tree import HiddenText
from panel.errors import Mistake
from panel.records import Page

Form = Literal["html", "markdown", "plain"]  # what a source's text is
HTML = frozenset({"text/html", "application/xhtml+xml"})
MARKDOWN = frozenset({"text/markdown", "text/x-markdown"})
PLAIN = frozenset({"text/plain", "text/x-rst", "text/prs.fallenstein.rst"})
MARKDOWN_NAME = re.compile(r"\.(md|markdown)$", re.IGNORECASE)
TITLE_END = re.compile(r"\s+[|–—·:•]\s+|\s+-\s+|:\s+")
FAR_DAY = "2100-01-01"  # beyond a limit htmldate guesses; what is yet to come is left out here instead
SCRIPT = re.compile(r"<script\b(?![^>]{0,300}json)", re.IGNORECASE)
MODULE = re.compile(r"<script\b[^>]{0,300}\btype\s*=\s*[\"']?module", re.IGNORECASE)
NOSCRIPT = re.compile(r"<noscript\b[^>]{0,300}>(.{0,4000}?)</noscript", re.IGNORECASE | re.DOTALL)
NO_WORDS = re.compile(r"<style\b.{0,4000}?</style|<!--.{0,4000}?-->|<[^>]{0,2000}>", re.IGNORECASE | re.DOTALL)
EMPTY = re.compile(r"<([a-z][\w-]{0,40})\b([^<>]{0,300})>\s*</\1\s*>", re.IGNORECASE)
MOST_SHELL = 200_000  # characters of a page that are looked at for what scripts would fill
MOST_NESTED = 5
FEW_WORDS = 60  # of prose, for a page to be taken for a shell
LINE_WORDS = 5  # of a block, for it to be prose and no label
MOST_LABELS = 1_000  # characters of a shell's labels; an index of names has no prose, but more
MOST_TITLE = 300
MOST_NAME = 120
MOST_ALT_WORDS = 6  # of a picture's description, for it to be a name


@dataclass(frozen=True)
class ParsedPage:
    """What code reads off one page, parsed once: whoever wants more of it takes it from `visible`."""

    url: str  # canonical, without what changes from visit to visit
    title: str
    text: str  # decoded, as it came
    form: Form
    blocks: tuple[Block, ...]
    published: date | None = None
    language: str = ""  # "en", "pt-BR"; "" when the page does not say
    site_name: str = ""
    description: str = ""
    heading: str = ""  # the great one of its main part; "" when there is none
    hidden: tuple[HiddenText, ...] = ()  # what it keeps from its readers
    links: tuple[Link, ...] = ()
    json_ld: tuple[str, ...] = ()  # texts of its scripts
    lines: tuple[VisibleLine, ...] = field(default=(), compare=False)  # what is seen, line by line
    visible: Any = field(default=None, compare=False)  # lxml's tree of what is seen, with the head; None for plain text

    @property
    def is_html(self) -> bool:
        return self.form == "html"


@dataclass(frozen=True)
class OpenedPage:
    """A page parsed, and not yet read: the sheets it links come first."""

    page: Page
    text: str
    html: HtmlTree | None = field(compare=False)  # None for what is no HTML
    sheets: tuple[Linked, ...] = ()


def open_page(page: Page) -> OpenedPage:
    """The page decoded and, if it is HTML, parsed. Raises Mistake, in one sentence, for what is no text."""
    if page.media_type in HTML:
        text = decode_page(page)
        opened = open_html(text)
        sheets = () if opened.root is None else linked_sheets(opened.root, page.final_url)
        return OpenedPage(page, text, opened, sheets)
    if page.media_type not in MARKDOWN | PLAIN:
        said = shown(page.media_type, 60) or "of no stated type"
        raise Mistake(f"{shown(page.url)} is {said}, which holds no text to read.")
    return OpenedPage(page, decode_page(page), None)


def parse_page(page: Page, sheets: Mapping[str, str] | None = None) -> ParsedPage:
    """The page opened and read."""
    return read_page(open_page(page), sheets)


def read_page(opened: OpenedPage, sheets: Mapping[str, str] | None = None) -> ParsedPage:
    """The page read, once: its tree is pruned to what is seen. sheets: texts of style sheets it links, by `href`."""
    page, text = opened.page, opened.text
    if opened.html is not None:
        return _read_html(page, text, opened.html, sheets)
    is_markdown = page.media_type in MARKDOWN or MARKDOWN_NAME.search(urlsplit(page.final_url).path)
    read = read_text(text, "markdown" if is_markdown else "plain")
    title = read.heading[:MOST_TITLE] or (_name_of_file(read, page.final_url) if is_markdown else _first_line(read))
    return ParsedPage(
        tidy_address(page.final_url), title, text, "markdown" if is_markdown else "plain", read.blocks,
        heading=read.heading[:MOST_TITLE], hidden=read.hidden, visible=read.visible,
        lines=read.lines,
    )  # fmt: skip


def read_text(text: str, form: Form) -> PageText:
    """A text that came without an address."""
    if form == "html":
        return read_html(open_html(text))
    if form == "markdown":
        return read_markdown(text)
    return PageText(tuple(plain_blocks(text)), tuple(hidden_characters(text)))


def _first_line(read: PageText) -> str:
    return next((one_line(block.text) for block in read.blocks if block.text.strip()), "")[:MOST_TITLE]


def _name_of_file(read: PageText, url: str) -> str:
    """What a text without a first heading is called: the picture in its place, its repository, its first heading."""
    pictures = read.visible.iter("img", "h2", "h3", "h4") if read.visible is not None else iter(())
    first = next(pictures, None)
    alt = one_line(first.get("alt", "")) if first is not None and first.tag == "img" else ""
    if alt and len(alt.split()) <= MOST_ALT_WORDS:
        return alt
    if known := repository_of(url):
        return known.name
    headings = (one_line(block.text) for block in read.blocks if block.kind == "heading")
    return next(headings, "")[:MOST_TITLE] or _first_line(read)


def needs_scripts(parsed: ParsedPage) -> bool:
    """Whether a page shows its text only to a browser that runs its scripts, and what came is the shell.

    It has scripts and no prose at all, or little and a module, an element left empty for them to fill, or a word to
    those who have none.
    """
    shell = parsed.text[:MOST_SHELL]
    prose = _prose_words(parsed)
    if not parsed.is_html or prose >= FEW_WORDS or _has_labels(parsed) or not SCRIPT.search(shell):
        return False
    told = any(count_words(NO_WORDS.sub(" ", found[1])) > 1 for found in NOSCRIPT.finditer(shell))
    return not prose or told or bool(MODULE.search(shell)) or _has_empty_root(shell)


def shows_nothing(parsed: ParsedPage) -> bool:
    """Whether a page has no prose at all, and few labels."""
    return not _prose_words(parsed) and not _has_labels(parsed)


def _has_labels(parsed: ParsedPage) -> bool:
    return sum(len(block.text) for block in parsed.blocks) > MOST_LABELS


def _prose_words(parsed: ParsedPage) -> int:
    """Words of its blocks that are more than labels."""
    return sum(count for block in parsed.blocks if (count := count_words(block.text)) >= LINE_WORDS)


def _has_empty_root(shell: str) -> bool:
    """Whether an element with an id, or of a name of the page's own, holds nothing, or nothing but empty ones."""
    shell = re.sub(r"<!--.{0,4000}?-->", "", shell, flags=re.DOTALL)
    for _ in range(MOST_NESTED):
        roots = (found for found in EMPTY.finditer(shell) if found[1].lower() not in ("script", "iframe", "noscript"))
        if any("-" in root[1] or re.search(r"\bid\s*=", root[2]) for root in roots):
            return True
        shell, emptied = EMPTY.subn(" ", shell)
        if not emptied:
            return False
    return False


def name_and_tagline(parsed: ParsedPage) -> tuple[str, str]:
    """The product's name and the maker's line for it, as its page gives them; a tagline may be "".

    The name is the site's own when the page is the site's front, else the first part of the title that is neither the
    site's name nor that of a kind of page ("Pricing"), else the site's name. The tagline is the next such part of the
    title, else the first heading, else the description.
    """
    site = parsed.site_name
    parts = [part for part in TITLE_END.split(parsed.title) if part and part.casefold() != site.casefold()]
    own = [part for part in parts if not names_a_page(part)]
    at_front = not urlsplit(parsed.url).path.strip("/")
    name = (site if at_front else "") or next(iter([*own, *([site] if site else []), *parts]), "") or parsed.heading
    lines = [*own, *(line for line in (parsed.heading, parsed.description) if not names_a_page(line))]
    tagline = next((line for line in lines if line and line.casefold() != name.casefold()), "")
    return name[:MOST_NAME].strip(), tagline[:MOST_TITLE].strip()


def _read_html(page: Page, text: str, opened: HtmlTree, sheets: Mapping[str, str] | None) -> ParsedPage:
    tree = opened.root
    told = _metadata(tree)
    links = find_links(tree, page.final_url) if tree is not None else ()
    day = _published(told["date"], text, until=page.fetched_at.date())
    read = read_html(opened, sheets)
    heading = "" if read.heading == told["title"] else read.heading[:MOST_TITLE]
    return ParsedPage(
        url=_canonical(told["canonical"], page.final_url), title=(told["title"] or heading)[:MOST_TITLE], text=text,
        form="html", blocks=read.blocks, published=day, language=told["language"], site_name=told["site_name"],
        description=told["description"], heading=heading, hidden=read.hidden, links=links, json_ld=opened.json_ld,
        visible=read.visible, lines=read.lines,
    )  # fmt: skip


def _metadata(tree: Any) -> dict[str, str]:
    """What the head of the page states, one line each, "" for what it does not."""
    from htmldate import find_date

    logging.getLogger("htmldate").setLevel(logging.CRITICAL)
    if tree is None:
        return dict.fromkeys(("title", "site_name", "description", "canonical", "language", "date"), "")
    try:
        day = find_date(tree, extensive_search=False, original_date=True, max_date=FAR_DAY)
    except Exception:  # whatever a hostile page makes the library stumble over costs the day, not the page
        day = None
    return {
        "title": _first(tree, "//head/title/text()", "//meta[@property='og:title']/@content"),
        "site_name": _first(
            tree, "//meta[@property='og:site_name']/@content", "//meta[@name='application-name']/@content"
        ),
        "description": _first(
            tree, "//meta[@name='description']/@content", "//meta[@property='og:description']/@content"
        ),
        "canonical": _first(tree, "//link[@rel='canonical']/@href"),
        "language": _language(_first(tree, "/html/@lang", "//meta[@http-equiv='content-language']/@content")),
        "date": day or "",
    }


def _published(found: str, text: str, *, until: date) -> date | None:
    """The day found, if it has come and stands in the page.

    Of a month alone htmldate makes a day: the month's first, or today's number, which would differ tomorrow.
    """
    day = date.fromisoformat(found) if found else None
    if day is None or day > until:
        return None
    y, m, d, name = day.year, f"0?{day.month}", f"0?{day.day}", r"[^\W\d_]{3,12}\.?"
    written = (
        rf"{y}\s?[-/.年]?\s?{m}\s?[-/.月]?\s?{d}(?!\d)",
        rf"(?<!\d){d}(st|nd|rd|th|\.)?[-/.,\s]{{1,2}}({m}|{name})[-/.,\s]{{1,2}}{y}",
        rf"(?<!\d){m}[-/.]{d}[-/.]{y}|{name}\s{d}(st|nd|rd|th)?,?\s{y}",
    )
    return day if any(re.search(form, text) for form in written) else None


def _first(tree: Any, *paths: str) -> str:
    """The first of these that is there and not blank."""
    found = (one_line(str(value)) for path in paths for value in tree.xpath(path)[:1])
    return next((value for value in found if value), "")


def _language(said: str) -> str:
    return said if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", said) else ""


def _canonical(said: str, url: str) -> str:
    """The page's own word for its address, if it names its own site; else where it was found.

    At a host that many share, its own place: the same first two steps of the path.
    """
    canonical = joined(url, said)
    own = bool(canonical) and site_of(canonical) == site_of(url)
    if own and is_shared(url):
        own = urlsplit(canonical).path.split("/")[:3] == urlsplit(url).path.split("/")[:3]
    return canonical if own else tidy_address(url)
