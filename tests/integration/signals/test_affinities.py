"""Affinities, cross-selling and seasons against their formulas, computed by pandas."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from tests.integration.signals.conftest import NIGHT
from tests.integration.signals.purchases import Purchases, known_purchases

if TYPE_CHECKING:
    from tests.integration.signals.conftest import Warehouse

PAIR = ["product_type", "other_type"]


@pytest.fixture(scope="module")
def purchases(warehouse: Warehouse) -> Purchases:
    return known_purchases(warehouse, NIGHT)


@pytest.fixture(scope="module")
def mart(warehouse: Warehouse) -> pd.DataFrame:
    return warehouse.read("select * from signals.affinities").set_index(PAIR).sort_index()


@pytest.fixture(scope="module")
def owned(purchases: Purchases) -> pd.DataFrame:
    """The weights of the days on which customers bought a type: rows customers, columns types."""
    days = purchases.lines[["customer_id", "product_type", "day"]].drop_duplicates()
    days["weight"] = np.exp(-purchases.age(days.day) / 60)
    return days.pivot_table(
        index="customer_id", columns="product_type", values="weight", aggfunc="sum", fill_value=0
    )


def test_pairs_have_at_least_twenty_baskets_within_half_a_year(
    mart: pd.DataFrame, purchases: Purchases
) -> None:
    held = purchases.lines[purchases.age(purchases.lines.day) <= 26 * 7]
    held = pd.crosstab(held.order_id, held.product_type).clip(upper=1)
    counts = held.sum()
    baskets = held.to_numpy(float)  # whole numbers all the same, and multiplied far sooner
    together = pd.DataFrame(baskets.T @ baskets, held.columns, held.columns)
    pairs = together.rename_axis(index="product_type", columns="other_type").stack()
    left, right = (pairs.index.get_level_values(level) for level in PAIR)
    pairs = pairs[(pairs >= 20) & (left != right)].sort_index()
    assert list(mart.index) == list(pairs.index)
    assert len(mart) > 500
    assert (mart.together_count == pairs).all()
    first, other = (counts.loc[mart.index.get_level_values(level)].to_numpy() for level in PAIR)
    np.testing.assert_allclose(mart.affinity, pairs / first / np.sqrt(other), rtol=1e-12)


def test_cross_selling_sums_affinities_to_types_never_bought(
    warehouse: Warehouse, mart: pd.DataFrame, purchases: Purchases, owned: pd.DataFrame
) -> None:
    types = owned.columns
    strong = mart[mart.affinity_rank <= 50].affinity
    affinity = strong.unstack(fill_value=0.0).reindex(index=types, columns=types, fill_value=0.0)
    recent = purchases.lines[purchases.age(purchases.lines.day) <= 28]
    popularity = recent.groupby("product_type").order_id.nunique() / recent.order_id.nunique()
    popularity = popularity.reindex(types, fill_value=0)
    expected = (owned @ affinity) * popularity
    expected = expected.where(owned == 0, 0.0)
    suggested = warehouse.read("select * from signals.cross_sell order by 1, 2")
    counted = suggested[~suggested.is_complement]
    assert len(counted) > 1_000
    scores = [expected.loc[row.customer_id, row.product_type] for row in counted.itertuples()]
    np.testing.assert_allclose(counted.score.astype(float), scores, rtol=1e-6)
    lowest = counted.groupby("customer_id").score.min()
    for customer, listed in suggested.groupby("customer_id"):
        left = expected.loc[customer].drop(listed.product_type)
        if customer in lowest.index and len(listed) == 10:
            assert left.max() <= lowest[customer] * (1 + 1e-6)


def test_a_rule_applies_to_customers_who_bought_one_type_recently_and_never_the_other(
    warehouse: Warehouse, purchases: Purchases
) -> None:
    rules = warehouse.read("select product_type, complement_type from seeds.complements")
    told = warehouse.read("select * from signals.cross_sell where is_complement")
    lines = purchases.lines
    ever = lines.groupby("customer_id").product_type.agg(set)
    lately = lines[purchases.age(lines.day) <= 60].groupby("customer_id").product_type.agg(set)
    sold = set(warehouse.read("select product_type from raw.products").product_type)
    expected = {
        (customer, complement)
        for customer, bought in lately.items()
        for kind, complement in rules.itertuples(index=False)
        if kind in bought and complement not in ever[customer] and complement in sold
    }
    assert expected
    assert set(zip(told.customer_id, told.product_type, strict=True)) == expected


def test_occasions_are_those_that_both_halves_of_the_customers_show(
    warehouse: Warehouse, purchases: Purchases
) -> None:
    categories = warehouse.read("select product_id, product_category from raw.products")
    bought = purchases.lines.merge(categories, on="product_id").dropna(subset="product_category")
    monday = NIGHT - timedelta(days=NIGHT.weekday())
    bought["week"] = [day - timedelta(days=day.weekday()) for day in bought.day]
    bought = bought[(bought.week < monday) & (bought.week >= monday - timedelta(weeks=52))]
    bought = bought[["product_category", "customer_id", "week"]].drop_duplicates()
    halves = warehouse.read(
        "select distinct customer_id, is_first_half from intermediate.int_category_customers"
    ).set_index("customer_id")
    assert 0.4 < halves.is_first_half.mean() < 0.6
    bought["half"] = bought.customer_id.map(halves.is_first_half)
    seen = {half: _seen(rows) for half, rows in bought.groupby("half")}
    expected = (seen[True] & seen[False]).stack()
    mart = warehouse.read("select * from signals.seasonal_occasions")
    found = set(zip(mart.product_category, mart.week_start_date, strict=True))
    assert found == set(expected[expected].index)


def _seen(bought: pd.DataFrame) -> pd.DataFrame:
    """Return, by category and week, whether this half of the customers shows an occasion."""
    counts = bought.groupby(["product_category", "week"]).size().unstack(fill_value=0)
    share = counts / bought.groupby("week").customer_id.nunique()
    before, after = share.shift(1, axis=1), share.shift(-1, axis=1)
    smooth = share / 2 + before.fillna(share) / 4 + after.fillna(share) / 4
    return (smooth.div(smooth.mean(axis=1), axis=0) >= 2) & (counts >= 10)
