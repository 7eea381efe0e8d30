with

candidates as (

    select * from {{ ref('candidates') }}

),

clocks as (

    select * from {{ ref('customer_clocks') }}

),

clocked as (

    select
        candidates.*,
        coalesce(clocks.time_zone, '{{ var("shop_timezone") }}') as time_zone,
        clocks.mail_time
    from candidates
    left join clocks on candidates.customer_id = clocks.customer_id

),

-- From here on times are local to the customer. Messages that a night decides
-- on are sent after it, when the shop's own quiet hours are over.
localized as (

    select
        *,
        case
            when kind = 'marketing'
                then greatest(not_before, {{ shop_morning() }})
            else greatest(not_before, {{ as_of() }})
        end at time zone time_zone as beginning,
        not_after at time zone time_zone as ending
    from clocked

),

-- Marketing avoids the quiet hours; transactional mail waits for nothing.
bounded as (

    select
        *,
        case
            when kind = 'marketing' then {{ waking_from('beginning') }}
            else beginning
        end as earliest,
        case
            when kind = 'marketing' then {{ waking_until('ending') }}
            else ending
        end as latest,
        date_trunc('day', beginning) + mail_time as first_wish
    from localized

),

wished as (

    select
        *,
        case
            when first_wish < earliest then first_wish + interval '1 day'
            else first_wish
        end as wish
    from bounded

),

-- A message that cannot wait for the customer's hour is sent as early as
-- possible.
placed as (

    select
        *,
        case
            when kind = 'marketing' and wish < latest then wish else earliest
        end as sending
    from wished

)

select
    candidate_id,
    time_zone,
    sending::date as send_date,
    least(greatest(sending at time zone time_zone, not_before), not_after)
        as send_at,
    latest at time zone time_zone as not_after,
    case
        when latest <= earliest then format(
            'Worthless after %s%s, and it could not leave before %s.',
            to_char(ending, 'YYYY-MM-DD HH24:MI'),
            ' (a candidate since the night of '
            || nullif(first_night, {{ as_of_date() }}) || ')',
            to_char(earliest, 'YYYY-MM-DD HH24:MI')
        )
    end as expired
from placed
