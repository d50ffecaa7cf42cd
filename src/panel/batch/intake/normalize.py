"""One entry, hostile text and all, to an announcement, or the sentence that says why not.

A day is UTC where it says a zone. A form that isn't surely read gives none: days in slashes with the year last, years
of two digits outside mail dates, other calendars' years, a month or a week without its day.

A title is cut into name, release and tagline: "Name 2.1: tagline", "Name – tagline", "v2.1.0". The rule. What the
person asked to strip goes. So does what announces:
- a bracket in front ("[Launched] Lamp"), unless nothing but a release follows ("[acme/lamp] v2.1");
- a head that SHARED_BY rows of one feed begin with, whatever its words ("Podcast: Lamp"), but for the site's own name;
- a head without a noun of its own ("Generally available: Lamp"), or none of whose words is in the launch's address
  while the name behind it is ("Disponible: Lamp" at lamp.example);
- a beginning that introduces ("Announcing Lamp", "What's new in Lamp"), and an end that says where a launch stands
  ("Lamp is now in public beta").
Then the first of ` – `, ` — `, ` - `, ` | `, ` · `, `: ` parts name and tagline when what stands before it has at most
MOST_WORDS words. A number with a dot, or one after a v or an @, at the name's end is the release, also before a day,
brackets and words that end in "release"; "Mistral 3" keeps its number. A title that is only a release has no name:
whoever called takes it from the address.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from panel import dossier
from panel.batch.intake.entries import Entry, quoted
from panel.batch.intake.field_map import FieldValue, value_of
from panel.batch.intake.formats.xml_rows import plain_text
from panel.batch.intake.source_spec import FIELDS, FeedTable, SourceSpec, compile_pattern, listed
from panel.records import Announcement, LaunchSource, Seen, letters_and_digits

MOST_RAW = {"name": 1_000, "tagline": 20_000, "homepage": 1_000, "listing": 1_000}  # beyond: absurd, the row is bad
MOST_OWN = 20_000  # characters of an entry's own text
LEAST_OWN = 30  # bytes of UTF-8: a shorter one is a label, not a text
IN_HTML = re.compile(r"</?[a-z][a-z0-9]{0,10}[\s/>]|&(?:[a-z]{2,8}|#\d{2,6});", re.IGNORECASE)
NONE_GIVEN = re.compile(r"[^.:/]*|\W*\w?\W*\w?\W*|[\d.,\s]*[km]?", re.I)  # `tbd`, `1.2k`, `n/a`: no try at an address
APART = re.compile(r"[,;|/#]")
MOST_KEPT = {"name": 120, "release": 60, "tagline": 300, "where": 120}
Note = Callable[[str], None]
SECONDS = re.compile(r"(\d{9,10})(\d{3})?(\.\d+)?")  # or milliseconds
MAIL = re.compile(  # with its time: only then a zone can follow. A year 0001 is no 2001
    r"(?:^|[\s,])(?:\d{1,2}[\s-]+[a-z]{3}[\s-]+(?:\d\d|[12]\d{3})\s+\d{1,2}:\d\d|[a-z]{3}\s+\d{1,2}\s+\d{1,2}:.*\s[12]\d{3}\b)",
    re.IGNORECASE,
)
COMPACT = re.compile(r"\d{8}(T.*)?|\d{4}-?W\d\d-?\d(T.*)?", re.IGNORECASE)
YEAR_FIRST = re.compile(  # with the time and the zone behind it, where they are written in figures
    r"(?<![\d.])(\d{4})(?:\s?[年년]\s?|([-/.])\s?)(\d{1,2})(?:\s?[月월]\s?|\2\s?)(\d{1,2})(?![\d:]|\.\d)"
    r"(?:[T\s]+(\d{1,2}:\d\d(?::\d\d)?)(?:\.\d+)?\s?(Z\b|[+-]\d\d:?\d\d)?)?"
)
LATEST = date(2100, 1, 1)
MOST_DAY = 100  # characters of a day
MOST_TITLE = 500  # characters a pattern is tried on
MOST_WORDS = 6
MOST_HEADS = 3  # "[Launched] Public preview: Lamp"
SHARED_BY = 3
LEAST_LETTERS = 4  # of a word that is looked for in an address
PARTED = re.compile(r"\s+[–—|·-]\s+|\s*[–—]\s+|\s*：\s*|:\s+")
BRACKET = re.compile(r"[\[【](?P<inside>[^\[\]【】]{1,60})[\]】]\s*(?P<rest>\S.*)")
NUMBER = r"(?:v(?:er(?:sion)?)?[. ]?\d[\w.+-]*|\d+(?:\.\d+)+[\w.+-]*)(?:\s(?:alpha|beta|rc|preview)(?:\s?\d+)?)?"
AFTER = r"(?:[\s,]+(?:\([^()]*\)|@\S+|(?:\w+\s){0,2}(?:release|update|version)))*"
AT_END = re.compile(
    rf"^(?P<name>.*?\S)(?:[\s,]+(?:(?:release|version)\s+)?|@|[-_](?=v?\d))\(?(?P<release>{NUMBER})\)?{AFTER}$",
    re.IGNORECASE,
)
ALONE = re.compile(rf"^(?:(?:release|version)\s+)?(?P<release>{NUMBER}){AFTER}$", re.IGNORECASE)
DAY = re.compile(r"^\d{4}-\d\d-\d\d[,:]?\s+(?=.*\d\.\d)")
WORD = re.compile(r"[^\W_]+")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


INTRODUCING = _words(
    "announcing introducing launching presenting unveiling présentons voici presentamos apresentamos presentiamo "
    "представляем"
)
INTO = _words("in of for to en dans de im für nel di em")
NOW = _words("is are has have was now in ist sind jetzt est sont désormais está ya è")
DONE = _words("released out available here live launched shipped verfügbar disponible disponibile disponível доступно")
STATUS = INTRODUCING | DONE | _words(
    "access alpha announcement availability beta closed coming ga guest hn launch launches new news preview release "
    "update updates gastbeitrag neu neue neues vorschau vorstellung aperçu lancement nouveau nouvelle nouveauté "
    "presentación anuncio lanzamiento disponibilidad novedad nuevo nueva vista lançamento novità nova novo бета вышла "
    "новое релиз お知らせ 新機能 公開 发布 正式发布 출시"
)  # fmt: skip
BESIDE = INTO | NOW | _words(  # words that stand beside those and name nothing
    "a an ask been early feature features general generally just limited on open post private product public s show "
    "soon still tell the we what allgemein das der die ein eine nun öffentliche générale généralement la le maintenant "
    "publique el pública previa agora ora"
)  # fmt: skip


class Cut(NamedTuple):
    """What a title says. A name may be ""."""

    name: str
    release: str = ""
    tagline: str = ""


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
    as_given = dossier.address_in(given["listing"].text)  # even where a redirector is followed
    where = dossier.one_line(spec.table.where or spec.label)[: MOST_KEPT["where"]]
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
        language=dossier.language_of(given["language"].text or entry.language),
        launched_at=day,
        seen_at=(Seen(where=where, url=as_given or listing or homepage, on=day),),
        sources=(LaunchSource(title=f"Its entry in {where}", voice=spec.table.voice, kind="other", text=own),)
        if own
        else (),
    )


def _refuse_absurd(given: dict[str, FieldValue]) -> None:
    for field, value in given.items():
        if any("\0" in text for text in value.texts):
            raise Unfit(f"Its {field} holds NUL bytes.")
        if len(value.text) > MOST_RAW.get(field, 1_000) and field not in ("category", "text"):
            raise Unfit(f"Its {field} is {len(value.text):,} characters long.")


def heads_of(entries: Iterable[Entry], table: FeedTable) -> frozenset[str]:
    """What many titles of one feed begin with."""
    names = (value_of("name", entry, table) for entry in entries)
    return shared_heads(stripped(_text(name), _patterns(listed(table.strip))) for name in names if name.is_title)


def _cut(given: dict[str, FieldValue], table: FeedTable, heads: frozenset[str]) -> Cut:
    name = given["name"]
    text, address = _text(name), dossier.address_in(given["homepage"].text)
    if table.only and not compile_pattern(table.only).search(text):
        raise Unfit(f"Its title {quoted(text)} is no launch by this feed's rule `only`.")
    how = table.cut if table.cut != "auto" or name.is_title else "never"
    cut = cut_title(text, how=how, strip=_patterns(listed(table.strip)), heads=heads, address=address)
    tag = dossier.tag_of(address)
    return cut if tag is None or how == "never" else _tagged(cut, tag, address)


def _tagged(cut: Cut, tag: dossier.Tag, address: str) -> Cut:
    """A release's own page says which, and of what: its title may be any sentence."""
    of = tag.package or _name_of(address)
    is_named = letters_and_digits(of.rpartition("/")[2]) in letters_and_digits(cut.name)
    return Cut(cut.name if is_named else of, tag.release, cut.tagline if is_named else cut.tagline or cut.name)


