"""Licences named by SPDX: from a licence's text, from an SPDX tag, from what a page says of itself.

Texts are told apart by sentences only they hold, for the licences software launches use; any other is not named.
(`pyaskalono` knows all of them; its wheels are for Linux on x86-64 only. `license-expression` knows ids, as
`packaging` does, which is used here, and no texts.)
"""

import re
from collections.abc import Iterator

from panel.dossier.clean_text import one_line

MOST_TEXT = 60_000
PROPRIETARY = "proprietary"
NOT_OPEN = ("BUSL-", "SSPL-", "FSL-", "Elastic-", "CC-BY-NC", "PolyForm-", "LicenseRef-", PROPRIETARY)

# Sentences of the licences themselves, lower case: all of one row must stand in the text. More telling rows first.
TEXTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("AGPL-3.0-only", ("gnu affero general public license", "version 3, 19 november 2007")),
    ("LGPL-3.0-only", ("gnu lesser general public license", "version 3, 29 june 2007")),
    ("LGPL-2.1-only", ("gnu lesser general public license", "version 2.1, february 1999")),
    ("GPL-3.0-only", ("gnu general public license", "version 3, 29 june 2007")),
    ("GPL-2.0-only", ("gnu general public license", "version 2, june 1991")),
    ("MPL-2.0", ("mozilla public license version 2.0", "covered software")),
    ("EPL-2.0", ("eclipse public license - v 2.0",)),
    ("BUSL-1.1", ("business source license 1.1", "change date")),
    ("SSPL-1.0", ("server side public license", "version 1, october 16, 2018")),
    ("Elastic-2.0", ("elastic license 2.0", "you may not provide the software to third parties as a hosted")),
    ("Apache-2.0", ("apache license", "version 2.0, january 2004")),
    ("Unlicense", ("this is free and unencumbered software released into the public domain",)),
    ("CC0-1.0", ("cc0 1.0 universal",)),
    ("BSL-1.0", ("boost software license - version 1.0",)),
    ("ISC", ("distribute this software for any purpose with or without fee",
             "provided that the above copyright notice")),
    ("0BSD", ("distribute this software for any purpose with or without fee is hereby granted.",)),
    ("MIT", ("permission is hereby granted, free of charge, to any person obtaining a copy of this software",
             "the above copyright notice and this permission notice shall be included")),
    ("MIT-0", ("permission is hereby granted, free of charge, to any person obtaining a copy of this software",)),
    ("BSD-3-Clause", ("redistribution and use in source and binary forms", "may be used to endorse or promote")),
    ("BSD-2-Clause", ("redistribution and use in source and binary forms, with or without",)),
    ("Zlib", ("this software is provided 'as-is'", "altered source versions must be plainly marked")),
)  # fmt: skip
MAY_BE_LATER = re.compile(r"any later version|or[ -]later|\+", re.IGNORECASE)
_V = r"[\s,_-]*(?:v|version|ver\.)?[\s._-]*"
# Names people use, most telling first. `{}`: "only" or "or-later" by what follows.
NAMES: tuple[tuple[str, str], ...] = (
    ("AGPL-3.0-{}", rf"(?:GNU\s+)?(?:Affero\s+(?:General\s+Public\s+Licen[sc]e|GPL)|A\s?GPL){_V}3(?:\.0)?"),
    ("LGPL-3.0-{}", rf"(?:GNU\s+)?(?:Lesser\s+General\s+Public\s+Licen[sc]e|LGPL){_V}3(?:\.0)?"),
    ("LGPL-2.1-{}", rf"(?:GNU\s+)?(?:Lesser\s+General\s+Public\s+Licen[sc]e|LGPL){_V}2\.1"),
    ("GPL-3.0-{}", rf"(?:GNU\s+)?(?:General\s+Public\s+Licen[sc]e|GPL){_V}3(?:\.0)?"),
    ("GPL-2.0-{}", rf"(?:GNU\s+)?(?:General\s+Public\s+Licen[sc]e|GPL){_V}2(?:\.0)?"),
    ("Apache-2.0", rf"Apache(?:\s+(?:Software\s+)?Licen[sc]e)?{_V}2(?:\.0)?|Apache[- ]2\.0"),
    ("MPL-2.0", rf"(?:Mozilla\s+Public\s+Licen[sc]e|MPL){_V}2(?:\.0)?"),
    ("EPL-2.0", rf"(?:Eclipse\s+Public\s+Licen[sc]e|EPL){_V}2(?:\.0)?"),
    ("EUPL-1.2", rf"EUPL{_V}1\.2|European\s+Union\s+Public\s+Licen[sc]e{_V}1\.2"),
    ("BUSL-1.1", rf"(?:Business\s+Source\s+Licen[sc]e|BUSL|BSL){_V}1\.1|Business\s+Source\s+Licen[sc]e"),
    ("SSPL-1.0", rf"(?:Server\s+Side\s+Public\s+Licen[sc]e|SSPL)(?:{_V}1(?:\.0)?)?"),
    ("Elastic-2.0", rf"Elastic\s+Licen[sc]e{_V}2(?:\.0)?|ELv2"),
    ("FSL-1.1-MIT", r"FSL-1\.1-MIT"),
    ("FSL-1.1-ALv2", r"FSL-1\.1-(?:ALv2|Apache-2\.0)"),
    ("BSD-3-Clause",
    r"(?:new|modified|revised)\s+BSD|BSD[\s-]*3[\s-]*Clause|3[\s-]*Clause\s+BSD|three[\s-]clause\s+BSD"),
    ("BSD-2-Clause", r"simplified\s+BSD|BSD[\s-]*2[\s-]*Clause|2[\s-]*Clause\s+BSD|two[\s-]clause\s+BSD"),
    ("0BSD", r"0BSD|zero[\s-]clause\s+BSD"),
    ("MIT-0", r"MIT-0|MIT\s+No\s+Attribution"),
    ("MIT", r"MIT(?![\w-]*\.)"),
    ("ISC", r"ISC"),
    ("Unlicense", r"Unlicense"),
    ("CC0-1.0", r"CC0(?:[- ]1\.0)?"),
    ("BSL-1.0", r"Boost\s+Software\s+Licen[sc]e|BSL-1\.0"),
    ("Zlib", r"zlib"),
)  # fmt: skip
_NAME = re.compile(
    "|".join(f"(?P<n{i}>(?<![\\w./-])(?:{words})(?![\\w]))" for i, (_, words) in enumerate(NAMES)), re.IGNORECASE
)
CASED = frozenset({"MIT", "ISC"})  # in small letters these are other words
TAG = re.compile(r"SPDX-License-Identifier:\s*([^\n<*#]{2,120})")
OPENING = re.compile(
    r"\b(?:(?:dual[- ]|multi[- ])?licen[cs]ed|released|distributed|available|published|open[- ]sourced?|free software|"
    r"provided|veröffentlicht|lizenziert|quelloffen|distribué\w*|publié\w*)\b[^.;!?]{0,60}?\b(?:under|unter|sous)\b|"
    r"\b(?:licen[cs]e|lizenz|licence)\s*[:–—]\s|\bsous licence\b|\bopen source under\b",
    re.IGNORECASE,
)
CLOSING = re.compile(r"(?P<name>[^.;!?\n]{2,60}?)[- ]licen[cs]ed\b", re.IGNORECASE)
OTHERS = re.compile(
    r"\b(?:bundle[sd]?|contains?|depend(?:s|ency|encies)|fonts?|icons?|clients?(?: librar\w+)?|sdks?|"
    r"bindings|third[- ]part(?:y|ies)|plugins?|sample|examples?|docs|documentation|"
    r"dataset|model weights|is not|are not|except)\b",
    re.IGNORECASE,
)
JOIN_OR = re.compile(r"\b(?:or|oder|ou|either)\b|/|\|", re.IGNORECASE)
JOIN_AND = re.compile(r"\b(?:and|und|et)\b|&|\+|,", re.IGNORECASE)
URL = re.compile(
    r"https?://(?:www\.)?(?:opensource\.org/licenses?/|spdx\.org/licenses/|"
    r"choosealicense\.com/licenses/)([\w.+-]+?)(?:\.html|/)?$",
    re.IGNORECASE,
)
GNU_URL = re.compile(
    r"https?://(?:www\.)?(?:gnu\.org/licenses/(?:old-licenses/)?(a?l?gpl)-?([\d.]+)|"
    r"apache\.org/licenses/(license-2\.0)|mozilla\.org/(?:en-US/)?mpl/(2\.0))",
    re.IGNORECASE,
)
IS_CLOSED = re.compile(r"\bis (?:a )?(?:proprietary|closed[- ]source)\b", re.IGNORECASE)
CLOSED = re.compile(
    r"\b(?:proprietary|unlicensed|all rights reserved|closed[- ]source|proprietär\w*|propriétaire)\b", re.IGNORECASE
)


