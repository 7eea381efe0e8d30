-- Keep the night's candidates and decisions.
insert into replayed_candidates (night, customer_id, occasion, outcome)
select
    decs.night,
    decs.customer_id,
    decs.occasion,
    decs.outcome
from backtest_decisions.decisions as decs
where decs.campaign = %(campaign)s
