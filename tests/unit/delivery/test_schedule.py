from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from retention.delivery.schedule import release_at, release_span
from retention.ledger.claims import ClaimedMessage

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
LEAD = timedelta(minutes=45)


def message(kind: str, send_in: int, worthless_in: int = 1000) -> ClaimedMessage:
    """A message due in so many minutes."""
    return ClaimedMessage(
        uuid4(), uuid4(), "winback", "en", kind, "offers", "anna@example.com", "{}",
        NOW + timedelta(minutes=send_in), NOW + timedelta(minutes=worthless_in), 1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "send_in", "worthless_in", "released_in"),
    [
        ("marketing", 60, 1000, 60),
        ("marketing", 45, 1000, 45),
        ("marketing", 10, 1000, 45),
        ("marketing", -600, 1000, 45),
        ("marketing", -600, 20, 20),
        ("marketing", 10, 20, 20),
        ("marketing", 60, 60, 60),
        ("transactional", 10, 1000, 10),
        ("transactional", 0, 1000, None),
        ("transactional", -10, 1000, None),
    ],
)
def test_marketing_is_scheduled_so_far_ahead_that_it_can_be_called_back(
    kind: str, send_in: int, worthless_in: int, released_in: int | None
) -> None:
    expected = None if released_in is None else NOW + timedelta(minutes=released_in)
    assert release_at(message(kind, send_in, worthless_in), NOW, LEAD) == expected


def test_a_part_of_a_second_is_rounded_up() -> None:
    now = NOW + timedelta(microseconds=1)
    assert release_at(message("marketing", 0), now, LEAD) == NOW + LEAD + timedelta(seconds=1)


def test_a_request_of_which_one_mail_leaves_at_once_has_no_first_release() -> None:
    both = [message("transactional", 0), message("transactional", 30)]
    assert release_span(both, NOW, LEAD) == (None, NOW + timedelta(minutes=30))


def test_a_request_is_released_from_its_first_mail_to_its_last() -> None:
    both = [message("marketing", 50), message("marketing", 90)]
    expected = (NOW + timedelta(minutes=50), NOW + timedelta(minutes=90))
    assert release_span(both, NOW, LEAD) == expected
