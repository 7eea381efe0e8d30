"""Every schedule, time zone, Asset, form and default of the DAGs: the one file to change them."""

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

# Messages that wait to be sent; updated when a night has enqueued.
OUTBOX = Asset(name="outbox", uri="paluu://ledger/messages")

# 02:30 exists once on every night of the year where clocks change at 03:00, as in all of the EU.
# A new installation waits for its first night.
NIGHTLY = CronTriggerTimetable(
    "30 2 * * *", timezone=SHOP.storefront.shop_timezone, run_immediately=timedelta()
)
EVERY_TEN_MINUTES = AssetOrTimeSchedule(
    timetable=CronTriggerTimetable("*/10 * * * *", timezone=SHOP.storefront.shop_timezone),
    assets=[OUTBOX],
)
# Off the full hour, when everybody else asks SendGrid for something.
EVERY_QUARTER_HOUR = CronTriggerTimetable(
    "7,22,37,52 * * * *", timezone=SHOP.storefront.shop_timezone
)
# The first working hours of a quarter; the night has long ended by then.
QUARTERLY = CronTriggerTimetable(
    "0 9 1 1,4,7,10 *", timezone=SHOP.storefront.shop_timezone, run_immediately=timedelta()
)
# Who may approve a quarter's rewards, as `{"id": ..., "name": ...}`; None is whoever may run DAGs.
APPROVERS = None
TIME_TO_APPROVE = timedelta(days=SHOP.rewards.rewards_approval_days)
# Workers that deliver side by side, each a task; each has four requests under way at once.
DELIVERY_WORKERS = [1, 2]

NIGHT_FORM = {
    "as_of": Param(
        None,
        type=["null", "string"],
        format="date",
        title="Night",
        description="A local date: all that happened before its 00:00 is known. Empty: today.",
    ),
    "dry_run": Param(
        default=False,
        type="boolean",
        title="Dry run",
        description="Decide and record, but plan no message.",
    ),
}
SEND_FORM = {
    "hours_ahead": Param(
        1,
        type="integer",
        minimum=0,
        maximum=71,
        title="Hours ahead",
        description="Hand over what is due within so many hours; SendGrid holds it until its time.",
    ),
    "dry_run": Param(
        default=False,
        type="boolean",
        title="Dry run",
        description="Count what is due, but send nothing.",
    ),
}
BACKTEST_FORM = {
    "campaign": Param(SHOP.nights.campaigns[0], enum=list(SHOP.nights.campaigns), title="Campaign"),
    "from": Param(
        None,
        type=["null", "string"],
        format="date",
        title="From",
        description="A local date: the first night. Empty: eight weeks ago.",
    ),
    "to": Param(
        None,
        type=["null", "string"],
        format="date",
        title="To",
        description="No night after this local date. Empty: two weeks ago.",
    ),
    "every": Param(7, type="integer", minimum=1, title="Every so many nights"),
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

# A run's night, for templates: the form's date, else that of its schedule.
NIGHT = "{{ params.as_of or local_date(dag_run.logical_date or dag_run.run_after) }}"
# A run's quarter, and the night up to which its spend is known.
_QUARTER = "params.quarter or closed_quarter(dag_run.logical_date or dag_run.run_after)"
QUARTER = f"{{{{ {_QUARTER} }}}}"
CLOSE = f"{{{{ close_date({_QUARTER}) }}}}"


def local_date(moment: datetime) -> str:
    """Return the date (ISO) on the shop's calendar at `moment`."""
    return SHOP.local_date(moment).isoformat()


def closed_quarter(moment: datetime) -> str:
    """Return the latest quarter that was over at `moment` on the shop's calendar."""
    return str(Quarter.closed_on(SHOP.local_date(moment)))


def close_date(quarter: str) -> str:
    """Return the first date (ISO) after a quarter."""
    return Quarter.read(quarter).close_date.isoformat()


# The ledger knows what was done; Airflow runs one of a kind at a time, and never catches up.
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
# Nobody must decide within the hours of a night.
REWARDS_DEFAULTS = DAG_DEFAULTS | {"dagrun_timeout": TIME_TO_APPROVE + LONGEST_NIGHT}
