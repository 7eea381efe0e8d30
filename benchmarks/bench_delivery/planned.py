"""A ledger with many planned messages, inserted by one statement."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from retention.database import connect
from retention.ledger.migration import migrate
from retention.ledger.templates import (
    PushedTemplate,
    remember_template,
    remember_unsubscribe_group,
)

if TYPE_CHECKING:
    from demo.postgres import Cluster

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
TEMPLATE = "d-0123456789abcdef0123456789abcdef"
GROUP = 7

# About 400 bytes of JSON per message as a personalization.
PLAN = """
    insert into ledger.messages (
        campaign, customer_id, occasion, night, kind, purpose, channel, locale, email, context,
        not_after, send_at, state, planned_at
    )
    select
        'winback', 'customer-' || number, 'order-1', '2026-03-02', 'marketing', 'offers', 'email',
        'en', 'customer-' || number || '@example.com',
        jsonb_build_object(
            'first_name', 'Aino', 'product', 'Coffee, dark roast, 500 g',
            'product_url', 'https://shop.example.com/products/coffee-' || number %% 1000,
            'days_since', number %% 365
        ),
        %(now)s::timestamptz + interval '3 days', %(now)s, 'planned', %(now)s
    from generate_series(1, %(how_many)s) as number
"""


def plan_messages(cluster: Cluster, database: str, how_many: int) -> None:
    """Create a new database with exactly `how_many` planned messages; `PG*` must lead to it."""
    cluster.drop_database(database)
    cluster.create_database(database)
    migrate()
    with connect() as connection:
        remember_template(connection, "winback", "en", PushedTemplate(TEMPLATE, "v-1", "hash"), NOW)
        remember_unsubscribe_group(connection, "offers", GROUP, "Offers", NOW)
        connection.execute(PLAN, {"now": NOW, "how_many": how_many})
        connection.execute("vacuum analyze ledger.messages")


def count_accepted() -> int:
    """Return the number of messages with state accepted in the ledger."""
    with connect() as connection:
        query = "select count(*) from ledger.messages where state = 'accepted'"
        return connection.execute(query).fetchone()[0]
