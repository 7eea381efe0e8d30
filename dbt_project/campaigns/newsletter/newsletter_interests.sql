{#- How much a sign of interest weighs: having said so, the share of what one
    buys again, the share of what one looked at and did not buy. -#}
{%- set stated_weight = 1 -%}
{%- set bought_weight = 1 -%}
{%- set looked_weight = 0.5 -%}

with

subscribers as (

    select * from {{ ref('int_newsletter_subscribers') }}

),

stated_interests as (

    select * from {{ ref('int_stated_interests') }}

),

bought as (

    select * from {{ ref('buy_again') }}
    where is_own

),

looked as (

    select * from {{ ref('browse_interest') }}

),

product_interests as (

    select * from {{ ref('product_interests') }}

),

-- Types that show no interest count in the whole of which these are shares.
signs as (

    select
        customer_id,
        interest,
        1 as stated,
        0 as bought,
        0 as looked
    from stated_interests

    union all

    select
        bought.customer_id,
        product_interests.interest,
        0 as stated,
        bought.weight::numeric
        / sum(bought.weight::numeric) over (partition by bought.customer_id)
            as bought,
        0 as looked
    from bought
    left join product_interests
        on bought.product_type = product_interests.product_type

    union all

    select
        looked.customer_id,
        product_interests.interest,
        0 as stated,
        0 as bought,
        looked.interest
        / sum(looked.interest) over (partition by looked.customer_id) as looked
    from looked
    left join product_interests
        on looked.product_type = product_interests.product_type

),

summed as (

    select
        signs.customer_id,
        signs.interest,
        max(signs.stated) = 1 as is_stated,
        sum(signs.bought)::numeric(5, 3) as bought_share,
        sum(signs.looked)::numeric(5, 3) as looked_share
    from signs
    inner join subscribers on signs.customer_id = subscribers.customer_id
    where signs.interest is not null
    group by signs.customer_id, signs.interest

)

select
    customer_id,
    interest,
    is_stated,
    bought_share,
    looked_share,
    (
        is_stated::int * {{ stated_weight }}
        + bought_share * {{ bought_weight }}
        + looked_share * {{ looked_weight }}
    )::numeric(6, 3) as strength
from summed
