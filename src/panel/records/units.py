"""Units, periods and currencies as pages spell them, one table each. What stands in none of them is unread."""

import re

SEAT = "seat"
PERIODS = {"month": 1, "quarter": 3, "year": 12}  # months
SPELT = {  # a unit -> how pages spell it, without its plural's ending
    SEAT: "seat|user|member|editor|developer|dev|person|people|licen[cs]e|account|contributor|teammate|engineer|agent|"
    "author|committer|collaborator|reviewer|maintainer|creator|designer|tester|analyst|admin|administrator|operator|"
    "participant|employee|student|teacher|learner|coder|programmer|writer|colleague|head|nutzer(?:in)?|benutzer|platz|plätze|"
    "arbeitsplatz|entwickler|mitarbeiter|utilisateur|siège|poste|personne|développeur|usuario|persona|puesto|utent[ei]|"
    "usuário|assento|pessoa|gebruiker|användare|bruger|bruker|użytkownika?|osob[aęy]|uživatel|пользовател[ья]|человека?|"
    "kullanıcı|kişi|käyttäjä|felhasználó|ユーザー?|アカウント|シート|席位?|用户|用戶|人|名|位|사용자|명|인",
    "month": "month|mo|mth|monat|mois|mes|mese|mês|maand|mnd|mån|månad|måned|md|mies|miesiąc|měsíc|мес|месяц|"
    "ay|kk|kuukausi|hó|hónap|lună|bulan|tháng|[ヶか个個ヵ]月|月|개월|월|เดือน",
    "year": "year|yr|annum|jahr|an|année|año|anno|ano|jaar|år|rok|год|yıl|vuosi|év|tahun|năm|年|년|연|ปี",
    "quarter": "quarter|qtr|quartal|trimestre|kwartaal|kwartał|квартал|季度?|四半期|분기",
    "week": "week|wk|woche|semaine|semana|settimana|vecka|uge|неделю|週間?|周|주",
    "day": "day|tag|jour|día|dia|giorno|dag|день|日|天|일",
    "hour": "hour|hr|h|stunde|heure|hora|ora|uur|timme|час|時間|小时|시간",
    "minute": "minute|min|minuto|минуту|分钟?|분",
    "second": "second|sec|sekunde|seconde|segundo|秒|초",
    "token": "token|jeton|tok",
    "character": "character|char|zeichen|caractère|文字|字符",
    "word": "word|wort|wörter|mot",
    "call": "call|aufruf|appel",
    "request": "request|req|anfrage|requête|リクエスト|次",
    "query": "query|querie|search|searche|abfrage|suche|recherche",
    "GB": "gb|gib|gigabyte|go",
    "TB": "tb|tib|terabyte|to",
    "credit": "credit|crédit|guthaben|クレジット",
    "run": "run|job|build|execution|lauf|läufe|durchlauf|exécution",
    "image": "image|bild|bilder|imagen|画像|枚|张",
    "page": "page|seite|página|pagina|ページ|页",
    "document": "document|doc|dokument",
    "message": "message|nachricht",
    "event": "event|ereignis|événement",
    "record": "record|row|zeile|datensatz|datensätze|ligne",
    "trace": "trace|span",
    "project": "project|projekt|projet|proyecto",
    "repository": "repository|repositorie|repo|dépôt",
    "workspace": "workspace|team|organi[sz]ation|company|companie|équipe|arbeitsbereich",
    "vector": "vector|vektor|vecteur",
    "review": "review|pull request|scan",
    "site": "site|website",
    "server": "server|node|host|instance|machine",
    "device": "device|gerät|geräte|appareil",
    "active user": "mau|mtu|monthly active user|active user",
}
_ADVERBS = {
    "month": "monthly|monatlich|mensuel(?:s|le|les)?|mensuellement|mensile|mensual(?:es|mente)?|mensal(?:mente)?|"
    "maandelijks|månadsvis|månedlig|miesięcznie|měsíčně|ежемесячно|aylık|havonta",
    "quarter": "quarterly|quartalsweise|vierteljährlich|trimestriel(?:s|le|les)?|trimestral(?:e|es|mente)?|kwartalnie",
    "year": "yearly|annually|jährlich(?:e[mnrs]?)?|annuel(?:s|le|les)?|annuellement|annual(?:e|mente)|anual(?:mente)?|"
    "jaarlijks|årligen|årlig|rocznie|ročně|ежегодно|yıllık|évente",
    "once": "once|one[- ](?:time|off)|lifetime|for life|einmalig|une fois|paiement unique|una tantum|pago único|"
    "買い切り|买断",
}
ADVERB = "|".join(rf"(?P<{name}>{words})(?!\w)" for name, words in _ADVERBS.items())
YEARLY_WORD = rf"(?:annual|{SPELT['year'].replace('|an|', '|')}|{_ADVERBS['year']})(?!\w)"

