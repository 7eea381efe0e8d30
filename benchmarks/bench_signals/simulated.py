"""The simulated shop, whose planted truths score signals that no public data can score."""

from __future__ import annotations

import os
from datetime import date, timedelta
from typing import TYPE_CHECKING
from unittest.mock import patch

import psycopg

from benchmarks.journey import Journey
from benchmarks.targets import Target
from retention.ledger.migration import migrate
from sample_shops.simulation.write import write_simulated_shop

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

NIGHT = date(2026, 11, 23)
CUSTOMERS, SEED = 2_000, 20_261_123
CAVEAT = "planted truths in a simulated shop; no accuracy on real customers is claimed"


def simulated_shop(journey: Journey) -> Journey:
    """Return the simulated shop, in a database beside the journey's; the first call creates it."""
    shop = Journey(journey.cluster, journey.target, database="simulated")
    with psycopg.connect(shop.cluster.url("postgres")) as connection:
        known = connection.execute("select datname from pg_database").fetchall()
    if (shop.database,) not in known:
        _make(shop)
    return shop


def _make(shop: Journey) -> None:
    shop.cluster.create_database(shop.database)
    with patch.dict(os.environ, shop.cluster.environment(shop.database)):
        migrate()
    with psycopg.connect(shop.cluster.url(shop.database)) as connection:
        write_simulated_shop(
            connection,
            customers=CUSTOMERS,
            seed=SEED,
            last_day=NIGHT - timedelta(days=1),
            progress=lambda *_: None,
        )


def planted_targets(
    name: str, found: pd.DataFrame, planted: pd.DataFrame, anchor: tuple[str, pd.DataFrame]
) -> Iterator[Target]:
    """Yield `<name>_precision` and `<name>_recall` of the rows found.

    Args:
        name: name of the signal in its figures.
        found: the rows found by the signal.
        planted: the same columns of the truth.
        anchor: the name of another method, and the rows that it finds.
    """
    rows, truth = _rows(found), _rows(planted)
    way, others = anchor[0], _rows(anchor[1])
    yield Target(
        f"{name}_precision",
        _share(rows & truth, rows),
        at_least=1.0,
        anchors={way: _share(others & truth, others)},
        n=len(rows),
    )
    yield Target(
        f"{name}_recall",
        _share(rows & truth, truth),
        at_least=1.0,
        anchors={way: _share(others & truth, truth)},
        n=len(truth),
    )


def _rows(table: pd.DataFrame) -> set[tuple[object, ...]]:
    return set(table.itertuples(index=False, name=None))


def _share(part: set[tuple[object, ...]], whole: set[tuple[object, ...]]) -> float:
    return len(part) / len(whole) if whole else 0.0
