-- The decisions about one customer on the latest nights that have any, and the
-- number of all such nights.
with customer_decisions as (
    select
        decisions.night,
        decisions.campaign,
        decisions.occasion,
        decisions.outcome,
        decisions.reason,
        decisions.outcome_reason,
        dense_rank() over (order by decisions.night desc) as night_place,
        dense_rank() over (order by decisions.night asc) as nights_until
    from ledger.decisions
    where decisions.customer_id = %(customer_id)s
)

select
    customer_decisions.night,
    customer_decisions.campaign,
    customer_decisions.outcome,
    customer_decisions.reason,
    customer_decisions.outcome_reason,
    (
        customer_decisions.night_place + customer_decisions.nights_until - 1
    )::int as night_count
from customer_decisions
where customer_decisions.night_place <= %(nights)s
order by
    customer_decisions.night desc,
    customer_decisions.campaign asc,
    customer_decisions.occasion asc
