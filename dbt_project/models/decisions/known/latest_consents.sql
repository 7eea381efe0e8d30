{{ config(materialized='view') }}

with

consents as (

    select * from {{ ref('stg_consents') }}
    where granted_at < {{ as_of() }}

),

-- If two answers have the same time, the refusal counts.
latest as (

    select distinct on (customer_id, channel, purpose)
        customer_id,
        channel,
        purpose,
        is_granted,
        granted_at
    from consents
    order by
        customer_id asc, channel asc, purpose asc, granted_at desc,
        is_granted asc, consent_id asc

)

select
    customer_id,
    channel,
    purpose,
    is_granted,
    granted_at
from latest
