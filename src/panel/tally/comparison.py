"""Two reviews paired into one record. Pure, and the same record whichever comes first."""

from collections.abc import Mapping, Sequence

from panel import records
from panel.errors import Mistake
from panel.records import Answered, Condition, Opinion, Persona, Pick, Review, Split, Stand, Tool, Written
from panel.tally.count import one_each, stand_of
from panel.tally.pick import SPEAKS, listed, make_pick, make_split
from panel.tally.pricing_read import read_pricing

GRADES: tuple[records.Grade, ...] = ("specimen", "trial", "full")  # lowest first
ANSWER_WORDS = 30


def compare(
    review_x: Review, review_y: Review, *, made: records.Stamp, struck: Mapping[str, frozenset[str]] | None = None
) -> records.Comparison:
    """The comparison of two reviews, sides ordered by slug. Rules: docs/rules.md.

    Every persona that counts on either panel is in it; one missing from a side is `not_asked` there.
    struck: by slug, the persona ids an editor struck there, with a reason.
    Raises Mistake when both are reviews of the same launch.
    """
    if review_x.slug == review_y.slug:
        raise Mistake(
            f"Both reviews are of {review_x.slug!r}.", hint="Compare two launches; give one another name or release."
        )
    a, b = sorted((review_x, review_y), key=lambda r: r.slug)
    personas = _personas(a, b)
    out = struck or {}
    stands: dict[Tool, dict[str, Stand]] = {
        "a": _stands(a, out.get(a.slug, frozenset())),
        "b": _stands(b, out.get(b.slug, frozenset())),
    }
    splits = tuple(
        make_split(p.persona_id, stands["a"].get(p.persona_id, "not_asked"), stands["b"].get(p.persona_id, "not_asked"))
        for p in personas
    )
    differs = differs_in_kind(a, b)
    titles = {p.persona_id: p.title for p in personas}
    names = (tool_name(a, b), tool_name(b, a))
    nothing = records.no_verdict(names, (a, b))
    if nothing:  # a trial's leanings are near chance, and nobody's are none
        splits = tuple(s.model_copy(update={"leans": "neither"}) for s in splits)
    pick = make_pick(splits, differs=bool(differs), titles=titles, names=names)
    return records.Comparison(
        made=made, grade=min((a.grade, b.grade), key=GRADES.index),
        answer=nothing or answer_sentence(pick, splits, a, b, titles=titles) + _interest(pick, a, b), review_a=a,
        review_b=b, hash_a=a.review_hash, hash_b=b.review_hash, splits=splits,
        pick=pick.model_copy(update={"because": nothing}) if nothing else pick,
        conditions=_conditions("a", a, stands["a"], personas) + _conditions("b", b, stands["b"], personas),
        cited_together=_cited("a", a, personas) + _cited("b", b, personas),
        pricing=read_pricing(a.dossier, b.dossier), differs_in_kind=differs,
    )  # fmt: skip


def tool_name(review: Review, other: Review) -> str:
    """What a sentence calls this tool: its name, with its release where both have the same name."""
    launch = review.dossier.launch
    return f"{launch.name} {launch.release}".strip() if launch.name == other.dossier.launch.name else launch.name


def differs_in_kind(a: Review, b: Review) -> tuple[str, ...]:
    """Sentences saying how the tools differ in kind; empty when they do the same job, as far as their files say."""
    one, other = (review.dossier.launch.category for review in (a, b))
    if one == other:
        return ()
    if one and other:
        return (f"{tool_name(a, b)} is filed under {_kind(one)}, {tool_name(b, a)} under {_kind(other)}.",)
    filed, bare = (a, b) if one else (b, a)
    return (f"{tool_name(filed, bare)} is filed under {_kind(one or other)}, {tool_name(bare, filed)} under nothing.",)


def answer_sentence(pick: Pick, splits: Sequence[Split], a: Review, b: Review, *, titles: Mapping[str, str]) -> str:
    """The first sentence of every rendering: a pick with who is behind it, or what it depends on."""
    name_a, name_b = tool_name(a, b), tool_name(b, a)
    side_a, side_b = (listed([titles[i] for i in side]) for side in (pick.for_a, pick.for_b))
    if pick.pick == "a":
        return f"Pick {name_a} over {name_b}: {side_a} ship it and not the other, and no critic does the reverse."
    if pick.pick == "b":
        return f"Pick {name_b} over {name_a}: {side_b} ship it and not the other, and no critic does the reverse."
    sides = _sides(name_a, name_b, side_a, side_b)
    kinds = [review.dossier.launch.category for review in (a, b)]
    if kinds[0] != kinds[1]:
        return _with_room(f"It depends{_on_the_job(name_a, name_b, *kinds)}", sides)
    if sides:
        return f"It depends: {sides}."
    spoke = sum(1 for s in splits if s.a in SPEAKS and s.b in SPEAKS)
    if not spoke:
        return f"No comparison: no critic has a verdict that counts on both {name_a} and {name_b}."
    if spoke < len(splits):
        judged = f"{spoke} of {len(splits)} critics could judge both {name_a} and {name_b}"
        return f"It depends: {judged}, and none prefers one."
    return f"It depends: no critic ships only one of {name_a} and {name_b}."


