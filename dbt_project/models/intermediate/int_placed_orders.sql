{{ config(materialized='view') }}

with

orders as (

    select * from {{ ref('stg_orders') }}

),

merged_customers as (

    select * from {{ ref('merged_customers') }}
    where merged_date < {{ as_of_date() }}

),

placed as (

    select
        orders.order_id,
        coalesce(merged_customers.customer_id, orders.customer_id)
            as customer_id,
        orders.ordered_at,
        {{ shop_time('orders.ordered_at') }}::date as ordered_date,
        orders.currency,
        coalesce(orders.shipping_amount, 0) as shipping_amount,
        coalesce(orders.tax_amount, 0) as tax_amount,
        coalesce(orders.gift_card_amount, 0) as gift_card_amount
    from orders
    left join merged_customers
        on orders.customer_id = merged_customers.old_customer_id
    where orders.ordered_at < {{ as_of() }} and orders.status <> 'cancelled'

)

select * from placed
