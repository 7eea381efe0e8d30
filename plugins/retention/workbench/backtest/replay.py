"""Replays a campaign's rule over past nights, in order, each with the data known then."""

from __future__ import annotations

import logging
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from retention.database import connect, load_statement, only_row
from retention.project.dbt import BUILDABLE
from retention.project.shop import read_shop
from retention.workbench.backtest.measures import Measures
from retention.workbench.backtest.replayed_ledger import (
    close_replayed_night,
    create_ledger,
    drop_schemas,
    open_replayed_night,
)
from retention.workbench.backtest.results import Backtest
from retention.workbench.backtest.snapshot import take_snapshot
from retention.workbench.preview.previews import find_campaign

if TYPE_CHECKING:
    from collections.abc import Generator
    from datetime import date, datetime

    import psycopg

    from retention.project.dbt import Dbt, Progress

logger = logging.getLogger(__name__)

BUILD = ("build", *BUILDABLE, "--select")
TO_DECISIONS = (*BUILD, "+path:models/decisions/decisions.sql")
TO_PURCHASES = (*BUILD, "+path:models/shop/order_lines.sql")
FITTED = {"stg_ease_affinities", "stg_bgnbd_values"}  # include all purchases up to the last fit


class BacktestError(ValueError):
    """These nights cannot be replayed; the message says what to do."""


@dataclass(frozen=True)
class Replay:
    """The parameters of a replay.

    Attributes:
        campaign: name of its folder.
        first: local date of the first night.
        last: local date; no later night is replayed.
        every: replay every N-th night.
        window_days: days from 00:00 of a night in which purchases count.
    """

    campaign: str
    first: date
    last: date
    every: int = 7
    window_days: int = 14

    @property
    def nights(self) -> tuple[date, ...]:
        """The nights' local dates."""
        days = range(0, (self.last - self.first).days + 1, self.every)
        return tuple(self.first + timedelta(days=passed) for passed in days)


def backtest(project: Path, replay: Replay, now: datetime, on_progress: Progress) -> Backtest:
    """Replay the current version of a campaign's rule over past nights.

    Models and replayed messages go to separate schemas, which are dropped at the end; the night's
    tables and the ledger are only read.

    Args:
        project: folder of the dbt project.
        replay: campaign and nights.
        now: the current time; purchases before 00:00 of its local date are known.
        on_progress: called with (stage, steps done, total steps).

    Raises:
        BacktestError: the nights are invalid, there are no purchases before the first night, or
            another replay is running.
        CampaignError: the campaign does not exist.
        DbtError: the project does not compile, or a model fails.
        ManifestError: the project does not parse.
    """
    began = time.monotonic()
    shop = read_shop(project)
    today = shop.local_date(now)
    _require_nights(replay, today)
    upstream = find_campaign(project, replay.campaign).upstream_models
    with _stage(project, replay.first) as (connection, dbt):
        measures = Measures(connection, shop, replay.campaign, replay.window_days)
        built = min(replay.nights[-1] + timedelta(days=replay.window_days), today)
        dbt.run(TO_PURCHASES, built, on_progress, "purchases")
        if not measures.remember_purchases(replay.first, built):
            message = f"there are no purchases before {replay.first}: begin with a later night"
            raise BacktestError(message)
        nights = []
        for night in replay.nights:
            on_progress("nights", len(nights), len(replay.nights))
            open_replayed_night(connection, night, shop.nights.guarded_marts, shop.midnight(night))
            dbt.run(TO_DECISIONS, night, on_progress, "models")
            close_replayed_night(connection, night, shop.midnight(night))
            nights.append(measures.measure(night))
        on_progress("nights", len(nights), len(nights))
        sent_messages = measures.count_sent(replay.first, nights[-1].night)
    return Backtest(
        campaign=replay.campaign,
        window_days=replay.window_days,
        nights=tuple(nights),
        sent_messages=sent_messages,
        is_fitted=not FITTED.isdisjoint(upstream),
        seconds=time.monotonic() - began,
    )


def log_progress(stage: str, done: int, total: int) -> None:
    """Log the number of finished nights, for logs without a progress bar."""
    if stage == "nights":
        logger.info("%d of %d nights replayed", done, total)


def _require_nights(replay: Replay, today: date) -> None:
    if replay.first > replay.last:
        message = f"the first night, {replay.first}, comes after the last, {replay.last}"
        raise BacktestError(message)
    if replay.last > today:
        message = f"the night {replay.last} is in the future: the shop's date is {today}"
        raise BacktestError(message)


def _lock(connection: psycopg.Connection) -> bool:
    """Return whether nobody else replays on this database; nobody can, then, for the session."""
    query = load_statement("retention.workbench.backtest", "lock_backtest")
    return bool(only_row(connection.execute(query))[0])


@contextmanager
def _stage(project: Path, first: date) -> Generator[tuple[psycopg.Connection, Dbt]]:
    """Create the schemas and a copy of the project for one replay, and remove them afterwards."""
    with connect() as connection, tempfile.TemporaryDirectory(prefix="backtest-") as folder:
        if not _lock(connection):
            message = "another backtest is running on this database: wait until it is done"
            raise BacktestError(message)
        create_ledger(connection, first)
        try:
            yield connection, take_snapshot(project, Path(folder))
        finally:
            drop_schemas(connection)