def licence_of_text(text: str) -> str:
    """The SPDX id of a licence's own text, "" for one that is not known. Reads the first 60,000 characters."""
    plain = re.sub(r"[\s>*#]+", " ", text[:MOST_TEXT]).lower().replace("“", '"').replace("‘", "'").replace("’", "'")
    return next((name for name, marks in TEXTS if all(mark in plain for mark in marks)), "")


def licence_of_label(said: object) -> str:
    """The SPDX expression of a short statement: `MIT License (MIT)`, `Apache 2.0 or MIT`, a licence's address.

    "" when no known licence is in it. GNU licences without "or later" are read as "only", as SPDX reads the old ids.
    """
    if not isinstance(said, str) or not said.strip():
        return ""
    plain = one_line(said[:400])
    if found := URL.match(plain):
        return _canonical(found[1]) or _named(found[1].replace("-", " "))
    if found := GNU_URL.match(plain):
        return "Apache-2.0" if found[3] else "MPL-2.0" if found[4] else _named(f"{found[1]} {found[2]}")
    return _canonical(plain) or _named(plain) or (PROPRIETARY if CLOSED.search(plain) else "")


def licence_tags(text: str) -> Iterator[tuple[str, str]]:
    """SPDX expressions that tags name, with the tag as it stands."""
    for found in TAG.finditer(text[:MOST_TEXT]):
        if known := _canonical(found[1].strip()):
            yield known, found[0].strip()


