{#- The stages of lifecycle with two or more missed gaps: only these customers
    can be won back. -#}
{%- set stages = ['cooling', 'lapsing', 'lapsed'] -%}

with

lifecycle as (

    select * from {{ ref('lifecycle') }}

),

baskets as (

    select * from {{ ref('baskets') }}

)

select
    lifecycle.customer_id,
    max(baskets.order_id) as order_id,
    max(baskets.ordered_date) as ordered_date,
    {{ basket_evidence('baskets') }} as evidence
from lifecycle
inner join baskets
    on
        lifecycle.customer_id = baskets.customer_id
        and lifecycle.last_ordered_at = baskets.ordered_at
where lifecycle.stage in ({{ quoted_list(stages) }})
group by lifecycle.customer_id
