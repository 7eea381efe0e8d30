{#- So many purchases speak for a suggestion. -#}
{%- set shown = 3 -%}
{%- set tau_days = 60 -%}

with

ranks as (

    select * from {{ ref('int_cross_sell_ranks') }}

),

neighbours as (

    select * from {{ ref('int_cross_sell_neighbours') }}

),

type_weights as (

    select * from {{ ref('type_weights') }}

),

-- A rule's own purchase first, then those that weigh most.
spoken as (

    select
        ranks.customer_id,
        ranks.product_type,
        weights.product_type as source_type,
        weights.last_ordered_at,
        neighbours.together_count,
        coalesce(weights.product_type = ranks.source_type, false) as is_rule,
        neighbours.closeness
        * {{ decayed_count('weights', tau_days, as_of_date()) }} as weight
    from ranks
    inner join type_weights as weights
        on ranks.customer_id = weights.customer_id
    left join neighbours
        on
            weights.product_type = neighbours.product_type
            and ranks.product_type = neighbours.other_type
    where
        neighbours.closeness is not null
        or weights.product_type = ranks.source_type

),

numbered as (

    select
        customer_id,
        product_type,
        source_type,
        last_ordered_at,
        together_count,
        is_rule,
        row_number() over (
            partition by customer_id, product_type
            order by
                is_rule desc,
                weight desc nulls last,
                source_type asc
        ) as place
    from spoken

)

select
    customer_id,
    product_type,
    place,
    source_type,
    last_ordered_at,
    together_count,
    is_rule
from numbered
where place <= {{ shown }}
