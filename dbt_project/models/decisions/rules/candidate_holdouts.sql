with

candidates as (

    select * from {{ ref('candidates') }}

),

-- One draw for all campaigns together, and another for each campaign, by
-- hashing different words.
drawn as (

    select
        candidate_id,
        holdout_percent,
        100 * {{ hashed_share(
            "'" ~ var('holdout_salt') ~ ":all campaigns:' || customer_id"
        ) }} < {{ var('global_holdout_percent') }} as is_held_out_of_all,
        100 * {{ hashed_share(
            "'" ~ var('holdout_salt') ~ ":' || campaign || ':' || customer_id"
        ) }} < holdout_percent as is_held_out
    from candidates
    where kind = 'marketing'

)

select
    candidate_id,
    case
        when is_held_out_of_all
            then
                'Among the {{ var("global_holdout_percent") }} % who are left'
                ' without any marketing, to measure what all of it brings.'
        else format(
            'Among the %s %% who are left without this campaign, to measure'
            ' what it brings.', trim_scale(holdout_percent)
        )
    end as holdout
from drawn
where is_held_out_of_all or is_held_out
