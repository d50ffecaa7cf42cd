"""Which linked pages are worth reading: one rule, from where a link leads and what it is called.

For each kind (pricing, docs, quick start, changelog, licence, repository, package) a link scores
  4  its whole text is one of the kind's names ("Pricing"); 2 when the text merely holds one ("See our pricing")
  4  the last step of its path is one of the kind's paths (`/pricing`); 2 when an earlier step is (`/docs/intro`)
  3  its host begins with the kind's (`docs.acme.dev`)
  6  it is marked `rel="license"`, for the licence
  -1 for each step of its path beyond two; -3 inside a blog, a news page, an account or a form
and is taken at 3 or more. Repositories and packages go by their host: 6 when the maker's own, 8 when named like it too,
7 when only named like it, else 3 when the text says it is the source. A link marked as left by readers (`rel="ugc"`) or
paid for (`sponsored`) is none of the maker's. Of each kind the best link is taken; of equal ones the first in the page.
A link is a candidate only on the maker's own sites, or at a code or package host: other sites are never followed.
"""

import re
from collections.abc import Sequence
from itertools import islice
from typing import Any, Literal, NamedTuple, get_args
from urllib.parse import urlsplit

from panel.dossier.clean_text import one_line
from panel.dossier.identity.address import MOST_ADDRESS, joined
from panel.dossier.identity.voices import Maker, is_makers, is_named_like, is_owned, package_of, repository_of
from panel.records import SourceKind

Wanted = Literal["pricing", "docs", "repository", "quick_start", "changelog", "licence", "package"]  # in order of worth
WANTED: tuple[Wanted, ...] = get_args(Wanted)
KINDS: dict[Wanted, SourceKind] = {
    "pricing": "pricing",
    "docs": "docs",
    "quick_start": "docs",
    "changelog": "changelog",
    "licence": "licence",
    "repository": "repository",
    "package": "repository",
}
TEXTS: dict[Wanted, str] = {
    "pricing": r"(plans? (and|&) )?pric(es?|ing)( (and|&) plans?)?|plans|price list|preise|tarifs|precios|prezzi|"
    r"料金|价格",
    "docs": r"(developer |api |read the )?(docs|documentation)|(user |developer )?(guides?|manual)|(api )?reference|"
    r"dokumentation|ドキュメント|文档",
    "quick_start": r"quick ?-?start( guide)?|getting started|installation|install|tutorial|first steps|erste schritte",
    "changelog": r"change ?-?log|release notes|releases|what.s new|changes",
    "licence": r"(software |the |view )?licen[cs](e|es|ing)|(mit|bsd|apache( |-)2\.0|a?gpl(v3)?) licen[cs]e|lizenz",
}
PATHS: dict[Wanted, str] = {
    "pricing": r"pricing|prices?|plans?|(plans-and-)?pricing(-plans)?|preise|tarifs",
    "docs": r"docs?|documentation|manual|guides?|reference|api(-docs|-reference)?|user-guide|handbook",
    "quick_start": r"quick-?start|getting-?started|get-started|install(ation|ing)?|first-steps|tutorial",
    "changelog": r"change-?log|changes|release-?notes|releases|whats-new|news-and-changes|history",
    "licence": r"licen[cs](e|es|ing)|copying|eula",
}
HOSTS: dict[Wanted, str] = {
    "docs": r"(docs?|documentation|developers?|guides?|manual)\.",
    "changelog": r"(changelog|releases)\.",
    "pricing": r"pricing\.",
}
SOURCE_TEXT = re.compile(r"github|gitlab|codeberg|source( code)?|repository|repo|open source|stars?\b", re.IGNORECASE)
ASIDE = re.compile(
    r"blog|news|posts?|articles?|press|careers?|jobs|log-?in|sign-?(in|up)|register|account|cart|checkout|contact.*|"
    r"demo|legal|privacy|cookies?|terms.*|events?|webinars?|customers|case-studies|compare|vs|alternatives|share|"
    r"issues|pulls?|discussions|actions|commits?|stargazers|forks",
    re.IGNORECASE,
)
ENDING = re.compile(r"\.(html?|md|markdown|rst|txt|php|aspx)$", re.IGNORECASE)
NO_PAGE = re.compile(
    r"\.(zip|gz|tgz|dmg|exe|msi|deb|rpm|pdf|png|jpe?g|gif|svg|webp|mp4|webm|css|js|xml|ico|woff2?)$", re.I
)
STRANGERS = frozenset({"ugc", "sponsored"})  # words of `rel`
LEAST_SCORE = 3
MOST_LINKS = 3000


class Link(NamedTuple):
    """An `<a>` or `<link>` with an http(s) address, in document order."""

    url: str  # tidy: absolute, no fragment, nothing that changes from visit to visit
    text: str
    rel: str
    fragment: str = ""


class Choice(NamedTuple):
    """A page to read next, and why."""

    wanted: Wanted
    url: str
    score: int

    @property
    def kind(self) -> SourceKind:
        """What kind of source it becomes."""
        return KINDS[self.wanted]


