"""Why a row was taken, joined, offered or skipped: where it stands, what gave its fields, what decided."""

from collections.abc import Iterator

from panel.batch.intake.dedupe import as_compared
from panel.batch.intake.entries import MOST_SHOWN, BadRow, Entry
from panel.batch.intake.field_map import value_of
from panel.batch.intake.read_sources import SourceRow
from panel.batch.intake.source_spec import FIELDS, FeedTable, SourceSpec
from panel.dossier import one_line, product_key, proof_of
from panel.errors import Mistake
from panel.records import Announcement, BatchRow, Value
from panel.store import BatchRows

SORTS = {"repo": "a repository", "site": "an address", "name": "the name", "text": "the text"}
DERIVED = {
    "name": "from its address, since nothing names it", "listing": "its homepage, at a host of many people's pages",
    "language": "as the whole feed says",
}  # fmt: skip


class RowWatch:
    """One row by its number from 1: how it stood before its fields were ours, and what it lost."""

    def __init__(self, row: int) -> None:
        self.row, self._at = row, 0
        self.entry: Entry | SourceRow | None = None
        self.table = FeedTable()
        self.lost: list[str] = []

    def see(self, entry: Entry | SourceRow, spec: SourceSpec) -> None:
        self._at += 1
        if self._at == self.row:
            self.entry, self.table = entry, spec.table

    def hear(self, problem: BadRow) -> None:
        if self._at == self.row and problem.kept and problem.at:
            self.lost.append(problem.reason)


class RowExplanation(Value):
    """What became of a row."""

    row: BatchRow
    fields: dict[str, tuple[str, str]]  # field -> what was taken for it, and what gave it; a value may be ""
    decided: tuple[str, ...]  # sentences


def explain_row(rows: BatchRows, run_id: str, watch: RowWatch) -> RowExplanation:
    """What became of the row that was watched. Raises Mistake where there is none."""
    if watch.entry is None:
        count = sum(rows.counts(run_id).values())
        raise Mistake(f"There is no row {watch.row}: {count} were read.", hint="`--dry-run` numbers them.")
    row = rows.get(run_id, watch.row)
    number = row.same_as or int(row.may_be[4:].partition(":")[0] or 0)
    decided = _decided(row, rows.get(run_id, number) if number else None)
    fields = dict(_origins(row.said, watch.entry, watch.table)) if isinstance(watch.entry, Entry) else {}
    return RowExplanation(row=row, fields=fields, decided=(*watch.lost, *decided))


def _origins(said: Announcement, entry: Entry, feed: FeedTable) -> Iterator[tuple[str, tuple[str, str]]]:
    kind = "column" if entry.at.startswith("line") else "field"
    title = value_of("name", entry, feed).text
    told = said.model_dump(mode="json") | {"text": "".join(source.text for source in said.sources)}
    for field in FIELDS:
        found, value = value_of(field, entry, feed), one_line(told[field] or "")
        given = ", ".join(map(one_line, found.texts))
        where = f"its {kind} {_short(found.path)}, {'known by its name' if found.is_guessed else 'as panel.toml says'}"
        if given:
            how = "as it stands" if value == given else f"{'from' if value else 'no use of'} {_short(given)}"
            yield field, (value, f"{how} in {where}")
        elif value:
            yield field, (value, DERIVED.get(field, f"cut from its title {_short(title)}"))


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
