-- Decisions of all nights, by campaign and outcome.
select
    decisions.campaign,
    decisions.outcome,
    count(*) as decision_count
from ledger.decisions
group by decisions.campaign, decisions.outcome
order by decisions.campaign asc, count(*) desc
