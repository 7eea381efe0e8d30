with

ease_affinities as (

    select * from {{ source('fits', 'ease_affinities') }}

)

select
    product_type,
    other_type,
    score as ease_score,
    night as fitted_date
from ease_affinities
