"""What every check of one opinion is given: the opinion, its panel's dossier, and texts read once."""

import re
from dataclasses import dataclass
from functools import cached_property

from panel.checks.catalogue import flag
from panel.checks.language.compared_text import PassageTexts, normalise, quotable, words_of
from panel.checks.language.mentions import COMMON_CAPITALS, Mention, Mentions, read_facts, squash
from panel.records import Answered, Dossier, Flag, Ground, Persona, Source, Written

_CODE = re.compile(r"`[^`]*`")

_QUOTED = re.compile(r'"([^"]{2,200})"')


@dataclass(frozen=True)
class Prose:
    """One text a juror wrote for readers, and the grounds it rests on."""

    field: str  # "quote", "line", "for_whom", ...
    index: int  # sentence position for "quote", else 0
    raw: str
    text: str  # normalised
    bare: str  # the same without the product's own name
    rests_on: str  # "grounds", "view", "memory"; fields outside the quote rest on all grounds: "all"
    grounds: tuple[int, ...] = ()

    @cached_property
    def facts(self) -> Mentions:
        return read_facts(self.bare)

    @property
    def named(self) -> str:
        """How a message calls it: "Sentence 2", "The change mind"."""
        return f"Sentence {self.index + 1}" if self.field == "quote" else f"The {self.field.replace('_', ' ')}"


class DossierIndex:
    """A dossier's texts, normalised and read for facts at most once each. One per `check_review`."""

    def __init__(self, dossier: Dossier) -> None:
        self.dossier = dossier
        self.code = frozenset(p.passage_id for s in dossier.sources for p in s.passages if p.kind == "code")
        launch = dossier.launch
        words, whole = normalise(f"{launch.name} {launch.release}").split(), len(normalise(launch.name).split())
        bare = [squash(word.strip("()[],.")) for word in words]
        self.own_words = frozenset(bare)
        self.own_runs = {"".join(bare[i:j]) for i in range(len(bare)) for j in range(i + 1, len(bare) + 1)}
        starts = [" ".join(words[:n]) for n in range(1, len(words) + 1)]
        for n in range(1, whole):
            if not self._is_called(starts[n - 1], words[n]):
                self.own_runs.discard("".join(bare[:n]))
                starts[n - 1] = ""
        self._own_starts = _any_of(starts, whole)
        self.has_run_log = any(s.kind == "run_log" for s in dossier.sources)
        self._facts: dict[str, Mentions] = {}
        self._sources = {s.source_id: s for s in dossier.sources}

    @cached_property
    def passages(self) -> PassageTexts:
        return PassageTexts.of(self.dossier)

    def facts(self, text: str) -> Mentions:
        """Facts of a normalised text."""
        if text not in self._facts:
            self._facts[text] = read_facts(text)
        return self._facts[text]

    def source(self, passage_id: str) -> Source | None:
        return self._sources.get(passage_id.partition(".")[0])

    def without_name(self, text: str) -> str:
        """A normalised text with the product's own name, or its first words, made a pronoun: naming is no claim."""
        return self._own_starts.sub("it", text)

    def is_own(self, fact: Mention) -> bool:
        """Whether a fact is part of the product's own name, as "24B" is of "Mistral 3 Small (24B)"."""
        if fact.kind == "name":
            return str(fact.key) in self.own_runs
        return not fact.text.isdigit() and squash(fact.text) in self.own_words

    def _is_called(self, start: str, following: str) -> bool:
        """Whether the beginning of the name names nothing else on these pages; one word has to stand there alone, too.

        "Claude Sonnet" says that "Claude" is not "Claude Code".
        """
        after = re.findall(rf"(?<!\w){re.escape(start)}(?!\w|\.\w)[ -]?(\w+|\W)", f"{self.passages.whole}\n")
        others = {word for word in after if word != following}
        return bool(others or " " in start) and not any(word[0].isupper() or word[0].isdigit() for word in others)

    def source_days(self, passage_id: str) -> Mentions:
        """Days the cited source was published and read."""
        source = self.source(passage_id)
        days = (source.published, source.fetched) if source else ()
        return self.facts(" ".join(day.isoformat() for day in days if day))

    def title_holds(self, passage_id: str, key: str) -> bool:
        """Whether a name stands in the title of the cited source."""
        source = self.source(passage_id)
        return source is not None and key in squash(normalise(source.title))

    @cached_property
    def dossier_days(self) -> Mentions:
        """Days the dossier itself gives, outside any passage: its own, the launch's, when prices were looked up."""
        days = (self.dossier.as_of, self.dossier.launch.launched_at, self.dossier.launch.pricing.checked)
        return read_facts(" ".join(day.isoformat() for day in days if day))


