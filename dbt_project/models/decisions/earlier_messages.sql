{{ config(materialized='view') }}

with

messages as (

    select * from {{ source('ledger', 'messages') }}
    where night < {{ as_of_date() }}

),

-- As the night knew them: what ended later still stood. A message that was
-- too late when it was planned (the replay of an old night) never stood.
as_known as (

    select
        campaign,
        customer_id,
        occasion,
        night,
        kind,
        coalesce(
            expired_at < {{ as_of() }} or expired_at <= planned_at, false
        ) as is_expired,
        coalesce(
            least(rejected_at, cancelled_at) < {{ as_of() }}, false
        ) as is_withdrawn
    from messages

)

select
    campaign,
    customer_id,
    occasion,
    night,
    kind,
    not is_withdrawn as is_contact
from as_known
where not is_expired
