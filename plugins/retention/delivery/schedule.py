"""When SendGrid is to release a mail: marketing always later, so that it can be cancelled."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from retention.ledger.claims import ClaimedMessage

log = logging.getLogger(__name__)

SECOND = timedelta(seconds=1)
Releases = dict[UUID, datetime | None]  # by message id; None means at once


@dataclass(frozen=True)
class QuietHours:
    """The hours of the night, in a customer's local time, in which no marketing arrives.

    Attributes:
        start: the evening hour at which they begin, 0 to 23.
        end: the morning hour at which they end, 0 to 23.
        shop_zone: the shop's time zone, used where a customer's is not known.
    """

    start: int
    end: int
    shop_zone: ZoneInfo

    def local(self, moment: datetime, time_zone: str | None) -> datetime:
        """Return the moment (aware) in a customer's time zone, or the shop's if it is None."""
        return moment.astimezone(_zone(time_zone) or self.shop_zone)

    def moment_after(self, moment: datetime, time_zone: str | None) -> datetime:
        """Return the moment (aware), moved to the end of the quiet hours if it is within them."""
        local = self.local(moment, time_zone)
        if self.end <= local.hour < self.start:
            return moment
        morning = local.date() + timedelta(days=local.hour >= self.start)
        return datetime.combine(morning, time(self.end), local.tzinfo).astimezone(moment.tzinfo)


def release_at(
    message: ClaimedMessage, now: datetime, cancel_lead: timedelta, quiet: QuietHours | None = None
) -> datetime | None:
    """Return when SendGrid is to release the mail (aware, a full second); None means at once.

    Transactional mail leaves at its time. So does marketing mail, but no sooner than `cancel_lead`
    from now, unless it would be worthless by then. Marketing that is delayed by this also waits for
    the end of the customer's quiet hours.
    """
    at = message.send_at
    if message.kind == "marketing":
        earliest = min(now + cancel_lead, message.not_after)
        if at < earliest:
            at = quiet.moment_after(earliest, message.time_zone) if quiet else earliest
    if at <= now:
        return None
    full = at.replace(microsecond=0)
    return full if full == at else full + SECOND


def release_times(
    messages: Iterable[ClaimedMessage],
    now: datetime,
    cancel_lead: timedelta,
    quiet: QuietHours | None = None,
) -> Releases:
    """Return when each mail is to be released, by message id; see `release_at`."""
    return {each.message_id: release_at(each, now, cancel_lead, quiet) for each in messages}


def release_span(releases: Releases) -> tuple[datetime | None, datetime | None]:
    """Return when the first and the last mail are released; the first is None for at once."""
    scheduled = [moment for moment in releases.values() if moment is not None]
    if not scheduled:
        return None, None
    return (min(scheduled) if len(scheduled) == len(releases) else None), max(scheduled)


def late_releases(
    messages: Iterable[ClaimedMessage], releases: Releases, now: datetime, quiet: QuietHours | None
) -> dict[UUID, datetime]:
    """Return the release times of marketing that arrives on a later local day than planned."""
    late = {}
    for message in messages:
        release = releases[message.message_id] or now
        if quiet is None or message.kind != "marketing" or release - message.send_at < SECOND:
            continue
        meant, comes = (
            quiet.local(moment, message.time_zone).date() for moment in (message.send_at, release)
        )
        if meant < comes:
            late[message.message_id] = release
    return late


@cache
def _zone(name: str | None) -> ZoneInfo | None:
    """Return the time zone of that name; log a warning and return None if it is unknown."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        log.warning("time zone '%s' is not known here; the shop's time zone is used", name)
        return None
