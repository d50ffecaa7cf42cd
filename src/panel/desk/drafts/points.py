"""What has to be settled before a draft may be approved: its claims, views, high flags and held spans; what is left.

A point's key is made of the sentence as it is printed and the passages it rests on, and of nothing else: the same
sentence on the same passages is decided once, wherever it is printed, and anew when a byte of either changes. As the
maker's word it is another sentence than as ours.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from panel.checks import DossierIndex, check_review, find_backing
from panel.desk.drafts.overlay import MAKERS_WORD, VIEW_WORDS, Earlier, as_printed, lay_over, printed_sentences
from panel.desk.drafts.text_fields import PHRASES
from panel.errors import Mistake
from panel.records import (
    Answered,
    Decided,
    Dossier,
    DraftText,
    EditedWords,
    Edition,
    Flag,
    Ground,
    Persona,
    Point,
    Review,
    Shown,
    Written,
    canonical_json,
    sha256_of,
)
from panel.store import draft_rows as rows

HELD = "The launch's page speaks to reviewers. Read the words, then confirm that you did."
APART = ("line", "for_whom", "not_for")  # short texts that are claims where they give a number, a price or a name
VIEW_FIELDS = set(VIEW_WORDS)
LEFT_DAYS = 14  # open drafts older than this leave the queue
SPEAKS_TO_REVIEWERS = frozenset({"launch_addresses_reviewers", "review_held"})  # one point of their own: read the span
SETTLE_THEMSELVES = frozenset({"ungrounded"})  # listed, and not counted: nothing an editor could add


def points_of(
    review: Review, text: DraftText, flags: Sequence[Flag], *, scope: str, draft_id: str = ""
) -> tuple[Point, ...]:
    """The points of a review's text in the order they are worked through: held spans, then critic by critic.

    flags: what `flags_of` gave for this text.
    """
    return tuple(point.model_copy(update={"draft_id": draft_id}) for point in _points(review, text, flags, scope=scope))


def _points(review: Review, text: DraftText, flags: Sequence[Flag], *, scope: str) -> Iterator[Point]:
    mine = [f for f in flags if must_settle(f)]
    struck = {s.persona_id for s in text.struck}
    index = DossierIndex(review.dossier)
    yield from _held(review, flags, scope)
    for persona in review.personas:
        opinion, words = review.opinion(persona.persona_id), text.words_of(persona.persona_id)
        if persona.persona_id in struck or words is None or not isinstance(opinion, Answered):
            continue
        facts = apart(review, opinion, words, index)
        phrases = [_phrase(review, words, name, cited, scope) for name, cited in facts.items()]
        yield from (p for p in phrases if not p.passages)
        yield from _claims(review, opinion, words, scope)
        yield from (p for p in phrases if p.passages)
        yield from _views(opinion, words, persona, scope, facts)
        own = [f for f in mine if f.persona_id == persona.persona_id]
        yield from (flag_point(f, scope=scope, **_under(f, words, opinion, review.dossier)) for f in own)
    known = {p.persona_id for p in review.personas}
    yield from (flag_point(f, scope=scope) for f in mine if f.persona_id not in known)


def _held(review: Review, flags: Sequence[Flag], scope: str) -> Iterator[Point]:
    """One point for all words that speak to reviewers: they were read, or they were not."""
    if any(f.check in SPEAKS_TO_REVIEWERS for f in flags):
        spans = [s.excerpt for s in review.dossier.suspicions] or [f.excerpt for f in flags]
        key = sha256_of(canonical_json(["held", review.review_hash, *spans]))
        yield Point(kind="held", scope=scope, key=key, text=HELD, severity="high")


def _claims(review: Review, opinion: Answered, words: EditedWords, scope: str) -> Iterator[Point]:
    by_number = {g.number: g for g in opinion.grounds}
    who = opinion.juror.persona_id
    if isinstance(opinion.words, Written):
        for sentence in printed_sentences(opinion.words, words):
            model = opinion.words.quote[sentence.place]
            if model.rests_on == "view":
                continue
            cited = [by_number[n] for n in model.grounds if n in by_number] if model.rests_on == "grounds" else []
            passages = cited_passages(review.dossier, cited)
            hashed, resting = sha256_of(as_printed(sentence)), passages_hash(passages)
            yield Point(
                kind="claim", scope=scope, key=claim_key(hashed, resting), persona_id=who, place=sentence.place,
                text=sentence.text, sentence_hash=hashed, passages_hash=resting, rests_on=model.rests_on,
                passages=passages,
            )  # fmt: skip
        return
    for pick in words.picks:
        ground = by_number.get(pick.number)
        if ground and pick.standing == "printed":
            passages = cited_passages(review.dossier, [ground])
            hashed, resting = pick_hash(who, ground.side, ground.excerpt), passages_hash(passages)
            yield Point(
                kind="pick", scope=scope, key=claim_key(hashed, resting), persona_id=who, place=ground.number,
                text=ground.excerpt, sentence_hash=hashed, passages_hash=resting, rests_on="grounds", side=ground.side,
                passages=passages,
            )  # fmt: skip


def apart(review: Review, opinion: Answered, words: EditedWords, index: DossierIndex) -> dict[str, tuple[Ground, ...]]:
    """A critic's short texts that are points of their own, with the grounds that hold what they give, found by code."""
    printed = APART if words.views == "printed" else ()
    read = {n: find_backing(index, opinion, review.flags, getattr(words, n)) for n in printed}
    return {name: grounds for name, grounds in read.items() if grounds is not None}


