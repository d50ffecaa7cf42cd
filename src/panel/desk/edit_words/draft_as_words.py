"""What `panel edit` shows of a draft: the note, and critic by critic the words that are printed. Pure.

Words go by the names of `text_fields`. The passages under a claim, which whoever rewrites it has to see, and what
checks say stand beside them for reading.
"""

import re
from collections.abc import Iterator

from panel.desk.acts.by_name import lines_under, named_point
from panel.desk.drafts.opened import Opened, OpenReview
from panel.desk.drafts.overlay import printed_sentences
from panel.desk.drafts.text_fields import PHRASES, read_field, text_at
from panel.desk.edit_words.words_file import FileItem, Part, write_markdown
from panel.records import Answered, EditedWords, Persona, Written

SAFE = re.compile(r"[a-z0-9_]{1,60}")
HEAD = (
    "> Change the words behind a name, and they count as amended, by you. Lines with > and ## are for reading.",
    "> Begin a line of your own words that starts with # > * [ or \\ with one more \\.",
    "> Save and close to take it over. Close it unchanged and nothing happens.",
    "> What you change is recorded as shown in an editor's file, not as seen on a screen.",
)


def draft_as_words(opened: Opened) -> str:
    """The file, whole."""
    return write_markdown(opened.draft.draft_id, opened.draft.head, form_of(opened))


def form_of(opened: Opened) -> tuple[Part, ...]:
    """Everything in the file but its first line."""
    return tuple(_form(opened))


def _form(opened: Opened) -> Iterator[Part]:
    yield from HEAD
    personas = opened.review.personas if isinstance(opened, OpenReview) else ()
    if isinstance(opened, OpenReview):
        yield f"> Decide of a claim with: panel drafts decide {opened.draft.draft_id} TARGET DECISION"
    else:
        yield "> A comparison prints its reviews' sentences: they are changed there."
        yield from (f"> {s.draft.draft_id}: panel edit {s.draft.draft_id}" for s in opened.sides)
    yield "## Editor's note: your own words, printed first"
    yield FileItem("note", opened.text.note)
    yield from _flags(opened, "")
    for persona in personas:
        assert isinstance(opened, OpenReview)
        yield from _critic(opened, persona)


def _critic(opened: OpenReview, persona: Persona) -> Iterator[Part]:
    who = persona.persona_id
    opinion, words = opened.review.opinion(who), opened.text.words_of(who)
    if who in opened.struck or not isinstance(opinion, Answered) or words is None:
        return
    yield f"## {persona.title}: {opinion.verdict}, confidence {opinion.confidence:.2f}"
    for name in _names(opinion, words):
        yield FileItem(f"{who}:{name}", text_at(opened.text, read_field(f"{who}:{name}")))
        point = named_point(opened, f"{who}:{name}")
        yield from (f"> {line}" for line in (lines_under(opened, point) if point else ()))
        if name == "prediction" and words.prediction:
            by, chance = words.prediction.resolve_by, words.prediction.probability
            yield f"> {chance:.0%} likely by {by}, settled at {words.prediction.settled_at}"
    yield from _flags(opened, who)


def _names(opinion: Answered, words: EditedWords) -> Iterator[str]:
    """Names of the words of a critic that are printed: its line, its sentences, the rest of its views."""
    if not isinstance(opinion.words, Written):
        return
    views = words.views == "printed"
    if views:
        yield "line"
    yield from (str(sentence.place) for sentence in printed_sentences(opinion.words, words))
    if views:
        yield from (name for name in PHRASES if name != "line")
        yield from (f"reply:{r.ask_id}" for r in words.replies if SAFE.fullmatch(r.ask_id))
    if views and words.prediction:
        yield "prediction"


def _flags(opened: Opened, persona_id: str) -> Iterator[str]:
    """What checks say of a critic's words; "" of the whole review."""
    mine = (flag for flag in opened.flags if flag.persona_id == persona_id)
    yield from (f"> Flag, {flag.severity}, {flag.check}: {flag.message}" for flag in mine)
