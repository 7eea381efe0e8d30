{{ config(materialized='by_customer') }}
-- depends_on: {{ ref('int_customer_versions') }}

with

order_lines as (

    select * from {{ ref('order_lines') }}

),

summed as (

    select
        order_id,
        customer_id,
        ordered_at,
        ordered_date,
        count(*)::int as line_count,
        sum(quantity) as quantity,
        sum(net_amount) as net_amount
    from order_lines
    group by order_id, customer_id, ordered_at, ordered_date

),

placed_on_the_clock as (

    select
        order_id,
        customer_id,
        ordered_at,
        ordered_date,
        extract(hour from {{ shop_time('ordered_at') }})::int as ordered_hour,
        line_count,
        quantity,
        net_amount
    from summed

)

select * from placed_on_the_clock
