-- Marketing arrives by day, on the shop's clock, while it is worth reading.
select
    campaign,
    customer_id,
    occasion,
    send_at
from {{ ref('decisions') }}
where
    kind = 'marketing'
    and outcome = 'send'
    and (
        extract(hour from {{ shop_time('send_at') }})
        not between {{ var('quiet_hours_end') }}
        and {{ var('quiet_hours_start') - 1 }}
        or send_at not between not_before and not_after
    )
