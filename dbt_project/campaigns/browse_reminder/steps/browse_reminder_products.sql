{#- The product that was viewed most comes first; then products that at least
    this many customers bought recently; this many products in all. -#}
{%- set minimum_buyers = 5 -%}
{%- set shown_products = 4 -%}

with

wishes as (

    select * from {{ ref('browse_reminder_wishes') }}

),

products as (

    select * from {{ ref('products') }}

),

languages as (

    select * from {{ ref('mail_languages') }}

),

ranked as (

    select
        wishes.customer_id,
        wishes.product_type,
        languages.locale,
        products.product_id,
        products.product_name,
        coalesce(products.product_id = wishes.product_id, false) as is_own,
        row_number() over (
            partition by wishes.customer_id, wishes.product_type
            order by
                coalesce(products.product_id = wishes.product_id, false) desc,
                products.type_rank asc
        ) as place
    from wishes
    inner join products on wishes.product_type = products.product_type
    left join languages on wishes.customer_id = languages.customer_id
    where
        products.product_id = wishes.product_id
        or products.customer_count >= {{ minimum_buyers }}

)

select
    customer_id,
    product_type,
    jsonb_agg(
        {{ product_item(
            'product_name', 'product_id',
            'case when not is_own then ' ~ words('often_bought') ~ ' end'
        ) }} order by place
    ) as items
from ranked
where place <= {{ shown_products }}
group by customer_id, product_type
