with

gift_cards as (

    select
        *,
        regexp_replace(occasion, ':(referrer|friend)(:reissue-[0-9]+)?$', '')
            as order_id,
        substring(occasion from ':(referrer|friend)(?::reissue-[0-9]+)?$')
            as role
    from {{ ref('int_gift_cards') }}
    where source = 'referral' and standing <> 'cancelled'

),

orders as (

    select * from {{ ref('stg_orders') }}

),

accounts as (

    select * from {{ ref('int_accounts') }}

),

referrals as (

    select * from {{ ref('referrals') }}

),

-- A card, whose order it was, and the one referral of that friend.
matched as (

    select
        gift_cards.*,
        friends.owner_customer_id as friend_customer_id,
        holders.owner_customer_id as holder_customer_id,
        referrals.referrer_customer_id,
        referrals.status,
        referrals.refused_reason,
        row_number() over (
            partition by friends.owner_customer_id, gift_cards.role
            order by
                (gift_cards.order_id = referrals.order_id) desc,
                gift_cards.planned_at asc, gift_cards.card_id asc
        ) as place
    from gift_cards
    left join orders on gift_cards.order_id = orders.order_id
    left join accounts as friends on orders.customer_id = friends.customer_id
    left join accounts as holders
        on gift_cards.customer_id = holders.customer_id
    left join referrals on friends.owner_customer_id = referrals.customer_id

),

judged as (

    select
        *,
        case
            when status is null then 'order_gone'
            when status = 'refused' then refused_reason
            when place > 1 then 'rewarded_twice'
            when
                role = 'referrer' and holder_customer_id <> referrer_customer_id
                then 'code_of_another'
        end as now_is
    from matched

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
    now_is,
    format(
        'Was granted %s %s as the %s of order %s; today: %s.',
        amount, currency, role, order_id, replace(now_is, '_', ' ')
    ) as reason
from judged
where now_is is not null
