{{ config(materialized='by_customer') }}
-- depends_on: {{ ref('int_customer_versions') }}

with

orders as (

    select * from {{ ref('kept_orders') }}

),

baskets as (

    select * from {{ ref('baskets') }}

),

order_lines as (

    select * from {{ ref('order_lines') }}

),

-- How much an order says about habits: 1 with one line, 0.5 with sixteen.
focuses as (

    select
        order_id,
        sqrt(sqrt(1 / line_count::double precision)) as focus
    from orders

),

bought as (

    select
        customer_id,
        'product_type' as item_kind,
        product_type as item_id,
        order_id,
        ordered_date,
        ordered_at
    from baskets

    union all

    select
        customer_id,
        'product' as item_kind,
        product_id as item_id,
        order_id,
        ordered_date,
        ordered_at
    from order_lines

),

-- Two orders with the item on one day are one purchase, with the focus of the
-- smaller one.
purchase_days as (

    select
        bought.customer_id,
        bought.item_kind,
        bought.item_id,
        bought.ordered_date,
        max(bought.ordered_at) as last_ordered_at,
        max(focuses.focus) as focus
    from bought
    inner join focuses on bought.order_id = focuses.order_id
    group by
        bought.customer_id, bought.item_kind, bought.item_id,
        bought.ordered_date

),

weighed as (

    select
        customer_id,
        item_kind,
        item_id,
        count(*)::int as purchase_count,
        max(last_ordered_at) as last_ordered_at,
        sum(
            focus * exp(
                (ordered_date - {{ decay_epoch() }})::double precision / 120
            )
            order by ordered_date
        ) as weight_120_at_epoch
    from purchase_days
    group by customer_id, item_kind, item_id

)

select * from weighed