def _phrase(review: Review, words: EditedWords, name: str, grounds: Sequence[Ground], scope: str) -> Point:
    text, passages = getattr(words, name), cited_passages(review.dossier, grounds)
    hashed, resting = sha256_of(text), passages_hash(passages)
    return Point(
        kind="claim", scope=scope, key=claim_key(hashed, resting), persona_id=words.persona_id, place=-1, text=text,
        sentence_hash=hashed, passages_hash=resting, rests_on="grounds" if passages else "none", field=name,
        passages=passages,
    )  # fmt: skip


def pick_hash(persona_id: str, side: str, excerpt: str) -> str:
    """Of what a trial critic picked: whether it speaks for one critic's verdict says nothing of another's."""
    return sha256_of(f"{persona_id}, {side}: {excerpt}")


def claim_key(sentence_hash: str, passages: str) -> str:
    return sha256_of(canonical_json(["claim", sentence_hash, passages]))


def cited_passages(dossier: Dossier, grounds: Sequence[Ground]) -> tuple[Shown, ...]:
    """The passages grounds cite, each once, with every excerpt of it to be lit."""
    found: dict[str, list[str]] = {}
    for ground in grounds:
        found.setdefault(ground.passage_id, []).append(ground.excerpt)
    rows = []
    for passage_id, excerpts in found.items():
        passage, source = dossier.passage(passage_id), dossier.source_of(passage_id)
        if passage and source:
            rows.append(
                Shown(
                    passage_id=passage_id,
                    text=passage.text,
                    excerpts=tuple(dict.fromkeys(excerpts)),
                    title=source.title,
                    url=source.url,
                    voice=source.voice,
                )
            )
    return tuple(rows)


def passages_hash(passages: Sequence[Shown]) -> str:
    """Of what passages say and whose word it is, not of their numbers, which a re-review gives anew; "" for none."""
    said = [[p.text, p.voice, p.url] for p in passages]
    return sha256_of(canonical_json(said)) if said else ""


