"""Synchronises our suppressions with SendGrid's lists, without losing what a person said.

Lists are pulled by overlapping windows of time. A window does not show removals, so once a day each
list is pulled as a whole, and addresses that are no longer on it are released. Unsubscribe groups
are always pulled as a whole: SendGrid offers nothing else. SendGrid's list of blocks is not used,
since a block is temporary, and SendGrid itself continues to send to the address.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from psycopg import Rollback

from retention.inbound.groups import GroupExchange
from retention.ledger.suppressions import (
    Listing,
    Pull,
    count_suppressions,
    find_suppression_pull,
    remember_suppression_pull,
    remove_absent_suppressions,
    report_suppressions,
)
from retention.ledger.unsubscribe_groups import find_unsubscribe_groups

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    import psycopg

    from retention.sendgrid.suppression_lists import SuppressionLists

log = logging.getLogger(__name__)

LISTS = {
    "bounces": "address",
    "invalid_emails": "address",
    "spam_reports": "address",
    "unsubscribes": "all",
}
OVERLAP = timedelta(hours=1)  # an entry may appear on the list later than its time says
FULLY_EVERY = timedelta(days=1)
# An event of the last hour may not be on the list yet, so its absence proves nothing.
SETTLED = timedelta(hours=1)
# If a list lost more than half of its addresses, and at least this number, it is more likely that
# of another account, or an outage.
IMPLAUSIBLE = 20
IMPLAUSIBLE_IF_EMPTY = 3  # the same for a list that lost everything


@dataclass(frozen=True)
class SyncCounts:
    """Counts of a synchronisation.

    Attributes:
        listed: entries read from SendGrid's lists and groups.
        removed: suppressions ended because SendGrid no longer lists them.
        pushed: unsubscribes on our own page that were added to a group.
        withdrawn: people who resubscribed on our own page and were removed from a group.
        withheld: removals that are implausible and were not made, one sentence each.
    """

    listed: int = 0
    removed: int = 0
    pushed: int = 0
    withdrawn: int = 0
    withheld: tuple[str, ...] = ()

    def __add__(self, other: SyncCounts) -> SyncCounts:
        return SyncCounts(
            self.listed + other.listed,
            self.removed + other.removed,
            self.pushed + other.pushed,
            self.withdrawn + other.withdrawn,
            self.withheld + other.withheld,
        )


def synchronise(
    connection: psycopg.Connection,
    lists: SuppressionLists,
    group_ids: Collection[int],
    now: datetime,
) -> SyncCounts:
    """Pull SendGrid's lists, and push our page's unsubscribes.

    Args:
        connection: an open connection.
        lists: SendGrid's lists.
        group_ids: the unsubscribe groups that exist at SendGrid.
        now: the current time.

    Raises:
        SendGridError: SendGrid cannot be reached or refuses; what was pulled before is kept.
    """
    counts = SyncCounts()
    for source, scope in LISTS.items():
        counts += _pull_list(connection, lists, Listing(source, scope, {}), now)
    return counts + _exchange_groups(connection, lists, group_ids, now)


def _pull_list(
    connection: psycopg.Connection, lists: SuppressionLists, empty: Listing, now: datetime
) -> SyncCounts:
    last = find_suppression_pull(connection, empty.source)
    is_whole = last is None or now - last.fully_pulled_at >= FULLY_EVERY
    since = None if is_whole else last.pulled_until - OVERLAP
    listing = Listing(empty.source, empty.scope, lists.read(empty.source, since, now))
    report_suppressions(connection, listing.reports())
    removal = _remove_absent(connection, listing, now) if is_whole else SyncCounts()
    if not removal.withheld:
        pull = Pull(now, now if is_whole else last.fully_pulled_at)
        remember_suppression_pull(connection, empty.source, pull)
    return removal + SyncCounts(listed=len(listing.entries))


def _exchange_groups(
    connection: psycopg.Connection,
    lists: SuppressionLists,
    group_ids: Collection[int],
    now: datetime,
) -> SyncCounts:
    counts = SyncCounts()
    members = lists.read_groups()
    for group in find_unsubscribe_groups(connection):
        if group.group_id not in group_ids:
            # Addresses added to a group that no longer exists are suppressed for all mail.
            log.warning(
                "group %s of '%s' is gone; push_templates restores it",
                group.group_id,
                group.purpose,
            )
            continue
        exchanged = GroupExchange(connection, lists, group, members).run(now)
        listed = len(exchanged.listing.entries)
        counts += SyncCounts(listed, 0, exchanged.pushed, exchanged.withdrawn)
        if group.is_adopted:
            counts += _remove_absent(connection, exchanged.listing, now)
    return counts


def _remove_absent(connection: psycopg.Connection, listing: Listing, now: datetime) -> SyncCounts:
    """End suppressions that SendGrid no longer lists, unless that is implausible."""
    with connection.transaction() as transaction:
        held = count_suppressions(connection, listing.source, listing.scope)
        removed = remove_absent_suppressions(
            connection, listing, reported_before=now - SETTLED, now=now
        )
        least = IMPLAUSIBLE_IF_EMPTY if removed == held else IMPLAUSIBLE
        if removed < least or removed * 2 <= held:
            return SyncCounts(removed=removed)
        raise Rollback(transaction)
    return SyncCounts(
        withheld=(
            f"SendGrid's list '{listing.source}' ({listing.scope}) lacks {removed} of the {held} "
            "addresses that the ledger has from it",
        )
    )
