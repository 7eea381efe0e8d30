"""Finds the suppression list that blocks a mail to an address, if any."""

import sqlite3
from collections.abc import Iterable

import orjson

from sandbox.contract.mail_rules import Mail
from sandbox.delivery.outcomes import DROP_REASONS

LISTED = """
    select lower(suppressions.email) as email, suppressions.list, suppressions.group_id
    from suppressions
    inner join json_each(?) as wanted on suppressions.email = wanted.value
    where suppressions.created_at <= ?
"""
BYPASSES = {
    "bypass_list_management": frozenset(DROP_REASONS),
    "bypass_bounce_management": frozenset({"bounces"}),
    "bypass_spam_management": frozenset({"spam_reports"}),
    "bypass_unsubscribe_management": frozenset({"global"}),
}
"""The lists that a mail with this setting ignores."""

Listed = dict[str, set[tuple[str, int | None]]]


def listed(connection: sqlite3.Connection, emails: Iterable[str], at: int) -> Listed:
    """Return the lists that contain addresses at a time in milliseconds, by lower-case address.

    Addresses on no list are omitted.
    """
    found: Listed = {}
    if connection.execute("select 1 from suppressions limit 1").fetchone() is None:
        return found
    wanted = orjson.dumps(sorted({email.lower() for email in emails})).decode()
    for row in connection.execute(LISTED, (wanted, at)):
        found.setdefault(row["email"], set()).add((row["list"], row["group_id"]))
    return found


def bypassed(mail: Mail) -> frozenset[str]:
    """Return the lists that a mail ignores."""
    settings = mail.get("mail_settings", {})
    enabled = (lists for name, lists in BYPASSES.items() if settings.get(name, {}).get("enable"))
    return frozenset().union(*enabled)


def suppressing(
    lists: set[tuple[str, int | None]], group_id: int | None, ignored: frozenset[str]
) -> str | None:
    """Return the list that blocks a mail with an unsubscribe group (or without one), or None."""
    for name in DROP_REASONS:
        wanted = (name, group_id if name == "group" else None)
        if name not in ignored and wanted in lists:
            return name
    return None
