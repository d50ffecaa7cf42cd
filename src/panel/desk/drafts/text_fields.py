"""The places of a draft's text that people change, by name: `note`, `futurist:line`, `futurist:2`, ...

A name is what a form, an unsaved word and a conflict speak of.
"""

from dataclasses import dataclass
from typing import Literal

from panel.errors import Mistake
from panel.records import MOST_NOTE_WORDS, DraftText, EditedSentence, EditedWords, Reply, without_unseen

PHRASES = ("line", "for_whom", "not_for", "change_mind", "counter")
LONGEST = 2000  # characters of one field
LONGEST_TOLD = 500  # characters of a reason


@dataclass(frozen=True, slots=True)
class Field:
    """A place in a text."""

    part: Literal["note", "sentence", "phrase", "reply", "prediction"]
    persona_id: str = ""
    name: str = ""  # of a phrase, or the ask_id of a reply
    place: int = -1  # of a sentence

    @property
    def is_view(self) -> bool:
        return self.part in ("phrase", "reply", "prediction")


def read_field(name: str) -> Field:
    """The place a name stands for. Raises Mistake for a name of no place."""
    persona_id, _, rest = name.partition(":")
    if name == "note":
        return Field("note")
    if rest.isdecimal():  # `isdigit` takes "²" for one, and `int` does not
        return Field("sentence", persona_id, place=int(rest))
    if rest in PHRASES:
        return Field("phrase", persona_id, rest)
    if rest == "prediction":
        return Field("prediction", persona_id)
    if rest.startswith("reply:") and rest != "reply:":
        return Field("reply", persona_id, rest.removeprefix("reply:"))
    raise Mistake(f"A draft has no field {name!r}.", hint="Fields are named as in `futurist:2` or `futurist:line`.")


def text_at(text: DraftText, field: Field) -> str:
    """What stands there. Raises Mistake for a place this draft does not have."""
    if field.part == "note":
        return text.note
    words = _words(text, field)
    if field.part == "sentence":
        return _sentence(words, field).text
    if field.part == "reply":
        return next((r.answer for r in words.replies if r.ask_id == field.name), "")
    if field.part == "prediction":
        return words.prediction.statement if words.prediction else ""
    return str(getattr(words, field.name))


def sentence_at(text: DraftText, persona_id: str, place: int) -> EditedSentence:
    """The sentence there. Raises Mistake when there is none."""
    field = Field("sentence", persona_id, place=place)
    return _sentence(_words(text, field), field)


def put_text(text: DraftText, field: Field, new: str, *, by: str = "", role: str = "") -> DraftText:
    """The text with that place changed. by, role: by-line of a note, and "writer" of a writer's."""
    if field.part == "note":
        kept = role if role == "writer" and new else ""
        return text.model_copy(update={"note": new, "note_by": by if new else "", "note_role": kept})
    words = _words(text, field)
    return put_words(text, words.model_copy(update=_changed(words, field, new)))


def _changed(words: EditedWords, field: Field, new: str) -> dict[str, object]:
    if field.part == "sentence":
        kept = _sentence(words, field)
        return {"sentences": tuple(s.model_copy(update={"text": new}) if s is kept else s for s in words.sentences)}
    if field.part == "reply":
        if all(r.ask_id != field.name for r in words.replies):
            raise Mistake(f"{field.persona_id!r} answered no question {field.name!r}.")
        other = Reply(ask_id=field.name, answer=new)
        return {"replies": tuple(other if r.ask_id == field.name else r for r in words.replies)}
    if field.part == "prediction":
        if words.prediction is None:
            raise Mistake(f"{field.persona_id!r} gave no prediction.")
        return {"prediction": words.prediction.model_copy(update={"statement": new}) if new else None}
    return {field.name: new}


def put_words(text: DraftText, words: EditedWords) -> DraftText:
    """The text with one critic's words changed."""
    critics = tuple(words if w.persona_id == words.persona_id else w for w in text.critics)
    return text.model_copy(update={"critics": critics})


def put_sentence(text: DraftText, persona_id: str, sentence: EditedSentence) -> DraftText:
    """The text with one sentence changed."""
    words = _words(text, Field("sentence", persona_id))
    sentences = tuple(sentence if s.place == sentence.place else s for s in words.sentences)
    return put_words(text, words.model_copy(update={"sentences": sentences}))


def typed(new: str, field: Field) -> str:
    """What somebody typed, as one line (a note keeps its own), without what nobody sees. Raises Mistake if too long."""
    lines = without_unseen(new.replace("\r\n", "\n")).split("\n")
    told = [" ".join(line.split()) for line in lines]
    text = "\n".join(told).strip() if field.part == "note" else " ".join(" ".join(told).split())
    if len(text) > LONGEST:
        raise Mistake(f"That is {len(text)} characters; {LONGEST} at most.", hint="Shorten it.")
    if field.part == "note" and len(text.split()) > MOST_NOTE_WORDS:
        long = f"The editor's note has {len(text.split())} words; {MOST_NOTE_WORDS} at most."
        raise Mistake(long, hint="Shorten it.")
    return text


def told(words: str, most: int = LONGEST_TOLD) -> str:
    """A reason or note about an act: one line, without what nobody sees, cut where it is too long."""
    return " ".join(without_unseen(words).split())[:most]


def _words(text: DraftText, field: Field) -> EditedWords:
    found = text.words_of(field.persona_id)
    if found is None:
        raise Mistake(f"No critic {field.persona_id!r} wrote for this draft.")
    return found


def _sentence(words: EditedWords, field: Field) -> EditedSentence:
    found = next((s for s in words.sentences if s.place == field.place), None)
    if found is None:
        raise Mistake(f"{field.persona_id!r} wrote no sentence {field.place}.")
    return found


def plain(text: str) -> str:
    """Words as the file holds them: one line, nothing unseen."""
    return " ".join(without_unseen(text).split())


def plain_lines(text: str) -> str:
    """The same with its own line ends, for a note."""
    return "\n".join(plain(line) for line in without_unseen(text).split("\n")).strip()
