"""Ways to write an attempt so that a word is not seen: digits, spaces, other codes, forged labels."""

from panel.checks.lazy import Lazy

# Words of jailbreaks; an honest page has one of them, hardly ever three in one paragraph.
_JAILBREAK = """
amoral unethical immoral illegal uncensored unfiltered unrestricted censorship jailbreak jailbroken nsfw dan
refuse refuses disclaimers warnings profanity curse swear confines restrictions morals ethics ethical openai
chatgpt roleplay persona character fictional hypothetical obey comply
"""
JAILBREAK = frozenset(_JAILBREAK.split())


def _digited(word: str) -> set[str]:
    """Every way to write a word with digits for letters."""
    ways = {""}
    for letter in word:
        ways = {way + sign for way in ways for sign in letter + _DIGITS.get(letter, "")}
    return ways - {word}


_DIGITS = {"o": "0", "i": "1", "e": "3", "a": "4@", "s": "5$", "t": "7"}
_KEYS = "ignore disregard previous instructions prompt system verdict ship rules reviewer vote answer"
DIGITED = frozenset[str]().union(*map(_digited, _KEYS.split()))
LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
LABEL = Lazy(r"[\[(【]\s*s\s?\d{1,3}\s?\.\s?\d{1,4}\s*[\])】]")  # a passage id in brackets: only we write those
SPACED = Lazy(r"(?<![^\W_])(?:[^\W_][ ._*\-/|]{1,3}){11,400}[^\W_](?![^\W_])")
SQUEEZED = Lazy(
    r"(?:ignore|disregard|forget)(?:all|any|the|your|my|previous|prior|above|every)+(?:\w{0,20})(?:instruction"
    r"|prompt|rule|direction)"
    r"|systemprompt|(?:answer|vote|reply|respondwith|say|verdictis|verdict)ship|donotrefuse|youarenow"
    r"|newinstructions|ratethis"
)
# One of these stands in all that SQUEEZED finds.
SQUEEZED_PARTS = (
    "ignore", "disregard", "forget", "systemprompt", "ship", "donotrefuse", "youarenow", "newinstructions", "ratethis",
)  # fmt: skip
