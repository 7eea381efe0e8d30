with

proofs as (

    select * from {{ ref('int_lifestyle_proofs') }}

),

purchases as (

    select * from {{ ref('int_lifestyle_purchases') }}

),

lifestyle_types as (

    select * from {{ ref('lifestyle_types') }}

),

products as (

    select * from {{ ref('stg_products') }}

),

-- A proof that comes before the previous one expires extends it.
spaced as (

    select
        proofs.customer_id,
        proofs.lifestyle,
        proofs.ordered_at,
        proofs.ordered_date,
        proofs.window_days,
        proofs.confidence,
        lifestyle_types.expiry_days,
        coalesce(
            proofs.ordered_date - lag(proofs.ordered_date) over by_time
            >= lifestyle_types.expiry_days,
            true
        ) as is_new
    from proofs
    inner join lifestyle_types on proofs.lifestyle = lifestyle_types.lifestyle
    window by_time as (
        partition by proofs.customer_id, proofs.lifestyle
        order by proofs.ordered_at
    )

),

in_force as (

    select
        customer_id,
        lifestyle,
        expiry_days + window_days as reach_days,
        max(ordered_at) filter (where is_new) as detected_at,
        max(ordered_at) as confirmed_at,
        max(ordered_date) + expiry_days as expires_date,
        (array_agg(confidence order by ordered_at desc))[1]::numeric(5, 4)
            as confidence
    from spaced
    group by customer_id, lifestyle, window_days, expiry_days
    having max(ordered_date) + expiry_days > {{ as_of_date() }}

)

select
    in_force.customer_id,
    in_force.lifestyle,
    in_force.detected_at,
    in_force.confirmed_at,
    in_force.expires_date,
    in_force.confidence,
    jsonb_agg(
        jsonb_build_object(
            'order_id', purchases.order_id,
            'ordered_date', purchases.ordered_date,
            'product_name', products.product_name,
            'product_type', purchases.product_type,
            'quantity', purchases.quantity
        )
        order by
            purchases.ordered_at desc,
            purchases.order_id desc,
            purchases.product_type asc
    ) as evidence
from in_force
inner join purchases
    on
        in_force.customer_id = purchases.customer_id
        and in_force.lifestyle = purchases.lifestyle
        and in_force.confirmed_at >= purchases.ordered_at
        and in_force.expires_date - in_force.reach_days
        <= purchases.ordered_date
inner join products on purchases.product_id = products.product_id
group by
    in_force.customer_id, in_force.lifestyle, in_force.detected_at,
    in_force.confirmed_at, in_force.expires_date, in_force.confidence
