"""Whether seasons are real: each category's strongest week in two halves of the customers.

The mart lists categories whose season both halves show. The score is the share of them with the
same strongest week in both halves. Because these halves selected the categories, the same share is
also computed for 20 other random divisions of the customers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.scores import binomial_error
from benchmarks.targets import Target

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from benchmarks.journey import Journey

MODELS = ("+seasonal_occasions",)
DIVISIONS = 20


def score(journey: Journey, context: dict[str, Any]) -> Iterator[Target]:
    """Yield the share of categories whose halves agree on the strongest week."""
    strongest = journey.read(STRONGEST)
    agree = (strongest.first_week == strongest.second_week).to_numpy(bool)
    listed = set(strongest.product_category)
    customers = journey.read("select * from intermediate.int_category_customers")
    all_weeks = sorted(customers.week_start_date.unique())
    every = sorted(customers.product_category.dropna().unique())
    random = np.random.default_rng(2017)
    ids = np.sort(customers.customer_id.unique())
    shares = {"the listed": [], "all categories": []}
    for _ in range(DIVISIONS):
        half = customers.customer_id.map(dict(zip(ids, random.random(len(ids)) < 0.5, strict=True)))
        same = _strongest(customers[half], every, all_weeks) == _strongest(
            customers[~half], every, all_weeks
        )
        shares["the listed"].append(same[[category in listed for category in every]].mean())
        shares["all categories"].append(same.mean())
    context["seasonal_categories"] = sorted(listed)
    yield Target(
        "seasonal_same_peak_share",
        agree.mean(),
        at_least=0.60,
        anchors={f"{name}, other halves": float(np.mean(each)) for name, each in shares.items()},
        n=len(agree),
        standard_error=binomial_error(agree),
    )


def _strongest(customers: pd.DataFrame, categories: list, weeks: list) -> np.ndarray:
    """Return the index of each category's strongest week, by the formula of the mart's page."""
    counts = customers.groupby(["product_category", "week_start_date"]).size().unstack(fill_value=0)
    counts = counts.reindex(index=categories, columns=weeks, fill_value=0).to_numpy(float)
    active = customers.groupby("week_start_date").customer_id.nunique().reindex(weeks).to_numpy()
    share = np.pad(counts / active, ((0, 0), (1, 1)), mode="edge")
    return np.argmax(share[:, 1:-1] / 2 + share[:, :-2] / 4 + share[:, 2:] / 4, axis=1)


STRONGEST = """
    select
        product_category,
        (array_agg(week_start_date order by week_index desc, week_start_date)
            filter (where is_first_half))[1] as first_week,
        (array_agg(week_start_date order by week_index desc, week_start_date)
            filter (where not is_first_half))[1] as second_week
    from intermediate.int_category_weeks
    where product_category in (select product_category from signals.seasonal_occasions)
    group by product_category
"""
