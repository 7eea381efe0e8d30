"""Due dates, scored on purchases from 3 to 30 July 2017, each predicted by the night after it.

Every fourth day is used, so each weekday counts once. Only pairs with a next purchase before the
end of the year count.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from benchmarks.bench_signals.nights import DUE_DAYS
from benchmarks.scores import bootstrap_error
from benchmarks.targets import Quoted, Target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.journey import Journey

PAGE = "replenishment"
MODELS = ("+replenishment",)
EARLIER = "an earlier run of ours on every day of July, where the own median was off by 24.5"
WAYS = {"own_median": "own median gap", "type_median": "the type's median gap"}


def score(journey: Journey, context: dict[str, Any]) -> Iterator[Target]:
    """Yield the mean absolute error of the typical gap, in days."""
    nights = []
    for day in DUE_DAYS:
        journey.build(day + timedelta(days=1), "+replenishment")
        nights.append(journey.read(DUE_DATES, day=day))
    purchases = pd.concat(nights)
    actual = purchases.next_gap.to_numpy(float)
    errors = np.abs(purchases.typical_gap_days.to_numpy(float) - actual)
    context["replenishment_due_within_3_days"] = float(np.mean(errors <= 3))
    yield Target(
        "replenishment_mae_days",
        errors.mean(),
        at_most=22.6,
        anchors={
            name: np.abs(purchases[column].to_numpy(float) - actual).mean()
            for column, name in WAYS.items()
        },
        n=len(purchases),
        standard_error=bootstrap_error(np.mean, purchases.customer_id.to_numpy(), errors),
        quoted=(
            Quoted("gamma-Poisson", 22.8, EARLIER),
            Quoted("gradient boosting", 23.1, EARLIER),
        ),
    )


# What the night after `day` predicts for pairs bought on that day, and their actual next gap.
DUE_DATES = """
    with own as (
        select customer_id, product_type,
            percentile_cont(0.5) within group (order by gap_days) as own_median
        from intermediate.int_purchase_days group by customer_id, product_type
    ), types as (
        select product_type, percentile_cont(0.5) within group (order by gap_days) as type_median
        from intermediate.int_purchase_days group by product_type
    ), later as (
        select customer_id, product_type, min(ordered_date) - %(day)s::date as next_gap
        from truth.purchase_days where ordered_date > %(day)s group by customer_id, product_type
    )
    select mart.customer_id, mart.product_type, mart.typical_gap_days,
        own.own_median, types.type_median, later.next_gap
    from signals.replenishment as mart
    inner join later using (customer_id, product_type)
    inner join own using (customer_id, product_type)
    inner join types using (product_type)
    where mart.recency_days = 1
"""
