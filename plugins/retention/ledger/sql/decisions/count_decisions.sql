-- How many of the night's decisions had which outcome.
select
    decisions.outcome,
    count(*) as decision_count
from ledger.decisions
where decisions.night = %(night)s
group by decisions.outcome
order by decisions.outcome
