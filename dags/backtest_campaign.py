"""Every run, started by hand only, replays a campaign's rule over past nights.

**replay_nights** builds each night as of its date, in separate schemas. It reports the customers
that the rule would have found, what would have blocked messages, and which of these customers
bought anyway, compared with similar customers. The report is in the task's log, and as Markdown in
its XCom. The night's tables and the ledger are only read, and nothing is sent.

**By hand**: choose campaign and dates. A night takes as long as a `dbt build` of the whole project,
so begin with a few. **Again**: as often as you like, one run at a time; the same dates, rule and
data give the same report.
"""

from __future__ import annotations

from airflow.sdk import dag

from schedules import BACKTEST_FORM, DAG_DEFAULTS
from tasks.backtests import replay_nights


@dag(schedule=None, params=BACKTEST_FORM, doc_md=__doc__, **DAG_DEFAULTS)
def backtest_campaign() -> None:
    """Replay a campaign's rule over past nights."""
    replay_nights()


backtest_campaign()