def _views(
    opinion: Answered, words: EditedWords, persona: Persona, scope: str, facts: Collection[str]
) -> Iterator[Point]:
    """One point for all that a critic judges, advises and predicts: nobody can check it, somebody answers for it.

    facts: short texts that are points of their own.
    """
    if not isinstance(opinion.words, Written) or words.views == "removed":
        return
    model = opinion.words
    views = [s.text for s in printed_sentences(model, words) if model.quote[s.place].rests_on == "view"]
    named = view_fields(words, facts)
    hashed = sha256_of(canonical_json([persona.persona_id, views, named]))
    text = " ".join([named["line"], *views]).strip()
    yield Point(
        kind="views", scope=scope, key=sha256_of(canonical_json(["views", hashed])), persona_id=persona.persona_id,
        text=text, sentence_hash=hashed, rests_on="view",
    )  # fmt: skip


def view_fields(words: EditedWords, facts: Collection[str]) -> Mapping[str, Any]:
    """A critic's words that are decided with its views: all but the short texts that are points of their own."""
    return words.model_copy(update=dict.fromkeys(facts, "")).model_dump(mode="json", include=VIEW_FIELDS)


def _under(flag: Flag, words: EditedWords, opinion: Answered, dossier: Dossier) -> dict[str, str]:
    """The words a flag is on, as they are printed, and the hash of what they rest on."""
    if not isinstance(opinion.words, Written):
        return {}
    if flag.field in PHRASES:
        return {"on": str(getattr(words, flag.field))}
    if flag.field == "prediction":
        return {"on": words.prediction.model_dump_json() if words.prediction else ""}
    if flag.field == "answers":
        return {"on": canonical_json([reply.model_dump(mode="json") for reply in words.replies])}
    sentence = next((s for s in words.sentences if s.place == flag.index), None)
    if flag.field != "quote" or sentence is None:
        return {}
    numbers = opinion.words.quote[flag.index].grounds
    cited = [g for g in opinion.grounds if g.number in numbers]
    return {"on": as_printed(sentence), "resting": passages_hash(cited_passages(dossier, cited))}


def flag_point(flag: Flag, *, scope: str, on: str = "", resting: str = "") -> Point:
    """A flag to mend or dismiss; another sentence, or other passages under it, make it another point."""
    named = ["flag", flag.check, flag.persona_id, flag.field, on, flag.excerpt or flag.message, resting]
    return Point(
        kind="flag", scope=scope, key=sha256_of(canonical_json(named)), persona_id=flag.persona_id,
        place=flag.index if flag.field == "quote" else 0, text=flag.message, check=flag.check, field=flag.field,
        severity=flag.severity,
    )  # fmt: skip


def earlier_decisions(conn: Connection, review: Review, scope: str) -> Earlier:
    """By critic and place. Only claims that were decided and not taken back; of two ways to print one, the newer."""
    keys = _keys(review)
    found = rows.decided(conn, scope, list(dict.fromkeys(key for some in keys.values() for key in some)))
    earlier: dict[tuple[str, int], Decided] = {}
    for at, some in keys.items():
        made = [found[key] for key in some if key in found and found[key].decision != "undone"]
        if made:
            earlier[at] = max(made, key=lambda decision: decision.decision_id).decision
    return earlier


def _keys(review: Review) -> dict[tuple[str, int], tuple[str, ...]]:
    """The key of each sentence or pick; of a sentence also that of the same as the maker's word."""
    keys = {}
    for opinion in review.answered():
        who = opinion.juror.persona_id
        for place, hashes, numbers in _sentences(opinion):
            resting = passages_hash(cited_passages(review.dossier, [g for g in opinion.grounds if g.number in numbers]))
            keys[who, place] = tuple(claim_key(hashed, resting) for hashed in hashes)
    return keys


def _sentences(opinion: Answered) -> list[tuple[int, tuple[str, ...], tuple[int, ...]]]:
    if isinstance(opinion.words, Written):
        quote = enumerate(opinion.words.quote)
        return [
            (i, (sha256_of(s.text), sha256_of(MAKERS_WORD + s.text)), s.grounds * (s.rests_on == "grounds"))
            for i, s in quote
            if s.rests_on != "view"
        ]
    who = opinion.juror.persona_id
    return [(g.number, (pick_hash(who, g.side, g.excerpt),), (g.number,)) for g in opinion.grounds]


