"""The archive of critics' words: kept as prints, read back by critic, the newest first, from an index."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import delete, insert, select

from panel.records import Print
from panel.store.database import Face, changing_alone, reading
from panel.store.sql_dialect import by_key
from panel.store.tables.desk_tables import prints


class Prints(Face):
    """The prints of one database."""

    def remember(self, subject: str, texts: Sequence[Print]) -> None:
        """Keep a product's prints in place of those kept before. Raises ValueError for another product's."""
        if any(text.subject != subject for text in texts):
            raise ValueError(f"prints of another product than {subject!r}")
        with changing_alone(self._engine) as conn:
            conn.execute(delete(prints).where(prints.c.subject == subject))
            if texts:
                conn.execute(insert(prints), [text.model_dump(mode="json") for text in texts])

    def recent(self, persona_id: str, *, besides: str, since: date, limit: int) -> tuple[Print, ...]:
        """The critic's words about other products than `besides`, kept on this day or later, the newest first."""
        whose = (prints.c.persona_id == persona_id) & (prints.c.kind == "words")
        which = (prints.c.subject != besides) & (prints.c.on_day >= since.isoformat())
        newest = select(prints).where(whose, which).order_by(prints.c.on_day.desc(), prints.c.print_id.desc())
        with reading(self._engine) as conn:
            by_key(conn)
            rows = conn.execute(newest.limit(limit)).mappings()
            return tuple(Print.model_validate({name: row[name] for name in Print.model_fields}) for row in rows)
