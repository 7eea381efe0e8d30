-- Keep the night's candidates and decisions.
insert into replayed_candidates (night, customer_id, occasion, outcome)
select
    decisions.night,
    decisions.customer_id,
    decisions.occasion,
    decisions.outcome
from backtest_decisions.decisions
where decisions.campaign = %(campaign)s
