"""Reviews and comparisons made by hand for pages: invented tools, invented makers, every state a page must show.

`comparison()` is a full one, `comparison(grade="trial")` has picks and no words, `hostile()` is text that attacks the page.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from tests.support import live_records

from panel.pages.render import render_markdown
from panel.pages.view import NOBODY, review_view
from panel.records import (
    Answered,
    Call,
    CitedTogether,
    Comparison,
    Condition,
    Containment,
    Coverage,
    Declined,
    Dissent,
    Dossier,
    Editorial,
    Failed,
    Figure,
    Flag,
    Ground,
    Interval,
    Juror,
    Launch,
    LaunchSource,
    Made,
    NotAsked,
    Opinion,
    Passage,
    Persona,
    Pick,
    Plan,
    Prediction,
    Pricing,
    PricingRead,
    Reply,
    Review,
    Rho,
    Sentence,
    Source,
    Split,
    Stamp,
    Tally,
    Unusable,
    Usage,
    Written,
    sha256_of,
)
from panel.records.persona import Ask

STAMP = Stamp(
    created_at=datetime(2026, 11, 23, 9, 41, tzinfo=UTC),
    version="0.1.0",
    commit="3f1c9ab",
    run_id="20261123-0941-quill",
)
HOW = Made(
    prompts={
        "house.md.j2": sha256_of("house"),
        "dossier.md.j2": sha256_of("dossier"),
        "moves.yaml": sha256_of("moves"),
    },
    schema_hash=sha256_of("schema"),
)
ANSWER = "It depends: two critics would ship only Quillbase, one only Ledgerline Cloud, and one would ship both."


def persona(persona_id: str, title: str, blurb: str, **more: Any) -> Persona:
    rest = {"question": "What does it ask?", "wins": "w", "loses": "l", "failure": "f", "guard": "g"}
    return Persona(persona_id=persona_id, title=title, blurb=blurb, **(rest | more))


PERSONAS = (
    persona(
        "dx-reviewer",
        "Developer experience",
        "How far it is from an empty terminal to a result worth keeping.",
        asks=(Ask(ask_id="first_error", question="What happens on the first error?"),),
        order=10,
    ),
    persona("competitor-skeptic", "Competitor skeptic", "What you already own that does most of this.", order=20),
    persona("futurist", "Futurist", "What must become true, and by when.", predicts=True, order=30),
    persona("business-analyst", "Business analyst", "Who pays, and whether the bill survives success.", order=40),
    persona("reporter", "Reporter", "What it is, in plain words.", counts=False, order=90),
)

QUILL_PASSAGES = {
    "S1": ("Quillbase 3 release notes", "maker", "page", "https://quillbase.example/releases/3", (
        "Quillbase 3 keeps a full-text index beside your notes and answers questions about them without leaving the machine.",
        "Install with `cargo install quillbase`, then run `quill index ~/notes`. There is no account and no key.",
        "Indexing 10,000 notes takes 41 seconds on a 2023 laptop, 6 times faster than version 2.",
    )),
    "S2": ("Quillbase licence", "maker", "licence", "https://quillbase.example/licence", (
        "Quillbase is released under the Mozilla Public License 2.0. You may use it at work and change it.",
    )),
    "S3": ("A month with local note search", "third_party", "article", "https://fieldnotes.example/local-search", (
        "On my 14,000 notes the first index took just under four minutes, and later runs a few seconds.",
        "When a file is not valid UTF-8 the indexer stops and names the file; nothing that was indexed is lost.",
    )),
}  # fmt: skip
LEDGER_PASSAGES = {
    "S1": ("Ledgerline Cloud: what is new", "maker", "page", "https://ledgerline.example/cloud", (
        "Ledgerline Cloud gives a team one shared memory: documents, tickets and calls in one place, searched together.",
        "Teams report finding answers 40 % faster in the first month.",
    )),
    "S2": ("Ledgerline pricing", "maker", "pricing", "https://ledgerline.example/pricing", (
        "Team: 12 USD a person a month, billed yearly, at least 5 people. Searches above 1,000 a month cost 2 cents each.",
        "You can export everything as Markdown and JSON at any time, on every plan.",
    )),
}  # fmt: skip


def dossier(launch: Launch, passages: dict[str, Any], as_of: date = date(2026, 11, 23)) -> Dossier:
    sources = tuple(
        Source(
            source_id=source_id, title=title, url=url, kind=kind, voice=voice, published=date(2026, 11, 19),
            fetched=date(2026, 11, 22), bytes_sha256=sha256_of(title), text_sha256=sha256_of("".join(texts)),
            passages=tuple(Passage(passage_id=f"{source_id}.{n}", text=text) for n, text in enumerate(texts, 1)),
        )
        for source_id, (title, voice, kind, url, texts) in passages.items()
    )  # fmt: skip
    count = sum(len(s.passages) for s in sources)
    coverage = Coverage(passages_total=count, passages_kept=count, missing=("changelog",))
    return Dossier(made=STAMP, as_of=as_of, launch=launch, sources=sources, coverage=coverage)


QUILL = Launch(
    name="Quillbase", release="3", tagline="Ask your notes anything, offline", category="developer-tools",
    homepage="https://quillbase.example/", launched_at=date(2026, 11, 19),
    pricing=Pricing(
        pricing_class="open_source", entry="Free, on a laptop you own", source="https://quillbase.example/licence",
        checked=date(2026, 11, 22),
    ),
    sources=(LaunchSource(title="x"),),
)  # fmt: skip
LEDGER = Launch(
    name="Ledgerline Cloud", tagline="Your team’s shared memory", category="developer-tools",
    homepage="https://ledgerline.example/", launched_at=date(2026, 11, 18), stake="affiliate",
    pricing=Pricing(
        pricing_class="usage", entry="60 USD a month: five seats, billed yearly",
        plans=(Plan(name="Team", price="12 USD a person a month", includes="1,000 searches"),
               Plan(name="Company", price="on request", includes="single sign-on, audit log")),
        source="https://ledgerline.example/pricing", checked=date(2026, 11, 22),
    ),
    sources=(LaunchSource(title="x"),),
)  # fmt: skip


def ground(number: int, side: str, passage_id: str, excerpt: str, claim: str) -> Ground:
    return Ground(number=number, side=side, claim=claim, passage_id=passage_id, excerpt=excerpt)  # type: ignore[arg-type]


def said(text: str, *grounds: int, rests_on: str = "") -> Sentence:
    return Sentence(text=text, rests_on=rests_on or ("grounds" if grounds else "view"), grounds=grounds)  # type: ignore[arg-type]


def juror(persona_id: str, model: str = "anthropic/claude-sonnet-5") -> Juror:
    return Juror(persona_id=persona_id, model=model, family=model.partition("/")[0])


def call(model: str, cost: str | None) -> Call:
    usage = Usage(input_tokens=312, cache_read_tokens=4_210, output_tokens=561)
    price = None if cost is None else Decimal(cost)
    return Call(key=sha256_of(model), purpose="ask", model_returned=model, usage=usage, cost_usd=price)


def opinion(persona_id: str, verdict: str, line: str, quote: tuple[Sentence, ...], grounds: tuple[Ground, ...],
            model: str = "anthropic/claude-sonnet-5", cost: str | None = "0.0118", confidence: float = 0.7, **more: Any) -> Answered:  # fmt: skip
    words = {"for_whom": "", "not_for": "", "change_mind": "", "counter": ""} | more
    return Answered(
        juror=juror(persona_id, model), calls=(call(model.partition("/")[2], cost),), verdict=verdict,  # type: ignore[arg-type]
        confidence=confidence, grounds=grounds, words=Written(line=line, quote=quote, **words),
    )  # fmt: skip


QUILL_OPINIONS: tuple[Opinion, ...] = (
    opinion(
        "dx-reviewer", "ship", "Two commands to a searchable folder, and the first error names the file.",
        (said("`cargo install quillbase` and one more command index a folder; nobody asks for an account.", 1),
         said("When a file is broken the run stops and names it, and what was indexed stays.", 2),
         said("The price is a Rust toolchain, which a writer without one will not install for a search box."),),
        (ground(1, "for", "S1.2", "There is no account and no key.", "It runs without an account."),
         ground(2, "for", "S3.2", "the indexer stops and names the file; nothing that was indexed is lost", "Errors are named and recoverable.")),
        for_whom="keep notes as plain files and live in a terminal", not_for="have never installed a Rust toolchain",
        change_mind="the index format changed without a migration", counter="A packaged app would reach ten times the people.",
        replies=(Reply(ask_id="first_error", answer="It stops, names the file, and keeps what it has."),), confidence=0.82,
    ),
    opinion(
        "competitor-skeptic", "ship", "An outsider measured four minutes where the maker says 41 seconds; still free and local.",
        (said("The maker says 41 seconds for 10,000 notes; an outsider with 14,000 needed almost four minutes.", 1, 2),
         said("`ripgrep` already finds words in plain files, so pay attention only if you ask questions of your notes.", rests_on="memory"),
         said("What nobody else gives away here is the licence to change it at work.", 3),),
        (ground(1, "against", "S1.3", "Indexing 10,000 notes takes 41 seconds on a 2023 laptop", "The maker's speed claim."),
         ground(2, "against", "S3.1", "the first index took just under four minutes", "An outsider saw it slower."),
         ground(3, "for", "S2.1", "You may use it at work and change it.", "The licence allows commercial use.")),
        model="openai/gpt-6.1-sol", cost=None, for_whom="ask questions of your notes, not only search for words",
        not_for="already find what you need with plain search", change_mind="a rival shipped the same index free", counter="Six times faster is still slow.",
    ),
    opinion(
        "futurist", "ship", "Useful today; it matters only if laptops keep getting models that fit.",
        (said("Everything stays on the machine, which suits notes nobody may upload.", 1),
         said("Small models have to keep improving for answers to be worth more than search."),
         said("If they stall, this is a fast index with a nice prompt.")),
        (ground(1, "for", "S1.1", "answers questions about them without leaving the machine", "Nothing leaves the machine."),),
        for_whom="may not upload what you write", not_for="want the best answer whatever it costs",
        prediction=Prediction(statement="Quillbase ships a signed installer for macOS and Windows.", probability=0.65,
                              resolve_by="2027-06-30", settled_at="https://quillbase.example/releases"),
    ),
    opinion(
        "business-analyst", "skip", "Free to you means nobody is paid to keep it alive.",
        (said("The licence lets a company use and change it at no cost.", 1),
         said("No page we read names a plan, a sponsor or a price, so a team has nobody to call.", rests_on="view"),
         said("Budget an engineer's day a month, or wait for a company behind it.")),
        (ground(1, "against", "S2.1", "Quillbase is released under the Mozilla Public License 2.0.", "No paid plan stands behind it."),),
        model="openai/gpt-6.1-sol", cost="0.0203", for_whom="can keep it running yourself", not_for="need someone to answer the phone",
        change_mind="the maker sold support with a response time",
    ),
    opinion(
        "reporter", "abstain", "A local index and question box for a folder of notes.",
        (said("Quillbase 3 indexes a folder of plain-text notes and answers questions about them on the same machine.", 1),
         said("It installs from Rust's package registry, asks for no account, and is under the Mozilla Public License 2.0.", 2, 3),
         said("The maker gives an indexing time of 41 seconds for 10,000 notes.", 4),),
        (ground(1, "for", "S1.1", "answers questions about them without leaving the machine", "What it does."),
         ground(2, "for", "S1.2", "Install with `cargo install quillbase`", "How it installs."),
         ground(3, "for", "S2.1", "Mozilla Public License 2.0", "Its licence."),
         ground(4, "for", "S1.3", "Indexing 10,000 notes takes 41 seconds", "The maker's figure.")),
    ),
)  # fmt: skip
LEDGER_OPINIONS: tuple[Opinion, ...] = (
    opinion(
        "dx-reviewer", "skip", "Nothing to try until five seats are paid for a year.",
        (said("Five seats billed yearly stand between you and the first search.", 1),
         said("We found no quick start, no limits page and no error list to judge."),
         said("Export on every plan is the one thing a careful engineer will like.", 2)),
        (ground(1, "against", "S2.1", "billed yearly, at least 5 people", "No way to try it first."),
         ground(2, "for", "S2.2", "You can export everything as Markdown and JSON at any time", "Exit is documented.")),
        for_whom="already know that five people will use it", not_for="want to try it alone before asking for a budget",
    ),
    opinion(
        "competitor-skeptic", "skip", "The 40 % figure names no team and no method.",
        (said("Teams are said to find answers 40 % faster, and no page says which teams or how it was timed.", 1),
         said("Search over shared documents comes with the office suite most teams already pay for.", rests_on="memory"),
         said("Tickets and calls in one index are the part worth a meeting.", 2)),
        (ground(1, "against", "S1.2", "finding answers 40 % faster in the first month", "The only number has no method."),
         ground(2, "for", "S1.1", "documents, tickets and calls in one place", "One index for three kinds of record.")),
        model="openai/gpt-6.1-sol", cost=None, not_for="expect proof of the speed claim",
    ),
    opinion(
        "futurist", "ship", "Shared memory gets better with every document; the exit is written down.",
        (said("Export as Markdown and JSON on every plan makes a wrong choice cheap.", 1),
         said("One index for documents, tickets and calls is where team search is going."),
         said("Two cents a search is the part that ages badly once software does the searching.", 2)),
        (ground(1, "for", "S2.2", "You can export everything as Markdown and JSON at any time, on every plan.", "Leaving is possible."),
         ground(2, "against", "S2.1", "Searches above 1,000 a month cost 2 cents each.", "Usage is metered.")),
        for_whom="answer the same question in three tools each week",
        prediction=Prediction(statement="Ledgerline drops the price per search on its Team plan.", probability=0.4,
                              resolve_by="2027-11-30", settled_at="https://ledgerline.example/pricing"),
    ),
    opinion(
        "business-analyst", "ship", "A price you can put in a budget, with one line to watch.",
        (said("Five people cost 60 USD a month, and the plan page says so before a sales call.", 1),
         said("Watch the 2 cents a search: an assistant that searches 10,000 times adds 180 USD.", 1),
         said("Free export keeps the next negotiation honest.", 2)),
        (ground(1, "for", "S2.1", "12 USD a person a month, billed yearly, at least 5 people", "The price is computable."),
         ground(2, "for", "S2.2", "You can export everything as Markdown and JSON", "Leaving is free.")),
        model="openai/gpt-6.1-sol", cost="0.0197", for_whom="need a number for next year's budget", not_for="will let software search all day",
    ),
    opinion(
        "reporter", "abstain", "A hosted search over a team's documents, tickets and calls.",
        (said("Ledgerline Cloud is a hosted search over documents, tickets and calls for teams of five or more.", 1),
         said("It costs 12 USD a person a month, billed yearly, and 2 cents for each search above 1,000.", 2)),
        (ground(1, "for", "S1.1", "documents, tickets and calls in one place", "What it does."),
         ground(2, "for", "S2.1", "12 USD a person a month, billed yearly", "What it costs.")),
    ),
)  # fmt: skip


def tally(ship: int, skip: int, verdict: str, dissent: Dissent | None = None, **more: Any) -> Tally:
    counts = {"abstain": 0, "ungrounded": 0, "declined": 0, "unusable": 0, "failed": 0} | more
    asked = ship + skip + sum(v for v in counts.values() if isinstance(v, int))
    interval = Interval(low=0.17, high=0.98, effective=1.72) if ship + skip else None
    return Tally(
        asked=asked, ship=ship, skip=skip, interval=interval, rho=Rho(), verdict=verdict, dissent=dissent, **counts
    )  # type: ignore[arg-type]


QUILL_FIGURES = (
    Figure(figure="41 seconds", sentence=QUILL_PASSAGES["S1"][4][2], passage_id="S1.3", standing="disputed_by", others=("S3.1",)),
    Figure(figure="6 times", sentence=QUILL_PASSAGES["S1"][4][2], passage_id="S1.3", standing="no_method_given"),
)  # fmt: skip
LEDGER_FIGURES = (
    Figure(figure="40 %", sentence=LEDGER_PASSAGES["S1"][4][1], passage_id="S1.2", standing="makers_word_only"),
)
FLAGS = (
    Flag(check="memory-sentence", severity="medium", persona_id="competitor-skeptic", field="quote", index=1,
         message="This sentence rests on the model's memory; no passage was cited."),
    Flag(check="first-hand", severity="note", persona_id="futurist", field="quote", index=0, message="A note nobody prints."),
)  # fmt: skip


def review_markdown(review: Review, flags: Sequence[Flag] | None = None, editorial: Editorial = NOBODY) -> str:
    return render_markdown(review_view(review, flags, editorial))


def review_a(**changes: Any) -> Review:
    """Quillbase: 3 of 4 ship, everybody answered."""
    made = Review(
        made=STAMP, how=HOW, grade="full", dossier=dossier(QUILL, QUILL_PASSAGES), personas=PERSONAS, opinions=QUILL_OPINIONS,
        flags=FLAGS, figures=QUILL_FIGURES,
        tally=tally(3, 1, "ship", Dissent(persona_id="business-analyst", kind="vote", text="Free to you means nobody is paid to keep it alive.")),
    )  # fmt: skip
    return made.model_copy(update=changes)


def review_b(**changes: Any) -> Review:
    """Ledgerline Cloud: 2 of 4 ship, everybody answered."""
    made = Review(
        made=STAMP, how=HOW, grade="full", dossier=dossier(LEDGER, LEDGER_PASSAGES), personas=PERSONAS, opinions=LEDGER_OPINIONS,
        figures=LEDGER_FIGURES,
        tally=tally(2, 2, "split", Dissent(persona_id="dx-reviewer", kind="vote", text="Nothing to try until five seats are paid for a year.")),
    )  # fmt: skip
    return made.model_copy(update=changes)


def live_review(*, held: bool = True) -> Review:
    """Quillbase, read on the live web: it spoke to reviewers, hides text, and its sources disagree."""
    return live_records.live(review_a(), held=held)


def unasked_review() -> Review:
    """The same, held because today's cap was used up: nobody was asked again."""
    why = "Asked without the words only: today's cap is used up."
    return live_review().model_copy(update={"containment": Containment(held=True, why=why)})


