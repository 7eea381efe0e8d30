with

candidates as (

    select * from {{ ref('candidates') }}

),

purchase_hours as (

    select * from {{ ref('purchase_hours') }}

),

-- The middle of the three hours in which the customer usually buys, outside
-- the quiet hours; past midnight means late in the evening.
timed as (

    select
        candidates.*,
        {{ shop_time('candidates.not_before') }} as local_not_before,
        make_interval(mins => least(
            greatest(
                coalesce(
                    hours.window_start_hour,
                    {{ var('default_window_start_hour') }}
                ) * 60 + 90,
                {{ var('quiet_hours_end') }} * 60
            ),
            {{ var('quiet_hours_start') }} * 60 - 1
        )::int) as time_of_day
    from candidates
    left join purchase_hours as hours
        on candidates.customer_id = hours.customer_id

),

dated as (

    select
        *,
        greatest(
            {{ as_of_date() }},
            (
                date_trunc('day', local_not_before)
                + case
                    when local_not_before::time > time_of_day::time
                        then interval '1 day'
                    else interval '0 days'
                end
            )::date
        ) as send_date
    from timed

),

placed as (

    select
        *,
        case
            when kind = 'marketing'
                then {{ shop_moment('send_date + time_of_day') }}
            else {{ as_of() }}
        end as wanted_at,
        case
            when kind = 'marketing' then {{ shop_moment(
                "send_date + interval '" ~ var('quiet_hours_end') ~ " hours'"
            ) }}
            else {{ as_of() }}
        end as earliest_at
    from dated

)

select
    candidate_id,
    least(greatest(wanted_at, not_before), not_after) as send_at,
    case
        when not_after <= earliest_at then format(
            'Worthless after %s, and it could not leave before %s.',
            to_char({{ shop_time('not_after') }}, 'YYYY-MM-DD HH24:MI'),
            to_char({{ shop_time('earliest_at') }}, 'YYYY-MM-DD HH24:MI')
        )
    end as expired
from placed
