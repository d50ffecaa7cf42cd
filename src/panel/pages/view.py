"""Records in, pages' values out. Pure; every template's whole context is made here."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from panel.pages import wording
from panel.pages.evidence import flag_note, opinion_view, stand_of
from panel.pages.lists import forecasts, rule, stamp, together, uncounted
from panel.pages.model import ComparisonPage, Conditions, Critic, FlagNote, OpinionView, ReviewPage, ToolSide
from panel.pages.picture import draw
from panel.pages.safe_text import clean, split_code
from panel.pages.side import own_conditions, side, voters
from panel.pages.sources import parity
from panel.records import Comparison, Corrected, Editorial, Flag, Grade, Persona, Review, no_verdict

NOBODY = Editorial()
NO_CONDITIONS = Conditions((), (), (), ())
NO_LEANS: Mapping[str, str] = {}
P = TypeVar("P", ReviewPage, ComparisonPage)


def review_view(review: Review, flags: Sequence[Flag] | None = None, editorial: Editorial = NOBODY) -> ReviewPage:
    """`flags`: those to show; None shows the review's own, () none. What counts is in the tally either way."""
    shown = review.flags if flags is None else flags
    name = clean(review.dossier.launch.name)
    mine = own_conditions(review)
    made = side(review, key="a", name=name, flags=shown, conditions=mine, is_signed=bool(editorial.signed))
    critics = tuple(_critic(p, (_heard(review, p, made, shown, editorial),)) for p in _voting([review]))
    page = ReviewPage(
        kind="review", title=f"{name}: {'trial run' if review.grade == 'trial' else 'panel review'}", because="",
        independence=made.independence, held=_held(shown, [review]), made=stamp(review.made),
        **_common([review], review.grade, (made,), critics, wording.review_answer(name, review.tally), editorial),
    )  # fmt: skip
    return _standing(page)


def comparison_view(
    comparison: Comparison, flags: Sequence[Flag] = (), editorial: Editorial = NOBODY
) -> ComparisonPage:
    """`flags`: those on the comparison itself; each review's own are shown beside its sentences."""
    reviews = (comparison.review_a, comparison.review_b)
    names = tool_names(reviews)
    columns = zip(reviews, "ab", names, strict=True)
    sides = tuple(_side_of(comparison, review, key, name, editorial) for review, key, name in columns)
    critics = tuple(_pair(comparison, p, sides, editorial) for p in _voting(reviews))
    nothing = no_verdict(names, reviews)
    leans = {} if nothing else {s.persona_id: s.leans for s in comparison.splits}
    is_trial = comparison.grade == "trial"
    met = () if is_trial else tuple(together(comparison, cited, sides) for cited in comparison.cited_together)
    kinds = tuple(clean(sentence) for sentence in comparison.differs_in_kind)
    page = ComparisonPage(
        kind="comparison",
        title=f"{names[0]} or {names[1]}: {'trial run' if is_trial else 'what the panel says'}",
        because="" if nothing else clean(comparison.pick.because),
        independence="" if is_trial else _independence(reviews),
        held=_held(flags, reviews) + _of_sides(reviews, names),
        made=stamp(comparison.made),
        choose_first=comparison.pick.pick == "depends",
        pricing_differs=clean(comparison.pricing.differs),
        parity=parity([review.dossier for review in reviews], names),
        together=met,
        differs_in_kind=kinds,
        rule=rule(comparison, names) if comparison.pick.chance_if_equal and not nothing else (),
        **_common(
            reviews, comparison.grade, sides, critics, clean(comparison.answer), editorial, leans, together=met,
            kinds=kinds,
        ),
    )  # fmt: skip
    return _standing(page)


def _common(
    reviews: Sequence[Review], grade: Grade, sides: tuple[ToolSide, ...], critics: tuple[Critic, ...], answer: str,
    editorial: Editorial, leans: Mapping[str, str] = NO_LEANS, **rows: Sequence[Any],
) -> dict[str, Any]:  # fmt: skip
    """What a review's page and a comparison's say alike. answer: where there is one. leans, rows: a comparison's."""
    names = [side.name for side in sides]
    answer = no_verdict(names, reviews) or answer
    missed, foreseen = uncounted(critics, reviews, names), forecasts(reviews, names)
    stands = [(c.title, tuple(heard.stand for heard in c.on)) for c in critics]
    leaning = [leans.get(c.persona_id, "neither") for c in critics]
    return {
        "grade": grade, "banner": wording.BANNERS[grade], "is_answered": any(r.is_answered for r in reviews),
        "answer": answer, "answer_size": _size(answer), "kicker": _kicker(sides),
        "depth": wording.depth_sentence(reviews), "sides": sides, "critics": critics,
        "picture": draw(stands, names=names, leans=leaning, grade=grade), "uncounted": missed, "forecasts": foreseen,
        "contents": _contents(sides, grade, uncounted=missed, predictions=foreseen, **rows), **_editorial(editorial),
    }  # fmt: skip


def tool_names(reviews: Sequence[Review]) -> tuple[str, ...]:
    """What each tool is called on the page: two releases of one product are told apart by release."""
    launches = [review.dossier.launch for review in reviews]
    same = len({clean(launch.name) for launch in launches}) < len(launches)
    return tuple(clean(f"{launch.name} {launch.release}" if same else launch.name) for launch in launches)


def _voting(reviews: Sequence[Review]) -> tuple[Persona, ...]:
    """Critics who count, in page order, those of either review once."""
    found = {p.persona_id: p for r in reviews for p in r.personas if p.counts}
    return tuple(sorted(found.values(), key=lambda p: (p.order, p.persona_id)))


