"""What others say of a launch, asked of public keyless interfaces; each answer cut down before it is kept or read.

    discussion  the Hacker News thread about the product's own address (or its repository's), most comments first: its
                twenty top-level comments with most answers, in the order they were written
    issues      the repository's eight open issues with most reactions
    releases    the repository's five newest releases: the maker's word
    package     what a package registry itself says: version, licence, day, downloads

Nobody's user name is kept. Authors go with the fields that name them; in texts, mentions, mail addresses and trailers
go, and so does every name the answer gives as an author's that could not be a word (`jane_93`, `JaneDoe`). What the
thread's poster and the repository's own people wrote is left out, since it is no third party's. What comes of an answer
is what lies in the snapshots, never the answer itself.
"""

import asyncio
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from panel.dossier.clean_text import one_line
from panel.dossier.facts.stated import day_of
from panel.dossier.fetch.fetch_errors import shown
from panel.dossier.gather.page_source import PageSource
from panel.dossier.identity import voices
from panel.dossier.identity.address import joined
from panel.dossier.page.html import fragment_blocks
from panel.dossier.page.markdown_blocks import markdown_blocks
from panel.dossier.page.passages import Block
from panel.dossier.page.read_page import ParsedPage
from panel.errors import Mistake
from panel.records import Page, SourceKind, ThirdParty, Voice, letters_and_digits, sha256_of

SEARCH = "https://hn.algolia.com/api/v1/search"
THREAD = "https://hn.algolia.com/api/v1/items/"
THREAD_PAGE = "https://news.ycombinator.com/item?id="
CODE_HOST, CODE_API = "github.com", "https://api.github.com"
REGISTRIES = {  # a page's host -> where the same is said as JSON; the others' entries are read as pages
    voices.NPM: f"https://registry.{voices.NPM.partition('.')[0]}.org/{{}}/latest",
    voices.CRATES: f"https://{voices.CRATES}/api/v1/crates/{{}}",
}
MOST_HITS, MOST_COMMENTS, MOST_ISSUES, MOST_RELEASES = 20, 20, 8, 5
MOST_TEXT = 1_500  # characters of one comment, issue or release
MOST_TITLE = 200
OWN_PEOPLE = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
MENTION = re.compile(r"(?<![\w/.@`])@[A-Za-z0-9][\w-]{0,38}(?![\w/-])")
MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
TRAILER = re.compile(r"^[ \t]{0,8}(?:[A-Z][a-z]{1,20}-)+by:.{0,200}$", re.IGNORECASE | re.MULTILINE)
PROFILE = re.compile(r"https?://(?:www\.)?(?:github\.com/|news\.ycombinator\.com/user\?id=)[\w-]{1,39}(?![\w/-]|\.\w)")
TOKEN = re.compile(r"[\w-]{4,39}")
NO_WORD = re.compile(r"[\d_-]|[a-z][A-Z]")  # a name with one of these in it is taken for a name wherever it stands
SOMEBODY = "somebody"
UNEXPECTED = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    RecursionError,
)  # what a strange answer raises
Json = Mapping[str, Any]


class Told(NamedTuple):
    """What is kept of one answer."""

    title: str
    url: str  # where people read it
    published: date | None
    blocks: tuple[Block, ...]
    facts: Json  # what a registry says, in the shape it says it; {} for all others


@dataclass(frozen=True)
class About:
    """What others are asked about: the product's addresses, and whose its pages are."""

    url: str
    repository: str  # "" when none was read
    packages: tuple[str, ...]  # addresses of its pages at registries
    maker: voices.Maker


class OthersWord(NamedTuple):
    """A third party's word, as a page that was read."""

    kind: SourceKind
    voice: Voice
    page: Page
    parsed: ParsedPage


def is_asked(package: str) -> bool:
    """Whether the registry of a package's page says as JSON what the page says."""
    return (urlsplit(package).hostname or "").removeprefix("www.") in REGISTRIES


