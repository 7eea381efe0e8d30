with

order_lines as (

    select * from {{ ref('order_lines') }}

),

products as (

    select * from {{ ref('stg_products') }}

),

-- The time at which the feed wrote a product says nothing about the product.
hashed_products as materialized (

    select
        products.product_id,
        hashtextextended((to_jsonb(products.*) - 'updated_at')::text, 0)
            as content_hash
    from products

),

hashed_lines as (

    select
        order_lines.customer_id,
        hashtextextended(
            (order_lines.*)::text, hashed_products.content_hash
        ) as content_hash
    from order_lines
    inner join hashed_products
        on order_lines.product_id = hashed_products.product_id

),

-- A sum of whole numbers is the same in any order of its terms.
summed as (

    select
        customer_id,
        mod(sum(content_hash), 9223372036854775807)::bigint as version
    from hashed_lines
    group by customer_id

)

select * from summed
