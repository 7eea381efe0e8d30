with recursive

claims as (

    select * from {{ ref('int_referral_claims') }}
    where refused_reason is null

),

-- The referrer of the referrer, and so on, among customers who came before.
ancestors as (

    select
        order_id,
        customer_id,
        ordered_at,
        referrer_customer_id as ancestor_customer_id
    from claims

    union distinct

    select
        ancestors.order_id,
        ancestors.customer_id,
        ancestors.ordered_at,
        claims.referrer_customer_id as ancestor_customer_id
    from ancestors
    inner join claims
        on
            ancestors.ancestor_customer_id = claims.customer_id
            and (claims.ordered_at, claims.order_id)
            < (ancestors.ordered_at, ancestors.order_id)

),

circles as (

    select
        order_id,
        customer_id
    from ancestors
    where ancestor_customer_id = customer_id

)

select
    order_id,
    customer_id
from circles