def what_is_left(points: Sequence[Point]) -> str:
    """ "7 claims left, 5 critics' views, 2 flags"; "" when nothing is."""
    names = (
        ("claim", "claims", ("claim", "pick")),
        ("critic's views", "critics' views", ("views",)),
        ("flag", "flags", ("flag",)),
        ("held span", "held spans", ("held",)),
    )
    counts = ((sum(p.kind in kinds for p in points), one, many) for one, many, kinds in names)
    told = [f"{count} {one if count == 1 else many}" for count, one, many in counts if count]
    return f"{told[0]} left" + "".join(f", {more}" for more in told[1:]) if told else ""


def edition_of(grade: str, wanted: str = "") -> Edition:
    """The edition a draft of this grade is approved for. Raises Mistake for the main one when it is a trial's."""
    if wanted not in ("", "main", "trial"):
        raise Mistake(f"There is no edition {wanted!r}.", hint="There are: main, trial.")
    if grade != "full" and wanted == "main":
        raise Mistake(f"A {grade} goes into the trial edition only.", hint="Approve it with edition trial.")
    return "main" if grade == "full" and wanted != "trial" else "trial"


def refuse_unless_approvable(unsettled: Sequence[Point], hindrance: str) -> None:
    """Raises Mistake that says what is left, or what is in the way."""
    if hindrance:
        raise Mistake(hindrance, hint="Fetch it back, or print a claim; or reject the draft.")
    if unsettled:
        raise Mistake(f"It can't be approved yet: {what_is_left(unsettled)}.", hint=f"First: {unsettled[0].text!r}.")


def flags_of(
    review: Review, text: DraftText, archive: Sequence[Flag] = (), *, found: Sequence[Flag] | None = None
) -> tuple[Flag, ...]:
    """Flags on what is printed, in page order; a sentence's `index` is its place in what the model wrote.

    archive: what `WrittenBefore.flags` gave for the same printed review.
    found: what `check_printed` gave for it, when it is known.
    """
    struck = {s.persona_id for s in text.struck}
    checked = check_printed(lay_over(review, text), text) if found is None else found
    kept = (f for f in review.flags if f.check == "review_held")
    mine = (*checked, *kept, *(f for f in archive if f.persona_id not in struck))
    return tuple(_placed(flag, review, text) for flag in mine if not _is_moot(flag, text))


def check_printed(printed: Review, text: DraftText) -> tuple[Flag, ...]:
    """What checks say of a review with its text laid over it, struck opinions left out."""
    struck = {s.persona_id for s in text.struck}
    opinions = [o for o in printed.opinions if o.juror.persona_id not in struck]
    return check_review(printed.dossier, printed.personas, opinions, depth=printed.depth)


def _is_moot(flag: Flag, text: DraftText) -> bool:
    """Nothing is missing where an editor took the views out, and claims of grounds are not printed."""
    words = text.words_of(flag.persona_id)
    removed = words is not None and words.views == "removed"
    return removed and flag.check in ("missing_words", "missing_ask", "missing_prediction")


def _placed(flag: Flag, review: Review, text: DraftText) -> Flag:
    opinion, words = review.opinion(flag.persona_id), text.words_of(flag.persona_id)
    if flag.field != "quote" or words is None:
        return flag
    if not isinstance(opinion, Answered) or not isinstance(opinion.words, Written):
        return flag
    printed = printed_sentences(opinion.words, words)
    return flag.model_copy(update={"index": printed[flag.index].place}) if flag.index < len(printed) else flag


def must_settle(flag: Flag) -> bool:
    """Whether an editor has to mend or dismiss it before the draft is approved.

    A high flag on a ground has settled itself: the ground does not count, and a sentence that rests on it alone is
    flagged for that.
    """
    is_own_point = flag.check in SPEAKS_TO_REVIEWERS
    settles_itself = flag.field == "grounds" or flag.check in SETTLE_THEMSELVES
    return flag.severity == "high" and not settles_itself and not is_own_point
