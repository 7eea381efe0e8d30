{{ config(materialized='by_customer') }}

{%- set minimum_purchases = 3 -%}
{%- set shown_purchases = 5 -%}

with

baskets as (

    select * from {{ ref('baskets') }}

),

weights as (

    select * from {{ ref('type_weights') }}

),

products as (

    select * from {{ ref('stg_products') }}

),

numbered as (

    select
        baskets.customer_id,
        baskets.product_type,
        baskets.ordered_at,
        baskets.order_id,
        baskets.ordered_date,
        baskets.quantity,
        baskets.product_id,
        products.product_name,
        row_number() over (
            partition by baskets.customer_id, baskets.product_type
            order by baskets.ordered_at desc, baskets.order_id desc
        ) as place
    from baskets
    inner join weights
        on
            baskets.customer_id = weights.customer_id
            and baskets.product_type = weights.product_type
    inner join products on baskets.product_id = products.product_id
    where weights.purchase_count >= {{ minimum_purchases }}

),

-- Aggregated in the order of the numbering, which saves a second sort.
listed as (

    select
        customer_id,
        product_type,
        max(product_id) filter (where place = 1) as product_id,
        max(product_name) filter (where place = 1) as product_name,
        jsonb_agg(
            jsonb_build_object(
                'order_id', order_id,
                'ordered_date', ordered_date,
                'product_name', product_name,
                'quantity', quantity
            )
            order by ordered_at desc, order_id desc
        ) as evidence
    from numbered
    where place <= {{ shown_purchases }}
    group by customer_id, product_type

)

select * from listed
