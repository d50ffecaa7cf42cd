"""One entry, hostile text and all, to an announcement, or the sentence that says why not."""

import re
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from urllib.parse import urlsplit

from panel.batch.intake.days import read_day
from panel.batch.intake.fields import Value, value_of
from panel.batch.intake.rows import Entry, quoted
from panel.batch.intake.tables import FIELDS, FeedTable, SourceSpec, compile_pattern, listed
from panel.batch.intake.titles import Cut, cut_title, shared_heads, stripped
from panel.batch.intake.xml_rows import plain_text
from panel.dossier.clean import one_line
from panel.dossier.facts.stated import language_of
from panel.dossier.gather.listing import is_listing, product_address
from panel.dossier.identity.address import address_in
from panel.dossier.identity.same_product import Tag, tag_of
from panel.dossier.identity.voices import package_of, repository_of
from panel.records import LaunchSource, Seen
from panel.records.batch import Announcement
from panel.records.disagreement import fold

MOST_RAW = {"name": 1_000, "tagline": 20_000, "homepage": 1_000, "listing": 1_000}  # beyond: absurd, the row is bad
MOST_OWN = 20_000  # characters of an entry's own text
LEAST_OWN = 30  # bytes of UTF-8: a shorter one is a label, not a text
IN_HTML = re.compile(r"</?[a-z][a-z0-9]{0,10}[\s/>]|&(?:[a-z]{2,8}|#\d{2,6});", re.IGNORECASE)
NONE_GIVEN = re.compile(r"[^.:/]*|\W*\w?\W*\w?\W*")  # `tbd`, `12`, `n/a`, `n.a.`: no try at an address
MOST_KEPT = {"name": 120, "release": 60, "tagline": 300, "where": 120}
Note = Callable[[str], None]


class Unfit(ValueError):
    """The entry is no launch that could be reviewed; str() is the sentence."""


def announce(
    entry: Entry, spec: SourceSpec, *, categories: frozenset[str], note: Note, heads: frozenset[str] = frozenset()
) -> Announcement:
    """The entry as an announcement.

    categories: slugs there are; any other is dropped. note: hears one sentence of each thing a row lost and stayed.
    heads: what many titles of its feed begin with. Raises Unfit.
    """
    given = {field: value_of(field, entry, spec.table) for field in FIELDS}
    _refuse_absurd(given)
    cut = _cut(given, spec.table, heads)
    homepage, listing = _addresses(given, note)
    name = _short("name", cut.name, note) or _name_of(homepage or listing)
    if not name:
        raise Unfit("It has no name and no address.")
    day = _day(given["launched_at"], note)
    where = one_line(spec.table.where or spec.label)[: MOST_KEPT["where"]]
    tagline = _short("tagline", _text(given["tagline"]) or cut.tagline, note)
    own = _own_text(given["text"], (name, tagline), note)
    return Announcement(
        source=spec.label,
        at=entry.at,
        name=name,
        release=_short("release", _text(given["release"]) or cut.release, note),
        tagline=tagline,
        homepage=homepage,
        listing=listing,
        category=_category(given["category"], spec.table, categories),
        language=language_of(given["language"].text or entry.language),
        launched_at=day,
        seen_at=(Seen(where=where, url=_seen_url(given) or listing or homepage, on=day),),
        sources=(LaunchSource(title=f"Its entry in {where}", voice=spec.table.voice, kind="other", text=own),)
        if own
        else (),
    )


def _refuse_absurd(given: dict[str, Value]) -> None:
    for field, value in given.items():
        if any("\0" in text for text in value.texts):
            raise Unfit(f"Its {field} holds NUL bytes.")
        if len(value.text) > MOST_RAW.get(field, 1_000) and field not in ("category", "text"):
            raise Unfit(f"Its {field} is {len(value.text):,} characters long.")


def heads_of(entries: Iterable[Entry], table: FeedTable) -> frozenset[str]:
    """What many titles of one feed begin with."""
    names = (value_of("name", entry, table) for entry in entries)
    return shared_heads(stripped(_text(name), _patterns(listed(table.strip))) for name in names if name.is_title)