def may_be_asked(wanted: ThirdParty, about: About) -> bool:
    """Whether there is anything to ask about, of somebody we know how to ask.

    A product without a public name is told to nobody.
    """
    if wanted == "discussion":
        host = urlsplit(about.url).hostname or ""
        return "." in host and not host.rpartition(".")[2].isdigit()
    if wanted == "package":
        return any(map(is_asked, about.packages))
    return urlsplit(about.repository).hostname == CODE_HOST


async def ask(wanted: ThirdParty, about: About, source: PageSource) -> OthersWord | None:
    """What there is of that kind, where it may be asked for; None when nothing was said.

    Raises PanelError for what can't be had, Mistake for an answer that is none.
    """
    if wanted == "discussion":
        return await _discussion(about, source)
    if wanted == "package":
        return await _package(about, source)
    name = urlsplit(about.repository).path.strip("/")
    if wanted == "issues":
        query = {"q": f"repo:{name} is:issue is:open", "sort": "reactions", "order": "desc", "per_page": 30}
        url = f"{CODE_API}/search/issues?{urlencode(query)}"
        return await _answer("issues", "third_party", url, partial(_issues, about), source)
    url = f"{CODE_API}/repos/{name}/releases?per_page={MOST_RELEASES}"
    return await _answer("changelog", "maker", url, partial(_releases, about), source)


async def _discussion(about: About, source: PageSource) -> OthersWord | None:
    threads: list[Json] = []
    for address in filter(None, (about.url, about.repository)):
        query = urlencode({"query": _bare(address), "restrictSearchableAttributes": "url", "tags": "story"})
        page = await _page(f"{SEARCH}?{query}&hitsPerPage={MOST_HITS}", _hits, source)
        try:
            threads += [hit for hit in json.loads(page.body)["hits"] if _bare(hit["url"]) == _bare(address)]
        except UNEXPECTED as err:
            raise _strange(page.url) from err
    if not threads:
        return None
    best = max(threads, key=lambda hit: hit["num_comments"])["objectID"]
    return await _answer("discussion", "third_party", THREAD + best, partial(_thread, about), source)


async def _package(about: About, source: PageSource) -> OthersWord | None:
    address = next(filter(is_asked, about.packages))
    host = (urlsplit(address).hostname or "").removeprefix("www.")
    url = REGISTRIES[host].format(quote(voices.package_of(address), safe="@"))
    return await _answer("package", "third_party", url, partial(_entry, address), source)


async def _answer(
    kind: SourceKind, voice: Voice, url: str, reduce: Callable[[Any], Told | None], source: PageSource
) -> OthersWord | None:
    """The answer at this address, cut down; None when nothing is left of it."""

    def reduced(said: Any) -> Any:
        told = reduce(said)
        return told and {**told._asdict(), "published": told.published.isoformat() if told.published else ""}

    page = await _page(url, reduced, source)
    try:
        kept = json.loads(page.body)
        blocks = tuple(Block(*block) for block in kept["blocks"]) if kept else ()
        if not blocks:
            return None
        day = date.fromisoformat(kept["published"]) if kept["published"] else None
        text = json.dumps(kept["facts"]) if kept["facts"] else "\n\n".join(block.text for block in blocks)
        published = day if day and day <= page.fetched_at.date() else None
        parsed = ParsedPage(kept["url"], kept["title"], text, "plain", blocks, published, "", "", "", kept["title"])
    except UNEXPECTED as err:
        raise _strange(url) from err
    return OthersWord(kind, voice, page, parsed)


async def _page(url: str, reduced: Callable[[Any], Any], source: PageSource) -> Page:
    """The page at `url` with nothing in its body but what `reduced` leaves; snapshots never hold more."""

    async def fetch(url: str, *, known: Page | None = None) -> Page:
        page = await source.fetch(url, known=known)
        if not 200 <= page.status < 300 or (known and page.sha256 == known.sha256):  # as it was: cut down before
            return page
        try:
            raw = await asyncio.to_thread(lambda: _json(reduced(json.loads(page.body))))
        except UNEXPECTED as err:
            raise _strange(url) from err
        return page.model_copy(update={"body": raw, "sha256": sha256_of(raw), "charset": "utf-8"})

    return (await replace(source, fetch=fetch).page(url))[0]


