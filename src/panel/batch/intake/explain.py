"""Why a row was taken, joined, offered or skipped: where it stands, what gave its fields, what decided. Pure."""

from collections.abc import Iterator

from panel.batch.intake.dedupe import as_compared
from panel.batch.intake.entries import MOST_SHOWN, Entry
from panel.batch.intake.field_map import value_of
from panel.batch.intake.read_sources import RowWatch
from panel.batch.intake.source_spec import FIELDS
from panel.dossier import one_line, product_key, proof_of
from panel.records import Announcement, BatchRow, Value

SORTS = {"repo": "a repository", "site": "an address", "name": "the name", "text": "the text"}
DERIVED = {
    "name": "from its address, since nothing names it", "listing": "its homepage, at a host of many people's pages",
    "language": "as the whole feed says",
}  # fmt: skip


class FieldOrigin(Value):
    """One field of a row as it was taken, and what gave it."""

    field: str
    value: str  # "" where nothing was taken of what was given
    origin: str


class RowExplanation(Value):
    """What became of a row, in sentences."""

    row: BatchRow
    fields: tuple[FieldOrigin, ...]
    decided: tuple[str, ...]


def explain_row(row: BatchRow, earlier: BatchRow | None, watch: RowWatch) -> RowExplanation:
    """earlier: the row this one was joined to or may be the same launch as. watch: how the row stood."""
    fields = tuple(_origins(row.said, watch.entry, watch)) if isinstance(watch.entry, Entry) else ()
    return RowExplanation(row=row, fields=fields, decided=(*watch.lost, *_decided(row, earlier)))


def _origins(said: Announcement, entry: Entry, watch: RowWatch) -> Iterator[FieldOrigin]:
    kind = "column" if entry.at.startswith("line") else "field"
    title = value_of("name", entry, watch.spec.table).text
    told = said.model_dump(mode="json") | {"text": "".join(source.text for source in said.sources)}
    for field in FIELDS:
        found, value = value_of(field, entry, watch.spec.table), one_line(told[field] or "")
        given = ", ".join(map(one_line, found.texts))
        where = f"its {kind} {_short(found.path)}, {'known by its name' if found.is_guessed else 'as panel.toml says'}"
        if given:
            how = "as it stands" if value == given else f"{'from' if value else 'no use of'} {_short(given)}"
            yield FieldOrigin(field=field, value=value, origin=f"{how} in {where}")
        elif value:
            yield FieldOrigin(
                field=field, value=value, origin=DERIVED.get(field, f"cut from its title {_short(title)}")
            )


def _decided(row: BatchRow, earlier: BatchRow | None) -> Iterator[str]:
    if earlier:
        one, other = as_compared(earlier.row, earlier.said), as_compared(row.row, row.said)
        which = f"row {earlier.row}, {_short(earlier.said.name)} ({earlier.said.source}, {earlier.said.at})"
        proof = proof_of(one, other)
        if row.same_as:
            yield f"It is joined to {which}: they have {proof}, and state no different releases."
        else:
            shared = {SORTS[key.partition(":")[0]] for key in {*product_key(one)} & {*product_key(other)}}
            lacks = "only one states the release its name ends in" if proof else "that is no proof"
            share = " and ".join(sorted(shared)) or "a page"
            yield f"It may be the same launch as {which}: they share {share}, but {lacks}. A person joins them."
    if row.state == "failed":
        yield f"It {row.reason}"
    elif not row.same_as:
        reason = f": {row.reason}" if row.reason else ""
        yield f"It is {'reviewed' if row.state == 'ready' else row.state}{reason}."


def _short(text: str) -> str:
    text = one_line(text)
    return f"'{text}'" if len(text) <= MOST_SHOWN else f"'{text[: MOST_SHOWN - 1]}…'"
