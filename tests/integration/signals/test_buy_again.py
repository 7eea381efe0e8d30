"""The next baskets against the formulas of docs/signals/buy_again.md, computed by pandas."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from tests.integration.signals.conftest import NIGHT
from tests.integration.signals.purchases import ZONE, Purchases, known_purchases

if TYPE_CHECKING:
    from tests.integration.signals.conftest import Warehouse

TAU, PRIOR, LIST, RECENT = 120, 3, 10, 28
MARTS = {"buy_again": "product_type", "buy_again_products": "product_id"}


@pytest.fixture(scope="module")
def purchases(warehouse: Warehouse) -> Purchases:
    return known_purchases(warehouse, NIGHT)


@pytest.fixture(scope="module", params=MARTS)
def mart(request: pytest.FixtureRequest, warehouse: Warehouse) -> pd.DataFrame:
    """A mart, with its ranked items in the column `item`."""
    rows = warehouse.read(f"select * from signals.{request.param} order by customer_id, rank")
    return rows.assign(item=rows[MARTS[request.param]], kind=MARTS[request.param])


@pytest.fixture(scope="module")
def candidates(mart: pd.DataFrame, purchases: Purchases, warehouse: Warehouse) -> pd.DataFrame:
    """Every item that may be listed, with its weight, popularity and score."""
    lines = purchases.lines.assign(item=purchases.lines[mart.kind[0]])
    lines["age"] = purchases.age(lines.day)
    lines["focus"] = lines.groupby("order_id").order_id.transform("size") ** -0.25
    popularity = _popularity(lines)
    days = lines.groupby(["customer_id", "item", "age"], as_index=False).focus.max()
    days["weight"] = days.focus * np.exp(-days.age / TAU)
    own = days.groupby(["customer_id", "item"]).agg(
        weight=("weight", "sum"), purchase_count=("age", "size")
    )
    customers = warehouse.read("select customer_id, created_at from raw.customers")
    known = customers[customers.created_at < pd.Timestamp(NIGHT, tz=ZONE)].customer_id
    offered = pd.MultiIndex.from_product(
        [sorted(set(known) | set(lines.customer_id)), popularity.index[:LIST]],
        names=["customer_id", "item"],
    )
    every = own.reindex(own.index.union(offered)).fillna(0).reset_index()
    every["popularity"] = every["item"].map(popularity).fillna(0)
    return every.assign(score=every.weight + PRIOR * every.popularity)


def test_each_list_holds_the_ten_highest_scores(
    mart: pd.DataFrame, candidates: pd.DataFrame
) -> None:
    best = candidates.sort_values(["customer_id", "score"], ascending=[True, False])
    best = best.groupby("customer_id").head(LIST)
    assert list(mart.customer_id) == list(best.customer_id)
    np.testing.assert_allclose(mart.score, best.score, rtol=1e-9)
    assert list(mart["rank"]) == list(best.groupby("customer_id").cumcount() + 1)
    assert mart.customer_id.nunique() > 290


def test_each_row_shows_how_its_score_is_made_up(
    mart: pd.DataFrame, candidates: pd.DataFrame
) -> None:
    expected = candidates.set_index(["customer_id", "item"])
    expected = expected.loc[pd.MultiIndex.from_frame(mart[["customer_id", "item"]])]
    for column in ("weight", "popularity", "score"):
        np.testing.assert_allclose(mart[column], expected[column], rtol=1e-9)
    assert list(mart.purchase_count) == list(expected.purchase_count)
    assert list(mart.is_own) == list(expected.weight > 0)
    assert {True, False} == set(mart.is_own)


def test_equal_scores_are_ordered_by_popularity_and_then_by_name(
    mart: pd.DataFrame,
) -> None:
    following = mart.shift(-1)
    is_tie = (mart.customer_id == following.customer_id) & (mart.score == following.score)
    ties, after = mart[is_tie], following[is_tie]
    assert (ties.popularity >= after.popularity).all()
    equal = ties.popularity == after.popularity
    assert (ties["item"][equal] < after["item"][equal]).all()


def test_the_evidence_lists_the_last_three_orders(mart: pd.DataFrame, purchases: Purchases) -> None:
    lines = purchases.lines.assign(item=purchases.lines[mart.kind[0]])
    lines["pieces"] = lines.quantity.astype(float)
    orders = lines.groupby(["customer_id", "item", "order_id"], as_index=False).agg(
        ordered_at=("ordered_at", "first"), day=("day", "first"), pieces=("pieces", "sum")
    )
    expected = defaultdict(list)
    for row in orders.sort_values(["ordered_at", "order_id"], ascending=False).itertuples():
        expected[row.customer_id, row.item].append((row.order_id, f"{row.day}", row.pieces))
    for row in mart.itertuples():
        told = [
            (order["order_id"], order["ordered_date"], order["quantity"]) for order in row.evidence
        ]
        assert told == expected[row.customer_id, row.item][:3]


def _popularity(lines: pd.DataFrame) -> pd.Series:
    """Return the share of recent orders with each item, the most popular first."""
    recent = lines[lines.age <= RECENT]
    counts = recent.drop_duplicates(["order_id", "item"]).groupby("item").size()
    shares = (counts / recent.order_id.nunique()).rename("share").reset_index()
    shares = shares.sort_values(["share", "item"], ascending=[False, True])
    return shares.set_index("item").share
