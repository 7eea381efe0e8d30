{#- A year of whole weeks, Monday to Sunday. -#}
{%- set window_weeks = 52 -%}
{%- set this_monday = "date_trunc('week', " ~ as_of_date() ~ ")::date" -%}

with

order_lines as (

    select * from {{ ref('order_lines') }}

),

products as (

    select * from {{ ref('stg_products') }}

),

customers as (

    select
        products.product_category,
        order_lines.customer_id,
        date_trunc('week', order_lines.ordered_date)::date as week_start_date,
        {{ hashed_share("order_lines.customer_id || ' seasonal'") }} < 0.5
            as is_first_half
    from order_lines
    inner join products on order_lines.product_id = products.product_id
    where
        order_lines.ordered_date
        >= {{ this_monday }} - 7 * {{ window_weeks }}
        and order_lines.ordered_date < {{ this_monday }}
    group by
        products.product_category,
        order_lines.customer_id,
        date_trunc('week', order_lines.ordered_date)

)

select * from customers
where product_category is not null
