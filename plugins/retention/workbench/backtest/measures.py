"""Measures a replayed night while its tables exist."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from psycopg.rows import args_row, class_row, tuple_row

from retention.database import load_statement
from retention.workbench.backtest.results import Purchases, ReplayedNight

if TYPE_CHECKING:
    import psycopg
    from psycopg.rows import RowFactory

    from retention.database import Row
    from retention.project.shop import Shop

DOUBLINGS = [2**power for power in range(12)]  # bounds of classes of similar orders and days


@dataclass
class Measures:
    """Measures nights, and keeps purchases and candidates in temporary tables of the session.

    Attributes:
        connection: to the database with the built nights.
        shop: the shop, for its time zone.
        campaign: the replayed campaign.
        window_days: days from 00:00 of a night in which purchases count.
        known_until: local date; all purchases before 00:00 of it are known.
    """

    connection: psycopg.Connection
    shop: Shop
    campaign: str
    window_days: int
    known_until: date = date.min

    def remember_purchases(self, first: date, built: date) -> bool:
        """Keep the purchases since the first night, from the tables of a later night.

        Args:
            first: local date of the first night to replay.
            built: local date of the later night, whose order lines are built.

        Returns:
            Whether there are purchases before the first night.
        """
        self._run("create_purchases")
        self._run("create_candidates")
        opens_at = self.shop.midnight(first)
        self._run("keep_purchases", opens_at=opens_at)
        self.connection.execute("analyze replayed_purchases")
        earliest, latest = self._fetch("find_order_times", tuple_row)[0]
        if earliest is None or earliest >= opens_at:
            return False
        self.known_until = min(built, self.shop.local_date(latest) + timedelta(days=1))
        return True

    def measure(self, night: date) -> ReplayedNight:
        """Return the figures of the night that was just built."""
        ends = night + timedelta(days=self.window_days)
        self._run("keep_candidates", campaign=self.campaign)
        outcomes = dict(self._fetch("count_outcomes", tuple_row, night=night))
        (purchases,) = self._fetch(
            "measure_purchases",
            class_row(Purchases),
            campaign=self.campaign,
            night=night,
            opens_at=self.shop.midnight(night),
            closes_at=self.shop.midnight(ends),
            doublings=DOUBLINGS,
        )
        return ReplayedNight(
            night=night,
            candidates=sum(outcomes.values()),
            new_occasions=self._fetch("count_new_occasions", args_row(int), night=night)[0],
            outcomes=outcomes,
            overlaps=dict(self._fetch("count_overlaps", tuple_row, campaign=self.campaign)),
            is_over=ends <= self.known_until,
            purchases=purchases,
        )

    def count_sent(self, first: date, last: date) -> int:
        """Return the number of messages that the campaign really planned on these nights."""
        return self._fetch(
            "count_sent_messages", args_row(int), campaign=self.campaign, first=first, last=last
        )[0]

    def _fetch(self, statement: str, rows: RowFactory[Row], **parameters: object) -> list[Row]:
        query = load_statement("retention.workbench.backtest", statement)
        return self.connection.cursor(row_factory=rows).execute(query, parameters).fetchall()

    def _run(self, statement: str, **parameters: object) -> None:
        self.connection.execute(
            load_statement("retention.workbench.backtest", statement), parameters
        )
