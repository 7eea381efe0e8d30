"""The simulated shop as tables of the raw contract, in Arrow: random rows first, then stories."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sample_shops.simulation.background import DAY, DAYS, HOUR
from sample_shops.simulation.catalogue import PRODUCTS
from sample_shops.simulation.people import customer_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from retention.project.shop import Shop
    from retention.raw.contract import RawTable
    from sample_shops.simulation.shop import SimulatedShop

CART_DAYS, VIEW_DAYS = 60, 180  # how long the shop keeps carts and page views
VIEWS_PER_LINE = 2
WANTED = {"offers": 0.85, "reminders": 0.9, "newsletter": 0.4}  # share of customers who agree
STORES = (("web", "Puoti", None), ("S1", "Puoti Kamppi", "Helsinki"),
          ("S2", "Puoti Koskikeskus", "Tampere"), ("S3", "Puoti Hansa", "Turku"))  # fmt: skip
# The values of columns that a row leaves empty.
DEFAULTS = {
    "shipping_amount": 0.0, "tax_amount": 0.0, "gift_card_amount": 0.0, "discount_amount": 0.0,
}  # fmt: skip
ARROW_TYPES = {
    "text": pa.string(),
    "timestamptz": pa.timestamp("us", "UTC"),
    "date": pa.date32(),
    "boolean": pa.bool_(),
}


def raw_tables(
    made: SimulatedShop, shop: Shop, contract: dict[str, RawTable]
) -> Iterator[tuple[str, pa.Table]]:
    """Yield the name and rows of every table that holds rows."""
    background = Background(made, shop)
    for name, rows in background.tables():
        stories = made.records.rows.get(name, [])
        table = pa.concat_tables([_fitted(contract[name], rows), _stories(contract[name], stories)])
        yield name, _filled(table, {"currency": shop.storefront.shop_currency} | DEFAULTS)


class Background:
    """The random rows of each table."""

    def __init__(self, made: SimulatedShop, shop: Shop) -> None:
        self.made = made
        self.shop = shop
        self.end = DAYS * DAY  # in ticks
        numbers = [customer_id(number) for number in range(len(made.people))]
        self.customer_ids = pa.array(numbers)
        self.order_ids = _numbered("O", len(made.orders.tick))
        self.product_ids = pa.array([product.product_id for product in PRODUCTS])

    def tables(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the name and columns of each table of the contract."""
        for name in (
            "stores", "products", "customers", "consents", "preferences", "orders", "order_lines",
            "returns", "shipments", "carts", "web_events",
        ):  # fmt: skip
            yield name, getattr(self, name)()

    def moments(self, ticks: NDArray, is_known: NDArray | None = None) -> pa.Array:
        """Return ticks of the shop's wall clock as UTC timestamps; null where not known."""
        start = np.datetime64(datetime.combine(self.made.first_day, time()), "us")
        wall = pa.array(
            start + ticks.astype("timedelta64[s]"),
            mask=None if is_known is None else ~is_known,
        )
        return pc.assume_timezone(
            wall, self.shop.storefront.shop_timezone, ambiguous="earliest", nonexistent="latest"
        ).cast(pa.timestamp("us", "UTC"))

    def stores(self) -> dict[str, Any]:
        """The web shop and three stores."""
        identifiers, names, cities = zip(*STORES, strict=True)
        return {
            "store_id": identifiers,
            "store_name": names,
            "city": cities,
            "country": "FI",
            "updated_at": self.moments(np.zeros(len(STORES), int)),
        }

    def products(self) -> dict[str, Any]:
        """All products of the catalogue."""
        return {
            "product_id": self.product_ids,
            "product_name": [product.name for product in PRODUCTS],
            "department": [product.department for product in PRODUCTS],
            "product_category": [product.department for product in PRODUCTS],
            "product_type": [product.product_type for product in PRODUCTS],
            "brand": [product.maker for product in PRODUCTS],
            "product_url": [
                f"{self.shop.storefront.shop_url}/p/{item.product_id}" for item in PRODUCTS
            ],
            "updated_at": self.moments(np.zeros(len(PRODUCTS), int)),
        }

    def customers(self) -> dict[str, Any]:
        """All customers, created when they opened their accounts."""
        people = self.made.people
        since = self.moments(self.made.habits.first_tick)
        columns = ("first_name", "last_name", "locale", "time_zone", "birth_date", "email")
        address = ("street", "postal_code", "city", "country")
        return {
            "customer_id": self.customer_ids,
            **{column: [getattr(each, column) for each in people] for column in columns},
            **{column: [getattr(each.address, column) for each in people] for column in address},
            "created_at": since,
            "updated_at": since,
        }

    def consents(self) -> dict[str, Any]:
        """Each customer's answer to each consent question."""
        count = len(self.made.people)
        since = self.moments(np.tile(self.made.habits.first_tick, len(WANTED)))
        purposes = [purpose for purpose in WANTED for _ in range(count)]
        wanted = np.repeat(list(WANTED.values()), count)
        customer_ids = pa.concat_arrays([self.customer_ids] * len(WANTED))
        return {
            "consent_id": pc.binary_join_element_wise(customer_ids, pa.array(purposes), "-"),
            "customer_id": customer_ids,
            "channel": "email",
            "purpose": purposes,
            "is_granted": self.made.random.random(len(wanted)) < wanted,
            "granted_at": since,
            "source": "checkout",
            "updated_at": since,
        }

    def preferences(self) -> dict[str, Any]:
        """Stated interests of every seventh customer."""
        chosen = np.arange(0, len(self.made.people), 7)
        since = self.moments(self.made.habits.first_tick[chosen])
        customers = self.customer_ids.take(pa.array(chosen))
        return {
            "preference_id": pc.binary_join_element_wise(customers, "interest", "-"),
            "customer_id": customers,
            "name": "interest",
            "value": [("pets", "home", "coffee_tea", "fashion")[number % 4] for number in chosen],
            "stated_at": since,
            "updated_at": since,
        }

    def orders(self) -> dict[str, Any]:
        """All random orders."""
        orders = self.made.orders
        placed_at = self.moments(orders.tick)
        stores = pa.array([identifier for identifier, *_ in STORES])
        return {
            "order_id": self.order_ids,
            "customer_id": self.customer_ids.take(pa.array(orders.customer)),
            "store_id": stores.take(pa.array(orders.store)),
            "ordered_at": placed_at,
            "status": "completed",
            "is_gift": False,
            "updated_at": placed_at,
        }

    def order_lines(self) -> dict[str, Any]:
        """All lines of the random orders."""
        lines = self.made.lines
        return {
            "order_line_id": _numbered("L", len(lines.order)),
            "order_id": self.order_ids.take(pa.array(lines.order)),
            "product_id": self.product_ids.take(pa.array(lines.product)),
            "quantity": lines.quantity,
            "net_amount": lines.cents / 100,
            "updated_at": self.moments(self.made.orders.tick[lines.order]),
        }

    def returns(self) -> dict[str, Any]:
        """Returns three to twenty days after the order, except those after the night."""
        lines = self.made.lines
        (came_back,) = np.nonzero(lines.returned)
        delay = (3 + came_back % 18) * DAY
        tick = self.made.orders.tick[lines.order[came_back]] + delay
        came_back, tick = came_back[tick < self.end], tick[tick < self.end]
        line_ids = _numbered("L", len(lines.order)).take(pa.array(came_back))
        return {
            "return_id": pc.binary_join_element_wise(line_ids, "R", "-"),
            "order_line_id": line_ids,
            "quantity": lines.returned[came_back],
            "amount": lines.cents[came_back] / 100,
            "returned_at": self.moments(tick),
            "updated_at": self.moments(tick),
        }

    def shipments(self) -> dict[str, Any]:
        """A parcel to the customer's home for every web order; times after the night are null."""
        (sent,) = np.nonzero(self.made.orders.store == 0)
        people, customer = self.made.people, self.made.orders.customer[sent]
        ordered = self.made.orders.tick[sent]
        shipped = ordered + (6 + sent % 30) * HOUR
        delivered = shipped + (20 + sent % 40) * HOUR
        order_ids = self.order_ids.take(pa.array(sent))
        address = ("street", "postal_code", "city", "country")
        places = {
            column: pa.array([getattr(each.address, column) for each in people])
            for column in address
        }
        names = pa.array([each.name for each in people])
        return {
            "shipment_id": pc.binary_join_element_wise(order_ids, "P", "-"),
            "order_id": order_ids,
            "recipient_name": names.take(pa.array(customer)),
            **{column: values.take(pa.array(customer)) for column, values in places.items()},
            "shipped_at": self.moments(shipped, shipped < self.end),
            "expected_at": self.moments(shipped + 3 * DAY),
            "delivered_at": self.moments(delivered, delivered < self.end),
            "updated_at": self.moments(np.minimum(shipped, self.end)),
        }

    def carts(self) -> dict[str, Any]:
        """The lines of the latest orders, as they were in the cart before."""
        chosen = self._recent_web_lines(CART_DAYS)
        order = self.made.lines.order[chosen]
        bought = self.made.orders.tick[order]
        return {
            "cart_line_id": _numbered("K", len(self.made.lines.order)).take(pa.array(chosen)),
            "cart_id": pc.binary_join_element_wise(self.order_ids.take(pa.array(order)), "K", "-"),
            "customer_id": self.customer_ids.take(pa.array(self.made.orders.customer[order])),
            "product_id": self.product_ids.take(pa.array(self.made.lines.product[chosen])),
            "quantity": self.made.lines.quantity[chosen],
            "added_at": self.moments(bought - 60 - chosen % 1800),
            "removed_at": self.moments(bought),
            "updated_at": self.moments(bought),
        }

    def web_events(self) -> dict[str, Any]:
        """A view of each product in the latest orders, and of one other product."""
        chosen = np.repeat(self._recent_web_lines(VIEW_DAYS), VIEWS_PER_LINE)
        rows = len(chosen)
        order = self.made.lines.order[chosen]
        is_second = np.arange(rows) % VIEWS_PER_LINE
        product = (self.made.lines.product[chosen] + is_second) % len(PRODUCTS)
        seen_at = self.moments(self.made.orders.tick[order] - 1800 - chosen % 3600 + is_second)
        return {
            "event_id": _numbered("V", rows),
            "customer_id": self.customer_ids.take(pa.array(self.made.orders.customer[order])),
            "event_type": "product_view",
            "product_id": self.product_ids.take(pa.array(product)),
            "occurred_at": seen_at,
            "updated_at": seen_at,
        }

    def _recent_web_lines(self, days: int) -> NDArray[np.int64]:
        order = self.made.lines.order
        is_recent = self.made.orders.tick[order] >= (DAYS - days) * DAY
        (chosen,) = np.nonzero(is_recent & (self.made.orders.store[order] == 0))
        return chosen


