"""The raw tables match the contract, even if they are older."""

from __future__ import annotations

import psycopg

from retention.raw.contract import create_raw_tables, read_contract

COLUMNS = """
    select column_name, data_type from information_schema.columns
    where table_schema = 'raw' and table_name = 'orders'
"""


def test_an_older_table_gets_its_missing_columns_and_keeps_its_rows(
    database: str,
) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        create_raw_tables(connection, read_contract())
        whole = set(connection.execute(COLUMNS).fetchall())
        connection.execute("alter table raw.orders drop column referral_code, drop column is_gift")
        connection.execute("insert into raw.orders (order_id, status) values ('o1', 'placed')")
        create_raw_tables(connection, read_contract())
        assert set(connection.execute(COLUMNS).fetchall()) == whole
        rows = connection.execute("select order_id, status, referral_code from raw.orders")
        assert rows.fetchall() == [("o1", "placed", None)]
