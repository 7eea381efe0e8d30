"""Next purchases: the ten likeliest types and products, compared with the next basket.

The cases are customers with five baskets or more who order within eight weeks. The score is the
share of the next basket's items that are on the list, averaged over customers.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from benchmarks.bench_signals.nights import NIGHT
from benchmarks.scores import bootstrap_error
from benchmarks.targets import Quoted, Target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.journey import Journey

MODELS = ("+buy_again", "+buy_again_products")
LIST = 10
NEIGHBOURS = 20  # of implicit's item-to-item model; its own default
SOURCE = "an earlier run of ours, same households and baskets"
TYPES = Target(
    "buy_again_type_recall_at_10",
    value=0,
    at_least=0.247,
    quoted=(
        Quoted("GP-TopFreq", 0.2387, SOURCE),
        Quoted("TIFU-KNN", 0.2430, SOURCE),
        Quoted("gradient boosting", 0.2489, SOURCE),
    ),
)
PRODUCTS = Target(
    "buy_again_product_recall_at_10",
    value=0,
    at_least=0.142,
    quoted=(Quoted("TIFU-KNN", 0.1434, SOURCE),),
)


def score(journey: Journey, context: dict[str, Any]) -> Iterator[Target]:
    """Yield the recall of both marts."""
    del context
    for mart, item, target in (
        ("buy_again", "product_type", TYPES),
        ("buy_again_products", "product_id", PRODUCTS),
    ):
        listed = journey.read(f"select customer_id, {item} as item from signals.{mart}")
        baskets = journey.read(NEXT_BASKETS.format(item=item), night=NIGHT)
        counts = journey.read(PURCHASES.format(item=item), night=NIGHT)
        recall = _recall(baskets, listed)
        others = _others(baskets, counts)
        yield replace(
            target,
            value=recall.mean(),
            anchors={name: _recall(baskets, other).mean() for name, other in others.items()},
            n=len(recall),
            standard_error=bootstrap_error(np.mean, recall.index.to_numpy(str), recall.to_numpy()),
        )


def _recall(baskets: pd.DataFrame, listed: pd.DataFrame) -> pd.Series:
    """Return the share of each customer's next basket that is listed as (customer_id, item)."""
    keys = ["customer_id", "item"]
    is_hit = pd.MultiIndex.from_frame(baskets[keys]).isin(pd.MultiIndex.from_frame(listed[keys]))
    return pd.Series(is_hit, index=baskets.customer_id).groupby(level=0).mean()


def _others(baskets: pd.DataFrame, counts: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the lists of other methods, all from the purchases before the night."""
    asked = baskets[["customer_id"]].drop_duplicates()
    popular = counts.drop_duplicates("item").nlargest(LIST, "popularity")[["item"]]
    own = counts[counts.customer_id.isin(asked.customer_id)]
    by_count = own.sort_values(["purchases", "popularity", "item"], ascending=[False, False, True])
    plain = own.assign(score=own.weight + 4 * own.popularity)
    plain = plain.sort_values(["score", "item"], ascending=[False, True])
    by_item = own.sort_values(["purchases", "item"], ascending=[False, True])
    return {
        "popularity": asked.merge(popular, how="cross"),
        "personal count": by_item.groupby("customer_id").head(LIST),
        "personal count, ties by popularity": by_count.groupby("customer_id").head(LIST),
        "plain decayed count + 4 x popularity": plain.groupby("customer_id").head(LIST),
        "implicit ItemKNN (cosine)": _neighbours(asked.customer_id.to_numpy(str), counts),
    }


def _neighbours(asked: np.ndarray, counts: pd.DataFrame) -> pd.DataFrame:
    """Return the lists of implicit's item-to-item model, which may hold items already bought."""
    from implicit.nearest_neighbours import CosineRecommender
    from scipy.sparse import csr_matrix

    customers, customer_ids = pd.factorize(counts.customer_id, sort=True)
    items, item_ids = pd.factorize(counts["item"], sort=True)
    bought = csr_matrix((counts.purchases.to_numpy(float), (customers, items)))
    model = CosineRecommender(K=NEIGHBOURS, num_threads=1)
    model.fit(bought, show_progress=False)
    places = customer_ids.get_indexer(asked)
    found, _ = model.recommend(places, bought[places], N=LIST, filter_already_liked_items=False)
    return pd.DataFrame(
        {"customer_id": np.repeat(asked, LIST), "item": item_ids.to_numpy()[found.ravel()]}
    )


# The items in the first order within eight weeks, by customers with five orders before the night.
NEXT_BASKETS = """
    with asked as (
        select customer_id from truth.orders
        where ordered_date < %(night)s group by customer_id having count(*) >= 5
    ), following as (
        select distinct on (customer_id) customer_id, order_id from truth.orders
        inner join asked using (customer_id)
        where ordered_date >= %(night)s and ordered_date < %(night)s::date + 56
        order by customer_id, ordered_at, order_id
    )
    select distinct following.customer_id, products.{item} as item
    from following
    inner join staging.stg_order_lines as lines using (order_id)
    inner join staging.stg_products as products using (product_id)
    where lines.is_sale and products.is_merchandise
    order by following.customer_id, products.{item}
"""

# Each customer's number of orders of each item before the night, their sum with an exponential
# decay of 120 days, and the share of the last 28 days' orders with the item.
PURCHASES = """
    with lines as (
        select distinct customer_id, {item} as item, order_id, ordered_date
        from shop.order_lines
    ), recent as (
        select item, count(*)::float / (
                select count(*) from shop.kept_orders
                where ordered_date >= %(night)s::date - 28
            ) as share
        from lines where ordered_date >= %(night)s::date - 28 group by item
    )
    select lines.customer_id, lines.item, count(*) as purchases,
        sum(exp((lines.ordered_date - %(night)s::date) / 120.0::float)) as weight,
        coalesce(max(recent.share), 0) as popularity
    from lines left join recent using (item)
    group by lines.customer_id, lines.item order by lines.customer_id, lines.item
"""
