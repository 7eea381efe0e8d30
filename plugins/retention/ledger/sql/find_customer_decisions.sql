-- What a night decided for one customer.
select
    decs.campaign,
    decs.outcome,
    decs.reason,
    decs.outcome_reason
from ledger.decisions as decs
where
    decs.customer_id = %(customer_id)s
    and decs.night = %(night)s
order by decs.campaign, decs.occasion
