with

pairs as (

    select * from {{ ref('int_pair_weights') }}

),

fitted_pairs as (

    select * from {{ ref('stg_ease_affinities') }}

),

-- A fit of a later night contains what this night must not know.
known_fits as (

    select
        product_type,
        other_type,
        ease_score,
        fitted_date
    from fitted_pairs
    where fitted_date <= {{ as_of_date() }}

)

select
    pairs.product_type,
    pairs.other_type,
    pairs.affinity,
    pairs.affinity_rank,
    known_fits.ease_score,
    case
        when known_fits.ease_score is not null
            then row_number() over (
                partition by pairs.product_type
                order by
                    known_fits.ease_score desc nulls last,
                    pairs.other_type asc
            )::int
    end as ease_rank,
    known_fits.fitted_date,
    pairs.together_count,
    pairs.basket_count,
    pairs.other_basket_count,
    pairs.first_date
from pairs
left join known_fits
    on
        pairs.product_type = known_fits.product_type
        and pairs.other_type = known_fits.other_type
