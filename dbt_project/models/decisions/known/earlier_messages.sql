{{ config(materialized='view') }}

with

messages as (

    select * from {{ source('ledger', 'messages') }}
    where night < {{ as_of_date() }}

),

-- As the night knew them: messages that ended later were still active. A
-- message that was too late when it was planned (the replay of an old night)
-- was never active, and one that was not sent in time is over. Late messages
-- arrive in the morning.
as_known as (

    select
        messages.*,
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
                then coalesce(messages.release_at, messages.send_at)
            when messages.send_at < {{ as_of() }} then {{ shop_morning() }}
            else messages.send_at
        end as arrives_at
    from messages

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
    (
        arrives_at
        at time zone coalesce(time_zone, '{{ var("shop_timezone") }}')
    )::date as send_date
from as_known
where not is_expired
