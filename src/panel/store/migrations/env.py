"""What Alembic runs: the migrations, on the connection the store hands over, inside its transaction."""

from alembic import context

from panel.store.tables.core import VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
context.run_migrations()
