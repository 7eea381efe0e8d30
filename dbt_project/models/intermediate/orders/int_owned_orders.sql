{{ config(materialized='view') }}

with

orders as (

    select * from {{ ref('stg_orders') }}
    where ordered_at < {{ as_of() }}

),

merged_customers as (

    select * from {{ ref('merged_customers') }}
    where merged_date < {{ as_of_date() }}

),

owned as (

    select
        orders.order_id,
        orders.customer_id,
        orders.ordered_at,
        orders.status,
        orders.currency,
        orders.shipping_amount,
        orders.tax_amount,
        orders.gift_card_amount,
        orders.referral_code,
        coalesce(merged_customers.customer_id, orders.customer_id)
            as owner_customer_id
    from orders
    left join merged_customers
        on orders.customer_id = merged_customers.old_customer_id

)

select * from owned
