{{ config(materialized='view') }}

with

messages as (

    select * from {{ source('ledger', 'messages') }}
    where night < {{ as_of_date() }}

),

requests as (

    select * from {{ source('ledger', 'requests') }}

),

customer_clocks as (

    select * from {{ ref('customer_clocks') }}

),

-- As the night knew them: what ended later still stood. A message that was too
-- late when it was planned (the replay of an old night) never stood, and one
-- that nobody sent in time is over. What may still leave is still to come.
as_known as (

    select
        messages.*,
        coalesce(clocks.time_zone, '{{ var("shop_timezone") }}') as time_zone,
        coalesce(
            messages.expired_at < {{ as_of() }}
            or messages.expired_at <= messages.planned_at, false
        )
        or (
            messages.not_after <= {{ as_of() }}
            and messages.submitting_at is null
            and messages.cancelled_at is null
        ) as is_expired,
        coalesce(
            least(messages.rejected_at, messages.cancelled_at) < {{ as_of() }},
            false
        ) as is_withdrawn,
        case
            when messages.submitting_at < {{ as_of() }}
                then greatest(messages.send_at, requests.first_release_at)
            else greatest(messages.send_at, {{ shop_morning() }})
        end as arrives_at
    from messages
    left join requests on messages.request_id = requests.request_id
    left join customer_clocks as clocks
        on messages.customer_id = clocks.customer_id

)

select
    campaign,
    customer_id,
    occasion,
    night,
    kind,
    channel,
    not is_withdrawn as is_contact,
    case when accepted_at < {{ as_of() }} then accepted_at end as accepted_at,
    (arrives_at at time zone time_zone)::date as send_date
from as_known
where not is_expired
