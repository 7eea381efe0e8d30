"""Synchronises an unsubscribe group with the ledger, in both directions.

Members of a group that the purpose had before still count as members, because old mails link to
it. A group that is new to its purpose first gets everybody who unsubscribed; until then, missing
members do not count as resubscribed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from retention.ledger.suppressions import Listing, find_page_answers, report_suppressions
from retention.ledger.unsubscribe_groups import adopt_unsubscribe_group, find_group_members

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import psycopg

    from retention.ledger.suppressions import PageAnswer
    from retention.ledger.unsubscribe_groups import UnsubscribeGroup
    from retention.sendgrid.suppression_lists import SuppressionLists

SOURCE = "groups"


@dataclass(frozen=True)
class Exchanged:
    """The result of an exchange.

    Attributes:
        listing: the members of the group and of the purpose's earlier groups.
        pushed: how many addresses were added to the group.
        withdrawn: how many addresses were removed from these groups.
    """

    listing: Listing
    pushed: int
    withdrawn: int


class GroupExchange:
    """One group; `members` has, by group id, when each address joined (aware)."""

    def __init__(
        self,
        connection: psycopg.Connection,
        lists: SuppressionLists,
        group: UnsubscribeGroup,
        members: Mapping[int, Mapping[str, datetime]],
    ) -> None:
        self._connection = connection
        self._lists = lists
        self._group = group
        self._members = members

    def run(self, now: datetime) -> Exchanged:
        """Copy the differences in both directions.

        Raises:
            SendGridError: SendGrid cannot be reached or refuses; a later run does the rest.
        """
        answers = find_page_answers(self._connection, self._group.purpose)
        everybody = self._everybody()
        leaving = {each.address for each in answers if _has_left(each, everybody)}
        self._withdraw(leaving)
        staying = {each: since for each, since in everybody.items() if each not in leaving}
        listing = Listing(SOURCE, self._group.purpose, staying)
        report_suppressions(self._connection, listing.reports())
        joining = self._missing(answers, staying) - leaving
        self._lists.add_to_group(self._group.group_id, sorted(joining))
        if not self._group.is_adopted:
            adopt_unsubscribe_group(self._connection, self._group, now)
        return Exchanged(listing, len(joining), len(leaving))

    def _everybody(self) -> dict[str, datetime]:
        """Return when each address joined, in the latest case if it is in several groups."""
        everybody: dict[str, datetime] = {}
        for group_id in (self._group.group_id, *self._group.past_ids):
            for address, since in self._members.get(group_id, {}).items():
                everybody[address] = max(since, everybody.get(address, since))
        return everybody

    def _withdraw(self, leaving: set[str]) -> None:
        for group_id in (self._group.group_id, *self._group.past_ids):
            for address in leaving & self._members.get(group_id, {}).keys():
                self._lists.remove_from_group(group_id, address)

    def _missing(self, answers: list[PageAnswer], staying: Mapping[str, datetime]) -> set[str]:
        """Return the addresses that are suppressed for the purpose, but not yet in its group."""
        said_no = {answer.address for answer in answers if answer.removed_at is None}
        held = find_group_members(self._connection, self._group.purpose)
        # If an adopted group lacks an address that the ledger has, somebody removed it there.
        moving = held & staying.keys() if self._group.is_adopted else held
        return (said_no | moving) - set(self._members.get(self._group.group_id, ()))


def _has_left(answer: PageAnswer, members: Mapping[str, datetime]) -> bool:
    since = members.get(answer.address)
    return answer.removed_at is not None and since is not None and since < answer.removed_at
