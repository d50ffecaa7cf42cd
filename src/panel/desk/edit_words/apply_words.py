"""Save the words somebody changed in a draft's file, one act a place. What others changed meanwhile is kept, and said.

What stands as wanted is left alone, so that a file may be taken again; what is no longer as the file had it is a
conflict with both texts, and the next words are saved even so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from panel.desk.acts.decide import Save, Unchanged
from panel.desk.desk import Desk
from panel.desk.drafts.opened import Opened
from panel.desk.drafts.text_fields import plain, plain_lines
from panel.desk.edit_words.draft_as_words import form_of
from panel.desk.edit_words.words_file import FileItem, Part, read_markdown
from panel.errors import EditConflict, Mistake
from panel.records import Account


@dataclass(frozen=True)
class Edited:
    """What came of a file."""

    opened: Opened
    done: dict[str, int]  # "amended" and "note saved", where there are any
    refused: tuple[Mistake | EditConflict, ...]  # why words by a name were not saved, or lines can't be read

    @property
    def summary(self) -> str:
        """ "2 amended, note saved"; "" when nothing was done."""
        return ", ".join(word if word == "note saved" else f"{count} {word}" for word, count in self.done.items())


def take_words(desk: Desk, who: Account, draft_id: str, text: str) -> Edited:
    """Save what a file changed; nothing when a line of it can't be read. Raises Mistake for a file of another draft."""
    opened = desk.open(who, draft_id)
    form = form_of(opened)
    taken = read_markdown(text, form)
    if taken.draft_id and taken.draft_id != draft_id:
        raise Mistake(f"The file is of {taken.draft_id!r}.", hint=f"panel edit {taken.draft_id} --from FILE")
    if 0 <= taken.number != opened.draft.head:
        form = form_of(desk.open_at(who, draft_id, taken.number))
        taken = read_markdown(text, form)
    changed, amiss = words_changed(taken.words, form)
    if problems := taken.problems or amiss:
        return Edited(opened, {}, tuple(map(Mistake, problems)))
    return _save(desk.taking_back(), who, opened, taken.number, changed)


def words_changed(words: Mapping[str, str], form: Sequence[Part]) -> tuple[dict[str, str], list[str]]:
    """What a file changed of the form it was written from, by name; and sentences about what it may not lack or add."""
    base = {part.name: part.text for part in form if isinstance(part, FileItem)}
    problems = [f"Nothing that is printed in this draft is called {name!r}." for name in words if name not in base]
    problems += [
        f"{name} is missing. To take words away, leave its name and empty it." for name in base if name not in words
    ]
    as_kept = {name: plain_lines if name == "note" else plain for name in base}
    given = {name: as_kept[name](text) for name, text in words.items() if name in base}
    return {name: text for name, text in given.items() if text != as_kept[name](base[name])}, problems


def _save(desk: Desk, who: Account, opened: Opened, number: int, changed: Mapping[str, str]) -> Edited:
    """Save words by name. number: of the revision that the file was written from."""
    done, refused = dict[str, int](), list[Mistake | EditConflict]()
    draft_id = opened.draft.draft_id
    for name, text in changed.items():
        try:
            opened = desk.act(who, draft_id, Save(name, text, number=number, seen="shown"))
        except Unchanged:
            continue
        except EditConflict as err:
            refused.append(EditConflict(f"{name}: {err}", yours=err.yours or text, theirs=err.theirs))
        except Mistake as err:
            refused.append(Mistake(f"{name}: {err} {err.hint}".strip()))
        else:
            word = "note saved" if name == "note" else "amended"
            done[word] = done.get(word, 0) + 1
    return Edited(opened, dict(sorted(done.items())), tuple(refused))
