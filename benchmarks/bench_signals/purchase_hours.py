"""The window of three hours, scored on each customer's next order within eight weeks.

The calibration of the predicted share is given twice: over these orders, and over all orders of the
eight weeks, to which the share refers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.bench_signals.nights import NIGHT
from benchmarks.scores import binomial_error, calibration_by_quarter
from benchmarks.targets import Target

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import pandas as pd

    from benchmarks.journey import Journey

MODELS = ("+purchase_hours",)


def score(journey: Journey, context: dict[str, Any]) -> Iterator[Target]:
    """Yield the share of next orders that fall into the window."""
    orders = journey.read(FOLLOWING_ORDERS, night=NIGHT)
    orders["hit"] = _is_in_window(orders.ordered_hour, orders.window_start_hour)
    following = orders[orders.place == 1]
    for name, rows in {"purchase_hours": following, "purchase_hours_all_orders": orders}.items():
        context[f"{name}_calibration"] = calibration_by_quarter(
            rows.predicted_share.to_numpy(), rows.hit.to_numpy(bool)
        )
    hour = following.ordered_hour
    starts = {
        "the shop's window": following.global_window_start_hour,
        "around the last hour": following.last_hour - 1,
        "around the most frequent hour": following.frequent_hour - 1,
    }
    yield Target(
        "purchase_hour_hit_3h",
        following.hit.mean(),
        at_least=0.39,
        anchors={name: _is_in_window(hour, start).mean() for name, start in starts.items()},
        n=len(following),
        standard_error=binomial_error(following.hit.to_numpy(bool)),
    )


# Orders of the eight weeks after the night, numbered by customer, with the hours known then.
FOLLOWING_ORDERS = """
    with known as (
        select distinct on (customer_id) customer_id, ordered_hour as last_hour
        from shop.kept_orders order by customer_id, ordered_at desc, order_id
    ), frequent as (
        select customer_id, mode() within group (order by ordered_hour) as frequent_hour
        from shop.kept_orders group by customer_id
    )
    select hours.*, known.last_hour, frequent.frequent_hour, orders.ordered_hour,
        row_number() over (
            partition by orders.customer_id order by orders.ordered_at, orders.order_id
        ) as place
    from signals.purchase_hours as hours
    inner join known using (customer_id)
    inner join frequent using (customer_id)
    inner join truth.orders as orders using (customer_id)
    where orders.ordered_date >= %(night)s and orders.ordered_date < %(night)s::date + 56
"""


def _is_in_window(hour: pd.Series, start: pd.Series) -> np.ndarray:
    return ((hour - start) % 24 < 3).to_numpy(bool)