def live_comparison() -> Comparison:
    """Two tools read on the live web; the first is held, the second's words moved nothing."""
    b = review_b()
    dossier = b.dossier.model_copy(update={"suspicions": live_records.SPANS[:1], "facts": live_records.FACTS[:2]})
    b = b.model_copy(
        update={
            "dossier": dossier,
            "containment": live_records.contained(b.opinions, held=False),
            "costs": live_records.COSTS,
        }
    )
    return comparison(a=live_review(), b=b)


def troubled_review() -> Review:
    """Of four critics one is ungrounded, one declined, one unusable, one failed; the reporter failed too."""
    kept = QUILL_OPINIONS[0]
    model = "anthropic/claude-sonnet-5"
    opinions: tuple[Opinion, ...] = (
        kept,
        Declined(juror=juror("competitor-skeptic"), calls=(call(model, "0.0011"),), why="I can't discuss competitors."),
        Unusable(juror=juror("futurist"), why="The server ignored the schema twice."),
        Failed(juror=juror("business-analyst"), why="The budget of 0.05 USD was reached."),
        Failed(juror=juror("reporter"), why="The budget of 0.05 USD was reached."),
    )
    counted = tally(
        0, 0, "not_enough", ungrounded=1, declined=1, unusable=1, failed=1, ungrounded_personas=("dx-reviewer",)
    )
    return review_a(opinions=opinions, tally=counted, flags=())


