with

gift_cards as (

    select * from {{ ref('stg_gift_cards') }}

),

payments as (

    select * from {{ ref('stg_gift_card_payments') }}

),

reward_grades as (

    select * from {{ ref('stg_reward_grades') }}

),

paid as (

    select
        code_hash,
        currency,
        sum(amount) as paid_amount,
        max(paid_at) as last_paid_at
    from payments
    where paid_at < {{ as_of() }}
    group by code_hash, currency

),

known as (

    select
        gift_cards.*,
        grades.quarter,
        grades.spend,
        grades.tier_threshold,
        paid.last_paid_at,
        coalesce(paid.paid_amount, 0) as paid_amount,
        least(greatest(coalesce(paid.paid_amount, 0), 0), gift_cards.amount)
            as redeemed_amount,
        coalesce(gift_cards.issued_at < {{ as_of() }}, false) as is_issued,
        coalesce(gift_cards.delivered_at < {{ as_of() }}, false)
            as is_delivered,
        coalesce(gift_cards.cancelled_at < {{ as_of() }}, false) as is_void,
        coalesce(gift_cards.expires_date < {{ as_of_date() }}, false)
            as is_over,
        exists(select from payments) as has_reported_payments
    from gift_cards
    left join paid
        on
            gift_cards.code_hash = paid.code_hash
            and gift_cards.currency = paid.currency
    left join reward_grades as grades
        on
            gift_cards.run = grades.run
            and gift_cards.customer_id = grades.customer_id
            and gift_cards.currency = grades.currency
    where gift_cards.planned_at < {{ as_of() }}

)

select
    card_id,
    source,
    customer_id,
    occasion,
    quarter,
    spend,
    tier_threshold,
    currency,
    amount,
    is_from_pool,
    replaced_card_id,
    code_last_four,
    expires_date,
    planned_at,
    issued_at,
    delivered_at,
    last_paid_at,
    redeemed_amount,
    paid_amount - redeemed_amount as overdrawn_amount,
    amount - redeemed_amount as rest_amount,
    is_issued,
    is_delivered,
    has_reported_payments,
    case
        when is_void then 'cancelled'
        when not is_issued then 'planned'
        when redeemed_amount = amount then 'redeemed'
        when is_over then 'expired'
        when is_delivered then 'delivered'
        else 'issued'
    end as standing
from known
