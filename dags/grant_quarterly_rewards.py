"""Every quarter, on its first morning: gift cards for customers with enough spend last quarter.

**grades** (dbt) grades the quarter as known at 00:00 after its last day. **freeze** keeps the
grades permanently, **grade** computes the totals, **check** (Great Expectations) stops implausible
ones. **approve** waits for a person, under *Required Actions*: the question shows the totals by
tier, earlier quarters, the ten largest rewards and anything unusual. **issue** creates the cards,
whose mails the next night plans. A rejection ends the run and skips **issue**; a timeout turns
**close** red.

**By hand**: enter any quarter that is over. If it already has a run, its grades are compared with
the frozen ones, and nothing is changed. **Again**: clear any task. No card is issued twice, and an
approved run needs no second approval; after a rejection the quarter is frozen and approved again.
"""

from __future__ import annotations

from typing import Any, cast

from airflow.sdk import dag

from dbt_groups.groups import build_of, dbt_group
from schedules import CLOSE, QUARTER, QUARTERLY, REWARDS_DEFAULTS, REWARDS_FORM
from tasks.rewards import approve, check, choose, close, freeze, grade, issue, require_closed


@dag(schedule=QUARTERLY, params=REWARDS_FORM, doc_md=__doc__, **REWARDS_DEFAULTS)
def grant_quarterly_rewards() -> None:
    """Freeze, grade, check, decide and issue a quarter's rewards."""
    grades = dbt_group("grades", night=CLOSE, target="rewards")
    require_closed(QUARTER) >> grades
    # Later tasks see `check` as what it returns.
    frozen, graded, question = freeze(QUARTER), grade(QUARTER), cast("Any", check(QUARTER))
    build_of(grades) >> frozen >> graded >> question
    chosen, approved, issued = choose(question), approve(), issue(question)
    chosen >> approved >> issued
    chosen >> issued >> (closed := close(question))
    grades >> closed


grant_quarterly_rewards()
