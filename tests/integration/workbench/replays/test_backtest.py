"""`retention backtest` of three nights gives the same results as three full nights in a row."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from retention.ledger.decisions import record_decisions
from retention.ledger.messages import enqueue_messages
from retention.ledger.nights import Night, close_night, open_night
from retention.project.shop import read_shop
from retention.workbench.backtest.replay import BacktestError, Replay, backtest
from tests.integration.workbench.replays.comparable_customers import ComparedPurchases, FullNight
from tests.integration.workbench.replays.conftest import NIGHT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from retention.workbench.backtest.results import Backtest
    from tests.integration.workbench.replays.conftest import Project, Shop

NIGHTS = tuple(NIGHT - timedelta(days=days) for days in (28, 14, 0))
WINDOW = 14  # days; the last night's are not over
SHOP = read_shop()
NOW = datetime.combine(NIGHT, time(9), SHOP.zone)
DELIVER = """
    with sent as (
        insert into ledger.requests (
            campaign, locale, kind, purpose, state, batch_id, template_id, unsubscribe_group_id,
            sendgrid_message_id, claimed_at, submitting_at, closed_at
        )
        values ('any', 'en', 'marketing', 'offers', 'accepted', gen_random_uuid(), 't', 1, 'x',
            now(), now(), now())
        returning request_id
    )
    update ledger.messages
    set state = 'accepted', claimed_at = send_at, submitting_at = send_at, accepted_at = send_at,
        attempts = 1, request_id = (select request_id from sent)
    where state = 'planned'
"""


@dataclass(frozen=True)
class Replayed:
    """A replay, and what it left of the database."""

    found: Backtest
    is_untouched: bool
    left_schemas: list[Any]


@pytest.fixture(scope="module")
def replayed(night: Shop, project: Project) -> Iterator[Replayed]:
    """The three nights, replayed; the fourth is the last that the warehouse has built."""
    with night.copied("backtest_replayed") as shop, shop.led_to():
        before = shop.tables()
        replay = Replay("winback", NIGHTS[0], NIGHT, 14, WINDOW)
        found = backtest(project.folder, replay, NOW, lambda *_: None)
        schemas = shop.rows("select nspname from pg_namespace where nspname like 'backtest%'")
        yield Replayed(found, shop.tables() == before, schemas)


@pytest.fixture(scope="module")
def full_nights(night: Shop, project: Project) -> Iterator[dict[date, FullNight]]:
    """The same nights as the product does them: built, recorded, enqueued, and all delivered."""
    with night.copied("backtest_full") as shop, shop.led_to():
        yield {each: _do_night(shop, project, each) for each in NIGHTS}


@pytest.fixture(scope="module")
def lines(night: Shop) -> list[Any]:
    """All that was bought and kept, as the last night knows it."""
    return night.rows("select customer_id, ordered_at, product_type from shop.order_lines")


def test_each_night_finds_and_decides_what_a_full_night_does(
    replayed: Replayed, full_nights: dict[date, FullNight]
) -> None:
    assert [each.night for each in replayed.found.nights] == list(NIGHTS)
    seen: set[tuple[str, str]] = set()
    for each in replayed.found.nights:
        full = full_nights[each.night]
        mine = [row for row in full.decisions if row.campaign == "winback"]
        occasions = {(row.customer_id, row.occasion) for row in mine}
        assert each.candidates == len(mine) > 0
        assert each.outcomes == Counter(row.outcome for row in mine)
        assert each.new_occasions == len(occasions - seen)
        seen |= occasions
    assert replayed.found.occasions == len(seen)
    # Otherwise what the nights before have sent would not show.
    assert {"send", "already_planned", "cooling_down"} <= replayed.found.outcomes.keys()


def test_overlaps_are_the_customers_that_another_campaign_finds_that_night(
    replayed: Replayed, full_nights: dict[date, FullNight]
) -> None:
    for each in replayed.found.nights:
        rows = full_nights[each.night].candidates
        mine = {row.customer_id for row in rows if row.campaign == "winback"}
        truth = Counter(
            campaign
            for campaign, customer in {(row.campaign, row.customer_id) for row in rows}
            if campaign != "winback" and customer in mine
        )
        assert each.overlaps == truth
    assert replayed.found.overlaps


def test_purchases_of_found_and_of_comparable_customers_are_counted_from_the_orders(
    replayed: Replayed, full_nights: dict[date, FullNight], lines: list[Any]
) -> None:
    for each in replayed.found.nights:
        full, told = full_nights[each.night], each.purchases
        truth = ComparedPurchases(each.night, full, lines, WINDOW)
        assert told.customers == len(truth.wanted)
        assert told.bought == len(truth.wanted.keys() & truth.bought.keys())
        assert told.compared == told.typed == len(truth.compared)
        assert told.compared_bought == len(truth.bought.keys() & truth.compared)
        assert told.expected_bought == pytest.approx(truth.expected(of_types=False))
        assert told.typed_bought == sum(map(truth.bought_wanted_type, truth.compared))
        assert told.expected_typed == pytest.approx(truth.expected(of_types=True))
    assert sum(each.purchases.bought for each in replayed.found.nights) > 0
    assert sum(each.purchases.typed_bought for each in replayed.found.nights) > 0


def test_a_night_whose_window_is_not_over_does_not_count(replayed: Replayed) -> None:
    assert [each.is_over for each in replayed.found.nights] == [True, True, False]


def test_the_nights_tables_and_the_ledger_are_not_written_and_no_schemas_remain(
    replayed: Replayed,
) -> None:
    assert replayed.is_untouched
    assert replayed.left_schemas == []


def test_a_replay_before_the_first_purchase_is_refused(night: Shop, project: Project) -> None:
    with night.led_to(), pytest.raises(BacktestError, match="comes after the last"):
        backtest(project.folder, Replay("winback", NIGHT, NIGHTS[0]), NOW, lambda *_: None)
    future = Replay("winback", NIGHT, NIGHT + timedelta(days=1))
    with night.led_to(), pytest.raises(BacktestError, match="is in the future"):
        backtest(project.folder, future, NOW, lambda *_: None)


def _do_night(shop: Shop, project: Project, night: date) -> FullNight:
    moment = SHOP.midnight(night)
    shop.check_marts(night)
    project.build(night)
    with psycopg.connect(shop.cluster.url(shop.database), autocommit=True) as connection:
        run = Night(str(night), night, moment, is_dry_run=False, opened_at=moment)
        open_night(connection, run)
        record_decisions(connection, night)
        enqueue_messages(connection, night, moment)
        connection.execute(DELIVER)
        close_night(connection, run.run_id, None, moment)
    return FullNight(
        candidates=shop.rows("select campaign, customer_id, evidence from decisions.candidates"),
        decisions=shop.rows("select * from decisions.decisions"),
        orders=shop.rows("select customer_id, ordered_date from shop.kept_orders"),
        customers={
            row.customer_id
            for row in shop.rows(
                f"select customer_id from raw.customers where created_at < '{moment}'"
            )
        },
    )
