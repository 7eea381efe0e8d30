with

consents as (

    select * from {{ ref('stg_consents') }}
    where
        purpose = 'newsletter'
        and granted_at < {{ as_of() }}

),

-- If two answers have the same time, the refusal counts, as in the decisions.
latest as (

    select distinct on (customer_id, channel)
        customer_id,
        channel,
        is_granted,
        granted_at
    from consents
    order by
        customer_id asc, channel asc, granted_at desc, is_granted asc,
        consent_id asc

)

select
    customer_id,
    granted_at as subscribed_at
from latest
where channel = 'email' and is_granted
