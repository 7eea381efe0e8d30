{#- Number of the closest types of each type that count. -#}
{%- set neighbours = 50 -%}

with

pairs as (

    select * from {{ ref('int_pair_weights') }}

),

-- A fit of a later night contains what this night must not know.
fitted_pairs as (

    select * from {{ ref('stg_ease_affinities') }}
    where fitted_date <= {{ as_of_date() }}

),

fits as (

    select count(*) as pair_count from fitted_pairs

),

-- EASE if it was ever fitted, because it knows that milk explains the butter
-- next to the bread; otherwise the counts of pairs.
compared as (

    select
        pairs.product_type,
        pairs.other_type,
        pairs.together_count,
        case
            when fits.pair_count > 0
                then fitted_pairs.ease_score
            else pairs.affinity
        end as closeness
    from pairs
    cross join fits
    left join fitted_pairs
        on
            pairs.product_type = fitted_pairs.product_type
            and pairs.other_type = fitted_pairs.other_type

),

ranked as (

    select
        product_type,
        other_type,
        closeness,
        together_count,
        row_number() over (
            partition by product_type
            order by closeness desc, other_type asc
        ) as place
    from compared
    where closeness > 0

)

select
    product_type,
    other_type,
    closeness,
    together_count
from ranked
where place <= {{ neighbours }}
