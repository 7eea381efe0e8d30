"""The engine's memory: decisions, messages, and what happened to them.

The warehouse may be rebuilt at any time; the ledger never is. It lives in the PostgreSQL schema
`ledger`, is migrated with Alembic, and only this package writes to it. Every statement is a file
in a folder of `sql/`; the modules here are the functions that run them.

In all modules, `connection` is an open psycopg connection, and the caller decides whether it is in
autocommit mode or in a transaction. `now` is the current time, an aware datetime passed in by the
caller. A `night` is the local date of a night.
"""
