"""The things on a draft page that somebody decides of: sentences, picks, views, flags, a held span."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from panel.desk import DISMISS_REASONS, ONLY_MENDED, PHRASES, OpenDraft, OpenReview, cited_passages
from panel.pages import Pieces, clean, split_code, wording
from panel.records import (
    Answered,
    Decision,
    EditedPick,
    EditedSentence,
    EditedWords,
    Flag,
    Ground,
    Persona,
    Point,
    Sentence,
    Written,
)
from panel.web.views.highlight import Evidence, TextRun, changed, evidence

NamesByAccount = Mapping[str, str]  # account_id -> name
LABELS = {"line": "Line"} | wording.ADVICE
TOLD = {
    "accurate": "Accurate",
    "attributed": "The maker's word",
    "amended": "Amended",
    "removed": "Removed",
    "dismissed": "Dismissed",
    "confirmed": "Read",
}


@dataclass(frozen=True, slots=True)
class Editable:
    """A field that may be changed in place."""

    field: str  # as `text_fields` of the desk names it
    label: str
    text: str
    model: str  # what the model wrote
    changes: tuple[TextRun, ...]  # from the model's words to today's


@dataclass(frozen=True, slots=True)
class FlagLine:
    """A flag beside what it is about."""

    severity: str
    check: str
    message: str
    excerpt: str
    key: str  # of the point; "" for one that nobody has to settle
    is_left: bool
    may_dismiss: bool
    told: str  # "Dismissed: kept on purpose, Ann"; "" while it is left


@dataclass(frozen=True, slots=True)
class DraftItem:
    """One stop on the way through a draft."""

    at: str  # "futurist:2", "futurist:views", "held", "draft"
    draft_id: str
    number: int  # revision its words were read at
    kind: str  # claim, pick, view, views, held, draft
    whose: str  # critic's title
    text: str
    standing: str  # printed, set_aside, removed
    is_left: bool
    mark: str  # what it rests on, when not on evidence: "memory: unchecked", "view"
    decided: str  # "accurate"; "" when nothing is
    told: str  # "Accurate, Ann Editor"
    attributed: bool
    evidence: tuple[Evidence, ...]
    flags: tuple[FlagLine, ...]
    fields: tuple[Editable, ...]  # the sentence itself, or a critic's short texts
    may_attribute: bool
    side: str  # of a pick: for, against
    known: int | None  # the newest decision on its point, 0 for none; None: nobody decides of it as it is printed

    @property
    def cut(self) -> Pieces:
        """Its text, cut at backticks."""
        return split_code(self.text)

    @property
    def is_phrase(self) -> bool:
        """Whether it is a short text, of which `mark` says which, and no sentence."""
        return self.kind == "claim" and not self.at.rpartition(":")[2].isdecimal()

    @property
    def is_stop(self) -> bool:
        """Whether somebody has to decide of it at all."""
        return self.kind not in ("view",) and self.standing != "set_aside"


def critic_items(opened: OpenReview, persona: Persona, names: NamesByAccount) -> tuple[DraftItem, ...]:
    """One critic's items in page order: its sentences or picks, then its views as one."""
    opinion, words = opened.review.opinion(persona.persona_id), opened.text.words_of(persona.persona_id)
    if not isinstance(opinion, Answered) or words is None:
        return ()
    made = _Maker(opened, persona, opinion, words, names)
    if isinstance(opinion.words, Written):
        phrases = tuple(made.phrases(opinion.words))
        bare, backed = (tuple(p for p in phrases if bool(p.evidence) == held) for held in (False, True))
        return (
            *bare,
            *(made.sentence(s, opinion.words.quote[s.place]) for s in words.sentences),
            *backed,
            made.views(opinion.words),
        )
    grounds = {g.number: g for g in opinion.grounds}
    return tuple(made.pick(pick, grounds[pick.number]) for pick in words.picks if pick.number in grounds)


