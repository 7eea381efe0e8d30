"""Stories of abandoned carts, late parcels and regular purchases, and of near misses."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sample_shops.simulation.records import Cast

WANTED = ("BLAZERS", "FACE CREAM")


def _cart(  # noqa: PLR0913 - a story names only what is unusual
    cast: Cast,
    why: str,
    *,
    is_planted: bool,
    days_ago: int = 3,
    removed_after_hours: int | None = None,
    is_known: bool = True,
) -> str:
    """Fill a cart at 18:00 and plant the truth about it; return its id."""
    records = cast.records
    cart_id = f"{cast.person.customer_id}-K"
    customer_id = cast.person.customer_id if is_known else None
    filled_at = records.moment(days_ago, 18)
    gone_at = removed_after_hours and filled_at + timedelta(hours=removed_after_hours)
    records.put_in_cart(cart_id, customer_id, filled_at, WANTED, removed_at=gone_at)
    records.truth(
        "abandoned_carts",
        is_planted=is_planted,
        why=why,
        cart_id=cart_id,
        customer_id=customer_id,
        filled_at=filled_at,
    )
    return cart_id


def cart_left(cast: Cast) -> None:
    """Filled and abandoned."""
    _cart(cast, "filled three days ago and left", is_planted=True)


def cart_bought(cast: Cast) -> None:
    """Bought an hour later; the shop emptied the cart."""
    _cart(cast, "bought", is_planted=False, removed_after_hours=1)
    cast.records.order(cast.person, 3, WANTED, hour=19)


def cart_bought_and_not_emptied(cast: Cast) -> None:
    """Bought the next day; the shop did not empty the cart."""
    _cart(cast, "bought the next day; never emptied", is_planted=False)
    cast.records.order(cast.person, 2, WANTED)


def cart_emptied(cast: Cast) -> None:
    """The customer took everything out again."""
    _cart(cast, "emptied by the customer", is_planted=False, removed_after_hours=2)


def cart_of_nobody(cast: Cast) -> None:
    """The cart of an unknown visitor."""
    _cart(cast, "the visitor was not logged in", is_planted=False, is_known=False)


def cart_of_tomorrow(cast: Cast) -> None:
    """Filled after the night has begun."""
    _cart(cast, "filled after the night had begun", is_planted=False, days_ago=0)


def _parcel_truth(cast: Cast, why: str, *, is_planted: bool, late: timedelta | None) -> None:
    """Order a parcel promised for two days before the night.

    `late` is how long after the promise it was delivered; None means not delivered.
    """
    records = cast.records
    order = records.order(cast.person, 5, ("CANDLES",))
    parcel = records.rows["shipments"][-1]
    promised_at = records.moment(2, 16)
    delivered_at = None if late is None else promised_at + late
    parcel |= {"expected_at": promised_at, "delivered_at": delivered_at}
    records.truth(
        "shipments",
        is_planted=is_planted,
        why=why,
        shipment_id=parcel["shipment_id"],
        order_id=order,
        customer_id=cast.person.customer_id,
    )


def parcel_late(cast: Cast) -> None:
    """Delivered after the promised time."""
    _parcel_truth(cast, "three hours after the promise", is_planted=True, late=timedelta(hours=3))


def parcel_missing(cast: Cast) -> None:
    """The promised time has passed, and the parcel is not delivered."""
    _parcel_truth(cast, "not delivered by the promised time", is_planted=True, late=None)


def parcel_in_time(cast: Cast) -> None:
    """Delivered exactly at the promised time."""
    _parcel_truth(cast, "at the promised time", is_planted=False, late=timedelta())


def _subscription(cast: Cast, why: str, *, is_planted: bool, days_ago: tuple[int, ...]) -> None:
    for day in days_ago:
        cast.records.order(cast.person, day, ("REGULAR BEAN",), hour=17)
    cast.records.truth(
        "subscriptions",
        is_planted=is_planted,
        why=why,
        customer_id=cast.person.customer_id,
        product_type="REGULAR BEAN",
        purchase_count=len(days_ago),
    )


def bought_every_fortnight(cast: Cast) -> None:
    """Regularly, up to now."""
    days = tuple(range(5, 400, 14 + cast.round % 4))
    _subscription(cast, "regularly, up to now", is_planted=True, days_ago=days)


def bought_until_spring(cast: Cast) -> None:
    """Regularly, until long ago."""
    days = tuple(range(300, 600, 14))
    _subscription(cast, "regularly, until long ago", is_planted=False, days_ago=days)


def bought_in_one_week(cast: Cast) -> None:
    """Often, but all in one week."""
    days = tuple(range(250, 257))
    _subscription(cast, "many orders in one week", is_planted=False, days_ago=days)


CART_STORIES = (
    cart_left,
    cart_bought,
    cart_bought_and_not_emptied,
    cart_emptied,
    cart_of_nobody,
    cart_of_tomorrow,
)
STORIES = (
    *CART_STORIES,
    parcel_late,
    parcel_missing,
    parcel_in_time,
    bought_every_fortnight,
    bought_until_spring,
    bought_in_one_week,
)
