"""When a night may send, and when it only decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from retention.jobs.refresh_segments import LATEST_START, reason_to_withhold
from retention.ledger.nights import Night
from retention.project.shop import read_shop
from tests.shops import shop_that

TICK = datetime(2026, 11, 22, 0, 30, tzinfo=UTC)  # 02:30 in Helsinki
ON_TIME = Night(
    run_id="scheduled__2026-11-22",
    night=date(2026, 11, 22),
    scheduled_for=TICK,
    is_dry_run=False,
    opened_at=TICK + timedelta(seconds=5),
)


def test_a_scheduled_night_that_begins_on_time_sends():
    assert reason_to_withhold(ON_TIME, read_shop()) is None


def test_a_dry_run_sends_nothing():
    assert "dry run" in reason_to_withhold(replace(ON_TIME, is_dry_run=True), read_shop())


def test_a_backfill_sends_nothing_even_for_today():
    assert "backfill" in reason_to_withhold(replace(ON_TIME, is_backfill=True), read_shop())


def test_the_run_that_unpausing_starts_in_the_afternoon_sends_nothing():
    unpaused = replace(ON_TIME, opened_at=TICK + timedelta(hours=12))
    assert "began 12:00:00 late" in reason_to_withhold(unpaused, read_shop())


@pytest.mark.parametrize(
    ("delay", "sends"),
    [(LATEST_START, True), (LATEST_START + timedelta(seconds=1), False)],
)
def test_a_delay_of_up_to_an_hour_is_tolerated(delay: timedelta, sends: bool):
    delayed = replace(ON_TIME, opened_at=TICK + delay)
    assert (reason_to_withhold(delayed, read_shop()) is None) is sends


def test_a_run_by_hand_for_today_sends_at_any_hour():
    evening = datetime(2026, 11, 22, 21, 59, tzinfo=UTC)  # 23:59 in Helsinki
    by_hand = replace(ON_TIME, scheduled_for=None, opened_at=evening)
    assert reason_to_withhold(by_hand, read_shop()) is None


def test_a_run_by_hand_just_after_local_midnight_is_a_night_too_late():
    after_midnight = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)  # 00:00 of the 23rd in Helsinki
    by_hand = replace(ON_TIME, scheduled_for=None, opened_at=after_midnight)
    assert "1 day(s) old" in reason_to_withhold(by_hand, read_shop())


def test_a_night_that_failed_days_ago_and_is_cleared_sends_nothing():
    cleared = replace(ON_TIME, held_at=TICK + timedelta(days=4))
    assert "4 day(s) old" in reason_to_withhold(cleared, read_shop())


def test_a_night_that_failed_and_is_cleared_in_the_morning_sends():
    cleared = replace(ON_TIME, held_at=TICK + timedelta(hours=6))
    assert reason_to_withhold(cleared, read_shop()) is None


def test_a_night_sixty_days_back_sends_nothing():
    replay = replace(ON_TIME, scheduled_for=None, night=date(2026, 9, 23))
    assert "60 day(s) old" in reason_to_withhold(replay, read_shop())


def test_the_shop_may_allow_older_nights_to_send():
    generous = shop_that(night_sends_within_days=60)
    replay = replace(ON_TIME, scheduled_for=None, night=date(2026, 9, 23))
    assert reason_to_withhold(replay, generous) is None


def test_a_night_is_overtaken_by_a_later_one_that_planned_messages():
    overtaken = replace(ON_TIME, newest_enqueued_night=date(2026, 11, 23))
    assert "2026-11-23" in reason_to_withhold(overtaken, read_shop())


def test_a_night_that_planned_messages_may_plan_again():
    again = replace(ON_TIME, newest_enqueued_night=ON_TIME.night)
    assert reason_to_withhold(again, read_shop()) is None
