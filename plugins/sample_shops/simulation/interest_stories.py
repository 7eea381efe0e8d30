"""Stories of carts and page views that call for a mail, and of some that only seem to.

The truths are the audiences of campaigns: their members, and customers who only look like members.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sample_shops.simulation.catalogue import PRODUCTS, STORY_PRODUCTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sample_shops.simulation.records import Cast

CART, BROWSE = "abandoned_cart", "browse_reminder"
WANTED = ("LAMPS", "CURTAINS")
LAMPS = [item.product_id for item in PRODUCTS if item.product_type == "LAMPS"]
VIEW_DAYS = (6, 3, 1)


def audience(cast: Cast, campaign: str, why: str, *, is_planted: bool) -> None:
    """Plant whether the customer belongs to a campaign's audience on the night."""
    customer_id = cast.person.customer_id
    cast.records.truth(
        "audiences", is_planted=is_planted, why=why, campaign=campaign, customer_id=customer_id
    )


def _fill_cart(cast: Cast, days_ago: int, hour: float, types: Iterable[str], why: str) -> None:
    """Fill a cart and abandon it: true for the signal, whatever the campaign does with it."""
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


def _view(
    cast: Cast, days_ago: int, product_id: str | None, search_text: str | None = None
) -> None:
    """View a product's page in the evening, or search."""
    records, customer_id = cast.records, cast.person.customer_id
    viewed_at = records.moment(days_ago, 19)
    records.add(
        "web_events",
        event_id=f"{customer_id}-{len(records.rows.get('web_events', ())) + 1}",
        customer_id=customer_id,
        event_type="product_view" if product_id else "search",
        product_id=product_id,
        search_text=search_text,
        occurred_at=viewed_at,
        updated_at=viewed_at,
    )


def _view_lamps(cast: Cast, days: Iterable[int] = VIEW_DAYS) -> None:
    for days_ago, product_id in zip(days, LAMPS, strict=True):
        _view(cast, days_ago, product_id)


def cart_of_last_night(cast: Cast) -> None:
    """Filled late in the evening, and abandoned."""
    why = "filled late last night and left"
    _fill_cart(cast, 1, 21.5, WANTED, why)
    audience(cast, CART, why, is_planted=True)


def cart_partly_bought_elsewhere(cast: Cast) -> None:
    """A lamp in the cart was bought from another maker; then curtains were added."""
    why = "a lamp bought in another make, then curtains added"
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
    """Abandoned too long ago."""
    why = "left a week ago"
    _fill_cart(cast, 7, 18, WANTED, why)
    audience(cast, CART, why, is_planted=False)


def cart_then_another_order(cast: Cast) -> None:
    """Something else has been ordered since."""
    why = "left, then a book ordered"
    _fill_cart(cast, 2, 18, WANTED, why)
    cast.records.order(cast.person, 1, ("BOOKS",))
    audience(cast, CART, why, is_planted=False)


def viewed_on_three_days(cast: Cast) -> None:
    """Viewed lamps on three days; every other customer also searched for them."""
    _view_lamps(cast)
    if cast.round % 2:
        _view(cast, 2, None, "Lamps")
    audience(cast, BROWSE, "looked at lamps on three days", is_planted=True)


def viewed_and_bought(cast: Cast) -> None:
    """The page views led to the purchase of a lamp."""
    _view_lamps(cast)
    cast.records.order(cast.person, 1, ("LAMPS",), hour=20)
    audience(cast, BROWSE, "looked at lamps and bought one", is_planted=False)


def viewed_and_returned(cast: Cast) -> None:
    """The page views led to the purchase of a lamp that was returned the next day."""
    _view_lamps(cast, (6, 3, 2))
    order = cast.records.order(cast.person, 2, ("LAMPS",), hour=20)
    cast.records.send_back(order, 1)
    audience(cast, BROWSE, "bought a lamp and sent it back", is_planted=False)


def viewed_on_one_day(cast: Cast) -> None:
    """Viewed all lamps, but on one day only."""
    _view_lamps(cast, (1, 1, 1))
    audience(cast, BROWSE, "looked at lamps on one day only", is_planted=False)


def viewed_last_month(cast: Cast) -> None:
    """Viewed lamps too long ago."""
    _view_lamps(cast, (40, 38, 36))
    audience(cast, BROWSE, "looked at lamps more than a month ago", is_planted=False)


def viewed_private_products(cast: Cast) -> None:
    """Viewed products that no mail may suggest."""
    for days_ago in VIEW_DAYS:
        _view(cast, days_ago, STORY_PRODUCTS["BABY BOTTLES"].product_id)
    audience(cast, BROWSE, "looked at baby bottles", is_planted=False)


def viewed_and_filled_a_cart(cast: Cast) -> None:
    """The cart reminder goes out instead."""
    why = "looked at lamps and left them in a cart"
    _view_lamps(cast)
    _fill_cart(cast, 1, 20, ("LAMPS",), why)
    audience(cast, BROWSE, why, is_planted=False)
    audience(cast, CART, why, is_planted=True)


STORIES = (
    cart_of_last_night,
    cart_partly_bought_elsewhere,
    cart_still_in_use,
    cart_of_last_week,
    cart_then_another_order,
    viewed_on_three_days,
    viewed_and_bought,
    viewed_and_returned,
    viewed_on_one_day,
    viewed_last_month,
    viewed_private_products,
    viewed_and_filled_a_cart,
)