def picked(persona_id: str, verdict: str, grounds: tuple[Ground, ...]) -> Answered:
    return Answered(juror=juror(persona_id, "local/smollm2-135m"), calls=(call("smollm2-135m", "0"),), verdict=verdict,  # type: ignore[arg-type]
                    confidence=0.5, grounds=grounds, words=NotAsked())  # fmt: skip


ONE_MODEL = Interval(low=0.12, high=0.99, effective=1.18)


def trial(review: Review) -> Review:
    """The same review by a trial model: verdicts and picks stay, words go; the futurist picked nothing."""
    opinions = tuple(
        picked(o.juror.persona_id, o.verdict, () if o.juror.persona_id == "futurist" else tuple(g.model_copy(update={"claim": ""}) for g in o.grounds))
        for o in review.answered()
    )  # fmt: skip
    dissent = review.tally.dissent.model_copy(update={"text": ""}) if review.tally.dissent else None
    return review.model_copy(
        update={
            "grade": "trial",
            "opinions": opinions,
            "flags": (),
            "tally": review.tally.model_copy(update={"dissent": dissent, "interval": ONE_MODEL}),
        }
    )


def conditions(a: Review, b: Review) -> tuple[Condition, ...]:
    found = []
    for tool, review in (("a", a), ("b", b)):
        for o in review.answered():
            if isinstance(o.words, Written) and o.juror.persona_id != "reporter":
                pairs = (("choose_if", o.words.for_whom), ("skip_if", o.words.not_for))
                found += [Condition(tool=tool, kind=k, persona_id=o.juror.persona_id, text=t) for k, t in pairs if t]  # type: ignore[arg-type]
    return tuple(found)


