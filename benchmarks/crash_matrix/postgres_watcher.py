"""Watches a worker's PostgreSQL connection and notes when each statement is asked and answered.

Reads the frontend/backend protocol, version 3: after the startup packet every message is a type
byte, a length and its content. https://www.postgresql.org/docs/16/protocol-message-formats.html
"""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import retention.ledger
from benchmarks.crash_matrix.proxy import Reader

if TYPE_CHECKING:
    import socket

    from benchmarks.crash_matrix.kill_point import KillPoint

STATEMENTS = Path(retention.ledger.__file__).parent / "sql"
PARSE, QUERY, READY = b"P", b"Q", b"Z"
TRANSACTION_WORDS = {"begin", "commit", "rollback", "savepoint", "release"}
LONGEST_NAME = 40


class PostgresWatcher:
    """Forwards one connection.

    `asked` is before PostgreSQL has the statement, `answered` before the worker has the result.
    """

    def __init__(self, kill_point: KillPoint, worker: socket.socket, server: socket.socket) -> None:
        self._kill_point = kill_point
        self._worker = worker
        self._server = server
        self._asked: list[str] = []
        self._last = "connecting"

    def to_server(self) -> None:
        """Forward statements until the worker is killed at one of them."""
        reader = Reader(self._worker)
        (length,) = struct.unpack("!i", startup := reader.read(4))
        self._server.sendall(startup + reader.read(length - 4))
        while True:
            kind, message = _read_message(reader)
            if (name := self._name(kind, message)) is not None:
                if not self._kill_point.passes(f"{name}: asked"):
                    return
                self._asked.append(name)
            self._server.sendall(message)

    def to_worker(self) -> None:
        """Forward results; the last message of each only if the worker lives on."""
        reader = Reader(self._server)
        while True:
            kind, message = _read_message(reader)
            if kind == READY:
                done, self._asked = self._asked, []
                if not all(self._kill_point.passes(f"{name}: answered") for name in done):
                    return
            self._worker.sendall(message)

    def _name(self, kind: bytes, message: bytes) -> str | None:
        """Return the name of the message's statement; None if it has none."""
        if kind not in {PARSE, QUERY}:
            return None
        text = message[5:].split(b"\0")[kind == PARSE].decode()
        if (word := text.split(maxsplit=1)[0].lower()) in TRANSACTION_WORDS:
            return f"{word} after {self._last}"
        self._last = name_of(text)
        return self._last


def name_of(statement: str) -> str:
    """Return the name of a statement: its file's name, or else its first characters."""
    start = " ".join(statement.split())[:LONGEST_NAME]
    return _statement_names().get(statement.split("\n", 1)[0], start)


@cache
def _statement_names() -> dict[str, str]:
    """Return the names of the ledger's statements by their first line, which is unique."""
    return {
        file.read_text(encoding="utf-8").split("\n", 1)[0]: file.stem
        for file in STATEMENTS.rglob("*.sql")
    }


def _read_message(reader: Reader) -> tuple[bytes, bytes]:
    head = reader.read(5)
    kind, length = struct.unpack("!ci", head)
    return kind, head + reader.read(length - 4)
