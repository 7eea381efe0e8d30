"""First purchases of a type: ten suggestions, compared with the new types of eight weeks.

The cases are customers known at the night who buy a type that they never bought before. The score
is the share of these types that are on the list, averaged over customers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from benchmarks.bench_signals.nights import NIGHT
from benchmarks.scores import bootstrap_error
from benchmarks.targets import Quoted, Target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.journey import Journey

MODELS = ("+int_pair_weights", "+type_weights")
LIST = 10
PAIR = ["customer_id", "product_type"]


def score(journey: Journey, context: dict[str, Any]) -> Iterator[Target]:
    """Yield the recall of the mart, compared with popularity and the mart without its rules."""
    journey.fit(NIGHT)
    journey.build(NIGHT, "+cross_sell")
    new = journey.read(NEW_TYPES, night=NIGHT)
    listed = journey.read("select customer_id, product_type, is_complement from signals.cross_sell")
    counted = journey.read(COUNTED)
    popular = journey.read(POPULAR, night=NIGHT)
    recall = _recall(new, listed)
    is_hit = pd.MultiIndex.from_frame(listed[PAIR]).isin(pd.MultiIndex.from_frame(new))
    context["cross_sell_bought_share"] = {
        "by a rule": float(is_hit[listed.is_complement].mean()),
        "by affinity": float(is_hit[~listed.is_complement].mean()),
    }
    yield Target(
        "cross_sell_recall_at_10",
        recall.mean(),
        at_least=0.060,
        anchors={
            "popularity": _recall(new, popular).mean(),
            "without rules": _recall(new, counted).mean(),
        },
        n=len(recall),
        standard_error=bootstrap_error(np.mean, recall.index.to_numpy(str), recall.to_numpy()),
        quoted=(Quoted("EASE", 0.069, "an earlier run of ours, same households"),),
    )


def _recall(new: pd.DataFrame, listed: pd.DataFrame) -> pd.Series:
    """Return, by customer, the share of the new types that are listed."""
    is_hit = pd.MultiIndex.from_frame(new).isin(pd.MultiIndex.from_frame(listed[PAIR]))
    return pd.Series(is_hit, index=new.customer_id).groupby(level=0).mean()


NEW_TYPES = """
    select customer_id, product_type
    from truth.baskets
    where
        ordered_date >= %(night)s and ordered_date < %(night)s::date + 56
        and customer_id in (select customer_id from shop.type_weights)
    except
    select customer_id, product_type from shop.type_weights
"""
COUNTED = """
    select customer_id, product_type from (
        select customer_id, product_type, row_number() over (
            partition by customer_id order by score desc, product_type
        ) as place
        from intermediate.int_cross_sell_scores
    ) as placed
    where place <= 10
"""
POPULAR = """
    select customer_id, product_type from (
        select customers.customer_id, items.item_id as product_type, row_number() over (
            partition by customers.customer_id order by items.popularity desc, items.item_id
        ) as place
        from (select distinct customer_id from shop.type_weights) as customers
        cross join (
            select item_id, popularity from intermediate.int_item_weights
            where item_kind = 'product_type' order by popularity desc limit 400
        ) as items
        left join shop.type_weights as owned
            on
                customers.customer_id = owned.customer_id
                and items.item_id = owned.product_type
        where owned.customer_id is null
    ) as placed
    where place <= 10
"""
