"""Every run, which only a person starts, replays a campaign's rule over past nights.

**replay_nights** builds each night as of its date, in schemas of its own, and tells whom the rule
would have found, what would have held messages back, and who of those found bought anyway, against
comparable customers. Its log shows the report, and its XCom holds it as Markdown. The night's
tables and the ledger are only read, and nothing is sent.

**By hand**: choose campaign and dates. A night takes as long as `dbt build` of the whole project,
so begin with a few. **Again**: as often as you like, one at a time; the same dates, rule and data
give the same report.
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
