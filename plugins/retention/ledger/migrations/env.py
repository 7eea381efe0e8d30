"""Alembic's entry point: runs the migrations over the connection that `migrate` opened."""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table="schema_version",
    version_table_schema="ledger",
)
with context.begin_transaction():
    context.run_migrations()
