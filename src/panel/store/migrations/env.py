"""What Alembic runs: the migrations, on the connection the store hands over, inside its transaction."""

from alembic import context

from panel.store.tables import desk_tables  # noqa: F401  its tables belong to the metadata
from panel.store.tables.core import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, version_table=VERSION_TABLE
)
context.run_migrations()
