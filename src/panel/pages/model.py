"""What templates may see: frozen values in reading order, already worded, with nothing left to decide.

`ReviewPage` and `ComparisonPage` are the whole context of their templates, field by field; a test holds the two equal.
A side is one tool, a row is one critic across the sides, a note is one piece of evidence.
"""

from dataclasses import dataclass

from panel.pages.safe_text import Pieces


@dataclass(frozen=True, slots=True)
class FlagNote:
    """What a check found, for a draft's reader."""

    severity: str
    check: str
    message: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source as printed. `href` is "" when the address is not an ordinary http(s) one; `address` is then text."""

    source_id: str
    anchor: str
    title: str
    href: str
    address: str
    voice: str
    kind: str
    dated: str
    passages: int
    sha256: str
    is_ours: bool  # written by code from our own archive
    is_sponsored: bool  # we earn from links to it


@dataclass(frozen=True, slots=True)
class Footnote:
    """A piece of evidence: the claim, the words it cites, where they stand and whose word they are."""

    anchor: str
    number: int
    side: str  # "for" or "against"
    claim: Pieces
    excerpt: str
    passage_id: str
    quoted: str  # "quoted word for word", or what is wrong
    is_quoted: bool
    source: SourceLine | None  # None: the juror cited a passage that does not exist
    flags: tuple[FlagNote, ...]


@dataclass(frozen=True, slots=True)
class StandView:
    """One sentence of a quote, its last word apart so that no line breaks before a mark. `mark` is "" on evidence."""

    pieces: Pieces
    tail: Pieces
    rests_on: str
    mark: str
    notes: tuple[Footnote, ...]
    flags: tuple[FlagNote, ...]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A short text under its label: "Choose it if you", "The best case against me"."""

    label: str
    pieces: Pieces


@dataclass(frozen=True, slots=True)
class Forecast:
    """A prediction; `settled_at` is a model's text and never a link."""

    critic: str
    tool: str
    statement: Pieces
    chance: str
    resolve_by: str
    settled_at: str


@dataclass(frozen=True, slots=True)
class OpinionView:
    """One critic on one tool. Without words of its own (`has_words`), `notes` are the passages it picked."""

    side: str  # "a" or "b"
    tool: str
    stand: str
    word: str
    line: Pieces
    has_words: bool
    sentences: tuple[StandView, ...]
    notes: tuple[Footnote, ...]
    confidence: str
    more: tuple[Labelled, ...]
    replies: tuple[Labelled, ...]
    flags: tuple[FlagNote, ...]  # about the opinion as a whole
    why: str  # of no answer
    model: str


@dataclass(frozen=True, slots=True)
class Critic:
    """One lens, and what it said of each side."""

    persona_id: str
    title: str
    blurb: str
    on: tuple[OpinionView, ...]


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A maker's number and whose word it is."""

    figure: str
    sentence: str
    passage_id: str
    standing: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanLine:
    name: str
    price: str
    includes: str


@dataclass(frozen=True, slots=True)
class JurorLine:
    """A critic's model and what its answers cost."""

    title: str
    model: str
    returned: str
    calls: int
    tokens: str
    cost: str


@dataclass(frozen=True, slots=True)
class Uncounted:
    """An opinion in no share, and why."""

    title: str
    tool: str
    word: str
    why: str


@dataclass(frozen=True, slots=True)
class Conditions:
    """Reasons to choose or skip one tool; each is (critic, text)."""

    choose: tuple[tuple[str, Pieces], ...]
    skip: tuple[tuple[str, Pieces], ...]
    picked_for: tuple[Footnote, ...]  # by critics who were not asked for words; a passage once
    picked_against: tuple[Footnote, ...]


@dataclass(frozen=True, slots=True)
class Against:
    """The strongest voice on the smaller side, or the strongest counter-argument where all voted alike."""

    critic: str
    label: str  # "voted skip; against the larger side"
    pieces: Pieces


@dataclass(frozen=True, slots=True)
class Stance:
    """A verdict in a small table: its mark and its word."""

    stand: str
    word: str


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """A critic asked three times: what it said without the words, without them again, and with them in."""

    title: str
    without: Stance
    again: Stance
    with_words: Stance
    moved: str  # "with the words in", "by itself", "both times"; "" when nothing moved


@dataclass(frozen=True, slots=True)
class Span:
    """Words that speak to reviewers, as they stand in a passage, and which rule found them."""

    passage_id: str
    source: SourceLine | None
    kind: str
    excerpt: str  # unseen characters spelt out
    why: str


@dataclass(frozen=True, slots=True)
class Contained:
    """A launch that speaks to reviewers: what was done about it, and what came of it."""

    is_held: bool
    title: str  # "Held" or "Not held"
    short: str  # for the top of the page: what happened, one sentence
    told: str  # what was found and what was left out
    done: str  # what the shown answers are, and what comes next
    why: str  # why it is held, or not
    asked: tuple[AskedAgain, ...]  # () when nobody was asked again
    left_out: str  # the receipt: which passages
    spans: tuple[Span, ...]
    more_spans: str  # how many are not listed


@dataclass(frozen=True, slots=True)
class HiddenTextView:
    """How a text was hidden, and the text, unseen characters spelt out."""

    where: str
    text: str


@dataclass(frozen=True, slots=True)
class HiddenIn:
    """What one source keeps from its readers; `more` counts what is not listed."""

    source_id: str
    source: SourceLine | None
    texts: tuple[HiddenTextView, ...]
    more: str


@dataclass(frozen=True, slots=True)
class FactPlace:
    """Where a fact was read."""

    source_id: str
    source: SourceLine | None
    read_from: str
    passage_id: str


