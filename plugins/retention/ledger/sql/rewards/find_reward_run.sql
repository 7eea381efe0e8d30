-- The latest run of a quarter: the active one, or else the last one that was
-- rejected or expired.
select
    runs.run,
    runs.quarter,
    runs.attempt,
    runs.as_of,
    runs.state,
    runs.frozen_at,
    runs.customer_count,
    runs.checksum,
    runs.earlier,
    runs.graded_at,
    runs.unusual,
    runs.decided_at,
    runs.decided_by,
    runs.decision_reason,
    runs.issued_at
from ledger.reward_runs as runs
where runs.quarter = %(quarter)s
order by runs.attempt desc
limit 1
