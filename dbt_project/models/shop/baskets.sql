{{ config(materialized='by_customer') }}
-- depends_on: {{ ref('int_customer_versions') }}

with

order_lines as (

    select * from {{ ref('order_lines') }}

),

summed as (

    select
        customer_id,
        product_type,
        ordered_date,
        ordered_at,
        order_id,
        (array_agg(product_id order by net_amount desc, product_id asc))[1]
            as product_id,
        sum(quantity) as quantity,
        sum(net_amount) as net_amount
    from order_lines
    group by customer_id, product_type, ordered_date, ordered_at, order_id

)

select * from summed