_PLURAL = "(?:s|es|en|e|n)?"
_ALL = sorted({word for spelt in SPELT.values() for word in spelt.split("|")}, key=len, reverse=True)
_WIDE = "[\u0e00-\u0eff\u2e80-\uffef]"  # scripts without blanks between words
UNIT_OF = {name: re.compile(rf"(?:{spelt}){_PLURAL}", re.IGNORECASE) for name, spelt in SPELT.items()}
_WORDS = "|".join(word for word in _ALL if not re.search(_WIDE, word))
WIDE_UNITS = "|".join(word for word in _ALL if re.search(_WIDE, word))
_OF_A_GROUP = rf"(?:(?:team|company|workspace|organi[sz]ation|project)\s+(?=(?:{SPELT[SEAT]})s?\b))?"
UNIT = rf"{_OF_A_GROUP}(?P<unit>(?:{_WORDS}){_PLURAL}(?![\w-])|{WIDE_UNITS})"
KINDS = r"(?:(?P<kind>input|output|cached|eingabe|ausgabe|entrée|sortie|build|gpu|cpu|api|compute|audio)[\s-]+)?"
_KIND_OF = {"eingabe": "input", "entrée": "input", "ausgabe": "output", "sortie": "output"}
_SAID = frozenset({"input", "output", "cached", "build", "gpu", "cpu", "audio", "compute"})  # the others say no more
_MILLION = ("m", "million", "millions", "mio", "millionen", "millón", "millones")
COUNT_WORDS = dict.fromkeys(("k", "thousand", "tausend", "mille", "mil"), 1_000) | dict.fromkeys(_MILLION, 1_000_000)
TIMES = "|".join(sorted(COUNT_WORDS, key=len, reverse=True))
SCALES = dict.fromkeys(("lakh", "lakhs", "lac"), 100_000) | dict.fromkeys(("crore", "crores"), 10_000_000)
SCALES |= dict.fromkeys(("k", "천"), 1_000) | dict.fromkeys("万萬만", 10_000)

_ISO_4217 = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY
COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS
INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP
MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR
SDG SEK SGD SHP SLE SOS SRD SSP STN SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST
XAF XCD XOF XPF YER ZAR ZMW ZWG
"""
CODES = frozenset(_ISO_4217.split())
# also words and names of other things: codes only where a period or a unit stands by them
_WORDS_TOO = "ALL AMD BAM BSD CUP GEL GIP LAK MAD MOP PEN PHP SDG SOS TOP TRY WST"
ALSO_WORDS = frozenset(_WORDS_TOO.split())

_BY_PLACE = {  # a sign of several countries: by the page's region or language, "" for any other
    "$": {"": "USD"} | dict.fromkeys(("ca", "au", "nz", "sg", "hk", "tw", "mx", "ar", "cl", "co"), ""),
    "¥": {"zh": "CNY", "ja": "JPY"},
    "元": {"": "CNY", "tw": "TWD", "hk": "HKD"},
    "kr": {"sv": "SEK", "no": "NOK", "nb": "NOK", "nn": "NOK", "da": "DKK", "is": "ISK"},
    "FCFA": {},
    "R": {"za": "ZAR", "af": "ZAR"},
    "Rs": {"": "INR", "ur": "PKR", "pk": "PKR", "ne": "NPR", "np": "NPR", "si": "LKR", "lk": "LKR"},
}
_SPELT_MONEY = {
    "USD": "US$ dollar dollars", "EUR": "€ euro euros", "GBP": "£", "JPY": "JP¥ 円 yen", "CNY": "CN¥ RMB 人民币",
    "INR": "₹ rupees", "KRW": "₩ 원", "TRY": "₺ TL", "PLN": "zł", "CAD": "C$ CA$", "AUD": "A$ AU$", "NZD": "NZ$",
    "SGD": "S$", "HKD": "HK$", "TWD": "NT$", "BRL": "R$", "MXN": "MXN$ MX$", "CHF": "Fr SFr", "CZK": "Kč", "HUF": "Ft",
    "RON": "lei", "UAH": "₴ грн", "RUB": "₽ руб рублей", "KZT": "₸", "BDT": "৳", "PHP": "₱", "VND": "₫ đ", "MYR": "RM",
    "THB": "฿ บาท", "IDR": "Rp", "ILS": "₪ NIS", "NGN": "₦", "GHS": "₵", "KES": "KSh Ksh", "BGN": "лв", "GEL": "₾",
    "SEK": "kronor", "AED": "Dhs", "ARS": "AR$", "CLP": "CLP$", "COP": "COP$", "CRC": "₡",
}  # fmt: skip
_SURE = {word: code for code, words in _SPELT_MONEY.items() for word in words.split()}
SIGNS = (*(_BY_PLACE.keys() - "R"), *_SURE, *(sign + "." for sign in ("kr", "Rs", "Fr", "SFr", "руб")))


def currency_of(sign: str, language: str = "") -> str:
    """The ISO code of a sign or code as it stands; the sign itself where nobody knows whose it is.

    language: of the page, as `html lang` says it; its region counts before it: `$` on es-MX is not known.
    """
    if sign.upper() in CODES:
        return sign.upper()
    bare = sign.rstrip(".")
    language, _, region = language.lower().replace("_", "-").partition("-")
    places = next((known for name, known in _BY_PLACE.items() if name.lower() == bare.lower()), {})
    local = next((places[key] for key in (region, language, "") if key in places), "")
    return local or next((code for word, code in _SURE.items() if word.lower() == bare.lower()), sign)


def unit_name(word: str, kind: str = "") -> str:
    """The one word for a unit as a page spells it, with what is counted before it: `input token`, `GPU hour`.

    A unit nobody listed keeps its own word: a price for it is stated, though no scenario can know how many there are.
    """
    own = word.lower()
    own = own if own.endswith("ss") else own.removesuffix("s")
    unit = next((name for name, spelt in UNIT_OF.items() if spelt.fullmatch(word)), own)
    kind = _KIND_OF.get(kind.lower(), kind.lower())
    kind = kind.upper() if kind in ("gpu", "cpu") else kind
    return f"{kind} {unit}" if kind.lower() in _SAID else unit


def plural(unit: str) -> str:
    """`seat` -> `seats`, `query` -> `queries`; GB stays GB."""
    if unit.endswith(("GB", "TB")):
        return unit
    return unit[:-1] + "ies" if unit.endswith("y") and not unit.endswith("day") else unit + "s"
