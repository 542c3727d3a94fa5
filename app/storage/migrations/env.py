"""Alembic's entry: the connection is handed in, there is no ini file, the caller owns the transaction."""

from __future__ import annotations

from alembic import context

from app.storage.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
