"""Where facts differ: two sources, or two places of one, that state different values and no common one.

Beside the records and not in `dossier`, since pages and commands show it and neither may read a page again.
"""

import re
from collections import defaultdict
from collections.abc import Sequence

from panel.records.dossier import Fact, FactKind

SINGLE: frozenset[FactKind] = frozenset({"name", "publisher", "pricing_class", "licence", "version", "repository"})
COMPANY_FORM = re.compile(r",?\s*\b(?:inc|llc|ltd|limited|gmbh|ag|bv|b\.v|sas|ab|corp)\b\.?")


def disagree(facts: Sequence[Fact]) -> tuple[tuple[Fact, ...], ...]:
    """Groups of facts of which two sources, or two places of one, state different values and no common one.

    Kinds of which a tool has one: name, publisher, pricing class, licence, version, repository; plans by their name.
    """
    by_key: defaultdict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.kind in SINGLE:
            by_key[fact.kind, ""].append(fact)
        elif fact.kind == "plan":
            by_key["plan", letters_and_digits(fact.value.partition(":")[0])].append(fact)
    return tuple(tuple(group) for group in by_key.values() if _differ(group))


def letters_and_digits(name: str) -> str:
    """Lower-case letters and digits only, in any script."""
    return "".join(c for c in name.casefold() if c.isalnum())


def _differ(group: Sequence[Fact]) -> bool:
    """Whether two origins in it have values and no common one."""
    said: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for fact in group:
        said[fact.source_id, fact.read_from].add(_same(fact))
    values = list(said.values())
    return any(not one & other for n, one in enumerate(values) for other in values[n + 1 :])


def _same(fact: Fact) -> str:
    """A value as it is compared: order in an OR, capitals and a company's form are no difference."""
    if fact.kind == "licence":
        return " OR ".join(sorted(fact.value.split(" OR ")))
    if fact.kind == "publisher":
        return letters_and_digits(COMPANY_FORM.sub("", fact.value.casefold()))
    return fact.value.removesuffix("/") if fact.kind in ("version", "repository") else letters_and_digits(fact.value)
