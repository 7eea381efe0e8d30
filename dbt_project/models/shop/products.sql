{#- Products of a type are ranked by their customers in this many last local
    days. -#}
{%- set recent_days = 180 -%}

with

products as (

    select * from {{ ref('stg_products') }}
    where is_merchandise and product_name is not null

),

product_weights as (

    select * from {{ ref('int_product_weights') }}

),

counted as (

    select
        product_id,
        count(*)::int as customer_count
    from product_weights
    where last_ordered_date >= {{ as_of_date() }} - {{ recent_days }}
    group by product_id

),

ranked as (

    select
        products.product_id,
        products.product_type,
        products.product_name,
        coalesce(counted.customer_count, 0) as customer_count,
        row_number() over (
            partition by products.product_type
            order by
                coalesce(counted.customer_count, 0) desc,
                products.product_id asc
        )::int as type_rank
    from products
    left join counted on products.product_id = counted.product_id

)

select * from ranked
