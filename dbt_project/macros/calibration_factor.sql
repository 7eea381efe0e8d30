{#-
    A query of one row: the factor k for which the mean of `1 - exp(-k * exposure)` over the rows of
    `relation` is the share of rows whose `is_true` holds (calibration in the large).

    Newton's method from k = 0: the mean is concave in k, so the steps approach the root from below
    and soon gain nothing. Sums run in the order of exposures, so that two builds agree to the last
    bit. Without rows, or where every row is true, nothing can be learnt and k is 1.
-#}
{%- macro calibration_factor(relation) -%}
    with recursive

    observed as (

        select
            count(*) as row_count,
            avg(is_true::int)::double precision as share
        from {{ relation }}

    ),

    steps as (

        select
            0 as step,
            0::double precision as factor,
            1::double precision as gain

        union all

        select
            steps.step + 1,
            steps.factor + gains.gain,
            gains.gain
        from steps
        cross join observed
        cross join lateral (
            select
                coalesce(
                    (
                        observed.share
                        - avg(
                            1 - exp(-steps.factor * exposure)
                            order by exposure
                        )
                    )
                    / nullif(
                        avg(
                            exposure * exp(-steps.factor * exposure)
                            order by exposure
                        ),
                        0
                    ),
                    0
                ) as gain
            from {{ relation }}
        ) as gains
        where steps.step < 40 and steps.gain > 1e-12

    ),

    last_step as (

        select factor
        from steps
        order by step desc
        limit 1

    )

    select
        observed.row_count,
        observed.share as observed_share,
        case
            when observed.row_count = 0 or observed.share = 1 then 1
            else last_step.factor
        end as calibration_factor
    from last_step
    cross join observed
{%- endmacro -%}
