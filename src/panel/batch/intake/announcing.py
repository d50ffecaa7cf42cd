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
from panel.dossier.addresses import tidy_address
from panel.dossier.cleaning import one_line
from panel.dossier.listing import is_listing, product_address
from panel.dossier.products import Tag, tag_of
from panel.dossier.stated import language_of
from panel.dossier.voices import package_of, repository_of
from panel.records import Seen
from panel.records.batch import Announcement
from panel.records.differing import fold

MOST_RAW = {"name": 1_000, "tagline": 20_000, "homepage": 1_000, "listing": 1_000}  # beyond: absurd, the row is bad
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
    return Announcement(
        source=spec.label,
        at=entry.at,
        name=name,
        release=_short("release", _text(given["release"]) or cut.release, note),
        tagline=_short("tagline", _text(given["tagline"]) or cut.tagline, note),
        homepage=homepage,
        listing=listing,
        category=_category(given["category"], spec.table, categories),
        language=language_of(given["language"].text or entry.language),
        launched_at=day,
        seen_at=(Seen(where=where, url=_seen_url(given) or listing or homepage, on=day),),
    )


def _refuse_absurd(given: dict[str, Value]) -> None:
    for field, value in given.items():
        if any("\0" in text for text in value.texts):
            raise Unfit(f"Its {field} holds NUL bytes.")
        if len(value.text) > MOST_RAW.get(field, 1_000) and field not in ("category",):
            raise Unfit(f"Its {field} is {len(value.text):,} characters long.")


def heads_of(entries: Iterable[Entry], table: FeedTable) -> frozenset[str]:
    """What many titles of one feed begin with."""
    names = (value_of("name", entry, table) for entry in entries)
    return shared_heads(stripped(_text(name), _patterns(listed(table.strip))) for name in names if name.is_title)


def _cut(given: dict[str, Value], table: FeedTable, heads: frozenset[str]) -> Cut:
    name = given["name"]
    text, address = _text(name), _tidy(given["homepage"])
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
    homepage, listing = _address("homepage", given), _address("listing", given, note)
    if homepage and is_listing(homepage):
        homepage, listing = "", listing if listing and not is_listing(listing) else homepage
    return product_address(homepage), listing


def _seen_url(given: dict[str, Value]) -> str:
    """Where a reader finds the announcement: the listing as given, even where a redirector is followed."""
    return _tidy(given["listing"])


def _tidy(value: Value) -> str:
    """The address as given, "" for none or what is none."""
    try:
        return tidy_address(_text(value))
    except ValueError:
        return ""


def _address(field: str, given: dict[str, Value], note: Note | None = None) -> str:
    """A listing that is no address is left out, with a word; a homepage that is none makes the row unfit."""
    text = _text(given[field])
    try:
        return tidy_address(text)
    except ValueError as err:
        problem = f"Its {field} {quoted(text)} is no http or https address."
        if note is None:
            raise Unfit(problem) from err
        note(problem)
        return ""


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
