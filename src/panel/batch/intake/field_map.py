"""From a row's own fields to ours: by the mapping in panel.toml, else by what their names are made of.

A name is made of kinds (`url`, `name`, `date`), of things it may be a kind of (`tool`, `company`) and of small words,
in English, German or French, the usual ones in Spanish, Portuguese, Chinese and Japanese, in any spelling of capitals,
spaces and hyphens. One word that is none of these and the name means nothing to us: `Logo URL` is no homepage.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from panel.batch.intake.entries import Entry
from panel.batch.intake.formats.json_rows import at_path
from panel.batch.intake.source_spec import FIELDS, FeedTable, listed
from panel.dossier import address_in


def _bare(text: str) -> str:
    """Without accents, as all names and words are compared."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


TITLES = frozenset({"title", "headline", "titel", "titre"})  # fields that hold more than a name
KINDS: Mapping[str, tuple[str, ...]] = {  # by field; of two columns the one with the earlier word counts
    field: tuple(_bare(words).split())
    for field, words in {
        "name": "name nom bezeichnung nombre nome 名称 名稱 名前 名 title headline titel titre",
        "release": "version release versão 版本 バージョン",
        "tagline": "tagline slogan oneliner liner pitch motto",
        "homepage": "homepage website webseite webpage site external url uri link lien web domain page address adresse "
        "repository repo github sitio enlace página 网站 網站 网址 網址 官网 链接 "
        "サイト ウェブサイト ホームページ リンク",
        "listing": "listing discussion comment permalink producthunt hunt",
        "category": "category categories categorie kategorie kategorien topic tag categoría 分类 分類 "
        "类别 カテゴリ カテゴリー",
        "language": "language lang sprache langue",
        "launched_at": "launched lancement released erscheinungsdatum sortie published publication veröffentlicht "
        "veröffentlichung date datum created updated fecha lanzamiento lançamento 日期 发布 公開 リリース 日付 日",
        "text": "description content summary body text detail about overview abstract beschreibung inhalt "
        "zusammenfassung contenu descripción resumen descrição resumo 描述 简介 介绍 说明 説明 概要 内容",
    }.items()
}
OTHERS: Mapping[str, frozenset[str]] = {
    role: frozenset(_bare(words).split())
    for role, words in {
        "product": "product tool app application software project startup produkt werkzeug anwendung projekt produit "
        "outil logiciel projet producto herramienta aplicación proyecto produto ferramenta aplicativo projeto 产品 "
        "工具 应用 软件 项目 製品 ツール アプリ",
        "maker": "company organisation organization business firma unternehmen firm entreprise société vendor maker "
        "empresa 公司 企业 会社 企業",
        "of": "of to for de du des der zum zur von vers del do da",  # what a name is a kind of stands after these
        "yours": "your our",  # "Your name" asks for a person's
        "small": "the a an at on in le la les l d die das launch main official public direct primary full short long "
        "brief kurz one landing html plain pub publish added time service platform plugin extension package library "
        "saas model oficial 官方 公式 サービス",
    }.items()
}
PRODUCTS, MAKERS = OTHERS["product"], OTHERS["maker"]
FIELD_OF = {word: field for field, words in KINDS.items() for word in words}
VOCABULARY = frozenset(FIELD_OF).union(*OTHERS.values())
ADDRESSES = ("homepage", "listing")
NAMING = ("name", *ADDRESSES)  # without one of these, no row could be a launch
LABEL_END = re.compile(r"[\n\r(\[{（【]")  # of a heading: the rest explains it
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
WORD = re.compile(r"[^\W_]+")
MOST_HEADING = 100  # characters
BRACED = re.compile(r"\{([^{}]{1,100})\}")
Rank = tuple[int, int]


class FieldValue(NamedTuple):
    """A field's values as they stood; several where the feed gives a list."""

    texts: tuple[str, ...]
    is_title: bool = False
    is_guessed: bool = False  # found by its name, and not where panel.toml says
    path: str = ""  # where

    @property
    def text(self) -> str:
        return self.texts[0] if self.texts else ""


NOTHING = FieldValue(())


def fold_name(name: str) -> str:
    """`Launch Date`, `launch-date` and `launchDate` are one name."""
    return re.sub(r"[\W_]+", "", name[:MOST_HEADING]).lower()


def columns_of(table: FeedTable) -> Callable[[str], str]:
    """The field that a column of this name holds for this feed, "" for none."""
    mapped = {fold_name(path): field for field in FIELDS for path in _paths(listed(getattr(table, field)))}
    is_named = any(path.startswith("=") for path in listed(table.name))  # whatever the columns are called

    def field_of(name: str) -> str:
        told = meaning(name)
        found = mapped.get(fold_name(name)) or mapped.get(fold_name(_label(name))) or (told[0] if told else "")
        return "name" if found and is_named else found

    return field_of


def _paths(given: Iterable[str]) -> Iterator[str]:
    for path in given:
        yield from (path, *BRACED.findall(path))


def may_name(fields: Sequence[str], names: Iterable[str], table: FeedTable) -> bool:
    """Whether one of these columns may hold one of these fields, by its name or by the table."""
    is_mapped = any(getattr(table, field) is not None for field in fields)
    return is_mapped or any(found[0] in fields for name in names if (found := meaning(name)))


