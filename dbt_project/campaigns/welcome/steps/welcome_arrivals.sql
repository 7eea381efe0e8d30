{#- How fast first orders arrive, if enough of them do. Orders of the last days
    are left out: the slow ones among them are still on their way. -#}
{%- set days_back = 180 -%}
{%- set days_on_their_way = 14 -%}
{%- set minimum_orders = 50 -%}
{%- set share_of_most = 0.8 -%}

with

first_orders as (

    select
        coalesce(store_id, '') as store_id,
        {{ shop_time('delivered_at') }}::date
        - {{ shop_time('ordered_at') }}::date as arrival_days
    from {{ ref('first_order') }}
    where days_since between {{ days_on_their_way }} and {{ days_back }}

),

-- Orders that never arrived, such as those carried home from a store, count as
-- infinitely slow.
measured as (

    select
        store_id,
        count(*)::int as order_count,
        percentile_disc({{ share_of_most }}) within group (
            order by coalesce(arrival_days, {{ days_back }})
        ) as most_arrive_after_days
    from first_orders
    group by store_id

)

select
    store_id,
    order_count,
    most_arrive_after_days
from measured
where
    order_count >= {{ minimum_orders }}
    and most_arrive_after_days between 1 and {{ days_on_their_way }}
