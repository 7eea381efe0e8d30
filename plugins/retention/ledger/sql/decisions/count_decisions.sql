-- The number of the night's decisions by outcome.
select
    decisions.outcome,
    count(*) as decision_count
from ledger.decisions
where decisions.night = %(night)s
group by decisions.outcome
order by decisions.outcome
