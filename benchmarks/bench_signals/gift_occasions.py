"""Gift occasions: planted gifts and near misses of the simulated shop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.bench_signals.simulated import CAVEAT, NIGHT, planted_targets, simulated_shop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.journey import Journey
    from benchmarks.targets import Target

MODELS = ()  # built for the simulated shop, not for the journey


def score(journey: Journey, context: dict[str, Any]) -> Iterator[Target]:
    """Yield precision and recall on the planted gifts, compared with a plain text comparison."""
    shop = simulated_shop(journey)
    shop.build(NIGHT, "+gift_occasions")
    found = shop.read(FOUND.format(table="signals.gift_occasions", condition="true"))
    planted = shop.read(FOUND.format(table="truth.gift_occasions", condition="is_planted"))
    near_misses = shop.read("select why from truth.gift_occasions where not is_planted").why
    context["gift_near_misses"] = near_misses.value_counts().to_dict()
    context["gift_data"] = CAVEAT
    other = shop.read(OTHER_TEXT)
    yield from planted_targets("gift", found, planted, ("address differs as text", other))


FOUND = "select customer_id, recipient_first_name, last_given_date from {table} where {condition}"
# The result of comparing the two addresses letter by letter.
OTHER_TEXT = """
    select distinct
        orders.customer_id,
        split_part(shipments.recipient_name, ' ', 1) as recipient_first_name,
        (orders.ordered_at at time zone 'Europe/Helsinki')::date as last_given_date
    from raw.orders as orders
    inner join raw.customers as customers using (customer_id)
    inner join raw.shipments as shipments using (order_id)
    where
        (shipments.street, shipments.postal_code, shipments.city)
        is distinct from (customers.street, customers.postal_code, customers.city)
"""
