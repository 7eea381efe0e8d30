with

gift_cards as (

    select * from {{ ref('gift_cards') }}
    where is_issued

),

dated as (

    select
        *,
        to_char({{ shop_time('issued_at') }}, 'YYYY"Q"Q') as issued_quarter
    from gift_cards

)

select
    source,
    issued_quarter,
    currency,
    count(*)::int as card_count,
    sum(amount)::numeric(14, 2) as issued_amount,
    sum(redeemed_amount)::numeric(14, 2) as redeemed_amount,
    coalesce(sum(rest_amount) filter (where standing = 'expired'), 0)
    ::numeric(14, 2) as expired_amount,
    coalesce(sum(rest_amount) filter (where standing = 'cancelled'), 0)
    ::numeric(14, 2) as cancelled_amount,
    coalesce(
        sum(rest_amount) filter (where standing in ('issued', 'delivered')), 0
    )::numeric(14, 2) as outstanding_amount,
    sum(overdrawn_amount)::numeric(14, 2) as overdrawn_amount,
    count(*) filter (where standing = 'issued')::int as undelivered_count,
    {{ as_of_date() }} as known_date
from dated
group by source, issued_quarter, currency