def names_a_page(words: str) -> bool:
    """Whether words name a kind of page ("Pricing", "API docs") rather than a product."""
    words = words.lower().replace("\u2019", "'")
    plain = re.fullmatch(r"home( ?page)?|welcome|overview|introduction|index|start", words)
    short = len(words.split()) <= 3
    return bool(plain) or (short and any(re.search(rf"\b({names})\b", words) for names in TEXTS.values()))


def find_links(tree: Any, url: str) -> tuple[Link, ...]:
    """The links of a page read at `url`, at most `MOST_LINKS`: those its menus hide, too."""
    base = next((href for href in tree.xpath("//base/@href") if href), "")
    start = joined(url, base) or url
    found = (_link(element, start) for element in tree.iter("a", "link"))
    return tuple(islice(filter(None, found), MOST_LINKS))


def choose(
    links: Sequence[Link], maker: Maker, *, but: frozenset[str] = frozenset(), only: Sequence[Wanted] = WANTED
) -> tuple[Choice, ...]:
    """The best link of each kind, the most wanted kind first; no page twice.

    but: addresses read already. only: the kinds asked for.
    """
    chosen: list[Choice] = []
    taken = {_same(url) for url in but}
    for wanted in (w for w in WANTED if w in only):
        left = (link for link in links if _same(link.url) not in taken)
        scored = [Choice(wanted, link.url, score(link, wanted, maker)) for link in left]
        best = max(scored, key=lambda choice: choice.score, default=None)  # the first of equal ones
        if best and best.score >= LEAST_SCORE:
            chosen.append(best)
            taken.add(_same(best.url))
    return tuple(chosen)


def score(link: Link, wanted: Wanted, maker: Maker) -> int:
    """How much a link looks like the page wanted, by the rule above; 0 for one that is never followed."""
    if STRANGERS & set(link.rel.split()) or len(link.url) > MOST_ADDRESS or NO_PAGE.search(urlsplit(link.url).path):
        return 0
    repository, package = repository_of(link.url), package_of(link.url)
    if wanted == "package":
        return _by_name(link, package, maker) if package else 0
    if wanted == "repository":
        return _by_name(link, repository.name, maker) if repository and _is_root(link.url) else 0
    if package or (repository and _is_root(link.url)) or not is_makers(link.url, maker):
        return 0
    return _by_text(link, wanted) + _by_path(link.url, wanted)


def sections(links: Sequence[Link], url: str) -> frozenset[SourceKind]:
    """Kinds the page has a part of its own for: it links to `#pricing` within itself."""
    within = [link for link in links if link.fragment and _same(link.url) == _same(url)]
    named = {w for w in PATHS for link in within if re.fullmatch(PATHS[w], link.fragment, re.IGNORECASE)}
    return frozenset(KINDS[w] for w in named)


def _link(element: object, start: str) -> Link | None:
    given = element.attrib  # type: ignore[attr-defined]
    href, rel = given.get("href", "").strip(), " ".join(given.get("rel", "").lower().split())
    if element.tag == "link" and "license" not in rel.split():  # type: ignore[attr-defined]
        return None
    whole = joined(start, href)
    if not whole:
        return None
    words = one_line("".join(element.itertext()) or given.get("aria-label", "") or given.get("title", ""))  # type: ignore[attr-defined]
    return Link(whole, words[:200], rel, href.partition("#")[2])


def _by_name(link: Link, name: str, maker: Maker) -> int:
    if is_makers(link.url, maker):
        return 6 + 2 * is_named_like(name, maker) - (not is_owned(link.url, maker))
    return 3 if SOURCE_TEXT.search(link.text) else 0


def _by_text(link: Link, wanted: Wanted) -> int:
    if wanted == "licence" and "license" in link.rel.split():
        return 6
    text = link.text.strip(" \t→›»>↗.:").lower()
    if re.fullmatch(TEXTS[wanted], text):
        return 4
    return 2 if len(text) <= 60 and re.search(rf"\b({TEXTS[wanted]})\b", text) else 0


def _by_path(url: str, wanted: Wanted) -> int:
    parts = urlsplit(url)
    steps = [ENDING.sub("", step) for step in parts.path.lower().split("/") if step]
    repository = repository_of(url)
    steps = steps[2:] if repository else steps
    score = 3 if wanted in HOSTS and re.match(HOSTS[wanted], parts.netloc) else 0
    if steps and re.fullmatch(PATHS[wanted], steps[-1]):
        score += 4
    elif any(re.fullmatch(PATHS[wanted], step) for step in steps):
        score += 2
    return score - max(0, len(steps) - (4 if repository else 2)) - (3 if any(map(ASIDE.fullmatch, steps)) else 0)


def _is_root(url: str) -> bool:
    """Whether it is a repository's front page."""
    return repository_of(url) is not None and len([s for s in urlsplit(url).path.split("/") if s]) == 2


def _same(url: str) -> str:
    """Addresses that differ in scheme, `www.` or a last slash are one page here."""
    return re.sub(r"^https?://(www\.)?", "", url).rstrip("/")
