{%- set tau_days = 120 -%}

with

purchase_days as (

    select * from {{ ref('int_purchase_days') }}

),

weighed as (

    select
        customer_id,
        product_type,
        count(*)::int as purchase_count,
        max(last_ordered_at) as last_ordered_at,
        {{ tau_days }} as tau_days,
        {{ decay_weight_at_epoch('ordered_date', tau_days) }}
            as weight_at_epoch
    from purchase_days
    group by customer_id, product_type

)

select * from weighed
