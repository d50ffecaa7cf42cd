"""Words prices are counted in, in four languages, each as one English word: `Nutzer`, `users`, `siège` are a seat."""

import re

PERIODS = {"month": 1, "year": 12}  # months
SEAT = "seat"

_SPELT = {
    "seat": "seat|user|member|editor|developer|person|people|licen[cs]e|account|contributor|teammate|engineer|agent|"
    "author|committer|collaborator|reviewer|maintainer|creator|designer|tester|analyst|admin|administrator|operator|"
    "participant|employee|student|teacher|learner|coder|programmer|writer|colleague|"
    "nutzer(?:in)?|benutzer|person|platz|plätze|arbeitsplatz|entwickler|utilisateur|siège|poste|personne|développeur|usuario|persona|puesto",
    "month": "month|mo|mth|monat|mois|mes",
    "year": "year|yr|annum|jahr|an|année|año",
    "week": "week|wk|woche|semaine",
    "day": "day|tag|jour",
    "hour": "hour|hr|h|stunde|heure",
    "minute": "minute|min",
    "second": "second|sec|sekunde|seconde",
    "token": "token|jeton|tok",
    "character": "character|char|zeichen|caractère",
    "word": "word|wort|wörter|mot",
    "call": "call|aufruf|appel",
    "request": "request|req|anfrage|requête",
    "query": "query|querie|search|searche|abfrage|suche|recherche",
    "GB": "gb|gib|gigabyte|go",
    "TB": "tb|tib|terabyte|to",
    "credit": "credit|crédit|guthaben",
    "run": "run|job|build|execution|lauf|läufe|durchlauf|exécution",
    "image": "image|bild|bilder",
    "page": "page|seite",
    "document": "document|doc|dokument",
    "message": "message|nachricht",
    "event": "event|ereignis|événement",
    "record": "record|row|zeile|datensatz|datensätze|ligne",
    "trace": "trace|span",
    "project": "project|projekt|projet",
    "repository": "repository|repositorie|repo|dépôt",
    "workspace": "workspace|team|organi[sz]ation|company|companie|équipe|arbeitsbereich",
    "vector": "vector|vektor|vecteur",
    "review": "review|pull request|scan",
    "site": "site|website",
    "server": "server|node|host|instance|machine",
    "device": "device|gerät|geräte|appareil",
}
_PLURAL = "(?:s|e|en|n)?"
UNIT_OF = {name: re.compile(rf"(?:{spelt}){_PLURAL}", re.IGNORECASE) for name, spelt in _SPELT.items()}
WORDS = "|".join(sorted({word for spelt in _SPELT.values() for word in spelt.split("|")}, key=len, reverse=True))
_OF_A_GROUP = rf"(?:(?:team|company|workspace|organi[sz]ation|project)\s+(?=(?:{_SPELT['seat']})s?\b))?"
UNIT = rf"{_OF_A_GROUP}(?P<unit>(?:{WORDS}){_PLURAL})(?![\w-])"
KINDS = r"(?:(?P<kind>input|output|cached|eingabe|ausgabe|entrée|sortie|active|build|gpu|cpu|api|compute|audio)[\s-]+)?"
KIND_OF = {"eingabe": "input", "entrée": "input", "ausgabe": "output", "sortie": "output"}
SAID = frozenset({"input", "output", "cached", "build", "gpu", "cpu", "audio", "compute"})  # the others say no more
_MILLION = ("m", "million", "millions", "mio", "millionen", "millón", "millones")
COUNT_WORDS = dict.fromkeys(("k", "thousand", "tausend", "mille", "mil"), 1_000) | dict.fromkeys(_MILLION, 1_000_000)
TIMES = "|".join(sorted(COUNT_WORDS, key=len, reverse=True))
COUNT = rf"(?:(?P<count>\d[\d,.']*(?:\s\d{{3}})*)?\s?(?P<times>{TIMES})?(?![^\W\d_])\.?\s*)"


def unit_name(word: str, kind: str = "") -> str:
    """The one word for a unit as a page spells it, with what is counted before it: `input token`, `GPU hour`.

    A unit nobody listed keeps its own word: a price for it is stated, though no scenario can know how many there are.
    """
    own = word.lower()
    own = own if own.endswith("ss") else own.removesuffix("s")
    unit = next((name for name, spelt in UNIT_OF.items() if spelt.fullmatch(word)), own)
    kind = KIND_OF.get(kind.lower(), kind.lower())
    kind = kind.upper() if kind in ("gpu", "cpu") else kind
    return f"{kind} {unit}" if kind.lower() in SAID else unit


def plural(unit: str) -> str:
    """`seat` -> `seats`, `query` -> `queries`; GB stays GB."""
    if unit.endswith(("GB", "TB")):
        return unit
    return unit[:-1] + "ies" if unit.endswith("y") and not unit.endswith("day") else unit + "s"
