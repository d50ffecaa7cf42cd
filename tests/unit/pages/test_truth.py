"""Every state a record can be in, rendered; no sentence may stand that the record denies.

The rules read the words of the page, the Markdown and the card, and know nothing of templates: those may be redrawn.
"""

import re
from collections.abc import Callable, Iterator

import pytest
from lxml import html as lxml_html
from tests.support import page_records

from panel.pages import render
from panel.pages.card import card
from panel.pages.view import comparison_view, review_view
from panel.records import (
    Answered,
    Comparison,
    Corrected,
    Editorial,
    Failed,
    Persona,
    Pricing,
    Review,
    Stamp,
    StruckOut,
    Unusable,
)
from panel.records.comparison import NoVotesYet
from panel.tally import compare, tally

Rendered = tuple[Comparison | Review, Editorial]
Holds = Callable[[Comparison | Review, Editorial], bool]
OUT_OF_RANGE = "`confidence` is 7.24, and must be from 0 to 1."


def counted(review: Review, **changes: object) -> Review:
    """The review with its verdicts counted by the rule of today."""
    made = review.model_copy(update=changes)
    return made.model_copy(update={"tally": tally(made.opinions, made.personas, (), made.tally.rho)})


def paired(a: Review, b: Review) -> Comparison:
    return compare(a, b, made=page_records.STAMP)


def voting(review: Review, *verdicts: str) -> Review:
    """The review with these verdicts on its critics who count, in page order; each rests on what it cites."""
    given = iter(verdicts)
    turned = []
    for opinion in review.opinions:
        if isinstance(opinion, Answered) and opinion.juror.persona_id != "reporter":
            verdict = next(given)
            side = "against" if verdict == "skip" else "for"
            grounds = tuple(ground.model_copy(update={"side": side}) for ground in opinion.grounds)
            opinion = opinion.model_copy(update={"verdict": verdict, "grounds": grounds})
        turned.append(opinion)
    return counted(review, opinions=tuple(turned))


def silent(review: Review) -> Review:
    """Nobody who counts gave a usable answer; the reporter did."""
    ends = [
        kind(juror=o.juror, why=why)
        for o, (kind, why) in zip(
            review.opinions[:4], [(Unusable, OUT_OF_RANGE), (Failed, "503 from the server.")] * 2, strict=True
        )
    ]
    return counted(review, opinions=(*ends, review.opinions[4]))


def by_models(review: Review, *models: str) -> Review:
    jurors = [page_records.juror(o.juror.persona_id, models[n % len(models)]) for n, o in enumerate(review.opinions)]
    opinions = tuple(o.model_copy(update={"juror": j}) for o, j in zip(review.opinions, jurors, strict=True))
    return counted(review, opinions=opinions)


def with_run_log(review: Review) -> Review:
    log = review.dossier.sources[0].model_copy(
        update={"source_id": "S9", "title": "Our session", "voice": "us", "kind": "run_log", "url": "", "passages": ()}
    )
    dossier = review.dossier.model_copy(update={"sources": (*review.dossier.sources, log)})
    return review.model_copy(update={"dossier": dossier, "depth": "ran"})


def in_our_words(review: Review) -> Review:
    sources = tuple(s.model_copy(update={"voice": "us", "url": ""}) for s in review.dossier.sources)
    return review.model_copy(update={"dossier": review.dossier.model_copy(update={"sources": sources}), "figures": ()})


def launched(review: Review, **changes: object) -> Review:
    launch = review.dossier.launch.model_copy(update=changes)
    return review.model_copy(update={"dossier": review.dossier.model_copy(update={"launch": launch})})


def sharing_a_page() -> Comparison:
    """The second dossier holds a page of the first's, with another cut of its text."""
    a, b = counted(page_records.review_a()), counted(page_records.review_b())
    shared = a.dossier.sources[2].model_copy(update={"source_id": "S3", "text_sha256": "sha256:other", "passages": ()})
    return paired(
        a, b.model_copy(update={"dossier": b.dossier.model_copy(update={"sources": (*b.dossier.sources, shared)})})
    )


def personas(*left_out: str, **changes: object) -> tuple[Persona, ...]:
    return tuple(p.model_copy(update=changes) for p in page_records.PERSONAS if p.persona_id not in left_out)


