{#- What was earned longer ago than this many days, and still has no card, was
    left to a person. -#}
{%- set granted_days = 14 -%}

with

referrals as (

    select * from {{ ref('referrals') }}

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

rewarded as (

    select
        referrer_customer_id as customer_id,
        customer_id as friend_customer_id,
        order_id || ':referrer' as occasion,
        earned_date
    from earned

    union all

    select
        customer_id,
        customer_id as friend_customer_id,
        order_id || ':friend' as occasion,
        earned_date
    from earned

)

select
    rewarded.customer_id,
    rewarded.occasion,
    rewarded.friend_customer_id,
    rewarded.earned_date,
    {{ as_of_date() }} as known_date,
    '{{ var("shop_currency") }}' as currency,
    {{ var('referral_reward_amount') }}::numeric(14, 2) as amount
from rewarded
left join excluded_customers
    on rewarded.customer_id = excluded_customers.customer_id
where excluded_customers.customer_id is null
