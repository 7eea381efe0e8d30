{#- What is new for a customer: types that would fit and were never bought, each
    as the product with the most orders in this many last days. -#}
{%- set popular_days = 28 -%}
{%- set suggestion_count = 4 -%}

with

last_orders as (

    select * from {{ ref('winback_last_orders') }}

),

cross_sell as (

    select * from {{ ref('cross_sell') }}

),

buy_again as (

    select * from {{ ref('buy_again') }}
    where not is_own

),

baskets as (

    select * from {{ ref('baskets') }}

),

product_types as (

    select * from {{ ref('product_types') }}
    where is_suggestible

),

languages as (

    select * from {{ ref('mail_languages') }}

),

-- What goes with the customer's purchases first, then what others buy.
fitting as (

    select
        coalesce(cross_sell.customer_id, buy_again.customer_id) as customer_id,
        coalesce(cross_sell.product_type, buy_again.product_type)
            as product_type,
        coalesce(cross_sell.suggestion_rank, 100 + buy_again.rank) as place
    from cross_sell
    full outer join buy_again
        on
            cross_sell.customer_id = buy_again.customer_id
            and cross_sell.product_type = buy_again.product_type

),

popular as (

    select
        product_type,
        mode() within group (order by product_id) as product_id
    from baskets
    where ordered_date >= {{ as_of_date() }} - {{ popular_days }}
    group by product_type

),

ranked as (

    select
        last_orders.customer_id,
        popular.product_id,
        {{ in_language('product_types.name', 'languages.locale') }} as name,
        row_number() over (
            partition by last_orders.customer_id
            order by fitting.place, fitting.product_type
        ) as place
    from last_orders
    inner join fitting on last_orders.customer_id = fitting.customer_id
    inner join popular on fitting.product_type = popular.product_type
    inner join product_types
        on fitting.product_type = product_types.product_type
    left join languages on last_orders.customer_id = languages.customer_id

)

select
    customer_id,
    jsonb_agg({{ mail_item('name', 'product_id') }} order by place)
        as suggestions
from ranked
where place <= {{ suggestion_count }}
group by customer_id
