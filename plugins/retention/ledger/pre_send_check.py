"""The pre-send check: cancels messages that must not leave, right before their mail may leave.

`claimed -> cancelled`, inside the transaction that commits `submitting`.
"""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from retention.database import only_row
from retention.ledger.statements import execute
from retention.ledger.states import RELEASED_EVENTS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime
    from uuid import UUID

    import psycopg

    from retention.ledger.claims import Claim

ERASURE_KEY_VARIABLE = "PALUU_ERASURE_KEY"


class ErasureKeyMissingError(RuntimeError):
    """People were erased, and without the key they cannot be recognised."""


@dataclass(frozen=True)
class PreSendCheck:
    """What is checked besides the ledger's own suppressions and erasures.

    Attributes:
        shop_timezone: IANA name; None when the shop's own tables cannot be read, so that consents
            and purchases since the decision stay unknown.
        stopped_by_purchase: campaigns that skip customers who have ordered since the night.
        unhappy_answers: by question, the answers after which marketing pauses.
        unhappy_pause: the length of that pause; a different answer to the question ends it.
    """

    shop_timezone: str | None = None
    stopped_by_purchase: frozenset[str] = frozenset()
    unhappy_answers: Mapping[str, Collection[str]] = field(default_factory=dict)
    unhappy_pause: timedelta = timedelta(0)


def withdraw(
    connection: psycopg.Connection,
    claim: Claim,
    check: PreSendCheck,
    now: datetime,
    late: Mapping[UUID, datetime] | None = None,
) -> set[UUID]:
    """Cancel the messages of a claim that must not leave any more; return their ids.

    Args:
        connection: an open connection, inside a transaction.
        claim: the messages that a worker is about to submit.
        check: what to check.
        now: the current time.
        late: the release times (aware) of marketing that arrives on a later day than planned.

    Raises:
        ErasureKeyMissingError: `PALUU_ERASURE_KEY` is not set although people were erased.
    """
    mine: dict[str, Any] = {"request_id": claim.request_id, "now": now}
    erased = _find_erased(connection, claim)
    gone = execute(
        connection,
        "withdraw_unwanted",
        erased_ids=erased,
        released_events=RELEASED_EVENTS,
        **mine,
    ).fetchall()
    if card_ids := claim.card_ids:
        gone += execute(connection, "withdraw_cardless", card_ids=card_ids, **mine).fetchall()
    if check.shop_timezone and claim.kind == "marketing":
        gone += execute(connection, "withdraw_refusers", **mine).fetchall()
    if check.shop_timezone and claim.campaign in check.stopped_by_purchase:
        zone = check.shop_timezone
        gone += execute(connection, "withdraw_buyers", shop_timezone=zone, **mine).fetchall()
    if check.unhappy_answers and claim.kind == "marketing":
        gone += _withdraw_unhappy(connection, check, **mine)
    if check.shop_timezone and late:
        gone += execute(
            connection,
            "withdraw_late",
            message_ids=list(late),
            release_ats=list(late.values()),
            shop_timezone=check.shop_timezone,
            **mine,
        ).fetchall()
    return {row.message_id for row in gone}


def _withdraw_unhappy(
    connection: psycopg.Connection, check: PreSendCheck, request_id: UUID, now: datetime
) -> list[Any]:
    said = [(each, answer) for each, answers in check.unhappy_answers.items() for answer in answers]
    return execute(
        connection,
        "withdraw_unhappy",
        questions=[question for question, _ in said],
        answers=[answer for _, answer in said],
        since=now - check.unhappy_pause,
        request_id=request_id,
        now=now,
    ).fetchall()


def hash_address(key: str, address: str) -> str:
    """Return the keyed hash (HMAC-SHA-256, hexadecimal) that is stored for an erased address."""
    return hmac.digest(key.encode(), address.lower().encode(), "sha256").hex()


def _find_erased(connection: psycopg.Connection, claim: Claim) -> list[UUID]:
    if not only_row(execute(connection, "is_anybody_erased")).is_anybody_erased:
        return []
    key = os.environ.get(ERASURE_KEY_VARIABLE, "").strip()
    if not key:
        message = (
            f"{ERASURE_KEY_VARIABLE} is not set, but people were erased: set it to the key "
            "that their hashes were made with; until then nothing is sent"
        )
        raise ErasureKeyMissingError(message)
    hashes = {each.message_id: hash_address(key, each.email) for each in claim.messages}
    found = execute(connection, "find_erased", address_hashes=list(set(hashes.values())))
    erased = {row.address_hash for row in found}
    return [message_id for message_id, hashed in hashes.items() if hashed in erased]
