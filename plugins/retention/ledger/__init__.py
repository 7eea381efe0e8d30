"""The engine's memory: what was decided, what was planned, what became of it.

The warehouse may be rebuilt at any time; the ledger never is. It lives in the PostgreSQL schema
`ledger`, is migrated with Alembic, and only this package writes to it. Every statement is a file
in a folder of `sql/`; the modules here are the functions that run them.
"""