def value_of(field: str, entry: Entry, table: FeedTable) -> FieldValue:
    """What the entry gives for one of ours: the first mapped path that gives something, else the usual.

    Of the usual, an address is the first that is one, and a text the longest.
    """
    given = getattr(table, field)
    if given is not None:
        return next(_mapped(listed(given), entry), NOTHING)
    found = list(_usual(field, entry))
    if field == "text":
        return max(found, key=lambda value: len(value.text), default=NOTHING)
    held = (value for value in found if field in ADDRESSES and len(found) > 1 and address_in(value.text))
    return next(held, next(iter(found), NOTHING))


def _mapped(paths: tuple[str, ...], entry: Entry) -> Iterator[FieldValue]:
    for path in paths:
        if path.startswith("="):
            yield FieldValue((path[1:],), path=path)
        elif BRACED.search(path):
            parts = {inner: _texts(_at(entry, inner)) for inner in BRACED.findall(path)}
            if all(parts.values()):
                filled = "".join(parts[text][0] if n % 2 else text for n, text in enumerate(BRACED.split(path)))
                yield FieldValue((filled,), path=path)
        elif texts := _texts(_at(entry, path)):
            yield FieldValue(texts, fold_name(path.rpartition(".")[2]) in TITLES, path=path)


def _usual(field: str, entry: Entry) -> Iterator[FieldValue]:
    for key in _ranked(tuple(map(str, entry.fields))).get(field, ()):
        if texts := _texts(entry.fields.get(key)):
            yield FieldValue(texts, not TITLES.isdisjoint(_words(key)), is_guessed=True, path=key)


@lru_cache(maxsize=256)
def _ranked(names: tuple[str, ...]) -> Mapping[str, list[str]]:
    """Columns by the field they mean, the surest first."""
    found: dict[str, list[tuple[Rank, str]]] = {}
    for name in names:
        if told := meaning(name):
            found.setdefault(told[0], []).append((told[1], name))
    return {field: [name for _, name in sorted(columns, key=lambda c: c[0])] for field, columns in found.items()}


@lru_cache(maxsize=4096)
def meaning(name: str) -> tuple[str, Rank] | None:
    """The field a column of this name holds, and how it ranks among columns of that field; None for one unknown."""
    words = _words(name)
    head = words[: next((n for n, word in enumerate(words) if n and word in OTHERS["of"]), len(words))]
    kinds = [FIELD_OF[word] for word in head if word in FIELD_OF]
    field = _field_of(kinds) if kinds else "name" if (PRODUCTS | MAKERS) & set(head) else ""
    own = PRODUCTS & set(words)
    if not field or (field == "name" and OTHERS["yours"] & set(words) and not own):
        return None
    order = KINDS[field]
    best = min((order.index(word) for word in words if word in order), default=2)  # a thing alone: before a title
    launched = field == "launched_at" and bool({"launch", "release"} & set(words))
    return field, (int(bool(MAKERS & set(words)) and not own), -1 if launched else best)


def _field_of(kinds: list[str]) -> str:
    """The field that these kinds, in their order, make together; "" for none."""
    last, others = kinds[-1], set(kinds) - {kinds[-1]}
    if not others:
        return last
    other = others.pop()
    if others:
        return ""
    if {last, other} in ({"listing", "homepage"}, {"release", "launched_at"}):  # "comments url", "date released"
        return "listing" if "listing" in (last, other) else "launched_at"
    if last == "homepage":  # "title link", but no "category url"
        return last if other == "name" else ""
    if other == "homepage":  # "website name", "site description"
        return last if last != "launched_at" else ""
    return other if last == "name" and other in ("release", "category", "language") else ""


def _words(name: str) -> tuple[str, ...]:
    """The known words a name is made of; none when one of them is unknown."""
    shown = _label(_bare(name[:MOST_HEADING]))
    if fold_name(shown) in VOCABULARY:
        return (fold_name(shown),)
    parts = [_split(word.lower()) for word in WORD.findall(CAMEL.sub(" ", shown))]
    return tuple(word for part in parts for word in part) if all(parts) else ()


@lru_cache(maxsize=4096)
def _split(word: str) -> tuple[str, ...]:
    """`producturl` is product and url; nothing for what is not made of known words."""
    for end in range(len(word), 0, -1):
        known, rest = _singular(word[:end]), _split(word[end:])
        if known and (rest or end == len(word)):
            return (known, *rest)
    return ()


def _singular(word: str) -> str:
    """The known word. `links` is none: it lists what an entry mentions."""
    one = word.removesuffix("s")
    return word if word in VOCABULARY else one if one in VOCABULARY and word != "links" else ""


def _at(entry: Entry, path: str) -> Any:
    found = at_path(entry.fields, path)
    if found is None and "." not in path:  # a column's name may be written in other letters, and over two lines
        same = (v for k, v in entry.fields.items() if path.casefold() in (str(k).casefold(), _label(str(k)).casefold()))
        found = next(same, None)
    return found


def _label(name: str) -> str:
    return next((part.strip() for part in LABEL_END.split(name) if part.strip()), "")


def _texts(value: Any) -> tuple[str, ...]:
    """Texts in a value: one, or those of a list, whose objects are called by their name."""
    if isinstance(value, str):
        return (value,) if value.strip() else ()
    if isinstance(value, list | tuple):
        inner = (item.get("name") if isinstance(item, Mapping) else item for item in value[:50])
        return tuple(item for item in inner if isinstance(item, str) and item.strip())
    return ()
