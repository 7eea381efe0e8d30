"""The purchases known to a night, computed from the raw tables with pandas instead of SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from datetime import date

    from tests.integration.signals.conftest import Warehouse

ZONE = "Europe/Helsinki"
NOT_MERCHANDISE = {"FUEL", "COUPON", "MISCELLANEOUS"}


@dataclass(frozen=True)
class Purchases:
    """Merchandise that was bought before the night and kept, one row per order line.

    Attributes:
        lines: customer_id, order_id, ordered_at (UTC), day (local date), hour (local), product_id,
            product_type, quantity and cents, both net of returns.
    """

    night: date
    lines: pd.DataFrame

    @property
    def orders(self) -> pd.DataFrame:
        """One row per order, with its cents, sorted by time."""
        grouped = self.lines.groupby("order_id", as_index=False)
        orders = grouped.agg(
            customer_id=("customer_id", "first"),
            ordered_at=("ordered_at", "first"),
            day=("day", "first"),
            hour=("hour", "first"),
            cents=("cents", "sum"),
        )
        return orders.sort_values(["ordered_at", "order_id"])

    def age(self, days: pd.Series) -> np.ndarray:
        """Return the number of days between each local date and the night."""
        return np.array([(self.night - day).days for day in days], dtype=float)


def known_purchases(warehouse: Warehouse, night: date) -> Purchases:
    """Read the raw tables as known when `night` begins in Helsinki."""
    begins = pd.Timestamp(night, tz=ZONE)
    orders = warehouse.read("select order_id, customer_id, ordered_at, status from raw.orders")
    orders = orders[(orders.status != "cancelled") & (orders.ordered_at < begins)]
    lines = warehouse.read(
        "select order_line_id, order_id, product_id, quantity, net_amount from raw.order_lines"
    )
    lines = lines[(lines.quantity > 0) & (lines.net_amount > 0)]
    joined = lines.merge(orders, on="order_id").merge(_merchandise(warehouse), on="product_id")
    joined = joined.merge(_returned(warehouse, begins), on="order_line_id", how="left")
    joined["quantity"] -= joined.returned_quantity.fillna(0)
    cents = joined.net_amount * 100 - joined.returned_amount.fillna(0) * 100
    joined["cents"] = cents.clip(lower=0).astype(int)
    joined = joined[joined.quantity > 0].copy()
    local = pd.to_datetime(joined.ordered_at, utc=True).dt.tz_convert(ZONE)
    joined["day"], joined["hour"] = local.dt.date, local.dt.hour
    return Purchases(night, joined)


def calibrated(exposure: np.ndarray, came_true: np.ndarray) -> float:
    """Return k such that the mean of 1 - exp(-k * exposure) equals the share of positive outcomes.

    Exposures count to the nearest percent.
    """
    exposure = np.exp(np.round(100 * np.log(exposure)) / 100)
    low, high = 0.0, 1e3
    for _ in range(200):
        middle = (low + high) / 2
        too_low = np.mean(1 - np.exp(-middle * exposure)) < came_true.mean()
        low, high = (middle, high) if too_low else (low, middle)
    return (low + high) / 2


def _merchandise(warehouse: Warehouse) -> pd.DataFrame:
    products = warehouse.read(
        "select product_id, product_name, product_type, department, product_category"
        " from raw.products"
    )
    is_merchandise = (
        products.product_type.notna()
        & ~products.department.isin(NOT_MERCHANDISE)
        & (products.product_category != "COUPON/MISC ITEMS")
    )
    return products.loc[is_merchandise, ["product_id", "product_name", "product_type"]]


def _returned(warehouse: Warehouse, begins: pd.Timestamp) -> pd.DataFrame:
    returns = warehouse.read("select order_line_id, quantity, amount, returned_at from raw.returns")
    known = returns[returns.returned_at < begins].groupby("order_line_id", as_index=False)
    return known.agg(returned_quantity=("quantity", "sum"), returned_amount=("amount", "sum"))
