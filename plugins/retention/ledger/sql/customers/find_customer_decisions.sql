-- What was decided for one customer on the latest nights that decided anything,
-- and on how many nights in all.
with customer_decisions as (
    select
        decs.night,
        decs.campaign,
        decs.occasion,
        decs.outcome,
        decs.reason,
        decs.outcome_reason,
        dense_rank() over (order by decs.night desc) as night_place,
        dense_rank() over (order by decs.night asc) as nights_until
    from ledger.decisions as decs
    where decs.customer_id = %(customer_id)s
)

select
    cust.night,
    cust.campaign,
    cust.outcome,
    cust.reason,
    cust.outcome_reason,
    (cust.night_place + cust.nights_until - 1)::int as night_count
from customer_decisions as cust
where cust.night_place <= %(nights)s
order by cust.night desc, cust.campaign asc, cust.occasion asc
