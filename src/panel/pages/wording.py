"""The interface's words: one plain phrase for each state a record can be in.

Counts are "k of n", never a bare percentage. Word lists come from DESIGN.md, "Words".
"""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from panel.records import Grade, Juror, Review, Tally, Usage, plain_day

SPECIMEN = "Specimen: invented opinions, written by hand, not by a model"
TRIAL = (
    "A trial model chose these passages and wrote nothing; "
    "on a model this small the choice is near chance and says nothing of the tools."
)
BANNERS = {"specimen": SPECIMEN, "trial": TRIAL, "full": ""}  # what must stand on every rendering of a grade
DRAFT = "Draft. Nobody has approved this."
AI_LABEL = "AI critics: labelled lenses, not people"
AI_CRITIC = "AI critic"
QUOTED = "quoted word for word"
OURS = "in our own words"

# Sections of a page in reading order: anchor, title. A comparison that is no pick and one that is differ in order only.
CONTENTS = (
    ("held", "Words for reviewers"),
    ("choose", "Who it is for"),
    ("tools", "The tools"),
    ("scorecard", "Scorecard"),
    ("uncounted", "Not counted"),
    ("figures", "Figures"),
    ("pricing", "Pricing"),
    ("costs", "Costs in use"),
    ("facts", "Facts"),
    ("dissent", "Dissent"),
    ("predictions", "Predictions"),
    ("together", "Where they meet"),
    ("kinds", "Kind"),
    ("details", "Details"),
    ("read", "Sources"),
    ("hidden", "Hidden text"),
    ("made", "How this was made"),
)
STANDS = {
    "ship": "Ship", "skip": "Skip", "abstain": "Abstains", "ungrounded": "Ungrounded", "declined": "Declined",
    "unusable": "Unusable", "failed": "Failed", "not_asked": "Not asked", "struck": "Struck",
}  # fmt: skip
VOICES = {
    "maker": "the maker's word",
    "third_party": "a third party's word",
    "rival": "another product's word",
    "us": "our own word",
    "unknown": "whose word: unknown",
}
STANDINGS = {
    "makers_word_only": "Maker's word only",
    "supported_by": "Supported by",
    "disputed_by": "Disputed by",
    "questioned_by": "Questioned by",
    "no_method_given": "No method given",
}
PRICE_CLASSES = {
    "free": "Free", "open_source": "Open source", "freemium": "Free to start", "trial": "Trial, then paid",
    "paid": "Paid", "usage": "Pay by use", "contact": "Price on request",
}  # fmt: skip
STAKES = {
    "none": "",
    "affiliate": "Disclosure: we earn from links to {}.",
    "investor": "Disclosure: we hold a stake in the maker of {}.",
    "owned": "Disclosure: we own {}.",
}
ADVICE = {
    "for_whom": "Choose it if you", "not_for": "Skip it if you", "change_mind": "I'd change my verdict if",
    "counter": "The best case against me",
}  # fmt: skip
DEPTHS = {"ran": "; a person ran it: see the run log", "used": "; a person used it for work: see the run log"}
_DEPTH_ORDER = ("read", "ran", "used")
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def number_word(count: int) -> str:
    """Small counts in letters, others in digits."""
    return _NUMBERS[count] if 0 <= count < len(_NUMBERS) else str(count)


def count_of(count: int, one: str) -> str:
    """ "1 page", "5 pages"."""
    return f"{count} {one if count == 1 else one + 's'}"


