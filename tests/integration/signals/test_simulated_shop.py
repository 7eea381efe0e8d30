"""A small simulated shop: all planted cases are found, and no near misses."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from retention.project.shop import read_shop
from retention.raw.contract import read_contract
from sample_shops.simulation.shop import FEWEST_CUSTOMERS, STORIES, simulate_shop
from sample_shops.simulation.tables import raw_tables
from sample_shops.simulation.truths import truth_rows
from sample_shops.simulation.write import write_simulated_shop
from tests.integration.signals.conftest import EVERYTHING, Warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

NIGHT = date(2026, 11, 23)
CUSTOMERS = 4 * FEWEST_CUSTOMERS  # four times every story


@pytest.fixture(scope="module")
def simulated(warehouse: Warehouse) -> Iterator[Warehouse]:
    """A night of a simulated shop, beside the one of real households."""
    built = Warehouse(warehouse.cluster, "simulated_shop", warehouse.target)
    # A copy, for its ledger; the shop's data in it are replaced.
    built.cluster.create_database(built.database, template=warehouse.database)
    with psycopg.connect(built.url) as connection:
        write_simulated_shop(
            connection,
            customers=CUSTOMERS,
            seed=4,
            last_day=NIGHT - timedelta(days=1),
            progress=lambda *_: None,
        )
    built.build(NIGHT, "--full-refresh", selected=EVERYTHING)
    yield built
    built.cluster.drop_database(built.database)


def _pairs(rows: pd.DataFrame) -> set[tuple[object, ...]]:
    return set(rows.itertuples(index=False, name=None))


def test_exactly_the_planted_lifestyles_are_found(simulated: Warehouse) -> None:
    planted = simulated.read("select customer_id, lifestyle from truth.lifestyles where is_planted")
    near_misses = simulated.read("select why from truth.lifestyles where not is_planted")
    assert _pairs(simulated.read("select customer_id, lifestyle from signals.lifestyles")) == (
        _pairs(planted)
    )
    assert len(planted) >= 20
    assert near_misses.why.nunique() >= 9


def test_exactly_the_planted_gift_occasions_are_found(simulated: Warehouse) -> None:
    columns = "customer_id, recipient_first_name, last_given_date"
    planted = simulated.read(f"select {columns} from truth.gift_occasions where is_planted")
    near_misses = simulated.read("select why from truth.gift_occasions where not is_planted")
    found = simulated.read(f"select {columns} from signals.gift_occasions")
    assert _pairs(found) == _pairs(planted)
    assert len(found) == len(planted) >= 40
    assert near_misses.why.nunique() >= 9


def test_evidence_of_a_lifestyle_is_of_the_customers_own_kept_orders(simulated: Warehouse) -> None:
    strangers = simulated.read("""
        select lifestyles.customer_id, proof
        from signals.lifestyles, jsonb_array_elements(lifestyles.evidence) as proof
        left join shop.kept_orders as orders on orders.order_id = proof ->> 'order_id'
        where orders.customer_id is distinct from lifestyles.customer_id
    """)
    assert strangers.empty


def test_a_gift_occasion_identifies_no_recipient(simulated: Warehouse) -> None:
    """It holds no family name, street or postal code of any parcel."""
    told = simulated.read("""
        select 1
        from signals.gift_occasions as occasions
        inner join raw.orders using (customer_id)
        inner join raw.shipments using (order_id)
        where
            occasions::text ilike '%' || split_part(recipient_name, ' ', 2) || '%'
            or occasions::text ilike '%' || street || '%'
    """)
    assert told.empty


def test_one_recipient_has_another_key_for_each_giver(simulated: Warehouse) -> None:
    shared = simulated.read("""
        select recipient_key from signals.gift_occasions
        group by recipient_key having count(distinct customer_id) > 1
    """)
    assert shared.empty


def test_a_toy_is_followed_by_toys_for_an_older_child(simulated: Warehouse) -> None:
    given = simulated.read("""
        select next_minimum_age_months, next_product_types
        from signals.gift_occasions where evidence -> 0 ->> 'product_type' = 'TOYS UNDER 1'
    """)
    assert len(given) > 0
    assert set(given.next_minimum_age_months) <= {12, 24}
    assert [types for types in given.next_product_types if types != ["TOYS 1 TO 2"]] == []


def test_exactly_the_planted_carts_are_found(simulated: Warehouse) -> None:
    planted = simulated.read("select cart_id from truth.abandoned_carts where is_planted")
    near_misses = simulated.read("select why from truth.abandoned_carts where not is_planted")
    assert _pairs(simulated.read("select cart_id from signals.abandoned_carts")) == _pairs(planted)
    assert len(planted) >= 4
    assert near_misses.why.nunique() >= 5


def test_exactly_the_planted_referrals_are_found_with_their_outcomes(
    simulated: Warehouse,
) -> None:
    columns = "customer_id, order_id, referrer_customer_id, status, refused_reason"
    told = simulated.read(f"select {columns} from truth.referrals")
    assert _pairs(simulated.read(f"select {columns} from signals.referrals")) == _pairs(told)
    assert told.refused_reason.nunique() >= 6
    assert set(told.status) == {"waiting", "earned", "refused"}


def test_habitual_returners_rank_above_occasional_ones(simulated: Warehouse) -> None:
    habits = simulated.read("""
        select is_planted, times_average
        from truth.returns inner join signals.return_habits using (customer_id)
    """)
    by_habit, by_chance = habits[habits.is_planted], habits[~habits.is_planted]
    # With few lines, one habitual return looks the same as one by chance.
    assert (by_habit.times_average > by_chance.times_average.max()).mean() > 0.8
    assert len(by_habit) >= 20


def test_one_seed_makes_one_shop_and_another_seed_another() -> None:
    assert _everything(seed=1) == _everything(seed=1)
    assert _everything(seed=1) != _everything(seed=2)


def test_every_story_occurs_in_the_smallest_shop() -> None:
    made = simulate_shop(read_shop(), FEWEST_CUSTOMERS, 1, NIGHT)
    told = {row["why"] for rows in made.records.truths.values() for row in rows}
    assert len(told) >= len(STORIES) - 1  # two stories share one reason


def _everything(seed: int) -> tuple[object, ...]:
    shop = read_shop()
    made = simulate_shop(shop, 200, seed, NIGHT)
    tables = [(name, table.to_pylist()) for name, table in raw_tables(made, shop, read_contract())]
    return (*tables, *truth_rows(made))
