"""What `panel edit` shows of a draft: claims with their passages, views, flags, note, strikes, in page order. Pure.

Names: `futurist:2` a sentence or pick, `futurist:views` all a critic judges, `futurist:line` and so on its words,
`dismiss:...` a flag, `strike:futurist` an opinion, `held`, `note`.
"""

import re
from collections.abc import Iterator
from textwrap import TextWrapper

from panel.desk.drafts.opened import OpenComparison, Opened, OpenReview
from panel.desk.drafts.points import cited_passages, must_settle
from panel.desk.drafts.text_fields import PHRASES, plain
from panel.desk.edit_words.words_file import Comment, FileItem, Heading, Part
from panel.desk.reasons import DISMISS_REASONS, ONLY_MENDED, STRIKE_REASONS
from panel.records import Answered, EditedSentence, EditedWords, Flag, Persona, Point, Shown, Written

LINES = TextWrapper(width=100, break_long_words=False, break_on_hyphens=False)  # for reading; addresses stay whole
VOICES = {"maker": "the maker's word", "third_party": "somebody else's word", "us": "our word"}
WAS = {"accurate": "a", "attributed": "m", "amended": "a"}  # how a settled claim is marked
SAFE = re.compile(r"[a-z0-9_]{1,60}")
HEAD = (
    "Decide each claim in its brackets: [a] accurate, [m] the maker's word, [x] remove, [-] set aside.",
    "Change its words and it counts as amended, by you. Views take one mark a critic: [a] or [x].",
    "The word in parentheses is what was decided before. Lines with > are for reading; nobody takes them back.",
    "Begin a line of your own words that starts with # > [ * or \\ with one more \\.",
    "Save and close to take it over. Close it unchanged and nothing happens.",
    "What is decided here is recorded as shown in an editor's file, not as seen on a screen.",
)
REVIEW_HEAD = (
    "dismiss: one of " + ", ".join(DISMISS_REASONS) + ".",
    "strike: one of " + ", ".join(STRIKE_REASONS) + ", then a colon and why: off_its_lens: it speaks of prices.",
)


def form_of(opened: Opened) -> tuple[Part, ...]:
    """Everything in the file but its first line."""
    if isinstance(opened, OpenComparison):
        return tuple(_comparison(opened))
    return tuple(_review(opened))


def _comparison(opened: OpenComparison) -> Iterator[Part]:
    told = [
        f"{s.draft.draft_id}: {len(s.left)} left. Edit it with: panel edit {s.draft.draft_id}" for s in opened.sides
    ]
    yield Comment((*HEAD[2:5], "A comparison prints its reviews' sentences: they are decided there.", *told))
    yield from _note(opened)
    yield Heading(opened.comparison.answer)
    own = [p for p in opened.points if p.kind == "flag" and p.draft_id == opened.draft.draft_id]
    for point in own:
        yield from _flag_to_settle(opened, point)


def _note(opened: Opened) -> Iterator[Part]:
    yield Heading("Editor's note: your own words, printed first")
    yield FileItem("note", text=opened.text.note)


def _review(opened: OpenReview) -> Iterator[Part]:
    yield Comment((*HEAD, *REVIEW_HEAD))
    yield from _note(opened)
    yield from _held(opened)
    for persona in opened.review.personas:
        yield from _critic(opened, persona)
    known = {p.persona_id for p in opened.review.personas}
    rest = [p for p in opened.points if p.kind == "flag" and p.persona_id not in known]
    if rest:
        yield Heading("The whole review")
    for point in rest:
        yield from _flag_to_settle(opened, point)


def _held(opened: OpenReview) -> Iterator[Part]:
    point = next((p for p in opened.points if p.kind == "held"), None)
    if point is None:
        return
    yield Heading("Words for reviewers")
    settled = opened.is_settled(point)
    yield FileItem("held", "c" if settled else "", "confirmed" if settled else "")
    lines = ["Mark it [c] when you have read these words on the launch's pages:"]
    for found in opened.review.dossier.suspicions:
        lines += [f"{found.passage_id}, {found.why or found.kind}:", *LINES.wrap(plain(found.excerpt))]
    yield Comment(tuple(lines))


def _critic(opened: OpenReview, persona: Persona) -> Iterator[Part]:
    opinion, words = opened.review.opinion(persona.persona_id), opened.text.words_of(persona.persona_id)
    if not isinstance(opinion, Answered) or words is None:
        return
    yield Heading(f"{persona.title}: {opinion.verdict}, confidence {opinion.confidence:.2f}")
    struck = next((s for s in opened.text.struck if s.persona_id == persona.persona_id), None)
    yield FileItem(f"strike:{persona.persona_id}", text=f"{struck.reason}: {struck.why}".rstrip(": ") if struck else "")
    if struck:
        return
    if isinstance(opinion.words, Written):
        yield from _phrases(opened, words.persona_id)
        yield from _sentences(opened, opinion, opinion.words, words)
        yield from _views(opened, opinion.words, words)
    else:
        yield from _picks(opened, opinion, words)
    yield from _flags(opened, persona.persona_id)


def _sentences(opened: OpenReview, opinion: Answered, model: Written, words: EditedWords) -> Iterator[Part]:
    by_number = {g.number: g for g in opinion.grounds}
    for sentence in words.sentences:
        wrote = model.quote[sentence.place]
        if wrote.rests_on == "view":
            continue
        name = f"{words.persona_id}:{sentence.place}"
        mark, was = _standing(opened, words.persona_id, sentence.place, sentence.standing)
        yield FileItem(name, mark, was, sentence.text)
        cited = [by_number[n] for n in wrote.grounds if n in by_number] if wrote.rests_on == "grounds" else []
        lines = [line for passage in cited_passages(opened.review.dossier, cited) for line in _passage(passage)]
        lines += [_told(flag) for flag in opened.flags if _is_on(flag, words.persona_id, sentence)]
        yield Comment(tuple(lines or ["From memory: no passage stands under it."]))


