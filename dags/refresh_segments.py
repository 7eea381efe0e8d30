"""Every night: purchases become signals, signals become decisions, decisions become messages.

**open_night** waits until no other run computes a night. **purchases** and **signals** (dbt) are
what we know up to 00:00 of the date. **fit_models** between them adds what SQL cannot; a model that
fails keeps its last good numbers. What **check_marts** (Great Expectations) finds implausible gates
only the campaigns that depend on it. Either turns a **report_...** red, and the night goes on.
**decisions** (dbt): who is written to; **enqueue_messages** plans what `send_messages` sends.
Beside it **reward_referrals** issues gift cards, which a later night mails, and **reports** (dbt)
tell what has become of all cards.

**By hand**: give a date, dry run or not. A dry run, a date other than the shop's present one, a
backfill and a scheduled run over an hour late (the first after un-pausing) decide and send nothing.
**Again**: clear it or trigger its date; a message is planned once per campaign, customer, occasion.
In a group **dbt_producer_watcher** is the one `dbt build`, and the other tasks report on it.
"""

from __future__ import annotations

from airflow.sdk import dag, teardown

from dbt_groups.groups import build_of, dbt_group
from schedules import DAG_DEFAULTS, NIGHT, NIGHT_FORM, NIGHTLY
from tasks.night import (
    check_marts,
    close_night,
    enqueue_messages,
    fit_models,
    open_night,
    report_broken_marts,
    report_refused_fits,
    reward_referrals,
)


@dag(schedule=NIGHTLY, params=NIGHT_FORM, doc_md=__doc__, **DAG_DEFAULTS)
def refresh_segments() -> None:
    """Refresh the segments, decide, and enqueue the night's messages."""
    groups = ("purchases", "signals", "decisions", "reports")
    purchases, signals, decisions, told = map(dbt_group, groups)
    opened, fits = open_night(NIGHT), fit_models()
    verdicts, enqueued, rewarded = check_marts(), enqueue_messages(), reward_referrals()
    opened >> purchases
    build_of(purchases) >> fits >> signals
    build_of(signals) >> verdicts >> decisions
    build_of(decisions) >> [enqueued, rewarded, told]
    closed = teardown(close_night)().as_teardown(setups=opened)
    reports = [report_refused_fits(fits), report_broken_marts(verdicts)]
    [purchases, signals, decisions, enqueued, rewarded, told, *reports] >> closed


refresh_segments()
