"""Typed facts a page states, read by code and never by a model; two that disagree are both kept.

Sources, in order: package metadata files, a licence's own text, JSON-LD, meta tags, plans by shape, marks of the page.
Nothing here raises for what a page holds: what can't be read is not stated.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from panel.dossier.clean_text import one_line
from panel.dossier.facts.json_ld import FROM as JSON_LD
from panel.dossier.facts.json_ld import read_structured
from panel.dossier.facts.licences import licence_of_text, licence_said, licence_tags
from panel.dossier.facts.package_files import read_metadata
from panel.dossier.facts.page_marks import LICENCE_FILE, read_marks
from panel.dossier.facts.pricing_class import pricing_class
from panel.dossier.facts.shown_plans import ShownPlans, read_plans
from panel.dossier.facts.stated import StatedFact
from panel.dossier.identity.voices import package_of, repository_of, site_of
from panel.dossier.page.html_tree import is_small
from panel.dossier.page.read_page import ParsedPage
from panel.dossier.page.visible_lines import VisibleLine
from panel.records import Fact, Passage, Plan, Pricing, first_money, letters_and_digits, money_in, read_tariff

MOST_FACTS = 60
MOST_OF_A_KIND = {"plan": 24, "licence": 4, "package": 6}
MOST_CHARACTERS = 5_000_000
SLACK = timedelta(days=1)
TITLE_END = re.compile(r"\s+[|–—·:•]\s+|\s+-\s+|:\s+|\s+(?=documentation\b|docs\b|pricing\b)", re.IGNORECASE)


def read_facts(page: ParsedPage, *, source_id: str, passages: Sequence[Passage], checked: date) -> tuple[Fact, ...]:
    """The facts of one source, at most 60, each at most 300 characters, in the order of trust above.

    checked: the day it was fetched; days after it are not believed.
    """
    stated = _of_page(page) if page.is_html else _of_file(page)
    return _facts(stated, source_id, passages, checked)


def pricing_from(facts: Sequence[Fact], checked: date, *, source: str = "") -> Pricing:
    """The price record of these facts, of one source or of several in order of trust.

    The first class stated is taken, with all plans of that source: a plan with two prices stands in it twice. That
    others disagree is `panel.records.disagree`'s to say.
    """
    stated = next((fact for fact in facts if fact.kind == "pricing_class"), None)
    plans = [fact for fact in facts if fact.kind == "plan"]
    first = stated.source_id if stated else plans[0].source_id if plans else ""
    mine = tuple(dict.fromkeys(_plan(fact.value) for fact in plans if fact.source_id == first))
    told = {"class": stated.value if stated else "unknown", "plans": mine, "entry": _entry(mine)}
    return Pricing.model_validate({**told, "source": source, "checked": checked})


def _of_page(page: ParsedPage) -> list[StatedFact]:
    tree, lines, url = page.visible, page.lines, page.url
    if tree is None or not is_small(tree):
        return []
    listing = bool(repository_of(url) or package_of(url) or _own_forge(tree, url))
    structured = read_structured(tree, page.json_ld, is_listing=listing)
    named = _name(tree, lines, structured, url)
    spelt = {letters_and_digits(s.value) for s in [*structured, *named] if s.kind == "name"}
    names = frozenset(spelt | _address_names(url)) - {""}
    shown = read_plans(tree, lines, url=url, names=names, language=page.language)
    marks = read_marks(tree, lines, url=url, names=names)
    found = [*_believed(structured, shown), *named, *shown.plans, *_licence_text(lines, url), *marks]
    return [*found, *_classes(found, shown)]


def _of_file(page: ParsedPage) -> list[StatedFact]:
    """A text file: package metadata, a licence, or words that name one; the plans of a Markdown page."""
    text, url = page.text[:MOST_CHARACTERS], page.url
    found = read_metadata(text, url=url)
    if not found and (name := licence_of_text(text)):
        found.append(StatedFact("licence", name, "licence file", one_line(text[:200])))
    found += [StatedFact("licence", value, "SPDX tag", tag) for value, tag in licence_tags(text)]
    if not any(s.kind == "licence" for s in found):
        lines = (one_line(line) for line in text[:200_000].splitlines() if re.search("licen[cs]e", line, re.IGNORECASE))
        said = ((licence_said(line), line) for line in lines)
        found += [StatedFact("licence", value, "licence sentence", line) for value, line in said if value][:1]
    if page.visible is None:
        return found
    shown = read_plans(page.visible, page.lines, url=url, names=_address_names(url), language=page.language)
    return [*found, *shown.plans, *_classes([*found, *shown.plans], shown)]


def _name(tree: Any, lines: Sequence[VisibleLine], structured: Sequence[StatedFact], url: str) -> list[StatedFact]:
    """The product's name when no data gives it: the part of the title or first heading that its address spells too."""
    if any(s.kind in ("name", "publisher") for s in structured) or package_of(url):
        return []
    title = one_line("".join(tree.xpath("//head/title/text()")[:1]))[:300]
    heading = next((line.text for line in lines if line.level == 1), "")
    last = letters_and_digits(url.rstrip("/").rpartition("/")[2])
    own = _address_names(url) | ({last} if _own_forge(tree, url) else set())
    for text in (title, heading):
        parts = [part.strip() for part in TITLE_END.split(text) if part.strip()]
        for part in [*parts, *(part.split("/")[-1] for part in parts), *(part.split()[0] for part in parts)]:
            if letters_and_digits(part) in own and len(part) <= 60:
                return [StatedFact("name", part, "title", part)]
    steps = urlsplit(url).path.strip("/").split("/")  # owner and repository, at a code host of somebody's own
    at_host = len(steps) == 2 and letters_and_digits(heading) == letters_and_digits(steps[1]) != ""
    if at_host and len(heading) <= 60:
        return [StatedFact("name", heading, "heading", heading)]
    for word in f"{title} {heading}".split():
        if letters_and_digits(word) in own:
            return [StatedFact("name", word.strip(".,:;!?|–—"), "title", word)]
    return []