A, B = counted(page_records.review_a()), counted(page_records.review_b())
NOTE = Editorial(note="We ran Quillbase on two of our repositories.", note_by="Ann Editor")
SIGNED = Editorial(
    signed="Approved by Ann Editor, 25 Nov 2026", corrected=(Corrected(on="26 Nov 2026", why="A price."),)
)
STRUCK = Editorial(struck=(StruckOut(slug=A.slug, persona_id="futurist", why="It speaks of another tool."),))
STATES: dict[str, Comparison | Review | Rendered] = {
    "full review": A,
    "full comparison": paired(A, B),
    "a record with readers' votes in it": paired(A, B).model_copy(update={"community": NoVotesYet()}),
    "everybody ships": voting(A, "ship", "ship", "ship", "ship"),
    "a pick": paired(voting(A, "ship", "ship", "ship", "ship"), voting(B, "skip", "skip", "skip", "skip")),
    "a tie": voting(A, "ship", "ship", "skip", "skip"),
    "a tie with a dissent on record": page_records.review_b(),
    "everybody abstains": voting(A, "abstain", "abstain", "abstain", "abstain"),
    "nobody judged both": paired(
        counted(A, opinions=(*A.opinions[:2], *silent(A).opinions[2:])),
        counted(B, opinions=(*silent(B).opinions[:2], *B.opinions[2:])),
    ),
    "ungrounded, declined, unusable, failed": page_records.troubled_review(),
    "nobody answered": silent(A),
    "nobody answered of two": paired(silent(A), silent(B)),
    "nobody answered of the second": paired(A, silent(B)),
    "trial review": page_records.trial(A),
    "trial comparison": paired(page_records.trial(A), page_records.trial(B)),
    "trial as it was recorded before": page_records.comparison("trial"),
    "trial nobody answered": page_records.trial(A).model_copy(update={"opinions": silent(A).opinions[:4]}),
    "specimen": paired(*(r.model_copy(update={"grade": "specimen"}) for r in (A, B))),
    "one model": by_models(A, "anthropic/claude-sonnet-5"),
    "two families": by_models(A, "anthropic/claude-sonnet-5", "openai/gpt-6.1-sol"),
    "a run log": with_run_log(A),
    "a run log of the first": paired(with_run_log(A), B),
    "an editor's note": (A, NOTE),
    "approved and corrected": (paired(A, B), SIGNED),
    "struck": (A, STRUCK),
    "no price": launched(A, pricing=Pricing()),
    "no category": paired(launched(A, category=""), launched(B, category="")),
    "two kinds": paired(A, launched(B, category="databases")),
    "held, hidden text, costs": page_records.live_review(),
    "not held": page_records.live_comparison(),
    "only our own words": in_our_words(A),
    "a page on both sides": sharing_a_page(),
    "no reporter": counted(A, personas=personas("reporter"), opinions=A.opinions[:4]),
    "made outside a checkout": A.model_copy(update={"made": Stamp(created_at=page_records.STAMP.created_at, version="0.1.0")}),
}  # fmt: skip


def reviews_of(record: Comparison | Review) -> tuple[Review, ...]:
    return (record,) if isinstance(record, Review) else (record.review_a, record.review_b)


def renderings(record: Comparison | Review, editorial: Editorial) -> Iterator[tuple[str, str]]:
    page = (
        review_view(record, None, editorial) if isinstance(record, Review) else comparison_view(record, (), editorial)
    )
    tree = lxml_html.document_fromstring(render.render_html(page))
    for style in tree.xpath("//style"):
        style.getparent().remove(style)
    attributes = tree.xpath("//meta/@content | //@aria-label")
    yield "page", " ".join([*tree.xpath("//body")[0].itertext(), *tree.xpath("//script/text()"), *attributes])
    yield "Markdown", render.render_markdown(page)
    yield "card", card(page)


def every(ask: Callable[[Review], bool]) -> Holds:
    return lambda record, _: all(map(ask, reviews_of(record)))


def some(ask: Callable[[Review], bool]) -> Holds:
    return lambda record, _: any(map(ask, reviews_of(record)))


