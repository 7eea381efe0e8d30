"""`make bench-signals`: how good the signals are on The Complete Journey.

The night of 2017-11-06 is built by the real dbt models and scored against what the eight weeks
after it brought; variants of the formulas are compared at 2017-09-11, never here. Due dates are
scored on purchases of 3 to 30 July 2017 (every fourth day, so that each weekday counts once), each
predicted by the night that follows it.
"""

from __future__ import annotations

from datetime import date, timedelta
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from rich.console import Console

from tests.benchmarks.journey import Journey, loaded_journey
from tests.benchmarks.scores import (
    area_under_roc,
    average_precision,
    brier,
    calibration_by_quarter,
)
from tests.benchmarks.targets import Target, target_table, write_targets

if TYPE_CHECKING:
    from collections.abc import Iterator

NIGHT = date(2017, 11, 6)
DUE_DAYS = [date(2017, 7, 3) + timedelta(days=4 * step) for step in range(7)]
CAVEAT = (
    "The Complete Journey: 2,469 households, real purchases re-dated to 2017 by their publisher,"
    " whose page calls them simulated; histories begin in the middle."
)


def main() -> None:
    """Run the benchmark, write `build/bench/signals.json` and show a table."""
    began, context = perf_counter(), {"night": NIGHT.isoformat(), "data": CAVEAT}
    console = Console()
    with console.status("Loading The Complete Journey ..."), loaded_journey() as journey:
        console.print(f"loaded after {perf_counter() - began:.0f} s")
        journey.build(NIGHT, "+lifecycle", "+purchase_hours", "+replenishment")
        console.print(f"built the night of {NIGHT} after {perf_counter() - began:.0f} s")
        targets = [
            score_purchase_hours(journey, context),
            *score_replenishment(journey, context),
            score_activity(journey, context),
            score_due_dates(journey, context),
        ]
    context["seconds"] = round(perf_counter() - began)
    file = write_targets("signals", targets, context)
    console.print(target_table(targets))
    console.print(f"written to {file}", highlight=False)


def score_purchase_hours(journey: Journey, context: dict[str, Any]) -> Target:
    """Score the window of three hours on each customer's next order within eight weeks.

    How well the predicted share is calibrated is told twice: over those orders, and over all orders
    of the eight weeks, which is what the share is about.
    """
    orders = journey.read(FOLLOWING_ORDERS, night=NIGHT)
    orders["hit"] = _is_in_window(orders.ordered_hour, orders.window_start_hour)
    following = orders[orders.place == 1]
    context["purchase_hour_customers"] = len(following)
    for name, rows in {"next_orders": following, "all_orders": orders}.items():
        context[f"purchase_hour_calibration_{name}"] = calibration_by_quarter(
            rows.predicted_share.to_numpy(), rows.hit.to_numpy(bool)
        )
    hour = following.ordered_hour
    return Target(
        "purchase_hour_hit_3h",
        following.hit.mean(),
        at_least=0.39,
        anchors={
            "the shop's window": _is_in_window(hour, following.global_window_start_hour).mean(),
            "around the last hour": _is_in_window(hour, following.last_hour - 1).mean(),
        },
    )


def score_replenishment(journey: Journey, context: dict[str, Any]) -> Iterator[Target]:
    """Score the probability to buy a type again within 14 days."""
    pairs = journey.read(
        """
        select mart.buy_probability, mart.purchase_count, bought.customer_id is not null as is_true
        from signals.replenishment as mart
        left join (
            select distinct customer_id, product_type from truth.purchase_days
            where ordered_date >= %(night)s and ordered_date < %(night)s::date + 14
        ) as bought
            on
                mart.customer_id = bought.customer_id
                and mart.product_type = bought.product_type
        """,
        night=NIGHT,
    )
    predicted, came_true = pairs.buy_probability.to_numpy(), pairs.is_true.to_numpy(bool)
    context["replenishment_pairs"] = len(pairs)
    context["replenishment_calibration"] = calibration_by_quarter(predicted, came_true)
    count = pairs.purchase_count.to_numpy(float)
    yield Target(
        "replenishment_ap",
        average_precision(predicted, came_true),
        at_least=0.435,
        anchors={"purchase count": average_precision(count, came_true)},
    )
    share = came_true.mean()
    yield Target(
        "replenishment_brier",
        brier(predicted, came_true),
        at_most=0.135,
        anchors={"the same for all": float(share * (1 - share))},
    )


def score_activity(journey: Journey, context: dict[str, Any]) -> Target:
    """Score the probability of any order within 56 days."""
    customers = journey.read(
        """
        select mart.activity_probability, mart.recency_days, mart.order_count,
            mart.customer_id in (
                select customer_id from truth.orders
                where ordered_date >= %(night)s and ordered_date < %(night)s::date + 56
            ) as is_true
        from signals.lifecycle as mart
        """,
        night=NIGHT,
    )
    came_true = customers.is_true.to_numpy(bool)
    predicted = customers.activity_probability.to_numpy()
    context["activity_customers"] = len(customers)
    context["activity_brier"] = brier(predicted, came_true)
    return Target(
        "activity_auc_cj_56d",
        area_under_roc(predicted, came_true),
        at_least=0.868,
        anchors={
            "recency": area_under_roc(-customers.recency_days.to_numpy(float), came_true),
            "order count": area_under_roc(customers.order_count.to_numpy(float), came_true),
        },
    )


def score_due_dates(journey: Journey, context: dict[str, Any]) -> Target:
    """Score the typical gap on purchases of July, each as told the night after it."""
    told = []
    for day in DUE_DAYS:
        night = day + timedelta(days=1)
        journey.build(night, "+replenishment")
        told.append(journey.read(DUE_DATES, day=day))
    purchases = pd.concat(told).astype(float, errors="ignore")
    actual = purchases.next_gap.to_numpy(float)
    errors = {
        column: np.abs(purchases[column].to_numpy(float) - actual)
        for column in ("typical_gap_days", "own_median", "type_median")
    }
    context["replenishment_due_purchases"] = len(purchases)
    context["replenishment_due_within_3_days"] = float(np.mean(errors["typical_gap_days"] <= 3))
    return Target(
        "replenishment_mae_days",
        errors["typical_gap_days"].mean(),
        at_most=22.6,
        anchors={
            "own median gap": errors["own_median"].mean(),
            "the type's median gap": errors["type_median"].mean(),
        },
    )


# Orders of the eight weeks after the night, numbered by customer, with the last hour known then.
FOLLOWING_ORDERS = """
    with known as (
        select distinct on (customer_id) customer_id, ordered_hour as last_hour
        from intermediate.int_orders order by customer_id, ordered_at desc, order_id
    )
    select hours.*, known.last_hour, orders.ordered_hour,
        row_number() over (
            partition by orders.customer_id order by orders.ordered_at, orders.order_id
        ) as place
    from signals.purchase_hours as hours
    inner join known using (customer_id)
    inner join truth.orders as orders using (customer_id)
    where orders.ordered_date >= %(night)s and orders.ordered_date < %(night)s::date + 56
"""

# The night after `day`: what it says of pairs bought on that day, and when they were next bought.
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


def _is_in_window(hour: pd.Series, start: pd.Series) -> np.ndarray:
    return ((hour - start) % 24 < 3).to_numpy(bool)


if __name__ == "__main__":
    main()
