{#- Number of types kept for each customer; rules may take some of the
    places. -#}
{%- set kept = 20 -%}

with

type_weights as (

    select * from {{ ref('type_weights') }}

),

neighbours as (

    select * from {{ ref('int_cross_sell_neighbours') }}

),

items as (

    select * from {{ ref('int_item_weights') }}

),

types as (

    select
        item_id as product_type,
        popularity,
        row_number() over (order by item_id) as number
    from items
    where item_kind = 'product_type'

),

owned as (

    select
        weights.customer_id,
        types.number,
        {{ decayed_count('weights', 60, as_of_date()) }} as weight
    from type_weights as weights
    inner join types on weights.product_type = types.product_type

),

numbered as (

    select
        types.number,
        others.number as other_number,
        neighbours.closeness
    from neighbours
    inner join types on neighbours.product_type = types.product_type
    inner join types as others on neighbours.other_type = others.product_type

),

-- Whole numbers add up to the same sum in any order.
summed as (

    select
        owned.customer_id,
        numbered.other_number as number,
        sum((owned.weight * numbered.closeness * 1e12)::bigint) / 1e12
            as affinity_sum
    from owned
    inner join numbered on owned.number = numbered.number
    group by owned.customer_id, numbered.other_number

),

never_bought as (

    select
        summed.customer_id,
        types.product_type,
        types.popularity,
        summed.affinity_sum::float8 as affinity_sum,
        types.popularity * summed.affinity_sum::float8 as score,
        row_number() over (
            partition by summed.customer_id
            order by
                types.popularity * summed.affinity_sum::float8 desc,
                types.product_type asc
        ) as place
    from summed
    inner join types on summed.number = types.number
    left join owned
        on
            summed.customer_id = owned.customer_id
            and summed.number = owned.number
    where owned.customer_id is null and types.popularity > 0

)

select * from never_bought
where place <= {{ kept }}