Rule = tuple[str, Holds, str]
is_trial = some(lambda r: r.grade == "trial")
is_silent = every(lambda r: not r.is_answered)
NEVER: tuple[Rule, ...] = (  # what the record says, when it says so, and words that may not stand then
    ("there is no ballot", lambda *_: True, r"votes? yet|(?m:^\W*Readers\b)|Readers:"),
    ("empty is not said at length", lambda *_: True, r"Nobody said anything|Nothing essential|Every critic’s answer counts"),
    ("critics ran nothing", lambda *_: True, r"(?i)\bread, not run|\bnot run\b"),
    ("a commit nobody knows is not named", some(lambda r: not r.made.commit), r"(?i)commit|checkout"),
    ("a trial answers nothing", is_trial, r"It depends|(?<!who )\bPick \w+ over|The panel (?:would|is split)|Too few critics"),
    ("a trial has no dissent", is_trial, r"Dissent|best case against its own|larger side|They (?:agree|oppose)"),
    ("a trial's votes are worth nothing", is_trial, r"treat as about|Effective jurors|Ship share|Two equal tools|(?:own|its) confidence"),
    ("a trial's critics read little", is_trial, r"Critics\s+read|Every critic reads|read nothing but"),
    ("a trial's counts are the trial's", is_trial, r"\d of \d ship(?! \(trial\))"),
    ("only a trial is one", every(lambda r: r.grade != "trial"), r"(?i)\btrial model|\(trial\)|near chance"),
    ("a specimen's words are no model's", every(lambda r: r.grade == "specimen"), r"given to a language model"),
    ("of no answer there is no article", is_silent, r"It depends|\d of \d|Scorecard|scorecard|Pricing|Dissent|treat as"),
    ("of one silent side there is no comparison", some(lambda r: not r.is_answered), r"It depends|none prefers|Pick \w+ over"),
    ("nobody who judged both is no preference", lambda record, _: isinstance(record, Comparison) and not judged_both(record),
     r"It depends|none prefers"),
    ("a tie has no dissent", every(lambda r: r.tally.ship == r.tally.skip), r"Dissent|against the panel|larger side"),
    ("a dissent is never against the panel", lambda *_: True, r"against the panel"),
    ("everybody counts", lambda record, editorial: not editorial.struck and every(all_count)(record, editorial), r"Not counted"),
    ("nobody foresaw anything", every(lambda r: not foreseen(r)), r"Predictions"),
    ("one kind of thing, or nobody knows", lambda record, _: isinstance(record, Comparison) and not record.differs_in_kind,
     r"differs in kind|same kind"),
    ("no price list was read", every(lambda r: r.dossier.launch.pricing == Pricing()), r"[Pp]rice lists?|Nobody has checked"),
    ("nothing here is a maker's word", every(lambda r: all(s.voice == "us" for s in r.dossier.sources)),
     r"the maker's word|by the makers?\b|from [^.]*: a third party|(?<!“)[Qq]uoted word for word(?!” means)"),
    ("no reporter spoke", every(lambda r: all(p.counts for p in r.personas)), r"neutral paragraph"),
    ("somebody approved it", lambda _, editorial: bool(editorial.signed), r"Nobody has approved"),
    ("nobody approved it", lambda _, editorial: not editorial.signed, r"Approved by"),
    ("no run log is a source", every(lambda r: r.depth == "read"), r"person (?:ran|used) it"),
)  # fmt: skip
ALWAYS: tuple[Rule, ...] = (  # and words that must stand
    ("a trial says what it is", is_trial, r"near\s+chance"),
    ("a trial says that it answers nothing", lambda *found: is_trial(*found) and every(lambda r: r.is_answered)(*found),
     r"this\s+answers nothing"),
    ("of no answer one sentence", some(lambda r: not r.is_answered), r"gave no\s+usable answer"),
    ("a run log is told of", every(lambda r: r.depth == "ran"), r"a person ran\s+it"),
    ("what failed is said", is_silent, r"confidence is 7\.24|`confidence`|503 from the server"),
)  # fmt: skip


def judged_both(record: Comparison) -> bool:
    speaks = {"ship", "skip", "abstain"}
    return any({split.a, split.b} <= speaks for split in record.splits)


def all_count(review: Review) -> bool:
    everybody = all(isinstance(opinion, Answered) for opinion in review.opinions)
    return everybody and review.tally.voting + review.tally.abstain == review.tally.asked


def foreseen(review: Review) -> bool:
    return any(getattr(opinion.words, "prediction", None) for opinion in review.answered())


@pytest.mark.parametrize("state", STATES)
def test_no_rendering_says_what_its_record_denies(state: str) -> None:
    found = STATES[state]
    record, editorial = found if isinstance(found, tuple) else (found, Editorial())
    for where, text in renderings(record, editorial):
        wrong = [(why, hit.group()) for why, holds, words in NEVER if holds(record, editorial)
                 for hit in re.finditer(words, text)]  # fmt: skip
        missing = [why for why, holds, words in ALWAYS if holds(record, editorial) and not re.search(words, text)]
        assert (where, wrong, missing) == (where, [], [])


def test_every_rule_meets_a_state_it_speaks_of() -> None:
    pairs = [found if isinstance(found, tuple) else (found, Editorial()) for found in STATES.values()]
    assert [why for why, holds, _ in (*NEVER, *ALWAYS) if not any(holds(*pair) for pair in pairs)] == []


@pytest.mark.parametrize("state", STATES)
def test_a_page_counts_each_address_once(state: str) -> None:
    found = STATES[state]
    record, editorial = found if isinstance(found, tuple) else (found, Editorial())
    sources = [s for r in reviews_of(record) for s in r.dossier.sources if s.voice != "us"]
    for where, text in renderings(record, editorial):
        for said in re.findall(r"(\d+) pages?, ", text):
            assert (where, int(said)) == (where, len({s.url for s in sources}))


def test_two_model_families_read_otherwise_than_one() -> None:
    one, two = (review_view(STATES[name]).independence for name in ("one model", "two families"))  # type: ignore[arg-type]
    assert (one, two) == (
        "One model: treat as about one opinion.", "Models of two families: treat as about one and a half opinions."
    )  # fmt: skip


def test_a_section_with_nothing_to_say_is_not_linked_to() -> None:
    for found in STATES.values():
        record, editorial = found if isinstance(found, tuple) else (found, Editorial())
        page = (
            review_view(record, None, editorial)
            if isinstance(record, Review)
            else comparison_view(record, (), editorial)
        )
        tree = lxml_html.document_fromstring(render.render_html(page))
        links = {href.removeprefix("#") for href in tree.xpath("//nav[@class='contents']/a/@href")}
        assert links <= set(tree.xpath("//section/@id"))
        assert not [
            s.get("id") for s in tree.xpath("//section[contains(@class, 'part')]") if len(s.text_content().split()) < 6
        ]
