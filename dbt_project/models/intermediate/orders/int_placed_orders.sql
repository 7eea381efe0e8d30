{{ config(materialized='view') }}

with

orders as (

    select * from {{ ref('int_owned_orders') }}
    where status <> 'cancelled'

),

placed as (

    select
        order_id,
        owner_customer_id as customer_id,
        ordered_at,
        {{ shop_time('ordered_at') }}::date as ordered_date,
        currency,
        coalesce(shipping_amount, 0) as shipping_amount,
        coalesce(tax_amount, 0) as tax_amount,
        coalesce(gift_card_amount, 0) as gift_card_amount
    from orders

)

select * from placed
