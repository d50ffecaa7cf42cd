"""A title cut into name, release and tagline: "Name 2.1: tagline", "Name – tagline", "v2.1.0". Pure.

The rule. What the person asked to strip goes. So does what announces:
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
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from panel.records.disagreement import fold

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
    return head.casefold() in heads and fold(head) not in fold(urlsplit(address).netloc)


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
    where = fold(address)
    first = fold(name.split()[0])
    is_head_there = any(fold(word) in where for word in WORD.findall(head))
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
