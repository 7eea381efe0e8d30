-- No customer gets two marketing messages on one local day, neither from this
-- night nor from this one and an earlier one, whose messages are in the ledger.
with

sending as (

    select
        customer_id,
        (send_at at time zone time_zone)::date as send_date
    from {{ ref('decisions') }}
    where kind = 'marketing' and outcome = 'send'

),

planned as (

    select
        customer_id,
        send_date
    from {{ ref('earlier_messages') }}
    where kind = 'marketing' and is_contact

)

select
    sending.customer_id,
    sending.send_date,
    count(distinct planned.send_date) as planned_count,
    count(*) as message_count
from sending
left join planned
    on
        sending.customer_id = planned.customer_id
        and sending.send_date = planned.send_date
group by sending.customer_id, sending.send_date
having count(*) > 1 or count(planned.send_date) > 0
