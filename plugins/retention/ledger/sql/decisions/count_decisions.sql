-- How many of the night's decisions had which outcome.
select
    decs.outcome,
    count(*) as decision_count
from ledger.decisions as decs
where decs.night = %(night)s
group by decs.outcome
order by decs.outcome