def comparison(grade: str = "full", a: Review | None = None, b: Review | None = None, **changes: Any) -> Comparison:
    """Two critics lean to A, one to B, one neither: `depends`."""
    a, b = a or review_a(grade=grade), b or review_b(grade=grade)
    if grade == "trial":
        a, b = trial(a), trial(b)
    splits = (
        Split(persona_id="dx-reviewer", a="ship", b="skip", leans="a"),
        Split(persona_id="competitor-skeptic", a="ship", b="skip", leans="a"),
        Split(persona_id="futurist", a="ship", b="ship", leans="neither"),
        Split(persona_id="business-analyst", a="skip", b="ship", leans="b"),
    )
    made = Comparison(
        made=STAMP, grade=grade, answer=ANSWER, review_a=a, review_b=b, hash_a=a.review_hash, hash_b=b.review_hash,  # type: ignore[arg-type]
        splits=splits,
        pick=Pick(pick="depends", for_a=("dx-reviewer", "competitor-skeptic"), for_b=("business-analyst",), neither=("futurist",),
                  because="A pick needs three critics on one side and none on the other; here two stand on one side and one on the other.",
                  chance_if_equal=0.05),
        conditions=conditions(a, b),
        cited_together=(
            CitedTogether(tool="a", passage_id="S2.1", for_personas=("competitor-skeptic",), against_personas=("business-analyst",)),
            CitedTogether(tool="b", passage_id="S2.2", for_personas=("dx-reviewer", "futurist", "business-analyst"), against_personas=()),
        ),
        pricing=PricingRead(a="Free, on a laptop you own", b="60 USD a month", differs="Quillbase costs nothing to start; Ledgerline Cloud starts at 60 USD a month."),
        differs_in_kind=("Quillbase runs on one machine; Ledgerline Cloud is hosted for teams.",),
    )  # fmt: skip
    return made.model_copy(update=changes)


