{#- A pause of more than this many days ends a wave of views. -#}
{%- set pause_days = 14 -%}

with

interests as (

    select * from {{ ref('browse_interest') }}

),

looks as (

    select * from {{ ref('page_views') }}

),

paused as (

    select
        interests.customer_id,
        interests.product_type,
        looks.occurred_date,
        looks.occurred_date - lag(looks.occurred_date) over (
            partition by interests.customer_id, interests.product_type
            order by looks.occurred_date
        ) as days_since_look
    from interests
    inner join looks
        on
            interests.customer_id = looks.customer_id
            and interests.product_type = looks.product_type
    where (interests.last_ordered_at < looks.occurred_at) is not false

)

select
    customer_id,
    product_type,
    max(occurred_date) as first_looked_date
from paused
where (days_since_look <= {{ pause_days }}) is not true
group by customer_id, product_type
