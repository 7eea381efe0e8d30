{#- Customers of so many last days say which product leads its type. -#}
{%- set recent_days = 180 -%}

with

products as (

    select * from {{ ref('stg_products') }}
    where is_merchandise

),

baskets as (

    select * from {{ ref('int_baskets') }}

),

counted as (

    select
        product_id,
        count(distinct customer_id)::int as customer_count
    from baskets
    where ordered_date >= {{ as_of_date() }} - {{ recent_days }}
    group by product_id

)

select distinct on (products.product_type)
    products.product_type,
    products.product_id,
    coalesce(counted.customer_count, 0) as customer_count
from products
left join counted on products.product_id = counted.product_id
order by
    products.product_type asc,
    coalesce(counted.customer_count, 0) desc,
    products.product_id asc
