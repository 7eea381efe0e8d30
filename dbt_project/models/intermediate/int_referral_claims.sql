with

orders as (

    select * from {{ ref('int_referral_orders') }}

),

codes as (

    select * from {{ ref('int_referral_codes') }}

),

customers as (

    select
        customer_id,
        nullif(lower(trim(email)), '') as email,
        case
            when trim(street) <> ''
                then {{ address_key('street', 'postal_code', 'city') }}
        end as address_key
    from {{ ref('stg_customers') }}

),

placed_orders as (

    select * from {{ ref('int_order_amounts') }}

),

-- Who cancels an order and places it anew is judged by the new one.
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
        when
            friends.address_key = referrers.address_key
            or friends.email = referrers.email
            then 'same_household'
    end as refused_reason
from first_claims
left join first_orders on first_claims.customer_id = first_orders.customer_id
left join customers as friends
    on first_claims.customer_id = friends.customer_id
left join customers as referrers
    on first_claims.referrer_customer_id = referrers.customer_id
