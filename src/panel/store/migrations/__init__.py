"""The schema's history, run by Alembic when a database is behind (`store/upgrade.py`)."""
