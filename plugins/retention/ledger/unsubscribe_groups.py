"""Which unsubscribe groups of SendGrid speak for a consent purpose, now and before.

A group is found by its name, so a shop that takes another name gets other groups. Mails of before
still lead to the old ones, and whoever is in those has not come back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg.rows import class_row

from retention.ledger.statements import execute

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import psycopg


@dataclass(frozen=True)
class UnsubscribeGroup:
    """The group that stands for a consent purpose.

    Attributes:
        purpose: the consent purpose.
        group_id: SendGrid's id.
        is_adopted: it has been told of everybody who unsubscribed before it was made.
        past_ids: the groups that stood for the purpose before.
    """

    purpose: str
    group_id: int
    is_adopted: bool
    past_ids: Sequence[int]


def find_unsubscribe_groups(connection: psycopg.Connection) -> list[UnsubscribeGroup]:
    """Return the group of every consent purpose."""
    rows = class_row(UnsubscribeGroup)
    return execute(connection, "find_unsubscribe_groups", rows=rows).fetchall()


def find_purposes(connection: psycopg.Connection) -> dict[int, str]:
    """Return by group id the consent purpose that it stands for, or stood for."""
    groups = find_unsubscribe_groups(connection)
    past = {group_id: group.purpose for group in groups for group_id in group.past_ids}
    return past | {group.group_id: group.purpose for group in groups}


def find_group_members(connection: psycopg.Connection, purpose: str) -> set[str]:
    """Return whom the ledger has in the group of a purpose, in lower case."""
    return {row.address for row in execute(connection, "find_group_members", purpose=purpose)}


def adopt_unsubscribe_group(
    connection: psycopg.Connection, group: UnsubscribeGroup, now: datetime
) -> None:
    """Remember that a group was told at `now` (aware) of everybody who unsubscribed before."""
    execute(
        connection,
        "adopt_unsubscribe_group",
        purpose=group.purpose,
        group_id=group.group_id,
        now=now,
    )
