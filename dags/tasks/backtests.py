"""The task of a backtest, which replays a campaign's rule over past nights."""

from __future__ import annotations

import logging
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import task
from airflow.sdk.timezone import utcnow

from retention.project.shop import project_directory
from retention.workbench.backtest.replay import Replay, backtest, log_progress
from retention.workbench.backtest.report import describe
from retention.workbench.report import as_markdown
from schedules import LONGEST_NIGHT, SHOP
from tasks import FROM_RUN

if TYPE_CHECKING:
    from airflow.sdk.types import DagRunProtocol

logger = logging.getLogger(__name__)


@task(execution_timeout=LONGEST_NIGHT)
def replay_nights(dag_run: DagRunProtocol = FROM_RUN, params: dict[str, Any] = FROM_RUN) -> str:
    """Replay the nights, and return the report as Markdown."""
    replay = replay_of_run(dag_run, params)
    found = backtest(project_directory(), replay, utcnow(), log_progress)
    report = as_markdown(describe(found))
    logger.info("%s", report)
    return report


def replay_of_run(dag_run: DagRunProtocol, params: dict[str, Any]) -> Replay:
    """Return the campaign and nights that a run of `backtest_campaign` replays."""
    today = SHOP.local_date(dag_run.run_after)
    first = params["from"] or (today - timedelta(weeks=8)).isoformat()
    last = params["to"] or (today - timedelta(weeks=2)).isoformat()
    return Replay(
        params["campaign"], date.fromisoformat(first), date.fromisoformat(last), params["every"]
    )
