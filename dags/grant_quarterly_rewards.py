"""Every quarter, on its first morning: gift cards for who bought for enough in the one before.

**grades** (dbt) is the quarter as it was known at 00:00 after its last day; **freeze** keeps it for
ever, **grade** adds it up, **check** (Great Expectations) stops what is implausible. **approve**
waits for a person, under *Required Actions*: the question shows the totals by tier, the quarters
before, the ten largest and what is unusual. **issue** makes the cards, whose mails the next night
plans. A no ends the run with **issue** skipped; no answer in time turns **close** red.

**By hand**: give any quarter that is over. One that was rewarded before is compared with what was
frozen then, and nothing is changed. **Again**: clear it anywhere. No card is issued twice, and what
was approved is not asked about again; after a no the quarter is frozen and asked about anew.
"""

from __future__ import annotations

from airflow.sdk import dag

from dbt_groups.groups import build_of, dbt_group
from schedules import CLOSE, QUARTER, QUARTERLY, REWARDS_DEFAULTS, REWARDS_FORM
from tasks.rewards import approve, check, choose, close, freeze, grade, issue, require_closed


@dag(schedule=QUARTERLY, params=REWARDS_FORM, doc_md=__doc__, **REWARDS_DEFAULTS)
def grant_quarterly_rewards() -> None:
    """Freeze, grade, check, decide and issue a quarter's rewards."""
    grades = dbt_group("grades", night=CLOSE, target="rewards")
    require_closed(QUARTER) >> grades
    frozen, graded, asked = freeze(QUARTER), grade(QUARTER), check(QUARTER)
    build_of(grades) >> frozen >> graded >> asked
    chosen, approved, issued = choose(asked), approve(), issue(asked)
    chosen >> approved >> issued
    chosen >> issued >> (closed := close(asked))
    grades >> closed


grant_quarterly_rewards()
