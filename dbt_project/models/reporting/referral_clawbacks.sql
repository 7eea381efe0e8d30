with

gift_cards as (

    select
        *,
        regexp_replace(occasion, ':(referrer|friend)(:reissue-[0-9]+)?$', '')
            as order_id,
        substring(occasion from ':(referrer|friend)(?::reissue-[0-9]+)?$')
            as role
    from {{ ref('gift_cards') }}
    where source = 'referral' and standing <> 'cancelled'

),

orders as (

    select * from {{ ref('int_owned_orders') }}

),

accounts as (

    select * from {{ ref('int_accounts') }}

),

referrals as (

    select * from {{ ref('referrals') }}

),

excluded_customers as (

    select * from {{ ref('int_excluded_customers') }}

),

-- The current owners of the cards and orders; the shop may have removed
-- accounts.
owned as (

    select
        gift_cards.*,
        orders.owner_customer_id as friend_customer_id,
        coalesce(holders.owner_customer_id, gift_cards.customer_id)
            as holder_customer_id
    from gift_cards
    left join orders on gift_cards.order_id = orders.order_id
    left join accounts as holders
        on gift_cards.customer_id = holders.customer_id

),

judged as (

    select
        owned.*,
        case
            when referrals.status is null then 'order_gone'
            when referrals.status = 'refused' then referrals.refused_reason
            when
                owned.role = 'referrer'
                and owned.holder_customer_id <> referrals.referrer_customer_id
                then 'code_of_another'
            when excluded_customers.customer_id is not null then 'excluded'
            when
                row_number() over (
                    partition by owned.friend_customer_id, owned.role
                    order by
                        (owned.order_id = referrals.order_id) desc,
                        owned.planned_at asc, owned.card_id asc
                ) > 1
                then 'rewarded_twice'
        end as now_is
    from owned
    left join referrals on owned.friend_customer_id = referrals.customer_id
    left join excluded_customers
        on owned.holder_customer_id = excluded_customers.customer_id

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