@dataclass(frozen=True, slots=True)
class FactLine:
    """Something code read off pages, each place that states it, and whether another states otherwise."""

    what: str
    value: str
    places: tuple[FactPlace, ...]
    more_places: str
    checked: str
    disputed: str  # "sources disagree"; "" when nobody does


@dataclass(frozen=True, slots=True)
class FactsSection:
    """What code read off one tool's pages."""

    lines: tuple[FactLine, ...]
    more: str  # how many are not listed
    disputed: tuple[str, ...]  # what sources disagree on: "licence", "plan Team"


@dataclass(frozen=True, slots=True)
class CostLine:
    """What a plan costs in a scenario, with the sum it comes from; `how` says why when there is no cost."""

    plan: str
    cost: str
    how: str
    is_computed: bool


@dataclass(frozen=True, slots=True)
class ScenarioLine:
    """A stated use and what each plan costs in it."""

    name: str
    use: str
    costs: tuple[CostLine, ...]
    more: str  # how many plans are not listed
    checked: str  # day the prices were looked up, in words


@dataclass(frozen=True, slots=True)
class Lacks:
    """Essentials that no source has, and pages that could not be read."""

    names: tuple[str, ...]
    sentence: str  # what is missing and what that does to a verdict; "" when nothing is
    short: str  # the same for the top of a page
    unread: tuple[str, ...]  # one sentence a page
    more_unread: str


@dataclass(frozen=True, slots=True)
class ToolSide:
    """One tool and everything that stands in its column."""

    key: str  # "a" or "b"
    name: str
    release: str
    category: str
    homepage: str
    homepage_text: str
    launched: str
    tagline: str
    stake: str  # "Disclosure: we own Quillbase."; "" for none
    is_sponsored: bool  # links to it earn us money
    count: str  # "3 of 4 ship"
    rest: str
    price_class: str
    entry: str
    plans: tuple[PlanLine, ...]
    price_source: str
    price_href: str
    price_checked: str
    reporter: OpinionView | None
    reporter_title: str
    conditions: Conditions
    figures: tuple[FigureLine, ...]
    dissent: Against | None
    sources: tuple[SourceLine, ...]
    lacks: Lacks
    coverage: str
    contained: Contained | None  # None: nothing on its pages speaks to reviewers
    hidden: tuple[HiddenIn, ...]
    hidden_count: int
    hidden_is: str  # a sentence on what these texts are
    facts: FactsSection
    costs: tuple[ScenarioLine, ...]
    independence: str
    worth: tuple[tuple[str, str], ...]  # label, value: interval, effective jurors, correlation
    jurors: tuple[JurorLine, ...]
    hashes: tuple[tuple[str, str], ...]
    prompts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PictureSpot:
    """A mark in the picture, in picture units."""

    x: float
    y: float
    stand: str
    label: str
    title: str
    label_x: float
    anchor: str  # "start" or "end"


@dataclass(frozen=True, slots=True)
class Band:
    """A level of the picture: those who ship, those who gave no vote, those who skip."""

    y: float
    words: tuple[str, ...]  # one per side: "3 ship"


@dataclass(frozen=True, slots=True)
class Thread:
    """A critic's line from one tool to the other."""

    path: str
    leans: str  # "a", "b" or "neither"


@dataclass(frozen=True, slots=True)
class Picture:
    """The split, drawn: every critic a mark on each tool, high when it ships, low when it skips."""

    width: int
    height: float
    title: str
    desc: str
    names: tuple[str, ...]
    bands: tuple[Band, ...]
    threads: tuple[Thread, ...]
    spots: tuple[PictureSpot, ...]


@dataclass(frozen=True, slots=True)
class Together:
    """A passage that two or more critics rest on."""

    tool: str
    passage_id: str
    text: str
    source: SourceLine | None
    speaks_for: str
    speaks_against: str
    is_opposing: bool


@dataclass(frozen=True, slots=True)
class PageView:
    """What both pages have."""

    kind: str  # "review" or "comparison"
    grade: str
    banner: str
    title: str
    is_answered: bool  # False: no critic gave a usable answer, and the page says why and nothing else
    answer: str
    answer_size: str  # "short", "medium" or "long": how large it can be set
    kicker: str
    because: str  # "" where nothing was computed
    depth: str
    independence: str  # "" of a trial: its votes are worth nothing
    sides: tuple[ToolSide, ...]
    critics: tuple[Critic, ...]
    picture: Picture
    uncounted: tuple[Uncounted, ...]
    forecasts: tuple[Forecast, ...]
    held: tuple[FlagNote, ...]  # flags on the page as a whole
    made: tuple[tuple[str, str], ...]
    contents: tuple[tuple[str, str], ...]  # anchor and title of each section that is there
    status: str  # that nobody approved it, or who did
    is_signed: bool
    note: tuple[str, ...]  # the editor's own words, a paragraph each
    note_by: str
    note_role: str
    retracted: str  # "Retracted 25 Nov 2026: why"; "" for a page that stands
    corrected: tuple[tuple[str, str], ...]  # day and reason


@dataclass(frozen=True, slots=True)
class ReviewPage(PageView):
    """The context of a review's templates."""


@dataclass(frozen=True, slots=True)
class ComparisonPage(PageView):
    """The context of a comparison's templates."""

    choose_first: bool
    pricing_differs: str
    parity: str  # which kinds of sources were read of one tool and not of the other; "" where none
    together: tuple[Together, ...]
    differs_in_kind: tuple[str, ...]
    rule: tuple[tuple[str, str], ...]