def _address_names(url: str) -> frozenset[str]:
    """What an address calls its product: its domain's name, a repository's, a package's."""
    if known := repository_of(url):
        return frozenset({letters_and_digits(known.name)})
    if package := package_of(url):
        return frozenset({letters_and_digits(package), letters_and_digits(package.rpartition("/")[2])})
    return frozenset({letters_and_digits(site_of(url).partition(".")[0])})


def _own_forge(tree: Any, url: str) -> bool:
    """Whether a page is a repository's at a code host of its own: its title begins with the two steps of its path."""
    steps = urlsplit(url).path.strip("/")
    title = one_line("".join(tree.xpath("//head/title/text()")[:1]))[:300]
    return steps.count("/") == 1 and title.casefold().startswith(steps.casefold())


def _licence_text(lines: Sequence[VisibleLine], url: str) -> list[StatedFact]:
    """The licence whose text stands on the page, if the page is about the licence."""
    at_licence = bool(LICENCE_FILE.search(urlsplit(url).path))
    name = licence_of_text("\n".join(line.text for line in lines)) if at_licence else ""
    if not name:
        return []
    words = next((line.text for line in lines if licence_of_text(line.text)), "")
    return [StatedFact("licence", name, "licence file", words)]


def _believed(structured: Sequence[StatedFact], shown: ShownPlans) -> list[StatedFact]:
    """What data for machines states, without a free offer and no other where the page names amounts."""
    prices = [_plan(s.value).price for s in structured if s.kind == "plan"]
    is_doubted = bool(shown.amounts) and not _amounts(prices)
    return [s for s in structured if not (is_doubted and s.kind == "plan" and _plan(s.value).price == "free")]


def _amounts(prices: Iterable[str]) -> set[Decimal]:
    return {rate.amount for price in prices for rate in read_tariff(price).rates}


