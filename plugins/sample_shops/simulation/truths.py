"""The schema `truth`: what was planted, what is a near miss, and why."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from sample_shops.simulation.people import customer_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

    from sample_shops.simulation.people import Person
    from sample_shops.simulation.shop import SimulatedShop

SCHEMA = "truth"
HABIT_ORDERS = 10  # the fewest orders from which a preferred hour can be found
HABIT_RETURNS = 5  # the fewest order lines that show a habit of returning

# Columns by table; every table also has `is_planted` (false: a near miss) and `why`.
TABLES = {
    "lifestyles": {"customer_id": "text", "lifestyle": "text"},
    "gift_occasions": {
        "customer_id": "text", "recipient_first_name": "text", "last_given_date": "date",
    },
    "birthdays": {"customer_id": "text", "birth_date": "date", "next_birthday_date": "date"},
    "abandoned_carts": {"cart_id": "text", "customer_id": "text", "filled_at": "timestamptz"},
    "returns": {"customer_id": "text", "line_count": "int", "returned_line_count": "int"},
    "shipments": {"shipment_id": "text", "order_id": "text", "customer_id": "text"},
    "subscriptions": {"customer_id": "text", "product_type": "text", "purchase_count": "int"},
    "newcomers": {"customer_id": "text", "order_id": "text"},
    "audiences": {"campaign": "text", "customer_id": "text"},
    "winback": {"customer_id": "text", "step": "int"},
    "sunset": {"customer_id": "text"},
    "tier_up": {"customer_id": "text", "tier": "text", "reached_date": "date"},
    "tier_expiring": {
        "customer_id": "text", "tier": "text", "period_end_date": "date",
        "missing_spend": "numeric",
    },
    "referrals": {
        "customer_id": "text", "order_id": "text", "referrer_customer_id": "text",
        "status": "text", "refused_reason": "text",
    },
    "preferred_hours": {"customer_id": "text", "first_hour": "int", "order_count": "int"},
    "birthday_wishes": {"customer_id": "text"},
    "gift_reminders": {"customer_id": "text", "recipient_first_name": "text"},
    "lifestyle_steps": {"customer_id": "text", "lifestyle": "text", "step": "int"},
    "subscription_offers": {"customer_id": "text", "product_type": "text"},
}  # fmt: skip
FOR_ALL = {"is_planted": "boolean not null", "why": "text not null"}


def create_truth_tables(connection: psycopg.Connection) -> None:
    """Drop schema `truth` if it exists, and create it with empty tables."""
    connection.execute("drop schema if exists truth cascade; create schema truth")
    for table, columns in TABLES.items():
        definitions = ", ".join(f"{name} {kind}" for name, kind in (columns | FOR_ALL).items())
        connection.execute(f"create table truth.{table} ({definitions})")


def truth_rows(made: SimulatedShop) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the name and rows of every table of the schema."""
    counted = {
        "birthdays": [_birthday(person, made.night) for person in made.people],
        "returns": list(_returns(made)),
        "preferred_hours": list(_preferred_hours(made)),
    }
    for table in TABLES:
        yield table, counted.get(table, made.records.truths.get(table, []))


def _birthday(person: Person, night: date) -> dict[str, Any]:
    return {
        "customer_id": person.customer_id,
        "birth_date": person.birth_date,
        "next_birthday_date": person.birth_date and _next_birthday(person.birth_date, night),
        "is_planted": person.birth_date is not None,
        "why": "the shop knows it" if person.birth_date else "the shop does not know it",
    }


def _next_birthday(birth_date: date, night: date) -> date:
    """Return the first birthday not before the night; 29 February is the 28th in common years."""
    this_year, next_year = (_birthday_in(birth_date, night.year + years) for years in (0, 1))
    return this_year if this_year >= night else next_year


def _birthday_in(birth_date: date, year: int) -> date:
    after = date(year, birth_date.month, 1) + timedelta(days=birth_date.day - 1)
    return after if after.month == birth_date.month else after - timedelta(days=1)


def _returns(made: SimulatedShop) -> Iterator[dict[str, Any]]:
    customer = made.orders.customer[made.lines.order]
    count = len(made.people)
    lines = np.bincount(customer, minlength=count)
    returned = np.bincount(customer, weights=made.lines.returned > 0, minlength=count).astype(int)
    is_habit = made.habits.returned_share > 0.4  # noqa: PLR2004
    for number in np.nonzero((returned > 0) & (lines >= HABIT_RETURNS))[0]:
        yield {
            "customer_id": customer_id(number),
            "line_count": int(lines[number]),
            "returned_line_count": int(returned[number]),
            "is_planted": bool(is_habit[number]),
            "why": "half of all lines come back" if is_habit[number] else "an occasional return",
        }


def _preferred_hours(made: SimulatedShop) -> Iterator[dict[str, Any]]:
    orders = np.bincount(made.orders.customer, minlength=len(made.people))
    for number in np.nonzero(orders >= HABIT_ORDERS)[0]:
        first_hour = int(made.habits.first_hour[number])
        yield {
            "customer_id": customer_id(number),
            "first_hour": first_hour if first_hour >= 0 else None,
            "order_count": int(orders[number]),
            "is_planted": first_hour >= 0,
            "why": "most orders within three hours" if first_hour >= 0 else "no preferred hours",
        }