def _phrases(opened: OpenReview, persona_id: str) -> Iterator[Part]:
    """Short texts that are claims, those that no passage backs first."""
    mine = [p for p in opened.points if p.kind == "claim" and p.field and p.persona_id == persona_id]
    for point in mine:
        yield FileItem(f"{persona_id}:{point.field}", *_settled(opened, point), point.text)
        lines = [line for passage in point.passages for line in _passage(passage)]
        yield Comment(tuple(lines or ["What it gives stands in no passage this critic cites."]))


def _is_on(flag: Flag, persona_id: str, sentence: EditedSentence) -> bool:
    printed = sentence.standing == "printed"
    return printed and flag.persona_id == persona_id and flag.field == "quote" and flag.index == sentence.place


def _picks(opened: OpenReview, opinion: Answered, words: EditedWords) -> Iterator[Part]:
    by_number = {g.number: g for g in opinion.grounds}
    for pick in words.picks:
        ground = by_number[pick.number]
        mark, was = _standing(opened, words.persona_id, pick.number, pick.standing)
        yield FileItem(f"{words.persona_id}:{pick.number}", mark, was)
        lines = [line for passage in cited_passages(opened.review.dossier, [ground]) for line in _passage(passage)]
        yield Comment((f"Picked as a reason {ground.side} it:", *lines))


def _standing(opened: OpenReview, persona_id: str, place: int, standing: str) -> tuple[str, str]:
    """How it is marked, and the word for what was decided before."""
    if standing != "printed":
        return ("x", "removed") if standing == "removed" else ("-", "set aside")
    at = ("claim", "pick")
    return _settled(
        opened,
        next((p for p in opened.points if p.kind in at and (p.persona_id, p.place) == (persona_id, place)), None),
    )


def _settled(opened: Opened, point: Point | None) -> tuple[str, str]:
    if point is None or not opened.is_settled(point):
        return "", ""
    decision = opened.decision(point)
    assert decision
    return WAS.get(decision.decision, ""), decision.decision


def _views(opened: OpenReview, model: Written, words: EditedWords) -> Iterator[Part]:
    who = words.persona_id
    if words.views == "removed":
        yield FileItem(f"{who}:views", "x", "removed")
        return
    mark, was = _settled(opened, next((p for p in opened.points if p.kind == "views" and p.persona_id == who), None))
    yield FileItem(f"{who}:views", mark, was)
    yield Comment(("One mark for all that this critic judges, advises and predicts:",))
    own = {p.field for p in opened.points if p.kind == "claim" and p.persona_id == who}
    rest = [name for name in PHRASES if name not in own]
    yield from (FileItem(f"{who}:{name}", text=words.line) for name in rest if name == "line")
    for sentence in words.sentences:
        if model.quote[sentence.place].rests_on == "view":
            yield FileItem(f"{who}:{sentence.place}", text=sentence.text)
    yield from (FileItem(f"{who}:{name}", text=getattr(words, name)) for name in rest if name != "line")
    yield from (FileItem(f"{who}:reply:{r.ask_id}", text=r.answer) for r in words.replies if SAFE.fullmatch(r.ask_id))
    if words.prediction:
        yield FileItem(f"{who}:prediction", text=words.prediction.statement)
        by, chance = words.prediction.resolve_by, words.prediction.probability
        yield Comment((f"{chance:.0%} likely by {by}, settled at {words.prediction.settled_at}",))


def _flags(opened: OpenReview, persona_id: str) -> Iterator[Part]:
    """Flags a critic's words have to be rid of, then what checks say of it besides."""
    for point in opened.points:
        if point.kind == "flag" and point.persona_id == persona_id:
            yield from _flag_to_settle(opened, point)
    beside = [f for f in opened.flags if f.persona_id == persona_id and f.field != "quote" and not must_settle(f)]
    if beside:
        yield Comment(tuple(_told(flag) for flag in beside))


def _flag_to_settle(opened: Opened, point: Point) -> Iterator[Part]:
    decision = opened.decision(point)
    told = f"Flag to settle, {point.check}: {point.text}"
    if decision:
        yield Comment((f"{told} Dismissed: {decision.reason}.",))
    elif point.check in ONLY_MENDED:
        yield Comment((f"{told} It can't be dismissed: amend or remove the words it is about.",))
    else:
        yield FileItem(flag_name(point))
        yield Comment((told, "Mend the words it is about, or write a reason behind the colon."))


def flag_name(point: Point) -> str:
    return f"dismiss:{point.key.removeprefix('sha256:')[:10]}"


def _told(flag: Flag) -> str:
    return f"Flag, {flag.severity}, {flag.check}: {flag.message}"


def _passage(passage: Shown) -> list[str]:
    """Where it is from and what it says, with what the critic cites of it between ** and **."""
    whose = VOICES.get(passage.voice, "nobody knows whose word")
    head = ", ".join(part for part in (passage.passage_id, whose, plain(passage.title), passage.url) if part)
    text, unlit = plain(passage.text), []
    for excerpt in map(plain, passage.excerpts):
        if excerpt and excerpt in text:
            text = text.replace(excerpt, f"**{excerpt}**", 1)
        else:
            unlit.append(f"Cited: {excerpt}")
    return [head, *LINES.wrap(text), *unlit]
