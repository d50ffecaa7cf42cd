"""Long tables read page by page: nothing is locked between pages, and no more than one page is in memory."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Engine, Select, tuple_

from panel.store.database import reading


def pages(engine: Engine, wanted: Select[Any], keys: tuple[Column[Any], ...], size: int) -> Iterator[list[Any]]:
    """Rows of `wanted` in the order of `keys`, which must be among its columns and name one row each.

    Each page is a transaction of its own that goes on after the last row seen, so rows may change, come and go
    meanwhile; one that is there throughout is given once.
    """
    page = wanted.order_by(*keys).limit(size)
    after: tuple[Any, ...] | None = None
    while True:
        with reading(engine) as conn:
            rows = list(conn.execute(page if after is None else page.where(tuple_(*keys) > after)))
        if rows:
            yield rows
        if len(rows) < size:
            return
        after = tuple(getattr(rows[-1], key.name) for key in keys)
