"""What a page states for machines: JSON-LD of schema.org, OpenGraph and meta tags. Broken or hostile data is ignored.

`extruct` reads five formats and brings eight packages (rdflib among them) for the two that launch pages use.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import Any

from panel.dossier.facts.licences import licence_of_label
from panel.dossier.facts.stated import MOST_NAME, StatedFact, address_of, day_of, language_of, line, version_of
from panel.records import CODES, FactKind, Quantity, Rate, Tariff, number_of, tariff_words, units_in

FROM = "JSON-LD"
MOST_NODES = 1_000
MOST_OFFERS = 12
PRODUCTS = frozenset({"softwareapplication", "webapplication", "mobileapplication", "product", "softwaresourcecode"})
ARTICLES = frozenset({"article", "newsarticle", "blogposting", "techarticle", "report"})
OTHERS = frozenset(
    {"isrelatedto", "issimilarto", "review", "reviews", "itemlistelement", "competitor", "citation", "mentions"}
)
UNIT_CODES = {"MON": "month", "ANN": "year", "DAY": "day", "HUR": "hour", "WEE": "week", "P1M": "month", "P1Y": "year"}
STORE = re.compile(
    r"\b(?:marketplace|store|hub|registry|add-?ons|extensions|gallery|directory)\b", re.IGNORECASE
)  # of others' products
ABOUT_THE_HOST = re.compile(r"\s*(?:Contribute to \S+ development by creating an account.*|Latest version: \d.*)$")
DAYS: tuple[tuple[FactKind, tuple[str, ...]], ...] = (
    ("published", ("article:published_time", "og:published_time", "datepublished", "date", "dc.date")),
    ("updated", ("article:modified_time", "og:updated_time", "datemodified", "last-modified")),
)
Node = Mapping[str, Any]


def read_structured(tree: Any, scripts: Iterable[str], *, is_listing: bool) -> list[StatedFact]:
    """Facts from JSON-LD, then from meta tags. scripts: the texts of its JSON-LD. is_listing: the page stands at a code
    host or registry, whose own name and words the meta tags carry."""
    nodes = list(json_ld_of(scripts))
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1}
    products = [node for node in nodes if types_of(node) & PRODUCTS]
    found: list[StatedFact] = []
    if products:
        found += _product(products[0], by_id)
    for article in [node for node in nodes if types_of(node) & ARTICLES][:1]:
        found += _dated(article, by_id, ("publisher",))
    return [*found, *_meta(tree, is_listing=is_listing, is_article=not products and _is_article(tree, nodes))]


def json_ld_of(scripts: Iterable[str]) -> Iterator[Node]:
    """Every object of every JSON-LD script, outer ones first; what is related or reviewed is left out."""
    queue: list[Any] = []
    for script in scripts:
        text = script.strip().removeprefix("<!--").removesuffix("-->")
        with suppress(ValueError, RecursionError):
            queue.append(json.loads(text.strip().rstrip(";")))
    seen = 0
    while queue and seen < MOST_NODES:
        value = queue.pop(0)
        seen += 1
        if isinstance(value, dict):
            yield value
            queue += [v for k, v in value.items() if isinstance(v, dict | list) and k.lower() not in OTHERS]
        elif isinstance(value, list):
            queue += [v for v in value if isinstance(v, dict | list)]


def types_of(node: Node) -> set[str]:
    """What kinds of thing a node says it is, lower case, without the schema's address."""
    given = node.get("@type")
    types = given if isinstance(given, list) else [given]
    return {re.split("[/:#]", t)[-1].lower() for t in types if isinstance(t, str)}


def _product(node: Node, by_id: Mapping[str, Node]) -> Iterator[StatedFact]:
    yield from _one("name", line(_text(node.get("name")), MOST_NAME))
    yield from _one("tagline", line(_text(node.get("description"))))
    yield from _one("version", _version(node.get("softwareVersion") or node.get("version")))
    yield from _one("licence", licence_of_label(_text(node.get("license"))))
    yield from _one("repository", address_of(_text(node.get("codeRepository"))))
    yield from _dated(node, by_id, ("publisher", "brand", "manufacturer", "creator", "author", "provider"))
    for offer in _many(node.get("offers"), by_id)[:MOST_OFFERS]:
        if value := _plan(offer, by_id):
            yield StatedFact("plan", value, FROM)


def _dated(node: Node, by_id: Mapping[str, Node], makers: tuple[str, ...]) -> Iterator[StatedFact]:
    yield from _one("publisher", next(filter(None, (_named(node.get(key), by_id) for key in makers)), ""))
    yield from _one("published", day_of(_text(node.get("datePublished") or node.get("releaseDate"))))
    yield from _one("updated", day_of(_text(node.get("dateModified"))))
    yield from _one("language", language_of(_text(node.get("inLanguage"))))


