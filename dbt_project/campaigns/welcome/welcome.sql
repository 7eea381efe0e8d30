{#- A welcome to customers who have just bought for the first time. -#}

with

newcomers as (

    select * from {{ ref('welcome_newcomers') }}

),

baskets as (

    select * from {{ ref('baskets') }}

),

product_types as (

    select * from {{ ref('product_types') }}

),

arrivals as (

    select * from {{ ref('welcome_arrivals') }}

),

languages as (

    select * from {{ ref('mail_languages') }}

),

named as (

    select
        newcomers.order_id,
        languages.locale,
        {{ dearest_names('baskets', 'product_types', 'languages.locale') }}
            as names
    from newcomers
    inner join baskets
        on
            newcomers.customer_id = baskets.customer_id
            and newcomers.order_id = baskets.order_id
    left join product_types
        on baskets.product_type = product_types.product_type
    left join languages on newcomers.customer_id = languages.customer_id
    group by newcomers.order_id, languages.locale

)

select
    newcomers.customer_id,
    newcomers.order_id as occasion,
    1.0::double precision / newcomers.days_since as score,
    {{ shop_moment('newcomers.ordered_date + 1') }} as not_before,
    {{ shop_moment('newcomers.last_date + 1') }} as not_after,
    format(
        'Bought here for the first time, on %s for %s.',
        newcomers.ordered_date, newcomers.net_amount
    ) as reason,
    newcomers.evidence,
    jsonb_build_object(
        'bought_list',
        {{ list_words('named.names', 'named.locale') }},
        'arrival', case
            when
                newcomers.delivered_at is null
                and newcomers.days_since
                < arrivals.most_arrive_after_days
                then {{ within_words(
                    'arrivals.most_arrive_after_days', 'named.locale'
                ) }}
        end
    ) as context
from newcomers
inner join named on newcomers.order_id = named.order_id
left join arrivals on newcomers.store_id = arrivals.store_id
