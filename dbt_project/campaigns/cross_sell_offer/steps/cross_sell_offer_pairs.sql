{#- Types are often bought together when at least this many orders contain both,
    when at least this share of the orders with the first contain the second,
    and when that is at least this many times the second's share of all
    orders. -#}
{%- set minimum_together = 30 -%}
{%- set minimum_share = 0.1 -%}
{%- set minimum_lift = 2 -%}

with

affinities as (

    select * from {{ ref('affinities') }}

),

orders as (

    select * from {{ ref('kept_orders') }}

),

counted as (

    select count(*) as order_count
    from orders
    where
        ordered_date
        >= (select min(affinities.first_date) from affinities)

),

weighed as (

    select
        affinities.product_type,
        affinities.other_type,
        affinities.affinity,
        affinities.together_count,
        affinities.together_count::double precision
        / affinities.basket_count as together_share,
        affinities.other_basket_count::double precision
        / counted.order_count as other_share
    from affinities
    cross join counted

)

select
    product_type,
    other_type,
    affinity,
    together_count,
    together_share
from weighed
where
    together_count >= {{ minimum_together }}
    and together_share >= {{ minimum_share }}
    and together_share >= {{ minimum_lift }} * other_share
