"""When SendGrid is to release a mail: marketing always later, so that it can be called back."""

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
Releases = dict[UUID, datetime | None]  # by message; None is at once


@dataclass(frozen=True)
class QuietHours:
    """The hours of the night in which no marketing reaches anybody, by the person's own clock.

    Attributes:
        start: the hour of the evening from which on they are quiet.
        end: the hour of the morning until which they are.
        shop_zone: whose clock counts where a person's is not known.
    """

    start: int
    end: int
    shop_zone: ZoneInfo

    def local(self, moment: datetime, time_zone: str | None) -> datetime:
        """Return the moment (aware) by the clock of a customer whose time zone this is."""
        return moment.astimezone(_zone(time_zone) or self.shop_zone)

    def moment_after(self, moment: datetime, time_zone: str | None) -> datetime:
        """Return the moment (aware), or the end of the quiet hours that it lies in."""
        local = self.local(moment, time_zone)
        if self.end <= local.hour < self.start:
            return moment
        morning = local.date() + timedelta(days=local.hour >= self.start)
        return datetime.combine(morning, time(self.end), local.tzinfo).astimezone(moment.tzinfo)


def release_at(
    message: ClaimedMessage, now: datetime, cancel_lead: timedelta, quiet: QuietHours | None = None
) -> datetime | None:
    """Return when SendGrid is to release the mail (aware, a full second); None is at once.

    Transactional mail leaves at its time. Marketing mail leaves at its time too, but not sooner
    than `cancel_lead` from now, unless it would be worthless by then; what is so late waits for the
    end of the customer's quiet hours.
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
    """Return when each of the mails is to be released, see `release_at`, by its message's id."""
    return {each.message_id: release_at(each, now, cancel_lead, quiet) for each in messages}


def release_span(releases: Releases) -> tuple[datetime | None, datetime | None]:
    """Return when the first and the last of the mails are released; the first None is at once."""
    scheduled = [moment for moment in releases.values() if moment is not None]
    if not scheduled:
        return None, None
    return (min(scheduled) if len(scheduled) == len(releases) else None), max(scheduled)


def late_releases(
    messages: Iterable[ClaimedMessage], releases: Releases, now: datetime, quiet: QuietHours | None
) -> dict[UUID, datetime]:
    """Return when marketing is released that reaches the customer on a later day than meant."""
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
    """Return the time zone of that name; None, with a warning, when Python has none."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        log.warning("time zone '%s' is not known here; the shop's clock is taken", name)
        return None