@dataclass(frozen=True)
class _Maker:
    opened: OpenReview
    persona: Persona
    opinion: Answered
    words: EditedWords
    names: NamesByAccount

    @property
    def who(self) -> str:
        return self.persona.persona_id

    def sentence(self, sentence: EditedSentence, model: Sentence) -> DraftItem:
        cited = [g for g in self.opinion.grounds if g.number in model.grounds] if model.rests_on == "grounds" else []
        point = self._point("claim", sentence.place)
        name = f"{self.who}:{sentence.place}"
        return self._item(
            at=name,
            kind="view" if model.rests_on == "view" else "claim",
            text=clean(sentence.text),
            standing="removed" if self.words.views == "removed" and model.rests_on == "view" else sentence.standing,
            mark={"view": "view", "memory": "memory: unchecked"}.get(model.rests_on, "" if cited else "no evidence"),
            point=point,
            attributed=sentence.attributed,
            evidence=self._evidence(cited),
            flags=self._flags("quote", sentence.place),
            fields=(editable(name, "Sentence", sentence.text, model.text),),
            may_attribute=point is not None and any(passage.voice == "maker" for passage in point.passages),
        )

    def phrases(self, model: Written) -> Iterator[DraftItem]:
        """Short texts that give a number, a price or a name: claims, each beside the passages that give it, too."""
        mine = (p for p in self.opened.points if p.persona_id == self.who and p.kind == "claim" and p.field)
        for point in mine:
            label = LABELS[point.field]
            yield self._item(
                at=f"{self.who}:{point.field}", kind="claim", text=clean(point.text), standing="printed",
                mark=label if point.passages else f"{label}: what it gives stands in no passage this critic cites",
                point=point, evidence=tuple(evidence(passage) for passage in point.passages),
                flags=self._flags(point.field, 0), fields=(self._editable(point.field, model),),
            )  # fmt: skip

    def _editable(self, name: str, model: Written) -> Editable:
        was, now = getattr(model, name), getattr(self.words, name)
        return editable(f"{self.who}:{name}", LABELS[name], now, was)

    @property
    def _own(self) -> frozenset[str]:
        """Short texts that are claims of their own."""
        return frozenset(p.field for p in self.opened.points if p.persona_id == self.who and p.kind == "claim")

    def views(self, model: Written) -> DraftItem:
        own = self._own
        fields = [self._editable(name, model) for name in PHRASES if name not in own]
        fields += [
            editable(f"{self.who}:{s.place}", "View", s.text, model.quote[s.place].text)
            for s in self.words.sentences
            if model.quote[s.place].rests_on == "view" and s.standing == "printed"
        ]
        asked = {ask.ask_id: ask.question for ask in self.persona.asks}
        was = {reply.ask_id: reply.answer for reply in model.replies}
        for r in self.words.replies:
            label = clean(asked.get(r.ask_id, r.ask_id))
            fields.append(editable(f"{self.who}:reply:{r.ask_id}", label, r.answer, was.get(r.ask_id, "")))
        if self.words.prediction:
            first = model.prediction.statement if model.prediction else ""
            chance, day = f"{self.words.prediction.probability:.2f}", clean(self.words.prediction.resolve_by)
            settled = clean(self.words.prediction.settled_at) or "no place given"
            label = f"Prediction, {chance} by {day}, settled at {settled}"
            fields.append(editable(f"{self.who}:prediction", label, self.words.prediction.statement, first))
        return self._item(
            at=f"{self.who}:views", kind="views", text="" if "line" in own else clean(self.words.line),
            standing=self.words.views, point=self._point("views", 0), flags=self._flags("", 0), fields=tuple(fields),
        )  # fmt: skip

    def pick(self, pick: EditedPick, ground: Ground) -> DraftItem:
        return self._item(
            at=f"{self.who}:{pick.number}", kind="pick", text=clean(ground.excerpt), standing=pick.standing,
            point=self._point("pick", pick.number), evidence=self._evidence([ground]), side=ground.side,
        )  # fmt: skip

    def _item(
        self, *, at: str, kind: str, text: str, standing: str, point: Point | None, mark: str = "",
        attributed: bool = False, evidence: tuple[Evidence, ...] = (), flags: tuple[FlagLine, ...] = (),
        fields: tuple[Editable, ...] = (), may_attribute: bool = False, side: str = "",
    ) -> DraftItem:  # fmt: skip
        decision = self.opened.decision(point) if point else None
        settled = point is None or self.opened.is_settled(point)
        return DraftItem(
            at=at, draft_id=self.opened.draft.draft_id, number=self.opened.draft.head, kind=kind,
            whose=clean(self.persona.title), text=text, standing=standing, mark=mark,
            is_left=not settled or any(flag.is_left for flag in flags),
            decided=decision.decision if decision else "", told=told(decision, self.names), attributed=attributed,
            evidence=evidence, flags=flags, fields=fields, may_attribute=may_attribute, side=side,
            known=self._known(point),
        )  # fmt: skip

    def _evidence(self, cited: list[Ground]) -> tuple[Evidence, ...]:
        return tuple(evidence(passage) for passage in cited_passages(self.opened.review.dossier, cited))

    def _point(self, kind: str, place: int) -> Point | None:
        mine = (p for p in self.opened.points if p.persona_id == self.who and p.kind == kind)
        return next((p for p in mine if p.place == place), None)

    def _known(self, point: Point | None) -> int | None:
        if point is None:
            return None
        newest = self.opened.decided.get((point.scope, point.key))
        return newest.decision_id if newest else 0

    def _flags(self, field: str, place: int) -> tuple[FlagLine, ...]:
        """Those on a sentence; those on the critic as a whole for field ""."""
        mine = [f for f in self.opened.flags if f.persona_id == self.who and f.severity != "note"]
        here = [f for f in mine if f.field == field and f.index == place]
        whole = [f for f in mine if f.field not in ("quote", "grounds", "claim", *self._own)]
        return tuple(flag_line(self.opened, f, self.names) for f in (here if field else whole))


