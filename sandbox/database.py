"""The sandbox's SQLite file: one writer at a time, any number of readers."""

import sqlite3
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCHEMA = Path(__file__).with_name("schema.sql")
VERSION = 2
"""Incremented with every incompatible change of ``schema.sql``."""

# Ids are random, so writes touch pages all over the indexes of a large inbox: the writing
# connection caches them (KiB when negative), and checkpoints are rare (pages).
WRITER_CACHE = -192 * 1024
PAGES_BETWEEN_CHECKPOINTS = 16_000


class ForeignDatabaseError(Exception):
    """The file was written by another version of the sandbox."""


class Database:
    """A SQLite database for many threads.

    With write-ahead logging, readers continue while a request is accepted, and committed
    transactions survive a killed process. Only one process may use the file: its writers queue on a
    lock within the process.
    """

    def __init__(self, path: Path) -> None:
        """Open or create the file at ``path`` and create its tables."""
        self._path = path
        self._writing = threading.Lock()
        # A pool, one connection per thread at a time: threads come and go, connections stay.
        self._idle: deque[sqlite3.Connection] = deque()
        self._writer = self._opened()
        self._writer.execute(f"pragma cache_size = {WRITER_CACHE}")
        self._create_tables()

    def _create_tables(self) -> None:
        version = self._writer.execute("pragma user_version").fetchone()[0]
        if self._writer.execute("select 1 from sqlite_schema").fetchone() and version != VERSION:
            self.close()
            message = (
                f"{self._path} was written by another version of the sandbox; delete it, or choose "
                "another file"
            )
            raise ForeignDatabaseError(message)
        self._writer.executescript(SCHEMA.read_text(encoding="utf-8"))
        self._writer.execute(f"pragma user_version = {VERSION}")

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._opened()
        try:
            yield connection
        finally:
            self._idle.append(connection)

    def _opened(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, isolation_level=None, timeout=30, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        connection.execute("pragma journal_mode = wal")
        # A killed process loses nothing; only a power failure may lose the last mails.
        connection.execute("pragma synchronous = off")
        connection.execute(f"pragma wal_autocheckpoint = {PAGES_BETWEEN_CHECKPOINTS}")
        connection.execute("pragma foreign_keys = on")
        return connection

    def close(self) -> None:
        """Close the connections; call it when the database is no longer in use."""
        self._writer.close()
        while self._idle:
            self._idle.pop().close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Run one write transaction; it is rolled back on an exception."""
        with self._writing:
            self._writer.execute("begin immediate")
            try:
                yield self._writer
            except BaseException:
                self._writer.execute("rollback")
                raise
            self._writer.execute("commit")

    def rows(self, sql: str, values: Any = ()) -> list[sqlite3.Row]:
        """Return all rows of a query; ``values`` is a sequence or mapping of its parameters."""
        with self._connection() as connection:
            return connection.execute(sql, values).fetchall()

    def row(self, sql: str, values: Any = ()) -> sqlite3.Row | None:
        """Return the first row of a query, or None."""
        return next(iter(self.rows(sql, values)), None)

    def value(self, sql: str, values: Any = ()) -> Any:
        """Return the first column of the first row, or None when there is no row."""
        row = self.row(sql, values)
        return None if row is None else row[0]