def _interest(pick: Pick, a: Review, b: Review) -> str:
    """What a reader of the answer has to know of the tool it picks: that it is ours."""
    picked, other = (a, b) if pick.pick == "a" else (b, a)
    is_ours = pick.pick != "depends" and picked.dossier.launch.stake == "owned"
    return f" We own {tool_name(picked, other)}." if is_ours else ""


def _sides(name_a: str, name_b: str, side_a: str, side_b: str) -> str:
    """Whom to side with for which tool; "" when nobody prefers one."""
    if side_a and side_b:
        return f"choose {name_a} if you side with {side_a}, {name_b} if you side with {side_b}"
    if side_a or side_b:
        here, there = (name_a, name_b) if side_a else (name_b, name_a)
        return f"choose {here} over {there} if you side with {side_a or side_b}; the others lean neither way"
    return ""


def _on_the_job(name_a: str, name_b: str, kind_a: str, kind_b: str) -> str:
    if kind_a and kind_b:
        return f" on the job: choose {name_a} for {_kind(kind_a)}, {name_b} for {_kind(kind_b)}"
    bare, filed = (name_b, name_a) if kind_a else (name_a, name_b)
    return f": {bare} has no category, so nothing says it does the same job as {filed}"


def _with_room(start: str, sides: str) -> str:
    """The sentence, with the personas on each side where it stays short enough to read at once."""
    longer = f"{start}; {sides}."
    return longer if sides and len(longer.split()) <= ANSWER_WORDS else f"{start}."


def _kind(category: str) -> str:
    return category.replace("-", " ").replace("_", " ")


def _personas(a: Review, b: Review) -> tuple[Persona, ...]:
    """Those that count on either panel, in page order."""
    both = {p.persona_id: p for review in (b, a) for p in review.personas if p.counts}
    return tuple(sorted(both.values(), key=lambda p: (p.order, p.persona_id)))


def _stands(review: Review, struck: frozenset[str]) -> dict[str, Stand]:
    chosen = one_each(review.opinions)
    return {p.persona_id: _stand(review, p, chosen.get(p.persona_id), struck) for p in review.personas if p.counts}


def _stand(review: Review, persona: Persona, opinion: Opinion | None, struck: frozenset[str]) -> Stand:
    """As the review counted it: what an editor prints of an opinion changes no stand, only striking it does."""
    if not isinstance(opinion, Answered) or persona.persona_id in struck:
        return stand_of(opinion, review.flags, struck=struck)
    return "ungrounded" if persona.persona_id in review.tally.ungrounded_personas else opinion.verdict


def _conditions(
    tool: Tool, review: Review, stands: Mapping[str, Stand], personas: Sequence[Persona]
) -> tuple[Condition, ...]:
    """Whom the tool is for, those who ship it first; then whom it is not for, those who skip it first."""
    chosen = one_each(review.opinions)
    said: list[tuple[str, str, Written]] = []
    for persona in personas:
        opinion = chosen.get(persona.persona_id)
        stand = stands.get(persona.persona_id, "not_asked")
        if isinstance(opinion, Answered) and isinstance(opinion.words, Written) and stand in SPEAKS:
            said.append((stand, persona.persona_id, opinion.words))
    choose = [(i, w.for_whom) for _, i, w in sorted(said, key=lambda s: s[0] != "ship")]
    skip = [(i, w.not_for) for _, i, w in sorted(said, key=lambda s: s[0] != "skip")]
    return tuple(
        Condition.model_validate({"tool": tool, "kind": kind, "persona_id": persona_id, "text": text.strip()})
        for kind, texts in (("choose_if", choose), ("skip_if", skip))
        for persona_id, text in texts
        if text.strip()
    )


def _cited(tool: Tool, review: Review, personas: Sequence[Persona]) -> tuple[records.CitedTogether, ...]:
    """Passages two or more personas rest on, most shared first, then in the dossier's order."""
    chosen = one_each(review.opinions)
    cited: dict[str, tuple[list[str], list[str]]] = {
        p.passage_id: ([], []) for s in review.dossier.sources for p in s.passages
    }
    for persona in personas:
        opinion = chosen.get(persona.persona_id)
        if not isinstance(opinion, Answered):
            continue
        for ground in records.standing_grounds(opinion, review.flags):
            side = cited.setdefault(ground.passage_id, ([], []))[ground.side == "against"]
            if persona.persona_id not in side:
                side.append(persona.persona_id)
    shared = [(i, f, g) for i, (f, g) in cited.items() if len({*f, *g}) > 1]
    shared.sort(key=lambda row: -len({*row[1], *row[2]}))
    return tuple(
        records.CitedTogether(tool=tool, passage_id=i, for_personas=tuple(f), against_personas=tuple(g))
        for i, f, g in shared
    )
