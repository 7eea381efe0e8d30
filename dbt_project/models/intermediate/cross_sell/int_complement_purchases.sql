{#- Local days for which a purchase suggests its complement. -#}
{%- set recent_days = 60 -%}

with

type_weights as (

    select * from {{ ref('type_weights') }}

),

complements as (

    select * from {{ ref('complements') }}

),

products as (

    select * from {{ ref('stg_products') }}

),

sold_types as (

    select distinct product_type
    from products
    where is_merchandise

),

called_for as (

    select
        weights.customer_id,
        complements.complement_type as product_type,
        weights.product_type as source_type,
        weights.last_ordered_date as source_ordered_date,
        complements.note
    from type_weights as weights
    inner join complements on weights.product_type = complements.product_type
    inner join sold_types
        on complements.complement_type = sold_types.product_type
    where weights.last_ordered_date >= {{ as_of_date() }} - {{ recent_days }}

),

-- The latest purchase represents the rule.
latest as (

    select distinct on (called_for.customer_id, called_for.product_type)
        called_for.customer_id,
        called_for.product_type,
        called_for.source_type,
        called_for.source_ordered_date,
        called_for.note
    from called_for
    left join type_weights as owned
        on
            called_for.customer_id = owned.customer_id
            and called_for.product_type = owned.product_type
    where owned.customer_id is null
    order by
        called_for.customer_id asc,
        called_for.product_type asc,
        called_for.source_ordered_date desc,
        called_for.source_type asc

)

select * from latest
