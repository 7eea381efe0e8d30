"""A night's fits on a real PostgreSQL: their records in the ledger, and kept earlier results."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from retention.database import connect
from retention.fits import affinities
from retention.fits.run import MODULES, RefusedFitsError, fit_models, raise_if_refused
from retention.ledger.fits import find_kept_fit
from retention.ledger.migration import migrate

if TYPE_CHECKING:
    from collections.abc import Iterator

NIGHT = date(2026, 3, 10)
NOW = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
BASKETS = """
    create schema shop;
    create table shop.baskets (order_id text, product_type text, ordered_date date);
"""
# Coffee and filters always together, milk in every other basket, tea in too few.
FILL = """
    insert into shop.baskets
    select number::text, kind, %(day)s::date
    from generate_series(1, 60) as number
    cross join (values ('COFFEE', 1, 40), ('FILTERS', 1, 40), ('MILK', 2, 60), ('TEA', 1, 19))
        as kinds (kind, every, most)
    where number %% every = 0 and number <= most
    order by md5(number || kind || %(salt)s)
"""


@pytest.fixture
def shop(database: str) -> Iterator[psycopg.Connection]:  # noqa: ARG001 - sets PG*
    """A warehouse with the baskets of yesterday, and an empty ledger."""
    migrate()
    with connect() as connection:
        connection.execute(BASKETS)
        connection.execute(FILL, {"day": NIGHT - timedelta(days=1), "salt": "a"})
        yield connection


def test_a_fit_records_its_results_and_statistics(shop: psycopg.Connection) -> None:
    (verdict,) = fit_models(shop, ["ease"], NIGHT, NOW)
    assert verdict.is_kept
    kept = find_kept_fit(shop, "ease", NIGHT)
    assert kept.figures == {"types": 3, "baskets": 50, "pairs": 6}
    assert {pair for pair, _ in _affinities(shop)} >= {("COFFEE", "FILTERS"), ("FILTERS", "COFFEE")}
    assert not [pair for pair, _ in _affinities(shop) if "TEA" in pair]


def test_the_same_baskets_give_the_same_results_in_any_order(
    shop: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    fit_models(shop, ["ease"], NIGHT, NOW)
    first = _affinities(shop)
    shop.execute("truncate shop.baskets")
    shop.execute(FILL, {"day": NIGHT - timedelta(days=182), "salt": "b"})
    shop.execute(FILL, {"day": NIGHT, "salt": "not known to the night"})
    shop.execute(FILL, {"day": NIGHT - timedelta(days=183), "salt": "too long ago"})
    monkeypatch.setattr(affinities, "BASKETS_AT_ONCE", 7)
    fit_models(shop, ["ease"], NIGHT, NOW)
    assert _affinities(shop) == first


def test_of_too_many_types_those_in_the_most_baskets_are_used(
    shop: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(affinities, "MOST_TYPES", 2)
    fit_models(shop, ["ease"], NIGHT, NOW)
    assert find_kept_fit(shop, "ease", NIGHT).figures["types"] == 2
    assert not [pair for pair, _ in _affinities(shop) if "MILK" in pair]


def test_a_refused_fit_keeps_the_last_good_results_and_says_so(shop: psycopg.Connection) -> None:
    fit_models(shop, ["ease"], NIGHT, NOW)
    good = _affinities(shop)
    verdicts = fit_models(shop, ["ease"], NIGHT + timedelta(days=300), NOW)
    assert _affinities(shop) == good
    assert find_kept_fit(shop, "ease", NIGHT + timedelta(days=300)).night == NIGHT
    with pytest.raises(RefusedFitsError, match=f"the results of {NIGHT} stay: 0 product types"):
        raise_if_refused(verdicts)


def test_after_any_error_of_a_model_the_others_are_fitted_and_it_leaves_no_results(
    shop: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MODULES, "stumbles", f"{__name__}_missing")
    stumbled, fitted = fit_models(shop, ["stumbles", "ease"], NIGHT, NOW)
    assert (stumbled.is_kept, fitted.is_kept) == (False, True)
    assert "there are no earlier results: ModuleNotFoundError" in stumbled.message


def test_an_unreadable_warehouse_is_an_error_and_not_a_refusal(shop: psycopg.Connection) -> None:
    shop.execute("drop table shop.baskets")
    with pytest.raises(psycopg.errors.UndefinedTable):
        fit_models(shop, ["ease"], NIGHT, NOW)


def _affinities(connection: psycopg.Connection) -> list[tuple[tuple[str, str], float]]:
    rows = connection.execute(
        "select product_type, other_type, score from ledger.ease_affinities order by 1, 2"
    )
    return [((left, right), score) for left, right, score in rows]