def _cut(given: dict[str, Value], table: FeedTable, heads: frozenset[str]) -> Cut:
    name = given["name"]
    text, address = _text(name), address_in(given["homepage"].text)
    if table.only and not compile_pattern(table.only).search(text):
        raise Unfit(f"Its title {quoted(text)} is no launch by this feed's rule `only`.")
    how = table.cut if table.cut != "auto" or name.is_title else "never"
    cut = cut_title(text, how=how, strip=_patterns(listed(table.strip)), heads=heads, address=address)
    tag = tag_of(address)
    return cut if tag is None or how == "never" else _tagged(cut, tag, address)


def _tagged(cut: Cut, tag: Tag, address: str) -> Cut:
    """A release's own page says which, and of what: its title may be any sentence."""
    of = tag.package or _name_of(address)
    is_named = fold(of.rpartition("/")[2]) in fold(cut.name)
    return Cut(cut.name if is_named else of, tag.release, cut.tagline if is_named else cut.tagline or cut.name)


@lru_cache(maxsize=64)
def _patterns(given: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(compile_pattern(pattern) for pattern in given)


def _addresses(given: dict[str, Value], note: Note) -> tuple[str, str]:
    """Homepage and listing. A listing given as the homepage is a listing; what is no http(s) address is none."""
    homepage, listing = (_address(field, given, note) for field in ("homepage", "listing"))
    if homepage and is_listing(homepage):
        homepage, listing = "", listing if listing and not is_listing(listing) else homepage
    return product_address(homepage), listing


def _seen_url(given: dict[str, Value]) -> str:
    """Where a reader finds the announcement: the listing as given, even where a redirector is followed."""
    return address_in(given["listing"].text)


def _address(field: str, given: dict[str, Value], note: Note) -> str:
    """The address in a field, "" where none is tried at. What is none costs the address and is said; where panel.toml
    says that this is the homepage, it makes the row unfit."""
    text = _text(given[field])
    address = address_in(text)
    if not address and not NONE_GIVEN.fullmatch(text):
        problem = f"Its {field} {quoted(text)} is no http or https address"
        if field == "homepage" and not given[field].is_guessed:
            raise Unfit(f"{problem}.")
        note(f"{problem}; it goes on without one.")
    return address


def _own_text(value: Value, said: tuple[str, ...], note: Note) -> str:
    """What the entry says at length, as a launch file would hold it; "" for what is short or said already."""
    text = value.text.encode("utf-8", "replace").decode()
    is_html = bool(IN_HTML.search(text))
    plain = one_line(plain_text(text) if is_html else text[:MOST_OWN])
    if len(plain.encode()) < LEAST_OWN or plain in said:
        return ""
    if len(text) > MOST_OWN:
        note(f"Its text is {len(text):,} characters long and was cut to {MOST_OWN:,}.")
        text = text[:MOST_OWN]
    return f"<html><body>{text}</body></html>" if is_html else text


def _name_of(address: str) -> str:
    """What an entry without a name is called until its page has been read."""
    if repository := repository_of(address):
        return repository.name
    return (package_of(address) or (urlsplit(address).hostname or "").removeprefix("www."))[: MOST_KEPT["name"]]


def _day(value: Value, note: Note) -> date | None:
    day = read_day(value.text) if value.text else None
    if value.text and day is None:
        note(f"Its date {quoted(value.text)} can't be read; it goes on without one.")
    return day


def _category(value: Value, table: FeedTable, categories: frozenset[str]) -> str:
    """The first of the entry's categories we have, by the feed's table or by its own slug; "" when there is none."""
    ours = {tag.casefold(): slug for tag, slug in table.categories.items()}
    for text in value.texts:
        said = one_line(text[:200])
        for slug in (ours.get(said.casefold(), ""), re.sub(r"[\s_]+", "-", said.lower())):
            if slug in categories:
                return slug
    return ""


def _short(field: str, text: str, note: Note) -> str:
    """At most what is kept of a field, cut at a word."""
    most = MOST_KEPT[field]
    if len(text) <= most:
        return text
    note(f"Its {field} is {len(text):,} characters long and was cut to {most}.")
    return text[: most - 1].rsplit(" ", 1)[0][: most - 1].rstrip() + "…"


def _text(value: Value) -> str:
    return one_line(value.text)
