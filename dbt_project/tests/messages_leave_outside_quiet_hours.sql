-- Marketing arrives outside the quiet hours, in the customer's time zone, and
-- before it expires.
select
    campaign,
    customer_id,
    occasion,
    time_zone,
    send_at
from {{ ref('decisions') }}
where
    kind = 'marketing'
    and outcome = 'send'
    and (
        extract(hour from send_at at time zone time_zone)
        not between {{ var('quiet_hours_end') }}
        and {{ var('quiet_hours_start') - 1 }}
        or extract(hour from not_after at time zone time_zone)
        not between {{ var('quiet_hours_end') }}
        and {{ var('quiet_hours_start') - 1 }}
        or send_at not between not_before and not_after
    )
