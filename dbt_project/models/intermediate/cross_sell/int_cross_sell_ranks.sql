{#- Suggestions for each customer. -#}
{%- set listed = 10 -%}

with

scores as (

    select * from {{ ref('int_cross_sell_scores') }}

),

complements as (

    select * from {{ ref('int_complement_purchases') }}

),

suggested as (

    select
        coalesce(complements.customer_id, scores.customer_id) as customer_id,
        coalesce(complements.product_type, scores.product_type)
            as product_type,
        complements.customer_id is not null as is_complement,
        complements.source_type,
        complements.note,
        scores.popularity,
        scores.affinity_sum,
        scores.score
    from complements
    full outer join scores
        on
            complements.customer_id = scores.customer_id
            and complements.product_type = scores.product_type

),

-- Rules written by people come before counts.
ranked as (

    select
        customer_id,
        row_number() over (
            partition by customer_id
            order by
                is_complement desc,
                score desc nulls last,
                product_type asc
        )::int as suggestion_rank,
        product_type,
        is_complement,
        source_type,
        note,
        popularity,
        affinity_sum,
        score
    from suggested

)

select * from ranked
where suggestion_rank <= {{ listed }}