def licence_said(sentence: str) -> str:
    """The licence a sentence says its own subject is under; "" for sentences about parts, and for none."""
    plain = one_line(sentence[:1000])
    if OTHERS.search(plain):
        return ""
    if IS_CLOSED.search(plain):
        return PROPRIETARY
    if found := OPENING.search(plain):
        return _named(plain[found.end() : found.end() + 120])
    found = CLOSING.search(plain)
    return _named(found["name"][-40:]) if found else ""


def is_open(licence: str) -> bool:
    """Whether an expression names an open-source licence (for OR: at least one)."""
    return bool(licence) and any(not part.strip("() ").startswith(NOT_OPEN) for part in licence.split(" OR "))


def _named(text: str) -> str:
    """Licences named in a text, joined as it joins them; what stands without a joining word is left out."""
    expression, end = "", 0
    for found in _NAME.finditer(text):
        at = next(i for i in range(len(NAMES)) if found[f"n{i}"])
        name = NAMES[at][0]
        if name in CASED and found[0] != found[0].upper():
            continue
        after = text[found.end() : found.end() + 25]
        name = name.format("or-later" if MAY_BE_LATER.match(after.lstrip(" ,-(")) else "only")
        between = text[end : found.start()]
        if not expression:
            expression = name
        elif name not in expression.split():
            joint = " OR " if JOIN_OR.search(between) else " AND " if JOIN_AND.search(between) else ""
            if not joint or len(between) > 60:
                break
            expression += joint + name
        end = found.end()
    return _canonical(expression)


def _canonical(said: str) -> str:
    """An SPDX expression in its own spelling, "" for what is none."""
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    plain = re.sub(r"\s*/\s*", " OR ", said.strip()) if re.fullmatch(r"[\w.+/ -]{2,80}", said.strip()) else said.strip()
    if not plain or len(plain) > 200 or plain.lower().startswith("licenseref-"):
        return ""
    try:
        known = str(canonicalize_license_expression(plain))
    except (InvalidLicenseExpression, ValueError, RecursionError):
        return ""
    return re.sub(r"\b((?:A|L)?GPL-\d\.\d)(?!-|\.|\d)(\+?)", lambda m: m[1] + ("-or-later" if m[2] else "-only"), known)