def _classes(found: Sequence[StatedFact], shown: ShownPlans) -> list[StatedFact]:
    """Price classes: of what the page shows, and of its JSON-LD where that says another.

    Data that only machines read may speak of the page, or of a trial, while people read amounts that it doesn't give:
    it is then believed that the product costs something, and no more.
    """
    licences = [s.value for s in found if s.kind == "licence" and not (shown.amounts and s.read_from == JSON_LD)]
    told = [s for s in found if s.kind == "plan" and s not in shown.plans]
    classes = []
    if shown.plans or not told:
        named = pricing_class([_plan(s.value).price for s in shown.plans], licences, is_all_read=shown.is_all_read)
        at = (shown.plans[0].read_from, shown.plans[0].words) if shown.plans else ("licence", "")
        classes.append(StatedFact("pricing_class", named, *at))
    if told:
        prices = [_plan(s.value).price for s in told]
        named = pricing_class(prices, licences, is_all_read=shown.is_all_read)
        if named == "paid" or shown.amounts <= _amounts(prices):
            classes.append(StatedFact("pricing_class", named, told[0].read_from))
    sure = [s for s in classes if s.value != "unknown"]
    return sure[:1] if len({s.value for s in sure}) == 1 else sure


def _facts(
    stated: Iterable[StatedFact], source_id: str, passages: Sequence[Passage], checked: date
) -> tuple[Fact, ...]:
    folded = [(p.passage_id, one_line(p.text).casefold()) for p in passages]
    once: dict[tuple[str, str], Fact] = {}
    counts: defaultdict[str, int] = defaultdict(int)
    for kind, value, read_from, words in stated:
        value = one_line(value)
        key = (kind, value.casefold())
        if key in once and not once[key].passage_id:  # a second place may be one that can be cited
            once[key] = once[key].model_copy(update={"passage_id": _passage(words, value, kind, folded)})
        if not value or len(value) > 300 or key in once or counts[kind] >= MOST_OF_A_KIND.get(kind, 3):
            continue
        if kind in ("published", "updated") and date.fromisoformat(value) > checked + SLACK:
            continue
        counts[kind] += 1
        once[key] = Fact(kind=kind, value=value, source_id=source_id, passage_id=_passage(words, value, kind, folded),
                         read_from=read_from, checked=checked)  # fmt: skip
    return tuple(once.values())[:MOST_FACTS]


def _passage(words: str, value: str, kind: str, folded: Sequence[tuple[str, str]]) -> str:
    """The passage the words stand in; for a plan one that holds its amount, and best its name. "" when none does."""
    wanted = one_line(words).casefold()
    hits = [n for n, (_, text) in enumerate(folded) if wanted and wanted in text]
    if not hits and len(wanted) > 40:
        hits = [n for n, (_, text) in enumerate(folded) if wanted[:40] in text]
    if kind == "plan":
        name, _, price = value.partition(":")
        hits = hits or [n for n, (_, text) in enumerate(folded) if _holds(text, price)]
        hits.sort(key=lambda n: _far(n, name.casefold(), folded))
    return folded[hits[0]][0] if hits else ""


def _holds(text: str, price: str) -> bool:
    """Whether a passage names the amount of a price."""
    money = first_money(price)
    return money is not None and any(m.amount == money.amount for m in money_in(text))


def _far(at: int, name: str, folded: Sequence[tuple[str, str]]) -> int:
    """How many passages lie between one and the nearest that holds the name."""
    near = range(max(0, at - 4), min(len(folded), at + 3))
    return min((abs(n - at) for n in near if name in folded[n][1]), default=9)


def _plan(value: str) -> Plan:
    name, colon, price = value.partition(": ")
    return Plan(name=name if colon else "", price=price if colon else value)


def _entry(plans: Sequence[Plan]) -> str:
    """The first plan that is free or has a price, in words."""
    free = next((plan for plan in plans if plan.price.startswith("free")), None)
    priced = next((plan for plan in plans if plan.price and not plan.price.startswith("contact")), None)
    chosen = free or priced
    return f"{chosen.name}: {chosen.price}" if chosen and chosen.name else chosen.price if chosen else ""