def wordy(grade: str = "full") -> Comparison:
    """As long as the rules let it be: an answer of 30 words, lines of 16, picks of 40."""
    line = "Sixteen ordinary words that a careful critic might well write about almost any tool under review"
    pick = " ".join(["word for word from the passage"] * 6 + ["and four more words"])
    a, b = review_a(grade=grade), review_b(grade=grade)
    sides = []
    for review in (a, b):
        opinions = tuple(
            o.model_copy(
                update={
                    "words": o.words.model_copy(update={"line": line}),
                    "grounds": tuple(g.model_copy(update={"excerpt": pick}) for g in o.grounds),
                }
            )
            for o in review.answered()
        )
        sides.append(review.model_copy(update={"opinions": opinions}))
    whole = comparison(grade, *sides)
    because = (
        "Business analyst ships Ledgerline Cloud and not Quillbase; Developer experience and Competitor skeptic ship Quillbase and not "
        "Ledgerline Cloud; a pick needs 3 on one side and none on the other, and tools of the same kind."
    )
    answer = (
        "It depends on the job: choose Ledgerline Cloud for team knowledge, Quillbase for developer tools; choose Ledgerline Cloud if you "
        "side with Business analyst, Quillbase if you side with Futurist."
    )
    return whole.model_copy(update={"answer": answer, "pick": whole.pick.model_copy(update={"because": because})})