def _side_of(comparison: Comparison, review: Review, key: str, name: str, editorial: Editorial) -> ToolSide:
    mine = [c for c in comparison.conditions if c.tool == key]
    return side(review, key=key, name=name, flags=review.flags, conditions=mine, is_signed=bool(editorial.signed))


def _editorial(editorial: Editorial) -> dict[str, Any]:
    """What people added, worded."""
    return {
        "status": retraction_sentence(editorial.retracted) or clean(editorial.signed) or wording.DRAFT,
        "is_signed": bool(editorial.signed) and editorial.retracted is None,
        "retracted": retraction_sentence(editorial.retracted),
        "note": tuple(line for line in map(clean, editorial.note.splitlines()) if line),
        "note_by": clean(editorial.note_by),
        "note_role": clean(editorial.note_role),
        "corrected": tuple((clean(c.on), clean(c.why)) for c in editorial.corrected),
    }


def retraction_sentence(out: Corrected | None) -> str:
    """ "Retracted on 25 Nov 2026: why"; "" for a page that stands."""
    return f"Retracted on {clean(out.on)}: {clean(out.why)}" if out else ""


def _standing(page: P) -> P:
    """The page; where it was taken back, one without an answer and without anybody's words."""
    if not page.retracted:
        return page
    told = f"This {page.kind} was retracted."
    return replace(
        page, title=f"Retracted. {page.title}", answer=told, answer_size=_size(told), because="", critics=(),
        forecasts=(),
    )  # fmt: skip


def _pair(comparison: Comparison, persona: Persona, sides: Sequence[ToolSide], editorial: Editorial) -> Critic:
    """A critic on both tools; the comparison's own stands win, since an editor may have struck an opinion."""
    a, b = comparison.review_a, comparison.review_b
    split = next((s for s in comparison.splits if s.persona_id == persona.persona_id), None)
    on_a = _heard(a, persona, sides[0], a.flags, editorial, stand=split.a if split else "")
    on_b = _heard(b, persona, sides[1], b.flags, editorial, stand=split.b if split else "")
    return _critic(persona, (on_a, on_b))


def _critic(persona: Persona, on: tuple[OpinionView, ...]) -> Critic:
    return Critic(persona.persona_id, clean(persona.title), clean(persona.blurb), on)


def _heard(
    review: Review, persona: Persona, where: ToolSide, flags: Sequence[Flag], editorial: Editorial, *, stand: str = ""
) -> OpinionView:
    known = stand or stand_of(review, persona.persona_id)
    why = editorial.why_struck(review.slug, persona.persona_id)
    said = opinion_view(review, persona, key=where.key, tool=where.name, stand="struck" if why else known, flags=flags)
    return _struck(said, clean(why)) if why else said


def _struck(said: OpinionView, why: str) -> OpinionView:
    """Nothing of a struck opinion is printed but that it was struck, and why."""
    told = f"Struck by an editor: {why}"
    nothing: Any = dict.fromkeys(("sentences", "notes", "more", "replies", "flags"), ())
    return replace(
        said, word=wording.STANDS["struck"], line=split_code(told), why=told, confidence="", model="", **nothing
    )


def _size(answer: str) -> str:
    return "short" if len(answer) <= 70 else "medium" if len(answer) <= 130 else "long"


def _kicker(sides: Sequence[ToolSide]) -> str:
    """ "Comparison · Developer tools": what kind of page, and the category the tools share."""
    kind = "Comparison" if len(sides) > 1 else "Review"
    categories = {s.category for s in sides}
    shared = categories.pop() if len(categories) == 1 else ""
    return f"{kind} · {shared}" if shared else kind


def _independence(reviews: Sequence[Review]) -> str:
    """One sentence for both panels: that of the panel worth fewest opinions."""
    voted = [r for r in reviews if r.tally.interval is not None] or list(reviews)
    least = min(voted, key=lambda r: r.tally.interval.effective if r.tally.interval else 0)
    return wording.independence(voters(least), least.tally)


def _held(flags: Sequence[Flag], reviews: Sequence[Review]) -> tuple[FlagNote, ...]:
    """Flags about nobody's opinion: they stand on top of the page. That a review is held has words of its own there."""
    known = {p.persona_id for r in reviews for p in r.personas}
    return tuple(flag_note(f) for f in flags if f.persona_id not in known and f.check != "review_held")


def _of_sides(reviews: Sequence[Review], names: Sequence[str]) -> tuple[FlagNote, ...]:
    """On a comparison: what was found on each launch as a whole, unless a section says it better."""
    return tuple(
        replace(note, message=f"{name}: {note.message}")
        for review, name in zip(reviews, names, strict=True)
        if review.containment is None
        for note in _held(review.flags, [review])
    )


def _contents(sides: Sequence[ToolSide], grade: Grade, **rows: Sequence[Any]) -> tuple[tuple[str, str], ...]:
    """The sections this page has: those with something to show. rows: what sections about no single tool list."""
    there = dict.fromkeys(("together", "kinds"), False) | {anchor: bool(found) for anchor, found in rows.items()}
    there |= {
        "held": any(s.contained for s in sides),
        "choose": any(s.conditions != NO_CONDITIONS for s in sides),
        "figures": any(s.figures for s in sides),
        "dissent": any(s.dissent for s in sides),
        "costs": any(s.costs for s in sides),
        "facts": any(s.facts.lines for s in sides),
        "hidden": any(s.hidden for s in sides),
    }
    titles = dict(wording.CONTENTS) | ({"choose": "Passages picked"} if grade == "trial" else {})
    return tuple((anchor, title) for anchor, title in titles.items() if there.get(anchor, True))