def _numbered(letter: str, count: int) -> pa.Array:
    numbers = pc.utf8_lpad(pa.array(np.arange(1, count + 1)).cast(pa.string()), 8, "0")
    return pc.binary_join_element_wise(letter, numbers, "")


def _fitted(table: RawTable, columns: dict[str, Any]) -> pa.Table:
    """Return all columns of the contract: constants repeated, missing columns null."""
    rows = next(len(values) for values in columns.values() if not isinstance(values, (str, bool)))
    arrays = {}
    for name, data_type, _ in table.columns:
        values = columns.get(name)
        arrow_type = ARROW_TYPES.get(data_type, pa.float64())
        if values is None or isinstance(values, (str, bool)):
            arrays[name] = pa.repeat(pa.scalar(values, arrow_type), rows)
        else:
            array = values if isinstance(values, pa.Array) else pa.array(values)
            arrays[name] = array.cast(arrow_type)
    return pa.table(arrays)


def _stories(table: RawTable, rows: list[dict[str, Any]]) -> pa.Table:
    schema = pa.schema(
        [(name, ARROW_TYPES.get(kind, pa.float64())) for name, kind, _ in table.columns]
    )
    return pa.Table.from_pylist(rows, schema)


def _filled(table: pa.Table, values: dict[str, Any]) -> pa.Table:
    for name in set(table.column_names) & set(values):
        place = table.column_names.index(name)
        table = table.set_column(place, name, pc.fill_null(table[name], values[name]))
    return table