HOSTILE = '</script><script>document.title="owned"</script><img src=x onerror=alert(1)> [click](https://evil.example) **bold** # head \x1b[31mred\x1b[0m \u202egnp.exe | a'
LONG_NAME = "Universal Retrieval-Augmented Knowledge Orchestration Workbench for Regulated Industries, Enterprise Preview Edition"


def hostile() -> Comparison:
    """Text that tries to become markup, a link, a terminal escape or a second script in every field a model or a maker fills."""
    launch = QUILL.model_copy(update={
        "name": LONG_NAME, "release": "<b>3</b>", "tagline": HOSTILE, "homepage": "javascript:alert(1)",
        "pricing": Pricing(pricing_class="paid", entry=HOSTILE, source="data:text/html,<script>alert(1)</script>", plans=(Plan(name=HOSTILE, price="1 USD"),)),
    })  # fmt: skip
    quote = (
        said(HOSTILE, 1),
        said("See https://evil.example/a or mail me@evil.example, then run `rm -rf <dir>`."),
        said("1. not a list", 9),
    )
    bad = opinion("dx-reviewer", "ship", HOSTILE, quote, (ground(1, "for", "S1.1", HOSTILE, HOSTILE), ground(2, "for", "S9.9", "made up", HOSTILE)),
                  for_whom=HOSTILE, not_for=HOSTILE, change_mind=HOSTILE, counter=HOSTILE, replies=(Reply(ask_id="first_error", answer=HOSTILE),),
                  prediction=Prediction(statement=HOSTILE, probability=0.5, resolve_by="2027-01-01", settled_at="javascript:alert(1)"))  # fmt: skip
    passages = {"S1": (HOSTILE, "unknown", "page", "javascript:alert(1)", (HOSTILE,))}
    flags = (
        Flag(
            check="excerpt",
            severity="high",
            persona_id="dx-reviewer",
            field="grounds",
            index=2,
            message=HOSTILE,
            excerpt=HOSTILE,
        ),
    )
    a = review_a(dossier=dossier(launch, passages), opinions=(bad, *QUILL_OPINIONS[1:]), flags=flags)
    a = live_records.attack(a, HOSTILE)
    return comparison(a=a, answer=f"It depends: {LONG_NAME} suits some, Ledgerline Cloud others. {HOSTILE}")
