with

orders as (

    select * from {{ ref('int_referral_orders') }}

),

codes as (

    select * from {{ ref('referral_codes') }}

),

accounts as (

    select * from {{ ref('int_accounts') }}

),

placed_orders as (

    select * from {{ ref('order_amounts') }}

),

-- Customers who cancel an order and place it again are judged by the new one.
first_claims as (

    select distinct on (orders.customer_id)
        orders.*,
        codes.owner_customer_id as referrer_customer_id
    from orders
    left join codes on orders.referral_code = codes.referral_code
    order by
        orders.customer_id asc, orders.is_cancelled asc,
        orders.ordered_at asc, orders.order_id asc

),

first_orders as (

    select distinct on (placed_orders.customer_id)
        placed_orders.customer_id,
        placed_orders.order_id,
        placed_orders.ordered_at
    from placed_orders
    inner join first_claims
        on placed_orders.customer_id = first_claims.customer_id
    order by
        placed_orders.customer_id asc, placed_orders.ordered_at asc,
        placed_orders.order_id asc

),

same_households as (

    select distinct first_claims.customer_id
    from first_claims
    inner join accounts as friends
        on first_claims.customer_id = friends.owner_customer_id
    inner join accounts as referrers
        on first_claims.referrer_customer_id = referrers.owner_customer_id
    where
        friends.address_key = referrers.address_key
        or friends.email = referrers.email

)

select
    first_claims.customer_id,
    first_claims.order_id,
    first_claims.ordered_at,
    first_claims.referral_code,
    first_claims.referrer_customer_id,
    first_claims.window_end_date,
    first_claims.is_kept,
    first_claims.kept_amount,
    first_orders.order_id as first_order_id,
    case
        when first_claims.referrer_customer_id is null then 'unknown_code'
        when first_claims.referrer_customer_id = first_claims.customer_id
            then 'own_code'
        when
            (first_orders.ordered_at, first_orders.order_id)
            < (first_claims.ordered_at, first_claims.order_id)
            then 'not_first_order'
        when same_households.customer_id is not null then 'same_household'
    end as refused_reason
from first_claims
left join first_orders on first_claims.customer_id = first_orders.customer_id
left join same_households
    on first_claims.customer_id = same_households.customer_id
