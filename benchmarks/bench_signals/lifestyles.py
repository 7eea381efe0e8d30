"""Lifestyles: planted lifestyles and near misses of the simulated shop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.bench_signals.simulated import CAVEAT, NIGHT, planted_targets, simulated_shop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.journey import Journey
    from benchmarks.targets import Target

MODELS = ()  # built for the simulated shop, not for the journey


def score(journey: Journey, context: dict[str, Any]) -> Iterator[Target]:
    """Yield precision and recall on planted lifestyles, compared with a rule of any one product."""
    shop = simulated_shop(journey)
    shop.build(NIGHT, "+lifestyles")
    found = shop.read("select customer_id, lifestyle from signals.lifestyles")
    planted = shop.read("select customer_id, lifestyle from truth.lifestyles where is_planted")
    near_misses = shop.read("select why from truth.lifestyles where not is_planted").why
    context["lifestyle_near_misses"] = near_misses.value_counts().to_dict()
    context["lifestyle_data"] = CAVEAT
    yield from planted_targets(
        "lifestyle", found, planted, ("any one product", shop.read(ANY_ONE, night=NIGHT))
    )


# The result of a rule that a single product satisfies.
ANY_ONE = """
    select distinct orders.customer_id, rules.lifestyle
    from raw.orders as orders
    inner join raw.order_lines as lines using (order_id)
    inner join raw.products as products using (product_id)
    inner join seeds.lifestyle_rules as rules using (product_type)
    inner join seeds.lifestyle_types as kinds using (lifestyle)
    where orders.ordered_at >= %(night)s::date - kinds.expiry_days
"""
