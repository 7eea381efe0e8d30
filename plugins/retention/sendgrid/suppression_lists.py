"""SendGrid's own lists of addresses to which it sends no mail."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

from retention.sendgrid.client import SendGridError, reading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from retention.sendgrid.client import SendGrid

PAGE_SIZE = 500  # SendGrid's maximum
SHARED = 50  # entries by which consecutive pages overlap
MOST_BEGINNINGS = 3
NOT_FOUND = 404
MOST_AT_ONCE = 1000  # addresses in one call; SendGrid documents no limit


class ListUnsteadyError(RuntimeError):
    """A list changed so much while it was read that its content is unknown."""


class SuppressionLists:
    """The lists of one account."""

    def __init__(self, client: SendGrid) -> None:
        self._client = client

    def read(self, name: str, since: datetime | None, until: datetime) -> dict[str, datetime]:
        """Return the time at which each address was added to a list.

        Pages are read by offset, so an entry that is removed meanwhile shifts the later ones, and
        one could be missed. Each page therefore overlaps the one before; if it does not, reading
        starts again. Entries that are added meanwhile are later than `until`.

        Args:
            name: `bounces`, `invalid_emails`, `spam_reports` or `unsubscribes`.
            since: read entries added from this time on, aware; None for the whole list.
            until: read entries added up to this time, aware.

        Raises:
            SendGridError: the list cannot be read.
            ListUnsteadyError: it changed during each of three attempts.
        """
        window = {"end_time": int(until.timestamp())}
        if since is not None:
            window["start_time"] = int(since.timestamp())
        for _ in range(MOST_BEGINNINGS):
            entries = self._read_steadily(name, window)
            if entries is not None:
                return entries
        message = f"suppression/{name} changed while it was read, {MOST_BEGINNINGS} times in a row"
        raise ListUnsteadyError(message)

    def read_groups(self) -> dict[int, dict[str, datetime]]:
        """Return by unsubscribe group the time at which each address was added to it."""
        name = "GET asm/suppressions"
        groups: dict[int, dict[str, datetime]] = {}
        with reading(name):
            for entry in self._client.call(name, self._client.api.asm.suppressions.get):
                members = groups.setdefault(entry["group_id"], {})
                members[entry["email"].lower()] = _moment(entry["created_at"])
        return groups

    def add_to_group(self, group_id: int, addresses: Sequence[str]) -> None:
        """Add addresses to an unsubscribe group, which must exist.

        If the group was deleted, SendGrid suppresses the addresses for all mail instead.

        Raises:
            SendGridError: some were not added, or the outcome is unknown.
        """
        suppressions = self._client.api.asm.groups._(group_id).suppressions
        for first in range(0, len(addresses), MOST_AT_ONCE):
            body = {"recipient_emails": list(addresses[first : first + MOST_AT_ONCE])}
            post = partial(suppressions.post, request_body=body)
            self._client.call(f"POST asm/groups/{group_id}/suppressions", post)

    def remove_from_group(self, group_id: int, address: str) -> None:
        """Remove an address from an unsubscribe group, if it is in it."""
        suppressions = self._client.api.asm.groups._(group_id).suppressions
        entry = suppressions._(quote(address, safe="@"))
        try:
            self._client.call(f"DELETE asm/groups/{group_id}/suppressions/(address)", entry.delete)
        except SendGridError as error:
            if getattr(error.outcome, "status", None) != NOT_FOUND:
                raise

    def _read_steadily(self, name: str, window: Mapping[str, int]) -> dict[str, datetime] | None:
        """Return the entries of a window; None if a removal shifted the pages too far."""
        entries: dict[str, datetime] = {}
        offset = 0
        while page := self._read_page(name, {**window, "limit": PAGE_SIZE, "offset": offset}):
            if offset and page[0][0] not in entries:
                return None
            entries |= dict(page)
            if len(page) < PAGE_SIZE:
                break
            offset += PAGE_SIZE - SHARED
        return entries

    def _read_page(self, name: str, query: Mapping[str, int]) -> list[tuple[str, datetime]]:
        suppressions = self._client.api.suppression._(name)
        get = partial(suppressions.get, query_params=dict(query))
        with reading(f"GET suppression/{name}"):
            page = self._client.call(f"GET suppression/{name}", get)
            return [(entry["email"].lower(), _moment(entry["created"])) for entry in page]


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