def _json(kept: Any) -> bytes:
    return json.dumps(kept, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")


def _strange(url: str) -> Mistake:
    return Mistake(f"{shown(url)} answered with something else than it is known for.")


def _hits(said: Json) -> Json:
    """Of a search's hits, those with an address and comments."""
    hits = [hit for hit in said["hits"][:MOST_HITS] if isinstance(hit, dict)]
    kept = [
        {"objectID": str(hit["objectID"]), "url": hit["url"], "num_comments": hit["num_comments"]}
        for hit in hits
        if re.fullmatch(r"\d{1,12}", str(hit.get("objectID"))) and isinstance(hit.get("url"), str)
        and isinstance(hit.get("num_comments"), int) and hit["num_comments"] > 0
    ]  # fmt: skip
    return {"hits": kept}


def _thread(about: About, said: Json) -> Told | None:
    poster, every = _text(said.get("author")), list(_within(said))
    names = _names((comment.get("author") for comment in every), about)
    top = [c for c in _list(said.get("children")) if _text(c.get("text")) and _text(c.get("author")) != poster]
    chosen = sorted(top, key=lambda comment: -sum(1 for _ in _within(comment)))[:MOST_COMMENTS]
    texts = (
        _shown(_text(comment["text"])[: 2 * MOST_TEXT], names) for comment in top if any(comment is c for c in chosen)
    )
    blocks = tuple(Block("prose", text) for text in texts if text)
    at = f"{THREAD_PAGE}{int(said['id'])}"
    return Told(f"Hacker News: {_line(said.get('title'), names)}", at, _day(said.get("created_at")), blocks, {})


def _issues(about: About, said: Json) -> Told | None:
    found = [
        issue for issue in _list(said["items"])
        if "pull_request" not in issue and issue.get("author_association") not in OWN_PEOPLE
        and _table(issue, "user").get("type") != "Bot"
    ][:MOST_ISSUES]  # fmt: skip
    names = _names((_table(issue, "user").get("login") for issue in found), about)
    blocks: list[Block] = []
    for issue in found:
        reactions, comments = (
            int(n or 0) for n in (_table(issue, "reactions").get("total_count"), issue.get("comments"))
        )
        opened = _day(issue.get("created_at"))
        counts = f"{reactions} reactions, {comments} comments{f', opened {opened.isoformat()}' if opened else ''}"
        blocks.append(Block("heading", f"Open issue: {_line(issue.get('title'), names)} ({counts})"))
        blocks += _markdown(issue.get("body"), names)
    return Told("Open issues with most reactions", f"{about.repository}/issues", None, tuple(blocks), {})


def _releases(about: About, said: Any) -> Told | None:
    found = [release for release in _list(said) if release.get("draft") is not True][:MOST_RELEASES]
    names = _names((_table(release, "author").get("login") for release in found), about)
    blocks: list[Block] = []
    for release in found:
        day, name = _day(release.get("published_at")), release.get("name") or release.get("tag_name")
        early = ", a pre-release" if release.get("prerelease") is True else ""
        when = f" ({day.isoformat()}{early})" if day else ""
        blocks.append(Block("heading", f"Release {_line(name, names)}{when}"))
        blocks += _markdown(release.get("body"), names)
    newest = _day(found[0].get("published_at")) if found else None
    return Told("Releases", f"{about.repository}/releases", newest, tuple(blocks), {})


def _entry(at: str, said: Json) -> Told | None:
    """A registry's own words, and in `facts` the fields that its reader of metadata knows."""
    crate, versions = _table(said, "crate"), _list(said.get("versions"))[:1]
    if crate:
        newest = versions[0] if versions else {}
        version, licence = (
            _line(crate.get("max_stable_version") or crate.get("max_version")),
            _line(newest.get("license")),
        )
        day = _day(newest.get("created_at"))
        keys = ("name", "repository", "max_stable_version", "max_version")
        facts: Json = {
            "crate": {key: _line(crate.get(key)) for key in keys},
            "versions": [{"license": licence, "created_at": day.isoformat() if day else ""}],
        }
    else:
        version, licence, day = _line(said["version"]), _line(said.get("license")), None
        source = said.get("repository")
        repository = _line(source.get("url") if isinstance(source, dict) else source)
        facts = {"name": _line(said["name"]), "dist-tags": {"latest": version},
                 "versions": {version: {"license": licence, "repository": repository}}}  # fmt: skip
    lines = [f"Newest version: {version}" + (f", published on {day.isoformat()}." if day else ".")]
    lines += [f"Licence: {licence}."] if licence else []
    lines += [f"Downloads: {n:,} in all." for n in [crate.get("downloads")] if isinstance(n, int)]
    lines += [f"Downloads: {n:,} in the last 90 days." for n in [crate.get("recent_downloads")] if isinstance(n, int)]
    lines += [f"Marked as deprecated: {_line(said['deprecated'])}"] if isinstance(said.get("deprecated"), str) else []
    blocks = tuple(Block("prose", line) for line in lines if version)
    return Told(f"{voices.package_of(at)} at its package registry", at, day, blocks, facts)


def _within(comment: Json) -> Iterator[Json]:
    """A comment and everything below it; without recursion, for a thread may be nested as deep as it likes."""
    left = [comment]
    while left:
        one = left.pop()
        yield one
        left += _list(one.get("children"))


def _markdown(text: object, names: frozenset[str]) -> Iterator[Block]:
    """A text's blocks without names; headings in it are prose, for the issue or the release is what has a heading."""
    for block in markdown_blocks(TRAILER.sub("", _text(text)[:MOST_TEXT])):
        kind = "prose" if block.kind == "heading" else block.kind
        if kind != "code":
            block = Block(kind, _nameless(block.text, names))
        yield block


def _shown(html: str, names: frozenset[str]) -> str:
    """The words of a comment, which is a piece of HTML."""
    text = " ".join(block.text for block in fragment_blocks(html))
    return _nameless(" ".join(text.split()), names)[:MOST_TEXT]


def _nameless(text: str, names: frozenset[str]) -> str:
    """The text with "somebody" in the place of each user name that code can know for one."""
    for pattern in (PROFILE, MAIL, MENTION):
        text = pattern.sub(SOMEBODY, text)
    return TOKEN.sub(lambda found: SOMEBODY if found[0] in names else found[0], text)


def _names(authors: Iterable[object], about: About) -> frozenset[str]:
    """Names among these that can be no word, but for the product's and the repository's own."""
    given = {name for author in authors if (name := _text(author)) and NO_WORD.search(name)}
    own = {*urlsplit(about.repository).path.split("/"), *about.maker.names}
    return frozenset(name for name in given if not {name.lower(), letters_and_digits(name)} & own)


def _bare(address: str) -> str:
    return re.sub(r"^https?://(www\.)?", "", joined(address, address).lower()).rstrip("/")


def _line(said: object, names: frozenset[str] = frozenset()) -> str:
    return _nameless(one_line(_text(said)[: 4 * MOST_TITLE]), names)[:MOST_TITLE]


def _day(said: object) -> date | None:
    found = day_of(_text(said)[:40])
    return date.fromisoformat(found) if found else None


def _text(said: object) -> str:
    return said if isinstance(said, str) else ""


def _list(said: object) -> Sequence[Json]:
    return [one for one in said if isinstance(one, dict)] if isinstance(said, list) else []


def _table(said: Json, key: str) -> Json:
    inner = said.get(key)
    return inner if isinstance(inner, dict) else {}