def _plan(offer: Node, by_id: Mapping[str, Node]) -> str:
    """`Team: 12 USD per seat and month`; an offer without a name is called `Offer`."""
    specs = _many(offer.get("priceSpecification"), by_id)
    spec = specs[0] if specs else {}
    least = offer.get("price") is None and offer.get("lowPrice") is not None
    amount = _amount(offer.get("price") if offer.get("price") is not None else offer.get("lowPrice", spec.get("price")))
    currency = line(offer.get("priceCurrency") or spec.get("priceCurrency"), 3).upper()
    name = line(_text(offer.get("name")), MOST_NAME).replace(":", "") or "Offer"
    if amount == 0:
        return f"{name}: free"
    if amount is None or currency not in CODES:
        return ""
    rate = Rate(amount, currency, _per(spec))
    return f"{name}: {tariff_words(Tariff('rates', (rate,), at_least=least))}"


def _per(spec: Node) -> tuple[Quantity, ...]:
    reference = spec.get("referenceQuantity")
    reference = reference if isinstance(reference, dict) else {}
    codes = [spec.get("unitCode"), reference.get("unitCode"), spec.get("billingDuration")]
    units = [UNIT_CODES[code] for code in codes if isinstance(code, str) and code in UNIT_CODES]
    said = units_in(f"per {text}") if (text := line(spec.get("unitText") or reference.get("unitText"))) else ()
    return said or tuple(Quantity(Decimal(1), unit) for unit in units[:1])


def _amount(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str) or len(str(value)) > 20:
        return None
    try:
        amount = number_of(value.strip()) if isinstance(value, str) else Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 <= amount < 10**9 else None


def _many(value: object, by_id: Mapping[str, Node]) -> list[Node]:
    values = value if isinstance(value, list) else [value]
    return [by_id.get(str(v.get("@id")), v) for v in values[:100] if isinstance(v, dict)]


def _named(value: object, by_id: Mapping[str, Node]) -> str:
    if isinstance(value, str):
        return "" if value.startswith(("http:", "https:")) else line(value, MOST_NAME)
    return next((name for node in _many(value, by_id) if (name := line(_text(node.get("name")), MOST_NAME))), "")


def _text(value: object) -> str:
    """A string, or the text of a one-value list or language map; "" for anything else."""
    if isinstance(value, list):
        return _text(value[0]) if value and not isinstance(value[0], list) else ""
    if isinstance(value, dict):
        inner = value.get("@value") or value.get("url") or value.get("@id")
        return inner if isinstance(inner, str) else ""
    return value if isinstance(value, str) else ""


def _version(value: object) -> str:
    text = str(value) if isinstance(value, int | float) and not isinstance(value, bool) else _text(value)
    text = line(text, 40).removeprefix("v")
    return text if re.fullmatch(r"\d[\w.+-]*", text) else version_of(text)


def _one(kind: FactKind, value: str, read_from: str = FROM) -> Iterator[StatedFact]:
    if value:
        yield StatedFact(kind, value, read_from)


def _is_article(tree: Any, nodes: list[Node]) -> bool:
    said = tree.xpath("//meta[@property='og:type']/@content")[:1]
    return any(types_of(node) & ARTICLES for node in nodes) or bool(said and said[0].lower() == "article")


def _meta(tree: Any, *, is_listing: bool, is_article: bool) -> Iterator[StatedFact]:
    given: dict[str, str] = {}
    for meta in tree.xpath("//meta[@content]")[:300]:
        key = (meta.get("property") or meta.get("name") or meta.get("itemprop") or meta.get("http-equiv") or "").lower()
        given.setdefault(key, line(meta.get("content")))
    if not is_listing:
        for key, kind in (("application-name", "name"), ("og:site_name", "publisher" if is_article else "name")):
            if (value := given.get(key, "")[:MOST_NAME]) and STORE.search(value):
                value = given.get("og:title", "")[:MOST_NAME]
            if value:
                yield StatedFact("publisher" if kind == "publisher" else "name", value, _origin(key), value)
    if not is_article:
        for key in ("description", "og:description", "twitter:description"):
            if value := ABOUT_THE_HOST.sub("", given.get(key, "")):
                yield StatedFact("tagline", value, _origin(key), value)
                break
    yield from (fact for kind, keys in DAYS for fact in _first_day(kind, given, keys))
    lang = tree.xpath("/html/@lang | /html/@xml:lang", namespaces={"xml": "http://www.w3.org/XML/1998/namespace"})
    if value := language_of(lang[0] if lang else ""):
        yield StatedFact("language", value, "html lang")
    elif value := language_of(given.get("og:locale", "")):
        yield StatedFact("language", value, "OpenGraph")
    yield from _meta_price(given)


def _first_day(kind: FactKind, given: Mapping[str, str], keys: tuple[str, ...]) -> Iterator[StatedFact]:
    key = next((key for key in keys if day_of(given.get(key, ""))), "")
    if key:
        yield StatedFact(kind, day_of(given[key]), _origin(key))


def _meta_price(given: Mapping[str, str]) -> Iterator[StatedFact]:
    for prefix in ("product:price", "og:price"):
        amount, currency = _amount(given.get(f"{prefix}:amount")), given.get(f"{prefix}:currency", "").upper()
        if amount is not None and currency in CODES:
            tariff = Tariff("rates", (Rate(amount, currency),)) if amount else Tariff("free")
            yield StatedFact("plan", f"Offer: {tariff_words(tariff)}", "OpenGraph")
            return


def _origin(key: str) -> str:
    return "OpenGraph" if key.startswith(("og:", "article:")) else "meta tags"
