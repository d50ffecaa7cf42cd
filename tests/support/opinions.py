"""A panel's opinion in good order, to be spoilt one thing at a time. About an imaginary tool."""

from datetime import UTC, date, datetime

from panel.records import (
    Answered,
    Coverage,
    Declined,
    Dossier,
    Failed,
    Ground,
    Juror,
    Launch,
    LaunchSource,
    Passage,
    Persona,
    Prediction,
    Reply,
    Sentence,
    Source,
    Stamp,
    Unusable,
    Written,
)
from panel.records.persona import Ask

MADE = Stamp(created_at=datetime(2026, 11, 23, tzinfo=UTC), version="0")
AS_OF = date(2026, 11, 23)
PAGES = {
    "S1": ("maker", "page", [
        "Lantern 2 indexes a folder of Markdown and answers questions about it on your own laptop.",
        "Search is up to 40% faster than in version 1.",
        "Install it with `pip install lantern` and run `lantern index .` in any folder.",
        "Lantern is licensed under Apache 2.0 and needs 8 GB of memory.",
    ]),
    "S2": ("maker", "pricing", [
        "The desktop app is free. Lantern Sync costs $12 a month for each person, billed yearly.",
        "A trial of Sync lasts 14 days and needs no card.",
    ]),
    "S3": ("third_party", "article", [
        "On a folder of 3,000 notes the first index took 11 minutes on an M2 laptop.",
        "There is no export of the index, so leaving means building another one elsewhere.",
    ]),
}  # fmt: skip


def make_dossier(pages=None, *, name="Lantern", release="2", **launch):
    """A dossier of these pages: source id -> (voice, kind, passages); a passage is its text, or (kind, text)."""
    sources = tuple(
        Source(
            source_id=source_id,
            title=f"Page {source_id}",
            voice=voice,
            kind=kind,
            bytes_sha256="sha256:0",
            text_sha256="sha256:0",
            passages=tuple(_passage(f"{source_id}.{i}", text) for i, text in enumerate(texts, 1)),
        )
        for source_id, (voice, kind, texts) in (PAGES if pages is None else pages).items()
    )
    total = sum(len(s.passages) for s in sources)
    return Dossier(
        made=MADE,
        as_of=AS_OF,
        launch=Launch(name=name, release=release, sources=(LaunchSource(title="x"),), **launch),
        sources=sources,
        coverage=Coverage(passages_total=total, passages_kept=total),
    )


def _passage(passage_id, text):
    kind, text = ("prose", text) if isinstance(text, str) else text
    return Passage(passage_id=passage_id, kind=kind, text=text)


def make_persona(persona_id="dx", **changes):
    """A counting persona with one question of its own."""
    plain = {
        "persona_id": persona_id,
        "title": persona_id.title(),
        "blurb": "Looks.",
        "question": "How far?",
        "asks": (Ask(ask_id="steps", question="How many steps?"),),
        "wins": "w",
        "loses": "l",
        "failure": "f",
        "guard": "g",
    }
    return Persona(**(plain | changes))


GROUNDS = (
    Ground(number=1, side="for", claim="It installs with one command.", passage_id="S1.3", excerpt="Install it with `pip install lantern` and run `lantern index .` in any folder."),
    Ground(number=2, side="against", claim="The index can't be taken along.", passage_id="S3.2", excerpt="There is no export of the index, so leaving means building another one elsewhere."),
    Ground(number=3, side="for", claim="Sync has a monthly price.", passage_id="S2.1", excerpt="Lantern Sync costs $12 a month for each person, billed yearly."),
)  # fmt: skip
BOTH_SIDES = GROUNDS[:2]
STANDS = ("ship", "skip", "abstain", "ungrounded", "declined", "unusable", "failed")
QUOTE = (
    Sentence(text="Typing `pip install lantern` is the whole set-up, which suits a writer with one folder of notes.", rests_on="grounds", grounds=(1,)),
    Sentence(text="Sharing that folder with a colleague costs $12 a month for each person, billed by the year.", rests_on="grounds", grounds=(3,)),
    Sentence(text="The index has no export, so whoever leaves builds another one from the start.", rests_on="grounds", grounds=(2,)),
    Sentence(text="For notes that stay on one desk, that is a price worth knowing and easy to accept.", rests_on="view"),
)  # fmt: skip
WORDS = Written(
    line="One command starts it, and nothing takes your index along when you leave.",
    quote=QUOTE,
    for_whom="keep your notes as plain files on one laptop",
    not_for="share a folder with people who come and go",
    change_mind="the index could be exported to a plain file",
    counter="A search box in the editor you own already finds most notes.",
    replies=(Reply(ask_id="steps", answer="Two commands, both on the first page."),),
)
DUE = Prediction(
    statement="Lantern Sync is offered at under $10 a month for each person.",
    probability=0.3,
    resolve_by="2027-06-30",
    settled_at="https://lantern.example.org/pricing",
)


def make_opinion(
    persona_id="dx",
    *,
    verdict="ship",
    confidence=0.7,
    grounds=GROUNDS,
    family="anthropic",
    draw=0,
    words=None,
    **changes,
):
    """A clean opinion; `changes` replace fields of its words."""
    words = WORDS.model_copy(update=changes) if words is None else words
    return Answered(
        juror=Juror(persona_id=persona_id, model=f"{family}/m", family=family),
        draw=draw,
        verdict=verdict,
        confidence=confidence,
        grounds=grounds,
        words=words,
    )


def one_sentence(text, *, rests_on="grounds", grounds=(1,)):
    """The clean quote with its first sentence replaced."""
    return (Sentence(text=text, rests_on=rests_on, grounds=grounds if rests_on == "grounds" else ()), *QUOTE[1:])


def opinion(persona_id, stand, *, confidence=0.5, family="anthropic", draw=0):
    """What a persona came to, by name of its stand."""
    juror = Juror(persona_id=persona_id, model=f"{family}/m", family=family)
    missing = {"declined": Declined, "unusable": Unusable, "failed": Failed}
    if stand in missing:
        return missing[stand](juror=juror, why="no", draw=draw)
    if stand == "ungrounded":
        return make_opinion(persona_id, grounds=GROUNDS[1:2], family=family, confidence=confidence, draw=draw)
    return make_opinion(persona_id, verdict=stand, grounds=BOTH_SIDES, family=family, confidence=confidence, draw=draw)
