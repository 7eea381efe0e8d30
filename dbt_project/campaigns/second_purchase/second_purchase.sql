{#- Customers who bought once, so long ago that many first-time buyers of this
    shop had come back by then, but not so long that hardly any still would. -#}

with

lifecycle as (

    select * from {{ ref('lifecycle') }}

),

baskets as (

    select * from {{ ref('baskets') }}

),

product_types as (

    select * from {{ ref('product_types') }}

),

windows as (

    select * from {{ ref('second_purchase_window') }}

),

suggestions as (

    select * from {{ ref('second_purchase_suggestions') }}

),

languages as (

    select * from {{ ref('mail_languages') }}

),

buyers as (

    select
        lifecycle.customer_id,
        lifecycle.recency_days,
        lifecycle.net_amount,
        languages.locale,
        windows.opens_after_days,
        windows.closes_after_days
    from lifecycle
    cross join windows
    left join languages on lifecycle.customer_id = languages.customer_id
    where
        lifecycle.order_count = 1
        and lifecycle.recency_days between windows.opens_after_days
        and windows.closes_after_days

),

orders as (

    select
        baskets.customer_id,
        baskets.order_id,
        baskets.ordered_date,
        {{ dearest_names('baskets', 'product_types', 'buyers.locale') }}
            as names,
        {{ basket_evidence('baskets') }} as evidence
    from baskets
    inner join buyers on baskets.customer_id = buyers.customer_id
    left join product_types
        on baskets.product_type = product_types.product_type
    group by baskets.customer_id, baskets.order_id, baskets.ordered_date

)

select
    buyers.customer_id,
    orders.order_id as occasion,
    (buyers.closes_after_days + 1 - buyers.recency_days)::double precision
    / (buyers.closes_after_days + 1 - buyers.opens_after_days) as score,
    {{ shop_moment('orders.ordered_date + buyers.opens_after_days') }}
        as not_before,
    {{ shop_moment('orders.ordered_date + buyers.closes_after_days + 1') }}
        as not_after,
    format(
        'Bought once, on %s for %s, and has not come back in %s days; half of'
        ' those who do return come within %s days, nearly all within %s.',
        orders.ordered_date, buyers.net_amount, buyers.recency_days,
        buyers.opens_after_days, buyers.closes_after_days
    ) as reason,
    orders.evidence,
    jsonb_build_object(
        'elapsed', {{ elapsed_words('buyers.recency_days', 'buyers.locale') }},
        'bought_list',
        {{ list_words('orders.names', 'buyers.locale') }},
        'suggestions', suggestions.suggestions
    ) as context
from buyers
inner join orders on buyers.customer_id = orders.customer_id
left join suggestions on buyers.customer_id = suggestions.customer_id
