"""What people answer to the questions of mails; kept for ever, the latest answer counts."""

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
    """A message that asks, as far as its answers' page needs to know.

    Attributes:
        campaign: whose question it is.
        locale: language of the message, BCP 47.
    """

    campaign: str
    locale: str


@dataclass(frozen=True)
class Answer:
    """What the recipient of a message says: a question's name and an answer's."""

    message_id: UUID
    question: str
    answer: str


def find_asking_message(connection: psycopg.Connection, message_id: UUID) -> AskingMessage | None:
    """Return what is known of a message, None when there is no such message."""
    rows = class_row(AskingMessage)
    return execute(connection, "find_asking_message", rows=rows, message_id=message_id).fetchone()


def record_answer(connection: psycopg.Connection, given: Answer, now: datetime) -> bool:
    """Record an answer at `now` (aware); return whether it is another than the latest before."""
    with connection.transaction():
        # One answer of a message at a time, or two clicks at once would both count as new.
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
    """Return whether anybody ever gave this answer, or any, to a question of a campaign."""
    rows = args_row(bool)
    cursor = execute(
        connection, "was_answered", rows=rows, campaign=campaign, question=question, answer=answer
    )
    return only_row(cursor)
