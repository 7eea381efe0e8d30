"""The unsubscribe groups at SendGrid that belong, or belonged, to a consent purpose.

A group is found by its name, so renaming the shop creates new groups. Earlier mails still link to
the old groups, and their members are still unsubscribed.
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
    """The unsubscribe group of a consent purpose.

    Attributes:
        purpose: the consent purpose.
        group_id: SendGrid's id.
        is_adopted: whether everybody who unsubscribed before it existed has been added to it.
        past_ids: the ids of the groups that the purpose had before.
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
    """Return the consent purpose of every current or earlier group, by group id."""
    groups = find_unsubscribe_groups(connection)
    past = {group_id: group.purpose for group in groups for group_id in group.past_ids}
    return past | {group.group_id: group.purpose for group in groups}


def find_group_members(connection: psycopg.Connection, purpose: str) -> set[str]:
    """Return the members of a purpose's group according to the ledger, in lower case."""
    return {row.address for row in execute(connection, "find_group_members", purpose=purpose)}


def adopt_unsubscribe_group(
    connection: psycopg.Connection, group: UnsubscribeGroup, now: datetime
) -> None:
    """Record that a group now has everybody who unsubscribed before it existed."""
    execute(
        connection,
        "adopt_unsubscribe_group",
        purpose=group.purpose,
        group_id=group.group_id,
        now=now,
    )
