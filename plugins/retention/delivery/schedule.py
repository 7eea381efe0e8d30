"""When SendGrid is to release a mail: marketing always later, so that it can be called back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from retention.ledger.claims import ClaimedMessage

SECOND = timedelta(seconds=1)


def release_at(message: ClaimedMessage, now: datetime, fence_lead: timedelta) -> datetime | None:
    """Return when SendGrid is to release the mail (aware, a full second); None is at once.

    Transactional mail leaves at its time. Marketing mail leaves at its time too, but not sooner
    than `fence_lead` from now, unless it would be worthless by then.
    """
    at = message.send_at
    if message.kind == "marketing":
        at = max(at, min(now + fence_lead, message.not_after))
    if at <= now:
        return None
    full = at.replace(microsecond=0)
    return full if full == at else full + SECOND


def release_span(
    messages: Iterable[ClaimedMessage], now: datetime, fence_lead: timedelta
) -> tuple[datetime | None, datetime | None]:
    """Return when the first and the last of the mails are released; the first None is at once."""
    moments = [release_at(message, now, fence_lead) for message in messages]
    scheduled = [moment for moment in moments if moment is not None]
    if not scheduled:
        return None, None
    return (min(scheduled) if len(scheduled) == len(moments) else None), max(scheduled)
