{#- Pairs are counted over this many local days before the night. -#}
{%- set window_days = 26 * 7 -%}
{#- Pairs in fewer baskets than this are chance and would lead every list. -#}
{%- set minimum_together = 20 -%}
{#- Multiplier that combines two numbers into one. Not a power of two, because
    powers of two hash to few distinct values. -#}
{%- set shift = "1000000::bigint" -%}

with

baskets as (

    select * from {{ ref('baskets') }}

),

recent as (

    select * from baskets
    where ordered_date >= {{ as_of_date() }} - {{ window_days }}

),

-- A type in fewer baskets than a pair needs cannot be in a pair.
frequent as (

    select
        product_type,
        count(*)::int as basket_count,
        row_number() over (order by product_type)::int as number
    from recent
    group by product_type
    having count(*) >= {{ minimum_together }}

),

numbered as (

    select
        recent.order_id,
        frequent.number
    from recent
    inner join frequent on recent.product_type = frequent.product_type

),

-- Each pair once, as one whole number, which is counted far faster than two
-- texts.
counted as (

    select
        numbered.number * {{ shift }} + others.number as pair,
        count(*)::int as together_count
    from numbered
    inner join numbered as others
        on
            numbered.order_id = others.order_id
            and numbered.number < others.number
    group by numbered.number * {{ shift }} + others.number
    having count(*) >= {{ minimum_together }}

),

both_ways as (

    select
        unnest(array[pair / {{ shift }}, pair % {{ shift }}]) as number,
        unnest(array[pair % {{ shift }}, pair / {{ shift }}]) as other_number,
        together_count
    from counted

),

named as (

    select
        frequent.product_type,
        others.product_type as other_type,
        both_ways.together_count,
        frequent.basket_count,
        others.basket_count as other_basket_count,
        both_ways.together_count::double precision / frequent.basket_count
        / sqrt(others.basket_count) as affinity
    from both_ways
    inner join frequent on both_ways.number = frequent.number
    inner join frequent as others on both_ways.other_number = others.number

)

select
    product_type,
    other_type,
    affinity,
    row_number() over (
        partition by product_type
        order by affinity desc, other_type asc
    )::int as affinity_rank,
    together_count,
    basket_count,
    other_basket_count,
    {{ as_of_date() }} - {{ window_days }} as first_date
from named
