"""From a row's own fields to ours: by the mapping in panel.toml, else by the names such fields usually have."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from panel.batch.intake.csv_rows import fold_name
from panel.batch.intake.json_rows import at_path
from panel.batch.intake.rows import Entry
from panel.batch.intake.tables import FIELDS, FeedTable, listed

TITLES = frozenset({"title", "headline"})  # fields that hold more than a name
USUAL: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "product", "productname", "tool", *sorted(TITLES)),
    "release": ("release", "version"),
    "tagline": ("tagline", "slogan", "oneliner", "pitch"),
    "homepage": (
        "homepage", "homepageurl", "website", "site", "producturl", "externalurl", "url", "link", "web",
        "address",
    ),
    "listing": ("listing", "listingurl", "discussion", "discussionurl", "comments", "commentsurl", "permalink"),
    "category": ("category", "categories", "topic", "topics", "tags"),
    "language": ("language", "lang"),
    "launched_at": (
        "launchedat", "launched", "launchdate", "releasedat", "releasedate", "releasedon", "datepublished", "published",
        "publishedat", "pubdate", "date", "createdat", "updated",
    ),
}  # fmt: skip
KNOWN_COLUMNS = frozenset(name for names in USUAL.values() for name in names)
BRACED = re.compile(r"\{([^{}]{1,100})\}")


class Value(NamedTuple):
    """A field's values as they stood; several where the feed gives a list."""

    texts: tuple[str, ...]
    is_title: bool = False

    @property
    def text(self) -> str:
        return self.texts[0] if self.texts else ""


NOTHING = Value(())


def columns_of(table: FeedTable) -> frozenset[str]:
    """Folded names of columns that mean something to this feed."""
    mapped = {path for field in FIELDS for path in listed(getattr(table, field))}
    inner = {inner for path in mapped for inner in BRACED.findall(path)}
    return KNOWN_COLUMNS | {fold_name(path) for path in mapped | inner}


def value_of(field: str, entry: Entry, table: FeedTable) -> Value:
    """What the entry gives for one of ours: the first mapped path that gives something, else the usual."""
    given = getattr(table, field)
    found = _mapped(listed(given), entry) if given is not None else _usual(field, entry)
    return next(found, NOTHING)


def _mapped(paths: tuple[str, ...], entry: Entry) -> Iterator[Value]:
    for path in paths:
        if path.startswith("="):
            yield Value((path[1:],))
        elif BRACED.search(path):
            parts = {inner: _texts(_at(entry, inner)) for inner in BRACED.findall(path)}
            if all(parts.values()):
                yield Value((_filled(path, parts),))
        elif texts := _texts(_at(entry, path)):
            yield Value(texts, fold_name(path.rpartition(".")[2]) in TITLES)


def _filled(template: str, parts: Mapping[str, tuple[str, ...]]) -> str:
    return BRACED.sub(lambda found: parts[found[1]][0], template)


def _usual(field: str, entry: Entry) -> Iterator[Value]:
    folded: dict[str, Any] = {}
    for key in entry.fields:
        folded.setdefault(fold_name(str(key)[:100]), key)
    for name in USUAL[field]:
        if name in folded and (texts := _texts(entry.fields[folded[name]])):
            yield Value(texts, name in TITLES)


def _at(entry: Entry, path: str) -> Any:
    found = at_path(entry.fields, path)
    if found is None and "." not in path:  # a column's name may be written in other letters
        found = next((v for k, v in entry.fields.items() if str(k).casefold() == path.casefold()), None)
    return found


def _texts(value: Any) -> tuple[str, ...]:
    """Texts in a value: one, or those of a list, whose objects are called by their name."""
    if isinstance(value, str):
        return (value,) if value.strip() else ()
    if isinstance(value, list | tuple):
        inner = (item.get("name") if isinstance(item, Mapping) else item for item in value[:50])
        return tuple(item for item in inner if isinstance(item, str) and item.strip())
    return ()
