{#- Rewards that were earned more than this many days ago and still have no card
    have been left to a person. -#}
{%- set granted_days = 14 -%}

with

referrals as (

    select * from {{ ref('referrals') }}

),

accounts as (

    select
        owner_customer_id,
        jsonb_agg(customer_id order by customer_id) as customer_ids
    from {{ ref('int_accounts') }}
    group by owner_customer_id

),

coded_orders as (

    select * from {{ ref('int_coded_orders') }}

),

excluded_customers as (

    select * from {{ ref('int_excluded_customers') }}

),

earned as (

    select * from referrals
    where
        status = 'earned'
        and earned_date >= {{ as_of_date() }} - {{ granted_days }}

),

-- A card for any of these occasions means that the friend was rewarded before,
-- under whatever account.
friends_orders as (

    select
        customer_id,
        array_agg(order_id order by order_id) as order_ids
    from coded_orders
    group by customer_id

),

rewarded as (

    select
        referrer_customer_id as customer_id,
        customer_id as friend_customer_id,
        order_id,
        'referrer' as role,
        earned_date
    from earned

    union all

    select
        customer_id,
        customer_id as friend_customer_id,
        order_id,
        'friend' as role,
        earned_date
    from earned

)

select
    rewarded.customer_id,
    rewarded.order_id || ':' || rewarded.role as occasion,
    rewarded.friend_customer_id,
    to_jsonb(array(
        select friends_order.order_id || ':' || rewarded.role
        from unnest(friends_orders.order_ids) as friends_order (order_id)
    )) as once_for_occasions,
    coalesce(
        accounts.customer_ids,
        jsonb_build_array(rewarded.friend_customer_id)
    ) as friend_accounts,
    rewarded.earned_date,
    {{ as_of_date() }} as known_date,
    '{{ var("shop_currency") }}' as currency,
    {{ var('referral_reward_amount') }}::numeric(14, 2) as amount
from rewarded
inner join friends_orders
    on rewarded.friend_customer_id = friends_orders.customer_id
left join accounts
    on rewarded.friend_customer_id = accounts.owner_customer_id
left join excluded_customers
    on rewarded.customer_id = excluded_customers.customer_id
where excluded_customers.customer_id is null
