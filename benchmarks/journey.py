"""The Complete Journey with its own dates in a separate database, and dbt builds of its nights."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING
from unittest.mock import patch

import pandas as pd
import psycopg

from demo.postgres import Cluster
from retention.fits.run import fit_models, raise_if_refused
from retention.ledger.migration import migrate
from retention.project.shop import project_directory, read_shop
from sample_shops.complete_journey.load import load_complete_journey
from sample_shops.complete_journey.tables import SOURCE_LAST_DAY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

# Copies of what the models make of the whole year: the truth that later nights are scored against.
TRUTH = """
    create schema truth;
    create table truth.orders as select * from shop.kept_orders;
    create table truth.baskets as select * from shop.baskets;
    create table truth.purchase_days as select * from intermediate.int_purchase_days;
    analyze
"""


class BuildError(RuntimeError):
    """dbt could not build a night; the message holds its output."""


@dataclass(frozen=True)
class Journey:
    """A warehouse that holds the whole year 2017 and can be rebuilt for any of its nights."""

    cluster: Cluster
    target: Path
    database: str = "journey"

    def build(self, night: date, *selected: str) -> None:
        """Build the selected dbt models as of `night`.

        Raises:
            BuildError: dbt failed.
        """
        project = project_directory()
        finished = subprocess.run(
            [
                Path(sys.executable).parent / "dbt", "--quiet", "--no-use-colors", "build",
                "--resource-type", "model", "--resource-type", "seed",
                "--select", *selected, "--profile", "paluu", "--target", "night",
                "--project-dir", project, "--profiles-dir", project,
                "--target-path", self.target, "--log-path", self.target,
            ],
            env=os.environ
            | self.cluster.environment(self.database)
            | {"PALUU_AS_OF": night.isoformat()},
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip
        if finished.returncode != 0:
            message = f"dbt could not build {night}:\n{finished.stdout}{finished.stderr}"
            raise BuildError(message)

    def fit(self, night: date) -> None:
        """Fit the shop's `fitted_models` on the tables built for `night`.

        Raises:
            RefusedFitsError: a model could not be fitted.
        """
        now = datetime.combine(night, time(3), UTC)
        with psycopg.connect(self.cluster.url(self.database), autocommit=True) as connection:
            raise_if_refused(fit_models(connection, read_shop().nights.fitted_models, night, now))

    def read(self, query: str, **parameters: object) -> pd.DataFrame:
        """Return the rows of a query."""
        with psycopg.connect(self.cluster.url(self.database)) as connection:
            cursor = connection.execute(query, parameters)
            columns = [column.name for column in cursor.description]
            return pd.DataFrame(cursor.fetchall(), columns=columns)

    def _load(self) -> None:
        self.cluster.create_database(self.database)
        with patch.dict(os.environ, self.cluster.environment(self.database)):
            migrate()
        with psycopg.connect(self.cluster.url(self.database)) as connection:
            load_complete_journey(connection, SOURCE_LAST_DAY, lambda *_: None)
        self.build(pd.Timestamp("2018-01-01").date(), "+kept_orders", "+int_purchase_days")
        with psycopg.connect(self.cluster.url(self.database)) as connection:
            connection.execute(TRUTH)


@contextmanager
def loaded_journey() -> Iterator[Journey]:
    """Start an embedded PostgreSQL, load the year and its truth, and remove it all at the end."""
    directory = Path(mkdtemp(prefix="bench-signals-"))
    cluster = Cluster(directory / "postgres", is_throw_away=True)
    try:
        cluster.start()
        journey = Journey(cluster, directory / "dbt")
        journey._load()
        yield journey
    finally:
        cluster.remove()
        shutil.rmtree(directory, ignore_errors=True)