@lru_cache(maxsize=64)
def _patterns(given: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(compile_pattern(pattern) for pattern in given)


def _addresses(given: dict[str, FieldValue], note: Note) -> tuple[str, str]:
    """Homepage and listing. A listing given as the homepage is a listing; what is no http(s) address is none."""
    homepage, listing = (_address(field, given, note) for field in ("homepage", "listing"))
    if homepage and dossier.is_listing(homepage):
        homepage, listing = "", listing if listing and not dossier.is_listing(listing) else homepage
    return dossier.product_address(homepage), listing


def _address(field: str, given: dict[str, FieldValue], note: Note) -> str:
    """The address in a field, "" where none is tried at. What is none costs the address and is said; where panel.toml
    says that this is the homepage, it makes the row unfit."""
    text = _text(given[field])
    address = dossier.address_in(text)
    if not address and not NONE_GIVEN.fullmatch(text):
        problem = f"Its {field} {quoted(text)} is no http or https address"
        if field == "homepage" and not given[field].is_guessed:
            raise Unfit(f"{problem}.")
        note(f"{problem}; it goes on without one.")
    return address


def _own_text(value: FieldValue, said: tuple[str, ...], note: Note) -> str:
    """What the entry says at length, as a launch file would hold it; "" for what is short or said already."""
    text = value.text.encode("utf-8", "replace").decode()
    is_html = bool(IN_HTML.search(text))
    plain = dossier.one_line(plain_text(text) if is_html else text[:MOST_OWN])
    if len(plain.encode()) < LEAST_OWN or plain in said:
        return ""
    if len(text) > MOST_OWN:
        note(f"Its text is {len(text):,} characters long and was cut to {MOST_OWN:,}.")
        text = text[:MOST_OWN]
    return f"<html><body>{text}</body></html>" if is_html else text


def _name_of(address: str) -> str:
    """What an entry without a name is called until its page has been read."""
    if repository := dossier.repository_of(address):
        return repository.name
    return (dossier.package_of(address) or (urlsplit(address).hostname or "").removeprefix("www."))[: MOST_KEPT["name"]]


def _day(value: FieldValue, note: Note) -> date | None:
    day = read_day(value.text) if value.text else None
    if value.text and day is None:
        note(f"Its date {quoted(value.text)} can't be read; it goes on without one.")
    return day


def _category(value: FieldValue, table: FeedTable, categories: frozenset[str]) -> str:
    """The first of the entry's categories we have, by the feed's table or by its own slug; "" when there is none.

    One cell may hold several.
    """
    ours = {tag.casefold(): slug for tag, slug in table.categories.items()}
    for said in map(
        dossier.one_line, (part for text in value.texts for part in (text[:200], *APART.split(text[:200])))
    ):
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


def _text(value: FieldValue) -> str:
    return dossier.one_line(value.text)


def read_day(text: str) -> date | None:
    """The day, None for what surely names none, or one before 1990 or after 2100."""
    text = unicodedata.normalize("NFKC", text[:MOST_DAY]).strip()
    for read in (_seconds, _iso, _mail, _written):
        try:
            if day := read(text):
                return day if dossier.EARLIEST <= day < LATEST else None
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
    return None


def _seconds(text: str) -> date | None:
    found = SECONDS.fullmatch(text)
    return datetime.fromtimestamp(int(found[1]), UTC).date() if found else None


def _iso(text: str) -> date | None:
    if COMPACT.fullmatch(text):
        return _utc(datetime.fromisoformat(text))
    found = YEAR_FIRST.search(text)
    if not found:
        return None
    day, clock, zone = "-".join(part.zfill(2) for part in found.group(1, 3, 4)), found[5], found[6]
    if not (clock and zone):
        return date.fromisoformat(day)
    return _utc(datetime.fromisoformat(f"{day}T{clock if clock[2] == ':' else '0' + clock}{zone}"))


def _mail(text: str) -> date | None:
    return _utc(parsedate_to_datetime(text)) if MAIL.search(text) else None


def _written(text: str) -> date | None:
    return date.fromisoformat(plain) if (plain := dossier.day_of(text)) else None


def _utc(moment: datetime) -> date:
    return (moment.astimezone(UTC) if moment.tzinfo else moment).date()


def cut_title(
    title: str, *, how: str = "auto", strip: Sequence[re.Pattern[str]] = (), heads: frozenset[str] = frozenset(),
    address: str = "",
) -> Cut:  # fmt: skip
    """The parts of a title on one line.

    how: "auto" (the rule above), "never", or a regex with named groups. heads: what `shared_heads` found in its feed.
    address: the launch's, or "".
    """
    title = stripped(title, strip)
    if how == "never":
        return Cut(title)
    if how != "auto":
        found = re.search(how, title, re.IGNORECASE)
        parts = {k: (v or "").strip() for k, v in found.groupdict().items() if k in Cut._fields} if found else {}
        return Cut(parts.pop("name", title), **parts)
    return _by_rule(title, heads, address.casefold())


def stripped(title: str, strip: Sequence[re.Pattern[str]] = ()) -> str:
    """A title on one line, without what the person asked to strip."""
    title = title[:MOST_TITLE]
    for pattern in strip:
        title = pattern.sub("", title)
    return " ".join(title.split())


def shared_heads(titles: Iterable[str]) -> frozenset[str]:
    """What so many of a feed's titles begin with that it is none's name. What a release follows is a name."""
    rests = defaultdict[str, set[str]](set)
    for title in titles:
        head, rest = _parted(title)
        if rest and not ALONE.match(rest):
            rests[head.casefold()].add(rest)
    return frozenset(head for head, found in rests.items() if len(found) >= SHARED_BY)


def _by_rule(title: str, heads: frozenset[str], address: str) -> Cut:
    title = _without_heads(DAY.sub("", title), heads, address)
    head, tagline = _parted(title)
    head = _without_end(_without_beginning(head))
    if alone := ALONE.match(head):
        return Cut("", alone["release"], tagline)
    if found := AT_END.match(head):
        return Cut(found["name"].strip(" ,"), found["release"], tagline)
    if alone := ALONE.match(tagline):
        return Cut(head, alone["release"])
    return Cut(head, "", tagline)


def _parted(title: str) -> tuple[str, str]:
    """Name and tagline, or the whole and ""."""
    found = PARTED.search(title)
    if not found or not found.start() or len(title[: found.start()].split()) > MOST_WORDS:
        return title, ""
    return title[: found.start()].strip(), title[found.end() :]


def _without_heads(title: str, heads: frozenset[str], address: str) -> str:
    for _ in range(MOST_HEADS):
        head, rest = _parted(title)
        if found := BRACKET.match(title):
            inside, rest = found["inside"].strip(), found["rest"].lstrip(" :–—-")
            title = f"{inside} {rest}" if ALONE.match(rest) else f"{inside}: {rest}" if AT_END.match(inside) else rest
        elif rest and (
            _is_shared(head, heads, address) or _has_no_noun(head, rest) or _is_elsewhere(head, rest, address)
        ):
            title = rest
        else:
            break
    return title


def _is_shared(head: str, heads: frozenset[str], address: str) -> bool:
    """Whether many titles begin so; the name of the site itself is a product's ("Lamp: dark mode" at lamp.example)."""
    return head.casefold() in heads and letters_and_digits(head) not in letters_and_digits(urlsplit(address).netloc)


def _has_no_noun(head: str, rest: str) -> bool:
    """Whether a head only announces. One word that an article follows is a name ("Launch: a toolkit")."""
    words = set(WORD.findall(head.casefold()))
    if len(words) == 1 and rest.split()[0] in BESIDE:
        return not words.isdisjoint(INTRODUCING)
    return words <= STATUS | BESIDE and not words.isdisjoint(STATUS)


def _is_elsewhere(head: str, rest: str, address: str) -> bool:
    """Whether the address names what stands behind the head, and nothing of the head."""
    name = _parted(rest)[0]
    if not address or not name[0].isupper() or len(name.split()) > MOST_WORDS:
        return False
    where = letters_and_digits(address)
    first = letters_and_digits(name.split()[0])
    is_head_there = any(letters_and_digits(word) in where for word in WORD.findall(head))
    return len(first) >= LEAST_LETTERS and first in where and not is_head_there


def _without_beginning(head: str) -> str:
    """Without "Introducing" and "What's new in", but never without all of it."""
    last, is_news = 0, False
    for word in WORD.finditer(head):
        plain = word[0].casefold()
        if plain not in STATUS | BESIDE:
            break
        is_news = is_news or plain in STATUS - DONE
        last = word.end() if plain in INTRODUCING or (is_news and plain in INTO) else last
    return head[last:].lstrip(" :,") or head


def _without_end(head: str) -> str:
    """Without "is generally available", but never without all of it."""
    words = list(re.finditer(r"\S+", head))
    plain = [word[0].casefold() for word in words]
    plain[-1:] = [last.rstrip(".!") if not last.endswith("..") else last for last in plain[-1:]]
    first = len(words)
    while first and plain[first - 1] in STATUS | BESIDE:
        first -= 1
    for n in range(first, len(words) if first else 0):
        says = STATUS.intersection(plain[n:])
        if says and (plain[n] in NOW or (plain[n] in DONE and n == len(words) - 1)):
            return head[: words[n].start()].strip()
    return head
