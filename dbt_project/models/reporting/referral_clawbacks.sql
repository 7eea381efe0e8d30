with

gift_cards as (

    select
        *,
        regexp_replace(occasion, ':(referrer|friend)(:reissue-[0-9]+)?$', '')
            as order_id
    from {{ ref('int_gift_cards') }}
    where source = 'referral' and standing <> 'cancelled'

),

orders as (

    select * from {{ ref('stg_orders') }}

),

merged_customers as (

    select * from {{ ref('merged_customers') }}
    where merged_date < {{ as_of_date() }}

),

referrals as (

    select * from {{ ref('referrals') }}

),

-- Of another order of the friend's, when that has taken the place of this one.
judged as (

    select
        gift_cards.*,
        referrals.status,
        referrals.refused_reason,
        coalesce(merged_customers.customer_id, orders.customer_id)
            as friend_customer_id
    from gift_cards
    left join orders on gift_cards.order_id = orders.order_id
    left join merged_customers
        on orders.customer_id = merged_customers.old_customer_id
    left join referrals
        on
            coalesce(merged_customers.customer_id, orders.customer_id)
            = referrals.customer_id

)

select
    card_id,
    customer_id,
    friend_customer_id,
    order_id,
    currency,
    amount as granted_amount,
    redeemed_amount::numeric(12, 2) as redeemed_amount,
    standing,
    coalesce(refused_reason, status, 'order_gone') as now_is,
    format(
        'Was granted %s %s for order %s; today the referral is %s.',
        amount, currency, order_id,
        case
            when status = 'refused' then 'refused: ' || refused_reason
            else coalesce(status, 'gone with its order')
        end
    ) as reason
from judged
where status is distinct from 'earned'
