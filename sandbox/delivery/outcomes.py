"""The outcome of a released mail: delivered or not, and its reader's reactions.

Random outcomes are seeded by message. A magic recipient such as ``bounce+anything@example.com`` has
a fixed outcome: the part before the plus sign is one of ``MAGIC``.
"""

import random
from dataclasses import dataclass, field
from typing import Any

from sandbox.probabilities import Probabilities

MINUTE = 60_000
HOUR = 60 * MINUTE

MAGIC = frozenset({
    "bounce", "blocked", "invalid", "deferred", "async_bounce",
    "open", "machine_open", "click", "unsubscribe", "group_unsubscribe", "spamreport",
})  # fmt: skip
DROP_REASONS = {
    "bounces": "Bounced Address",
    "invalid_emails": "Invalid",
    "spam_reports": "Spam Reporting Address",
    "global": "Unsubscribed Address",
    "group": "Unsubscribed Address",
}
"""SendGrid's reasons for drops, by suppression list. Blocked addresses are tried again."""

NO_SUCH_USER = "550 5.1.1 The email account that you tried to reach does not exist."
REFUSED = "550 5.7.1 Message rejected due to content restrictions"
TRY_LATER = "450 4.2.1 The user is receiving mail too quickly; try again later"
TAKEN = "250 2.0.0 OK"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0"
PREFETCHER = "Mozilla/5.0"
BOUNCE = {"type": "bounce", "status": "5.1.1", "reason": NO_SUCH_USER}


@dataclass(frozen=True)
class Listing:
    """An address that joins a suppression list, at a time in milliseconds."""

    list: str
    group_id: int | None
    at: int
    reason: str = ""
    status: str = ""


@dataclass
class Outcome:
    """The state of a released message, its events with times, and its suppressions."""

    state: str = "delivered"
    events: list[tuple[int, str, dict[str, Any]]] = field(default_factory=list)
    listings: list[Listing] = field(default_factory=list)


@dataclass(frozen=True)
class Release:
    """A message at the moment of its release.

    Attributes:
        key: seed of the message's random outcome.
        suppressed_by: the list that has the address now, or None.
        at: the time, in milliseconds.
    """

    key: str
    email: str
    group_id: int | None
    suppressed_by: str | None
    at: int


def outcome_of(release: Release, probabilities: Probabilities) -> Outcome:
    """Choose the outcome of a message."""
    if release.suppressed_by:
        details = {"reason": DROP_REASONS[release.suppressed_by]}
        return Outcome("dropped", [(release.at, "dropped", details)])
    fate = _fate(release, probabilities)
    outcome = Outcome()
    undelivered = next((name for name in UNDELIVERED if name in fate), None)
    if undelivered:
        UNDELIVERED[undelivered](release, outcome)
        return outcome
    _deliver(release, outcome, fate)
    for name, react in REACTIONS.items():
        if name in fate:
            react(release, outcome, fate[name])
    return outcome


def _fate(release: Release, probabilities: Probabilities) -> dict[str, float]:
    """Return what happens, each with its lateness between 0 and 1."""
    magic = release.email.partition("+")[0].lower() if "+" in release.email else ""
    if magic in MAGIC:
        return {magic: 0.0}
    if probabilities.are_quiet:
        return {}
    dice = random.Random(f"{probabilities.seed}:{release.key}")  # noqa: S311 - reproducible
    throws = {name: (dice.random(), dice.random()) for name in sorted(MAGIC)}
    return {
        name: lateness
        for name, (throw, lateness) in throws.items()
        if throw < getattr(probabilities, name)
    }


def _bounce(release: Release, outcome: Outcome) -> None:
    details = {**BOUNCE, "bounce_classification": "Invalid Address", "tls": 1}
    outcome.state = "bounced"
    outcome.events.append((release.at, "bounce", details))
    outcome.listings.append(Listing("bounces", None, release.at, NO_SUCH_USER, "5.1.1"))


def _block(release: Release, outcome: Outcome) -> None:
    details = {"type": "blocked", "status": "5.7.1", "reason": REFUSED}
    details["bounce_classification"] = "Content"
    outcome.state = "blocked"
    outcome.events.append((release.at, "bounce", {**details, "tls": 1}))
    outcome.listings.append(Listing("blocks", None, release.at, REFUSED, "5.7.1"))


def _refuse(release: Release, outcome: Outcome) -> None:
    outcome.state = "dropped"
    outcome.events.append((release.at, "dropped", {"reason": "Invalid"}))
    outcome.listings.append(Listing("invalid_emails", None, release.at, "Known bad domain"))


UNDELIVERED = {"invalid": _refuse, "bounce": _bounce, "blocked": _block}


def _deliver(release: Release, outcome: Outcome, fate: dict[str, float]) -> None:
    at = release.at
    if "deferred" in fate:
        outcome.events.append((at, "deferred", {"response": TRY_LATER, "attempt": "0", "tls": 1}))
        at += 5 * MINUTE
    outcome.events.append((at, "delivered", {"response": TAKEN, "tls": 1}))


def _bounce_late(release: Release, outcome: Outcome, _lateness: float) -> None:
    at = release.at + HOUR // 2
    details = {**BOUNCE, "bounce_classification": "Mailbox Unavailable", "is_async": True}
    outcome.events.append((at, "bounce", details))
    outcome.listings.append(Listing("bounces", None, at, NO_SUCH_USER, "5.1.1"))


def _open(release: Release, outcome: Outcome, lateness: float) -> None:
    at = release.at + 10 * MINUTE + round(lateness * 12 * HOUR)
    outcome.events.append((at, "open", {"useragent": BROWSER, "sg_content_type": "html"}))


def _open_by_machine(release: Release, outcome: Outcome, lateness: float) -> None:
    details = {"useragent": PREFETCHER, "sg_content_type": "html", "sg_machine_open": True}
    outcome.events.append((release.at + MINUTE + round(lateness * HOUR), "open", details))


def _click(release: Release, outcome: Outcome, lateness: float) -> None:
    _open(release, outcome, lateness)
    at = outcome.events[-1][0] + MINUTE
    details = {"useragent": BROWSER, "url_offset": {"index": 0, "type": "html"}}
    outcome.events.append((at, "click", {**details, "url": "https://shop.example.com/"}))


def _leave_everything(release: Release, outcome: Outcome, lateness: float) -> None:
    at = release.at + 15 * MINUTE + round(lateness * 12 * HOUR)
    outcome.events.append((at, "unsubscribe", {}))
    outcome.listings.append(Listing("global", None, at))


def _leave_group(release: Release, outcome: Outcome, lateness: float) -> None:
    if release.group_id is None:
        _leave_everything(release, outcome, lateness)
        return
    at = release.at + 15 * MINUTE + round(lateness * 12 * HOUR)
    outcome.events.append((at, "group_unsubscribe", {"useragent": BROWSER}))
    outcome.listings.append(Listing("group", release.group_id, at))


def _report_spam(release: Release, outcome: Outcome, lateness: float) -> None:
    at = release.at + 20 * MINUTE + round(lateness * 12 * HOUR)
    outcome.events.append((at, "spamreport", {}))
    outcome.listings.append(Listing("spam_reports", None, at))


REACTIONS = {
    "async_bounce": _bounce_late,
    "open": _open,
    "machine_open": _open_by_machine,
    "click": _click,
    "unsubscribe": _leave_everything,
    "group_unsubscribe": _leave_group,
    "spamreport": _report_spam,
}
