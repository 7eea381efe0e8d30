from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from retention.delivery.schedule import (
    QuietHours,
    late_releases,
    release_at,
    release_span,
    release_times,
)
from retention.ledger.claims import ClaimedMessage

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
LEAD = timedelta(minutes=45)
QUIET = QuietHours(21, 8, ZoneInfo("Europe/Helsinki"))


def message(kind: str, send_in: int, worthless_in: int = 1000) -> ClaimedMessage:
    """A message due in some minutes."""
    return ClaimedMessage(
        uuid4(), uuid4(), "winback", "en", kind, "offers", "anna@example.com", "{}",
        NOW + timedelta(minutes=send_in), NOW + timedelta(minutes=worthless_in), 1,
    )  # fmt: skip


def _late_releases(claimed: ClaimedMessage, began: datetime) -> dict[UUID, datetime]:
    releases = release_times([claimed], began, LEAD, QUIET)
    return late_releases([claimed], releases, began, QUIET)


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
def test_marketing_is_scheduled_far_enough_ahead_to_be_cancelled(
    kind: str, send_in: int, worthless_in: int, released_in: int | None
) -> None:
    expected = None if released_in is None else NOW + timedelta(minutes=released_in)
    assert release_at(message(kind, send_in, worthless_in), NOW, LEAD) == expected


@pytest.mark.parametrize(
    ("now", "zone", "released"),
    [
        ("2026-11-22 20:14+02:00", "Europe/Helsinki", "2026-11-22 20:59+02:00"),
        ("2026-11-22 20:15+02:00", "Europe/Helsinki", "2026-11-23 08:00+02:00"),
        ("2026-11-22 20:15+02:00", "Europe/Stockholm", "2026-11-22 21:00+02:00"),
        ("2026-11-22 22:30+02:00", "Europe/Stockholm", "2026-11-23 09:00+02:00"),
        ("2026-11-23 03:00+02:00", "Europe/Helsinki", "2026-11-23 08:00+02:00"),
        ("2026-11-23 07:15+02:00", "Europe/Helsinki", "2026-11-23 08:00+02:00"),
        ("2026-11-23 07:16+02:00", "Europe/Helsinki", "2026-11-23 08:01+02:00"),
        ("2026-11-22 22:30+02:00", "America/New_York", "2026-11-22 23:15+02:00"),
        ("2026-11-23 04:30+02:00", "America/New_York", "2026-11-23 15:00+02:00"),
        # Clocks go back, and forward, between the evening and the morning.
        ("2026-10-24 22:30+03:00", "Europe/Helsinki", "2026-10-25 08:00+02:00"),
        ("2026-03-28 22:30+02:00", "Europe/Helsinki", "2026-03-29 08:00+03:00"),
        # Customers without a known zone live by the shop's clock.
        ("2026-11-22 22:30+02:00", None, "2026-11-23 08:00+02:00"),
        ("2026-11-22 22:30+02:00", "Mars/Olympus_Mons", "2026-11-23 08:00+02:00"),
    ],
)
def test_late_marketing_waits_for_the_end_of_the_customers_quiet_hours(
    now: str, zone: str | None, released: str
) -> None:
    began = datetime.fromisoformat(now)
    late = message("marketing", 0)._replace(
        send_at=began - timedelta(hours=3),
        not_after=began + timedelta(days=3),
        time_zone=zone,
    )
    assert release_at(late, began, LEAD, QUIET) == datetime.fromisoformat(released)


@pytest.mark.parametrize(
    ("send_at", "now", "zone", "released"),
    [
        ("2026-11-22 10:00+02:00", "2026-11-22 18:00+02:00", "Europe/Helsinki", None),
        (
            "2026-11-22 10:00+02:00",
            "2026-11-23 10:00+02:00",
            "Europe/Helsinki",
            "2026-11-23 10:45+02:00",
        ),
        (
            "2026-11-22 20:00+02:00",
            "2026-11-22 20:30+02:00",
            "Europe/Helsinki",
            "2026-11-23 08:00+02:00",
        ),
        ("2026-11-22 20:00+02:00", "2026-11-22 22:30+02:00", "America/New_York", None),
        (
            "2026-11-22 20:00+02:00",
            "2026-11-23 08:00+02:00",
            "America/New_York",
            "2026-11-23 15:00+02:00",
        ),
    ],
)
def test_marketing_is_late_when_it_comes_on_a_later_day_of_the_customers(
    send_at: str, now: str, zone: str, released: str | None
) -> None:
    began = datetime.fromisoformat(now)
    late = message("marketing", 0)._replace(
        send_at=datetime.fromisoformat(send_at),
        not_after=began + timedelta(days=3),
        time_zone=zone,
    )
    receipt = late._replace(kind="transactional")
    expected = {late.message_id: datetime.fromisoformat(released)} if released else {}
    assert _late_releases(late, began) == expected
    assert _late_releases(receipt, began) == {}


def test_what_is_not_late_keeps_its_time() -> None:
    began = datetime.fromisoformat("2026-11-22 22:30+02:00")
    planned = message("marketing", 0)._replace(send_at=began + LEAD, not_after=began + 2 * LEAD)
    assert release_at(planned, began, LEAD, QUIET) == began + LEAD


def test_transactional_mail_ignores_quiet_hours() -> None:
    began = datetime.fromisoformat("2026-11-22 22:30+02:00")
    receipt = message("transactional", 0)._replace(send_at=began)
    assert release_at(receipt, began, LEAD, QUIET) is None


def test_a_time_zone_that_python_does_not_know_is_reported(
    caplog: pytest.LogCaptureFixture,
) -> None:
    QUIET.moment_after(NOW, "Venus/Maxwell_Montes")
    assert "time zone 'Venus/Maxwell_Montes' is not known here" in caplog.text


def test_a_part_of_a_second_is_rounded_up() -> None:
    now = NOW + timedelta(microseconds=1)
    assert release_at(message("marketing", 0), now, LEAD) == NOW + LEAD + timedelta(seconds=1)


def test_a_request_of_which_one_mail_leaves_at_once_has_no_first_release() -> None:
    both = [message("transactional", 0), message("transactional", 30)]
    assert release_span(release_times(both, NOW, LEAD)) == (None, NOW + timedelta(minutes=30))


def test_a_request_is_released_from_its_first_mail_to_its_last() -> None:
    both = [message("marketing", 50), message("marketing", 90)]
    expected = (NOW + timedelta(minutes=50), NOW + timedelta(minutes=90))
    assert release_span(release_times(both, NOW, LEAD)) == expected
