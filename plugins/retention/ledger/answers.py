"""Answers to the questions in mails; all are kept for ever, and the latest one counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg.rows import args_row, class_row

from retention.database import only_row
from retention.ledger.statements import execute

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    import psycopg


@dataclass(frozen=True)
class AskingMessage:
    """What the answers page needs to know of a message that asks a question.

    Attributes:
        campaign: the campaign that asks.
        locale: language of the message, BCP 47.
    """

    campaign: str
    locale: str


@dataclass(frozen=True)
class Answer:
    """The answer of a message's recipient: the names of the question and of the answer."""

    message_id: UUID
    question: str
    answer: str


def find_asking_message(connection: psycopg.Connection, message_id: UUID) -> AskingMessage | None:
    """Return a message's campaign and language; None if there is no such message."""
    rows = class_row(AskingMessage)
    return execute(connection, "find_asking_message", rows=rows, message_id=message_id).fetchone()


def record_answer(connection: psycopg.Connection, given: Answer, now: datetime) -> bool:
    """Record an answer; return whether it differs from the latest one before."""
    with connection.transaction():
        # One answer per message at a time, or two simultaneous clicks would both count as new.
        execute(connection, "lock_answers", message_id=given.message_id)
        recorded = execute(
            connection,
            "record_answer",
            message_id=given.message_id,
            question=given.question,
            answer=given.answer,
            now=now,
        )
    return recorded.rowcount == 1


def was_answered(
    connection: psycopg.Connection, campaign: str, question: str, answer: str | None = None
) -> bool:
    """Return whether anybody ever gave this answer to a campaign's question, or any if None."""
    rows = args_row(bool)
    cursor = execute(
        connection, "was_answered", rows=rows, campaign=campaign, question=question, answer=answer
    )
    return only_row(cursor)
