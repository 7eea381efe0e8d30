{#- A pause of more than this many days ends a wave of page views. -#}
{%- set pause_days = 14 -%}

with

interests as (

    select * from {{ ref('browse_interest') }}

),

page_views as (

    select * from {{ ref('page_views') }}

),

paused as (

    select
        interests.customer_id,
        interests.product_type,
        page_views.occurred_date,
        page_views.occurred_date - lag(page_views.occurred_date) over (
            partition by interests.customer_id, interests.product_type
            order by page_views.occurred_date
        ) as days_since_look
    from interests
    inner join page_views
        on
            interests.customer_id = page_views.customer_id
            and interests.product_type = page_views.product_type
    where (interests.last_ordered_at < page_views.occurred_at) is not false

)

select
    customer_id,
    product_type,
    max(occurred_date) as first_looked_date
from paused
where (days_since_look <= {{ pause_days }}) is not true
group by customer_id, product_type
