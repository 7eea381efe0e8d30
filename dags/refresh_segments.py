"""Every night: purchases become signals, signals become decisions, decisions become messages.

**open_night** waits until no other run computes a night. **purchases** and **signals** (dbt) cover
all data up to 00:00 of the date. Between them, **fit_models** fits models that SQL cannot; a model
that fails keeps its last good results. If **check_marts** (Great Expectations) finds a mart
implausible, only the campaigns that depend on it are gated. Both failures turn a **report_...**
red, and the night continues. **decisions** (dbt) chooses the messages; **enqueue_messages** plans
them for `send_messages`. In parallel, **reward_referrals** issues gift cards, which a later night
mails, and **reports** (dbt) account for all cards.

**By hand**: enter a date, with or without dry run. A dry run, a date other than the shop's current
one, a backfill, and a scheduled run over an hour late (the first after unpausing) decide but send
nothing. **Again**: clear the run or trigger its date; a message is planned once per campaign,
customer and occasion. In each group, **dbt_producer_watcher** is the one `dbt build`, and the other
tasks report its results.
"""

from __future__ import annotations

from typing import Any, cast

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
    purchases, signals, decisions, accounts = map(dbt_group, groups)
    opened, fits = open_night(NIGHT), fit_models()
    verdicts, enqueued, rewarded = check_marts(), enqueue_messages(), reward_referrals()
    opened >> purchases
    build_of(purchases) >> fits >> signals
    build_of(signals) >> verdicts >> decisions
    build_of(decisions) >> [enqueued, rewarded, accounts]
    closed = teardown(close_night)().as_teardown(setups=opened)
    reports = [report_refused_fits(cast("Any", fits)), report_broken_marts(cast("Any", verdicts))]
    [purchases, signals, decisions, enqueued, rewarded, accounts, *reports] >> closed


refresh_segments()
