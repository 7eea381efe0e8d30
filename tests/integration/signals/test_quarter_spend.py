"""The spend of quarters and loyalty tiers, computed independently from the raw tables."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from dateutil.relativedelta import relativedelta

from tests.integration.signals.conftest import NIGHT
from tests.integration.signals.purchases import ZONE, known_purchases

if TYPE_CHECKING:
    from tests.integration.signals.conftest import Warehouse

YEAR, DAY = relativedelta(years=1), timedelta(days=1)
REWARDS = [(500, 15), (750, 30), (1000, 50), (1500, 80)]
LOYALTY = [("member", 0, 1), ("silver", 500, 5), ("gold", 1500, 12), ("platinum", 4000, 24)]


@pytest.fixture(scope="module")
def orders(warehouse: Warehouse) -> pd.DataFrame:
    """The amount that counts for each known order: the kept cents less those paid by gift card."""
    kept = known_purchases(warehouse, NIGHT).orders.set_index("order_id")
    placed = warehouse.read(
        "select order_id, customer_id, ordered_at, gift_card_amount from raw.orders"
        " where status <> 'cancelled' and order_id in (select order_id from raw.order_lines"
        " inner join raw.products using (product_id) where quantity > 0 and net_amount > 0"
        " and product_type is not null and product_category is distinct from 'COUPON/MISC ITEMS'"
        " and department not in ('FUEL', 'COUPON', 'MISCELLANEOUS'))"
    )
    placed = placed[placed.ordered_at < pd.Timestamp(NIGHT, tz=ZONE)].set_index("order_id")
    placed["is_kept"] = placed.index.isin(kept.index)
    cents = kept.cents.reindex(placed.index, fill_value=0)
    placed["cents"] = (cents - (placed.gift_card_amount * 100).astype(int)).clip(lower=0)
    local = pd.to_datetime(placed.ordered_at, utc=True).dt.tz_convert(ZONE)
    placed["day"] = local.dt.date
    placed["quarter"] = [f"{day.year}Q{(day.month + 2) // 3}" for day in placed.day]
    return placed


def test_every_quarter_is_exact_to_the_cent(warehouse: Warehouse, orders: pd.DataFrame) -> None:
    mart = warehouse.read("select * from signals.quarter_spend")
    expected = orders.groupby(["customer_id", "quarter"]).agg(
        cents=("cents", "sum"), order_count=("is_kept", "sum")
    )
    told = mart.set_index(["customer_id", "quarter"]).sort_index()
    assert list(told.index) == list(expected.index)
    assert [int(spend * 100) for spend in told.spend] == list(expected.cents)
    assert list(told.order_count) == list(expected.order_count)
    assert told.index.get_level_values("quarter").nunique() >= 3
    assert (told.returned_amount > 0).any()
    assert (told.gift_card_amount > 0).any()


def test_the_reward_is_that_of_the_highest_threshold_exceeded(
    warehouse: Warehouse,
) -> None:
    mart = warehouse.read("select spend, tier_amount from signals.quarter_spend")
    expected = [
        max((amount for threshold, amount in REWARDS if spend > threshold), default=None)
        for spend in mart.spend
    ]
    assert [None if pd.isna(own) else int(own) for own in mart.tier_amount] == expected
    assert len(set(expected)) == 1 + len(REWARDS)


def test_only_the_quarter_of_the_night_is_open(warehouse: Warehouse) -> None:
    mart = warehouse.read("select distinct quarter, is_closed from signals.quarter_spend")
    assert list(mart.quarter[~mart.is_closed]) == ["2026Q3"]


def test_the_tier_equals_a_replay_of_every_day(warehouse: Warehouse, orders: pd.DataFrame) -> None:
    """Replay each customer's days from the first order to the night, carrying the tier along."""
    mart = warehouse.read("select * from signals.loyalty").set_index("customer_id")
    customers = orders.groupby("customer_id")
    assert sorted(mart.index) == sorted(customers.groups)
    for customer, own in customers:
        lived = _live(own)
        row = mart.loc[customer]
        assert row.tier == lived["tier"], customer
        assert row.period_end_date == lived["period_end"], customer
        assert row.spend_12_months == Decimal(lived["cents"]) / 100, customer
        assert row.orders_12_months == lived["orders"], customer
    assert mart.tier.nunique() == len(LOYALTY)


def _live(own: pd.DataFrame) -> dict[str, object]:
    """Return the tier at the night; it rises with an order and is reset on an anniversary."""
    orders = list(zip(own.day, own.cents, own.is_kept, strict=True))
    days = set(own.day)
    first, years, rank = min(days), 0, -1
    for day in sorted({*days, *(first + relativedelta(years=number) for number in range(1, 4))}):
        if day > NIGHT:
            break
        if day == first + relativedelta(years=years + 1):
            years, rank = years + 1, _rank(orders, day)
        if day in days:
            rank = max(rank, _rank(orders, day + DAY))
    cents, count = _twelve_months(orders, NIGHT)
    return {
        "tier": LOYALTY[rank][0] if rank >= 0 else None,
        "period_end": first + relativedelta(years=years + 1) - DAY,
        "cents": cents,
        "orders": count,
    }


def _rank(orders: list[tuple[date, int, bool]], morning: date) -> int:
    cents, count = _twelve_months(orders, morning)
    return sum(cents >= spend * 100 and count >= least for _, spend, least in LOYALTY) - 1


def _twelve_months(orders: list[tuple[date, int, bool]], morning: date) -> tuple[int, int]:
    """Return cents and orders of the twelve months that end when `morning` begins."""
    begins = morning - DAY - YEAR + DAY
    counted = [(cents, kept) for day, cents, kept in orders if begins <= day < morning]
    return int(sum(cents for cents, _ in counted)), sum(kept for _, kept in counted)