def flag_line(opened: OpenDraft, flag: Flag, names: NamesByAccount) -> FlagLine:
    """A flag with its point, when it has one to settle."""
    place = flag.index if flag.field == "quote" else 0
    named = (flag.persona_id, flag.check, flag.field, place, flag.message)
    flags = (p for p in opened.points if p.kind == "flag")
    point = next((p for p in flags if (p.persona_id, p.check, p.field, p.place, p.text) == named), None)
    return FlagLine(
        severity=flag.severity, check=flag.check, message=clean(flag.message), excerpt=clean(flag.excerpt),
        key=point.key if point else "", is_left=point is not None and not opened.is_settled(point),
        may_dismiss=flag.check not in ONLY_MENDED, told=_dismissed(opened.decision(point) if point else None, names),
    )  # fmt: skip


def _dismissed(decision: Decision | None, names: NamesByAccount) -> str:
    if decision is None or decision.decision != "dismissed":
        return ""
    by = decision.name or names.get(decision.by, decision.by)
    return f"Dismissed by {by}: {DISMISS_REASONS.get(decision.reason, '').lower()}"


def told(decision: Decision | None, names: NamesByAccount) -> str:
    """ "Accurate, Ann Editor"; a claim decided without its source in sight says so."""
    if decision is None:
        return ""
    unseen = "" if decision.settles else ", source not seen"
    by = decision.name or names.get(decision.by, decision.by)
    return f"{TOLD.get(decision.decision, decision.decision)}, {by}{unseen}"


def editable(field: str, label: str, text: str, model: str) -> Editable:
    """A field with its change from the model's words."""
    return Editable(field, label, text, model, changed(clean(model), clean(text)))
