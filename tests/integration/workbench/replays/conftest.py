"""A small simulated shop, a project of a few campaigns, and the night of it."""

from __future__ import annotations

import re
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.rows import namedtuple_row

from retention.ledger.mart_checks import record_mart_check
from retention.ledger.migration import migrate
from retention.project.dbt import BUILDABLE, Dbt
from retention.project.manifest import current_manifest
from retention.project.shop import project_directory, read_shop
from sample_shops.simulation.shop import FEWEST_CUSTOMERS
from sample_shops.simulation.write import write_simulated_shop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from demo.postgres import Cluster

NIGHT = date(2026, 11, 23)
CAMPAIGNS = ("second_purchase", "winback", "sunset", "newsletter")
TO_DECISIONS = "+path:models/decisions/decisions.sql"
# So wide that the small shop has many candidates, who come and go from night to night.
WIDE = {"minimum_orders": 3, "minimum_turns": 1.5, "maximum_activity": 0.9}


@dataclass(frozen=True)
class Project:
    """A copy of the project with a few campaigns, to be edited."""

    folder: Path

    @classmethod
    def copied(cls, source: Path, folder: Path) -> Project:
        """Copy a project with its manifest, whose parsing then need not be done again."""
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns("logs"))
        return cls(folder)

    def set_number(self, file: str, name: str, number: float) -> None:
        """Change a threshold of a model, as an analyst would."""
        path = self.folder / file
        written = re.sub(
            rf"(set {name} = )[\d.]+", rf"\g<1>{number}", text := path.read_text("utf-8")
        )
        assert written != text, f"{file} has no other number for {name}"
        path.write_text(written, "utf-8")

    def build(self, night: date, *selected: str) -> None:
        """Build the night's own tables."""
        parsed, work = current_manifest(self.folder).parent, self.folder / "target" / "built"
        if not work.exists():
            shutil.copytree(parsed, work)  # dbt need not parse it all again
        dbt = Dbt(self.folder, "night", work)
        words = ("build", *BUILDABLE, "--select", *(selected or (TO_DECISIONS,)))
        dbt.run(words, night, lambda *_: None, "")


@dataclass(frozen=True)
class Shop:
    """The simulated shop in a separate database."""

    cluster: Cluster
    database: str

    @contextmanager
    def copied(self, database: str) -> Iterator[Shop]:
        """Copy the database for as long as the context lasts."""
        self.cluster.create_database(database, template=self.database)
        yield Shop(self.cluster, database)
        self.cluster.drop_database(database)

    @contextmanager
    def led_to(self) -> Iterator[None]:
        """Point the environment to the database, like an analyst's."""
        with pytest.MonkeyPatch.context() as environment:
            for variable, value in self.cluster.environment(self.database).items():
                environment.setenv(variable, value)
            yield

    def rows(self, query: str) -> list[Any]:
        """Return a query's rows."""
        with psycopg.connect(self.cluster.url(self.database)) as connection:
            return connection.cursor(row_factory=namedtuple_row).execute(query).fetchall()

    def check_marts(self, night: date) -> None:
        """Record that all marts of a night were plausible."""
        shop = read_shop()
        with psycopg.connect(self.cluster.url(self.database)) as connection:
            for mart in shop.nights.guarded_marts:
                record_mart_check(
                    connection, night=night, mart=mart, passed=True, row_count=1, failures=[],
                    checked_at=shop.midnight(night),
                )  # fmt: skip

    def tables(self) -> dict[str, int]:
        """Return the file of every table but an analyst's, and the number of the ledger's rows."""
        files = self.rows("""
            select nspname || '.' || relname as name, pg_relation_filenode(pg_class.oid) as file
            from pg_class inner join pg_namespace on pg_namespace.oid = relnamespace
            where relkind = 'r' and nspname !~ '^(pg_|analyst_|information_schema)'
        """)
        counts = [
            (f"rows of {row.name}", self.rows(f"select count(*) as n from {row.name}")[0].n)
            for row in files
            if row.name.startswith("ledger.")
        ]
        return dict([*files, *counts])


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project with a few campaigns alone, whose dbt is done in a third of the time."""
    current_manifest()
    folder = tmp_path_factory.mktemp("replays") / "project"
    copied = Project.copied(project_directory(), folder)
    for campaign in (folder / "campaigns").iterdir():
        if campaign.name not in CAMPAIGNS:
            shutil.rmtree(campaign)
    settings = folder / "dbt_project.yml"
    listed = "  campaigns:\n" + "".join(f"    - {name}\n" for name in CAMPAIGNS)
    text = settings.read_text("utf-8")
    settings.write_text(re.sub(r"  campaigns:\n(    - \w+\n)+", listed, text), "utf-8")
    for name, number in WIDE.items():
        copied.set_number("campaigns/winback/winback.sql", name, number)
    return copied


@pytest.fixture(scope="session")
def night(postgres: Cluster, project: Project) -> Iterator[Shop]:
    """The night of the shop, built and decided."""
    shop = Shop(postgres, "replayed_shop")
    postgres.create_database(shop.database)
    with shop.led_to():
        migrate()
        with psycopg.connect(postgres.url(shop.database)) as connection:
            write_simulated_shop(
                connection,
                customers=FEWEST_CUSTOMERS,
                seed=5,
                last_day=NIGHT - timedelta(days=1),
                progress=lambda *_: None,
            )
        shop.check_marts(NIGHT)
        project.build(NIGHT)
    yield shop
    postgres.drop_database(shop.database)
