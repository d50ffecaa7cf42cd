"""A table as blocks that can be quoted: every row is one, with the heads of its columns.

`Plan: Team; Price: 12 USD`, and where the first column has no head or is one itself, `SSO: Free: No; Team: Yes`. A
table without heads gives its cells apart with `|`; one that holds other tables, or long texts, lays out a page.
"""

from collections.abc import Callable, Sequence
from typing import Any

from panel.dossier.page.passages import MOST_WORDS, Block

MOST_COLUMNS, MOST_SPAN = 60, 60
LAYOUT = ("table", "h1", "h2", "h3", "form", "pre")


def table_blocks(table: Any, text_of: Callable[[Any], str]) -> list[Block]:
    """The rows of a table, with its caption before them; none for one that lays out a page."""
    if next((e for e in table.iter(*LAYOUT) if e is not table), None) is not None:
        return []
    caption = [Block("prose", text_of(e)) for e in table.iter("caption")]
    rows = [row for row in grid_of(table) if row]
    texts = [[" ".join(text_of(cell).split()) for cell in row] for row in rows]
    if any(len(text.split()) > MOST_WORDS for row in texts for text in row):
        return []
    if len(rows) < 2 or not _is_head(rows[0]):
        return [*caption, *(Block("table", " | ".join(filter(None, row))) for row in texts if any(row))]
    heads = texts[0]
    below = (_row(row, text, heads) for row, text in zip(rows[1:], texts[1:], strict=True) if any(text))
    return [*caption, *(Block("table", text) for text in below)]


def grid_of(table: Any) -> list[list[Any]]:
    """Rows of cells, as elements; one over several rows or columns stands in each."""
    rows: list[list[Any]] = []
    open_cells: dict[int, tuple[Any, int]] = {}  # column -> a cell from above, and for how many rows yet
    for row in table.iter("tr"):
        cells: list[Any] = []
        own = [cell for cell in row if cell.tag in ("td", "th")]
        while (own or len(cells) in open_cells) and len(cells) < MOST_COLUMNS:
            if len(cells) in open_cells:
                cell, left = open_cells.pop(at := len(cells))
                if left > 1:
                    open_cells[at] = cell, left - 1
                cells.append(cell)
                continue
            cell = own.pop(0)
            for _ in range(_span(cell, "colspan")):
                if (down := _span(cell, "rowspan")) > 1:
                    open_cells[len(cells)] = cell, down - 1
                cells.append(cell)
        rows.append(cells)
    return rows


def _span(cell: Any, name: str) -> int:
    said = cell.get(name, "").strip()
    return min(int(said), MOST_SPAN) if said.isascii() and said.isdigit() and said[:3] == said and int(said) else 1


def _is_head(row: Sequence[Any]) -> bool:
    """Whether a row holds heads: it stands in `<thead>`, or nothing but heads stand in it."""
    within = row[0].getparent().getparent()
    return (within is not None and within.tag == "thead") or all(cell.tag == "th" for cell in row)


def _row(cells: Sequence[Any], texts: Sequence[str], heads: Sequence[str]) -> str:
    if len(texts) != len(heads):
        return " | ".join(dict.fromkeys(filter(None, texts)))
    if all(cell is cells[0] for cell in cells):  # a title over the rows that follow
        return texts[0]
    pairs = [(head, text) for head, text in zip(heads, texts, strict=True) if text]
    labelled = not heads[0] or cells[0].tag == "th"
    told = "; ".join(
        f"{head}: {text}" if head else text for head, text in (pairs[1:] if labelled and texts[0] else pairs)
    )
    return f"{texts[0]}: {told}" if labelled and texts[0] and told else told or texts[0]
