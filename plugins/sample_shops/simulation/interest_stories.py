"""Carts and looks that call for a mail of their own, and some that only seem to.

The truths are the audiences of campaigns: who belongs to one, and who only looks like it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sample_shops.simulation.catalogue import PRODUCTS, STORY_PRODUCTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sample_shops.simulation.records import Cast

CART, LOOKS = "abandoned_cart", "browse_reminder"
WANTED = ("LAMPS", "CURTAINS")
LAMPS = [item.product_id for item in PRODUCTS if item.product_type == "LAMPS"]
LOOK_DAYS = (6, 3, 1)


def audience(cast: Cast, campaign: str, why: str, *, is_planted: bool) -> None:
    """Tell whether the customer belongs to a campaign's audience on the night."""
    customer_id = cast.person.customer_id
    cast.records.truth(
        "audiences", is_planted=is_planted, why=why, campaign=campaign, customer_id=customer_id
    )


def _fill_cart(cast: Cast, days_ago: int, hour: float, types: Iterable[str], why: str) -> None:
    """Fill a cart that is left: a truth of the signal, whatever the campaign makes of it."""
    customer_id = cast.person.customer_id
    cart_id, filled_at = f"{customer_id}-C", cast.records.moment(days_ago, hour)
    cast.records.put_in_cart(cart_id, customer_id, filled_at, types)
    cast.records.truth(
        "abandoned_carts",
        is_planted=True,
        why=why,
        cart_id=cart_id,
        customer_id=customer_id,
        filled_at=filled_at,
    )


def _look(
    cast: Cast, days_ago: int, product_id: str | None, search_text: str | None = None
) -> None:
    """Look at a product's page in the evening, or search."""
    records, customer_id = cast.records, cast.person.customer_id
    looked_at = records.moment(days_ago, 19)
    records.add(
        "web_events",
        event_id=f"{customer_id}-{len(records.rows.get('web_events', ())) + 1}",
        customer_id=customer_id,
        event_type="product_view" if product_id else "search",
        product_id=product_id,
        search_text=search_text,
        occurred_at=looked_at,
        updated_at=looked_at,
    )


def _look_at_lamps(cast: Cast, days: Iterable[int] = LOOK_DAYS) -> None:
    for days_ago, product_id in zip(days, LAMPS, strict=True):
        _look(cast, days_ago, product_id)


def cart_of_last_night(cast: Cast) -> None:
    """Filled late in the evening, and left."""
    why = "filled late last night and left"
    _fill_cart(cast, 1, 21.5, WANTED, why)
    audience(cast, CART, why, is_planted=True)


def cart_partly_bought_elsewhere(cast: Cast) -> None:
    """A lamp was bought in another make; then curtains were added."""
    why = "a lamp bought in another make, then curtains put in"
    _fill_cart(cast, 1, 18, ("CURTAINS",), why)
    records, customer_id = cast.records, cast.person.customer_id
    records.add(
        "carts",
        cart_line_id=f"{customer_id}-C-lamp",
        cart_id=f"{customer_id}-C",
        customer_id=customer_id,
        product_id=LAMPS[1],
        quantity=1,
        added_at=records.moment(3, 18),
        updated_at=records.moment(3, 18),
    )
    records.order(cast.person, 2, ("LAMPS",))
    audience(cast, CART, why, is_planted=True)


def cart_still_in_use(cast: Cast) -> None:
    """Filled just before the night."""
    why = "filled half an hour before the night"
    _fill_cart(cast, 1, 23.5, WANTED, why)
    audience(cast, CART, why, is_planted=False)


def cart_of_last_week(cast: Cast) -> None:
    """Left too long ago."""
    why = "left a week ago"
    _fill_cart(cast, 7, 18, WANTED, why)
    audience(cast, CART, why, is_planted=False)


def cart_then_another_order(cast: Cast) -> None:
    """Something else was ordered since."""
    why = "left, then a book ordered"
    _fill_cart(cast, 2, 18, WANTED, why)
    cast.records.order(cast.person, 1, ("BOOKS",))
    audience(cast, CART, why, is_planted=False)


def looked_on_three_days(cast: Cast) -> None:
    """Came back to look at lamps; every other customer also searched for them."""
    _look_at_lamps(cast)
    if cast.round % 2:
        _look(cast, 2, None, "Lamps")
    audience(cast, LOOKS, "looked at lamps on three days", is_planted=True)


def looked_and_bought(cast: Cast) -> None:
    """The looks led to a lamp."""
    _look_at_lamps(cast)
    cast.records.order(cast.person, 1, ("LAMPS",), hour=20)
    audience(cast, LOOKS, "looked at lamps and bought one", is_planted=False)


def looked_and_bought_in_vain(cast: Cast) -> None:
    """The looks led to a lamp that was taken back to the shop the next day."""
    _look_at_lamps(cast, (6, 3, 2))
    order = cast.records.order(cast.person, 2, ("LAMPS",), hour=20)
    cast.records.send_back(order, 1)
    audience(cast, LOOKS, "bought a lamp and sent it back", is_planted=False)


def looked_on_one_day(cast: Cast) -> None:
    """At all of them, but once."""
    _look_at_lamps(cast, (1, 1, 1))
    audience(cast, LOOKS, "looked at lamps on one day only", is_planted=False)


def looked_last_month(cast: Cast) -> None:
    """Long ago."""
    _look_at_lamps(cast, (40, 38, 36))
    audience(cast, LOOKS, "looked at lamps more than a month ago", is_planted=False)


def looked_at_what_is_private(cast: Cast) -> None:
    """At what no mail may suggest."""
    for days_ago in LOOK_DAYS:
        _look(cast, days_ago, STORY_PRODUCTS["BABY BOTTLES"].product_id)
    audience(cast, LOOKS, "looked at baby bottles", is_planted=False)


def looked_and_filled_a_cart(cast: Cast) -> None:
    """The cart speaks instead."""
    why = "looked at lamps and left them in a cart"
    _look_at_lamps(cast)
    _fill_cart(cast, 1, 20, ("LAMPS",), why)
    audience(cast, LOOKS, why, is_planted=False)
    audience(cast, CART, why, is_planted=True)


STORIES = (
    cart_of_last_night,
    cart_partly_bought_elsewhere,
    cart_still_in_use,
    cart_of_last_week,
    cart_then_another_order,
    looked_on_three_days,
    looked_and_bought,
    looked_and_bought_in_vain,
    looked_on_one_day,
    looked_last_month,
    looked_at_what_is_private,
    looked_and_filled_a_cart,
)