def listed(names: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return " and ".join(names) if len(names) < 3 else f"{', '.join(names[:-1])} and {names[-1]}"


def day(when: date | None) -> str:
    """ "23 Nov 2026", the same in every locale; "" for no day."""
    return plain_day(when) if when else ""


def labelled(text: str, grade: Grade) -> str:
    """A verdict or a count; a trial's says that it is the trial's."""
    return f"{text} (trial)" if grade == "trial" else text


def count_sentence(tally: Tally, grade: Grade = "full") -> str:
    """ "3 of 4 ship": of those who voted, never of those who were asked."""
    return labelled(f"{tally.ship} of {tally.voting} ship", grade) if tally.voting else "No votes"


def rest_sentence(tally: Tally) -> str:
    """Those asked who are in no share: "1 abstained, 1 ungrounded"; "" when everybody voted."""
    words = {"abstain": "abstained", "struck": "struck by an editor"}
    fields = ("abstain", "ungrounded", "declined", "unusable", "failed", "struck")
    counts = [(getattr(tally, field), words.get(field, field)) for field in fields]
    return ", ".join(f"{count} {word}" for count, word in counts if count)


def panel_sentence(tally: Tally, grade: Grade = "full") -> str:
    """ "2 of 3 ship, 1 abstained"."""
    return ", ".join(part for part in (count_sentence(tally, grade), rest_sentence(tally)) if part)


def review_answer(name: str, tally: Tally) -> str:
    """The first sentence of a review's page."""
    if tally.verdict == "ship":
        return f"The panel would ship {name}: {tally.ship} of {tally.voting} critics say so."
    if tally.verdict == "skip":
        return f"The panel would skip {name}: {tally.skip} of {tally.voting} critics say so."
    if tally.verdict == "split":
        return f"The panel is split on {name}: {tally.ship} of {tally.voting} critics would ship it."
    return f"Too few critics voted on {name} to call it: {tally.voting} of {tally.asked}."


def independence(jurors: Sequence[Juror], tally: Tally) -> str:
    """What the votes are worth, in one sentence: "One model: treat as about one opinion." `jurors`: those who voted."""
    if tally.interval is None or not jurors:
        return "Nobody voted: there is no count to weigh."
    halves = max(2, round(2 * tally.interval.effective))
    families = {juror.family for juror in jurors}
    kinds = "One model" if len({juror.model for juror in jurors}) == 1 else "Models of one family"
    if len(families) > 1:
        kinds = f"Models of {number_word(len(families))} families"
    worth = number_word(halves // 2) + " and a half" * (halves % 2)
    return f"{kinds}: treat as about {worth} {'opinion' if halves == 2 else 'opinions'}."


def depth_sentence(reviews: Sequence[Review]) -> str:
    """ "Critics read, and ran nothing. 5 pages, 4 by the maker. 23 Nov 2026."

    An address counts once. Of critics it is always true; what a person ran is said where its run log is a source on
    every side.
    """
    depth = min((r.depth for r in reviews), key=_DEPTH_ORDER.index)
    sources = [s for r in reviews for s in r.dossier.sources if s.voice != "us"]
    pages = {s.url.rstrip("/") or s.text_sha256: False for s in sources}
    pages |= {s.url.rstrip("/") or s.text_sha256: True for s in sources if s.voice == "maker"}
    makers = sum(pages.values())
    by = f"{makers or 'none'} by the {'maker' if len(reviews) == 1 else 'makers'}"
    told = f"{count_of(len(pages), 'page')}, {by}" if pages else "No page but what we wrote ourselves"
    days = listed([day(d) for d in sorted({r.dossier.as_of for r in reviews})])
    did = "Nothing was run by critics" if any(r.grade == "trial" for r in reviews) else "Critics read, and ran nothing"
    return f"{did}{DEPTHS.get(depth, '')}. {told}. {days}."


def in_hundred(share: float) -> str:
    """A probability as a count: "about 70 in 100"."""
    times = round(share * 100)
    return f"about {times} in 100" if times or share <= 0 else "fewer than 1 in 100"


def money(cost_usd: Decimal | None) -> str:
    """Dollars to a hundredth of a cent; an unknown price is "unknown", never 0."""
    if cost_usd is None:
        return "unknown"
    return f"${cost_usd.quantize(Decimal('0.0001'), rounding=ROUND_HALF_EVEN)}"


def tokens(usage: Usage) -> str:
    """ "1,200 in, 12,304 cached, 550 out": only the classes that were used."""
    counts = (
        (usage.input_tokens, "in"),
        (usage.cache_write_tokens, "written to cache"),
        (usage.cache_read_tokens, "read from cache"),
        (usage.output_tokens, "out"),
    )
    return ", ".join(f"{count:,} {word}" for count, word in counts if count) or "none"
