with

purchase_gaps as (

    select * from {{ ref('int_purchase_gaps') }}

),

averaged as (

    select
        product_type,
        sum(gap_count)::int as gap_count,
        -- With numerics a sum is the same in any order of its terms.
        (sum(log_gap_sum::numeric) / sum(gap_count))::double precision
            as mean_log_gap
    from purchase_gaps
    group by product_type

)

select * from averaged
