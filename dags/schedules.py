"""All schedules, time zones, Assets, forms and defaults of the DAGs; change them only here."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import Asset, Param
from airflow.timetables.assets import AssetOrTimeSchedule
from airflow.timetables.trigger import CronTriggerTimetable

from retention.jobs.refresh_segments import LONGEST_NIGHT
from retention.project.shop import read_shop
from retention.rewards.quarters import PATTERN, Quarter

if TYPE_CHECKING:
    from datetime import datetime

SHOP = read_shop()

# Messages to be sent; updated when a night has enqueued messages.
OUTBOX = Asset(name="outbox", uri="paluu://ledger/messages")

# 02:30 exists exactly once per night where clocks change at 03:00, for example in Finland.
# A new installation waits for its first scheduled night.
NIGHTLY = CronTriggerTimetable(
    "30 2 * * *", timezone=SHOP.storefront.shop_timezone, run_immediately=timedelta()
)
EVERY_TEN_MINUTES = AssetOrTimeSchedule(
    timetable=CronTriggerTimetable("*/10 * * * *", timezone=SHOP.storefront.shop_timezone),
    assets=[OUTBOX],  # ty: ignore[invalid-argument-type] - typed for the scheduler's own assets
)
# Not at the full hour, when SendGrid is busiest.
EVERY_QUARTER_HOUR = CronTriggerTimetable(
    "7,22,37,52 * * * *", timezone=SHOP.storefront.shop_timezone
)
# The first morning of a quarter, long after its night has ended.
QUARTERLY = CronTriggerTimetable(
    "0 9 1 1,4,7,10 *", timezone=SHOP.storefront.shop_timezone, run_immediately=timedelta()
)
# People who may approve a quarter's rewards, as `{"id": ..., "name": ...}`; None: all DAG users.
APPROVERS = None
TIME_TO_APPROVE = timedelta(days=SHOP.rewards.rewards_approval_days)
# Workers that deliver in parallel, one task each; each has four requests in flight.
DELIVERY_WORKERS = [1, 2]

NIGHT_FORM = {
    "as_of": Param(
        None,
        type=["null", "string"],
        format="date",
        title="Night",
        description="A local date; data up to 00:00 of it are used. Empty: today.",
    ),
    "dry_run": Param(
        default=False,
        type="boolean",
        title="Dry run",
        description="Record the decisions, but plan no messages.",
    ),
}
SEND_FORM = {
    "hours_ahead": Param(
        1,
        type="integer",
        minimum=0,
        maximum=71,
        title="Hours ahead",
        description="Send messages due within this many hours; SendGrid holds each until its time.",
    ),
    "dry_run": Param(
        default=False,
        type="boolean",
        title="Dry run",
        description="Count the due messages, but send nothing.",
    ),
}
BACKTEST_FORM = {
    "campaign": Param(SHOP.nights.campaigns[0], enum=list(SHOP.nights.campaigns), title="Campaign"),
    "from": Param(
        None,
        type=["null", "string"],
        format="date",
        title="From",
        description="Local date of the first night. Empty: eight weeks ago.",
    ),
    "to": Param(
        None,
        type=["null", "string"],
        format="date",
        title="To",
        description="Local date; no later night is replayed. Empty: two weeks ago.",
    ),
    "every": Param(7, type="integer", minimum=1, title="Every N-th night"),
}

REWARDS_FORM = {
    "quarter": Param(
        None,
        type=["null", "string"],
        pattern=PATTERN,
        title="Quarter",
        description="Any quarter that is over, such as 2026Q3. Empty: the latest one.",
    ),
}
ANSWER_FORM = {
    "reason": Param("", type="string", title="Reason", description="Kept with the decision."),
}

# A run's night, for templates: the form's date, else the schedule's.
NIGHT = "{{ params.as_of or local_date(dag_run.logical_date or dag_run.run_after) }}"
# A run's quarter, and its close date.
_QUARTER = "params.quarter or closed_quarter(dag_run.logical_date or dag_run.run_after)"
QUARTER = f"{{{{ {_QUARTER} }}}}"
CLOSE = f"{{{{ close_date({_QUARTER}) }}}}"


def local_date(moment: datetime) -> str:
    """Return the shop's local date (ISO) at `moment`."""
    return SHOP.local_date(moment).isoformat()


def closed_quarter(moment: datetime) -> str:
    """Return the latest quarter that was over at `moment` in the shop's time zone."""
    return str(Quarter.closed_on(SHOP.local_date(moment)))


def close_date(quarter: str) -> str:
    """Return the first date (ISO) after a quarter."""
    return Quarter.read(quarter).close_date.isoformat()


# The ledger records all progress; Airflow runs one run per DAG at a time, without catchup.
DAG_DEFAULTS: dict[str, Any] = {
    "default_args": {"owner": "retention", "execution_timeout": timedelta(hours=1)},
    "catchup": False,
    "max_active_runs": 1,
    "dagrun_timeout": LONGEST_NIGHT,
    "tags": ["retention"],
    "user_defined_macros": {
        "local_date": local_date,
        "closed_quarter": closed_quarter,
        "close_date": close_date,
    },
}
# People have days, not hours, to approve a run.
REWARDS_DEFAULTS: dict[str, Any] = DAG_DEFAULTS | {
    "dagrun_timeout": TIME_TO_APPROVE + LONGEST_NIGHT
}
