"""What was decided and sent: the ledger's part of the page, kept short."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg

from retention.explain.signals import NothingToExplainError
from retention.ledger.customers import find_customer_decisions, find_customer_messages

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from retention.explain.readers import Reader

SHOWN_MESSAGES = 5


def tell_decisions(
    connection: psycopg.Connection, customer_id: str, night: date | None, texts: Mapping
) -> tuple[str, ...]:
    """Return a line for each decision of the night; its reasons are in English, as recorded.

    Raises:
        NothingToExplainError: the ledger has no tables.
    """
    try:
        decisions = find_customer_decisions(connection, customer_id, night)
    except psycopg.errors.UndefinedTable as error:
        message = "there is no ledger here: run `retention migrate`"
        raise NothingToExplainError(message) from error
    return tuple(
        texts["decision"].format(
            campaign=decision.campaign,
            outcome=texts["outcomes"][decision.outcome],
            reason=decision.reason,
            outcome_reason=decision.outcome_reason,
        )
        for decision in decisions
    )


def tell_messages(
    connection: psycopg.Connection, customer_id: str, texts: Mapping, reader: Reader
) -> tuple[str, ...]:
    """Return a line for each of the latest messages, the newest first."""
    return tuple(
        texts["message"].format(
            campaign=message.campaign,
            state=texts["states"][message.state],
            day=reader.language.day(reader.shop.local_date(message.state_at)),
        )
        for message in find_customer_messages(connection, customer_id, SHOWN_MESSAGES)
    )