def _any_of(starts: list[str], whole: int) -> "re.Pattern[str]":
    """Finds a name of `whole` words, with what follows of its release, or its beginning: the longest there.

    A beginning that another capital or number follows is somebody else's name: "GPT-5 Pro" is no "GPT-5 Fine-Tuning".
    """
    named = [(s, n) for n, s in enumerate(starts, 1) if len(s) > 2 and not s.isdigit() and s not in COMMON_CAPITALS]
    ways = "|".join(re.escape(s) + ("" if n >= whole else "(?! [A-Z0-9])") for s, n in reversed(named))
    return re.compile(rf"(?<!\w)(?<!\w[-.])(?:{ways or '(?!)'})(?!\w|\.\w|-[A-Z0-9])")


@dataclass(frozen=True)
class Case:
    """One answered opinion under check."""

    dossier_index: DossierIndex
    persona: Persona
    opinion: Answered
    void: frozenset[int] = frozenset()  # numbers of grounds that don't stand
    depth: str = "read"

    @property
    def persona_id(self) -> str:
        return self.opinion.juror.persona_id

    @property
    def written(self) -> Written | None:
        """The juror's words; None for a trial juror, who was asked for none."""
        return self.opinion.words if isinstance(self.opinion.words, Written) else None

    @cached_property
    def by_number(self) -> dict[int, Ground]:
        return {g.number: g for g in self.opinion.grounds}

    @cached_property
    def standing(self) -> tuple[Ground, ...]:
        return tuple(g for g in self.opinion.grounds if g.number not in self.void)

    @cached_property
    def excerpts(self) -> dict[int, str]:
        """Each ground's excerpt as it is compared, by number."""
        return {g.number: quotable(g.excerpt) for g in self.opinion.grounds}

    @cached_property
    def sentences(self) -> tuple[Prose, ...]:
        """The quote."""
        quote = self.written.quote if self.written else ()
        return tuple(self._prose("quote", i, s.text, s.rests_on, s.grounds) for i, s in enumerate(quote))

    @cached_property
    def phrases(self) -> tuple[Prose, ...]:
        """The line and the four short fields, which rest on all grounds together."""
        names = ("line", "for_whom", "not_for", "change_mind", "counter") if self.written else ()
        return tuple(self._prose(name, 0, getattr(self.written, name)) for name in names)

    @cached_property
    def answers(self) -> tuple[Prose, ...]:
        """Answers to the persona's own asks, in the order given."""
        replies = self.written.replies if self.written else ()
        return tuple(self._prose("answers", i, reply.answer) for i, reply in enumerate(replies))

    @cached_property
    def forecast(self) -> tuple[Prose, ...]:
        """What a critic says will come, where it says so."""
        prediction = self.written.prediction if self.written else None
        return (self._prose("prediction", 0, prediction.statement),) if prediction else ()

    @cached_property
    def claims(self) -> tuple[Prose, ...]:
        """What each ground is said to say."""
        return tuple(self._prose("claim", g.number, g.claim, "grounds", (g.number,)) for g in self.opinion.grounds)

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of the juror's: a phrase none of whose words is here needs no looking for."""
        prose = (*self.sentences, *self.phrases, *self.answers, *self.claims)
        return words_of("\n".join(p.text for p in prose))

    def on(self, prose: Prose, check: str, message: str, excerpt: str) -> Flag:
        """A flag on one of its texts."""
        return flag(check, self.persona_id, prose.field, message, index=prose.index, excerpt=excerpt)

    def _prose(
        self, name: str, index: int, raw: str, rests_on: str = "all", grounds: tuple[int, ...] | None = None
    ) -> Prose:
        text = normalise(raw.replace("—", " — "))  # a long dash parts two words, with or without blanks
        cited = tuple(self.by_number) if grounds is None else grounds
        return Prose(name, index, raw, text, self.dossier_index.without_name(text), rests_on, cited)


def own_words(case: Case, prose: Prose) -> str:
    """A text without code, and without quoted words that stand in one of the opinion's excerpts."""
    text = _CODE.sub(" ", prose.text) if "`" in prose.text else prose.text
    if '"' not in text:
        return text
    excerpts = list(case.excerpts.values())
    return _QUOTED.sub(lambda m: " " if any(m[1].strip(" .,") in e for e in excerpts) else m[0], text)
