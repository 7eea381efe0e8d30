"""Random everyday purchases, as arrays: most of the shop, and none of the planted truths.

Times are seconds on the shop's wall clock since 00:00 of the first day ("ticks").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sample_shops.simulation.catalogue import (
    EVERYDAY,
    HINTS,
    OCCASIONAL,
    PRODUCTS,
    PRODUCTS_PER_TYPE,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

DAYS = 730
HOUR, DAY = 3600, 86_400
MEAN_ORDERS = 12.0
STORE_SHARE = 0.2  # of the orders are placed in one of the stores
RETURNED_SHARE = 0.03
# Orders per thousand in each hour of the day, from midnight.
HOURS = np.array(
    [6, 3, 2, 1, 1, 3, 9, 19, 30, 40, 45, 48, 53, 50, 47, 48, 54, 64, 78, 96, 112, 98, 63, 30]
)
FAVOURITES = 8  # the number of product types in a customer's baskets


@dataclass(frozen=True)
class Habits:
    """How each customer shops; arrays by customer.

    Attributes:
        first_tick: when the account was opened.
        first_hour: start of the preferred three hours; -1 for customers without any.
        types: index into `TYPES` of the favourite types, with at most one of `HINTS`.
        returned_share: share of the order lines that come back.
        end_tick: no random purchases from here on; for stories that need quiet.
    """

    first_tick: NDArray[np.int64]
    first_hour: NDArray[np.int64]
    types: NDArray[np.int64]
    order_counts: NDArray[np.int64]
    returned_share: NDArray[np.float64]
    end_tick: NDArray[np.int64]


@dataclass(frozen=True)
class Orders:
    """Random orders, sorted by customer and time; arrays by order."""

    customer: NDArray[np.int64]
    tick: NDArray[np.int64]
    store: NDArray[np.int64]  # 0 is the web shop


@dataclass(frozen=True)
class Lines:
    """The lines of the random orders; arrays by line.

    Attributes:
        order: index into the orders.
        cents: amount of the line.
        returned: number of pieces that came back.
    """

    order: NDArray[np.int64]
    product: NDArray[np.int64]
    quantity: NDArray[np.int64]
    cents: NDArray[np.int64]
    returned: NDArray[np.int64]


def draw_habits(
    count: int, random: np.random.Generator, *, has_hours: NDArray, returns: NDArray, quiet: NDArray
) -> Habits:
    """Draw how each of `count` customers shops.

    Args:
        count: number of customers.
        random: the source of the draws.
        has_hours: which customers prefer certain hours; booleans.
        returns: which customers send back half of their purchases; booleans.
        quiet: which customers have no random purchases in the last thirty days; booleans.
    """
    rate = random.lognormal(-0.3, 0.75, count)
    first_day = random.integers(0, DAYS * 4 // 5, count)
    share = (DAYS - first_day) / DAYS
    return Habits(
        first_tick=first_day * DAY,
        first_hour=np.where(has_hours, random.integers(7, 21, count), -1),
        types=_favourites(count, random),
        order_counts=1 + random.poisson(MEAN_ORDERS * rate * share),
        returned_share=np.where(returns, 0.5, RETURNED_SHARE),
        end_tick=np.where(quiet, (DAYS - 30) * DAY, DAYS * DAY),
    )


def draw_orders(habits: Habits, random: np.random.Generator) -> Orders:
    """Draw when and where each customer orders."""
    customer = np.repeat(np.arange(len(habits.order_counts)), habits.order_counts)
    rows = len(customer)
    first, end = habits.first_tick[customer] // DAY, habits.end_tick[customer] // DAY
    day = first + (random.random(rows) * np.maximum(end - first, 1)).astype(np.int64)
    hour = random.choice(24, rows, p=HOURS / HOURS.sum())
    wanted = habits.first_hour[customer]
    is_habitual = (wanted >= 0) & (random.random(rows) < 0.85)  # noqa: PLR2004
    hour = np.where(is_habitual, wanted + random.integers(0, 3, rows), hour)
    tick = day * DAY + hour * HOUR + random.integers(0, HOUR, rows)
    store = np.where(random.random(rows) < STORE_SHARE, random.integers(1, 4, rows), 0)
    order = np.lexsort((tick, customer))
    return Orders(customer[order], tick[order], store[order])


def draw_lines(habits: Habits, orders: Orders, random: np.random.Generator) -> Lines:
    """Draw the lines of every order, and which of them come back."""
    sizes = np.minimum(random.geometric(0.4, len(orders.customer)), 6)
    order = np.repeat(np.arange(len(sizes)), sizes)
    rows = len(order)
    customer = orders.customer[order]
    kind = habits.types[customer, np.minimum(random.geometric(0.3, rows) - 1, FAVOURITES - 1)]
    # Four times in five, the maker that the customer always prefers.
    maker = np.where(
        random.random(rows) < 0.8,  # noqa: PLR2004
        (customer + kind) % PRODUCTS_PER_TYPE,
        random.integers(0, PRODUCTS_PER_TYPE, rows),
    )
    product = kind * PRODUCTS_PER_TYPE + maker
    quantity = 1 + (random.random(rows) < 0.15)  # noqa: PLR2004
    cents = np.array([product.cents for product in PRODUCTS])[product] * quantity
    is_returned = random.random(rows) < habits.returned_share[customer]
    return Lines(order, product, quantity, cents, np.where(is_returned, quantity, 0))


def _favourites(count: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Return each customer's types, the most likely first; the last is one of `HINTS`."""
    chances = np.array([chance for *_, chance in EVERYDAY + OCCASIONAL], float)
    # The k largest of log(chance) + Gumbel noise: a draw without replacement.
    noise = np.log(chances) + random.gumbel(size=(count, len(chances)))
    common = np.argsort(-noise, axis=1)[:, : FAVOURITES - 1]
    hint = len(chances) + random.integers(0, len(HINTS), (count, 1))
    return np.hstack([common, hint])
