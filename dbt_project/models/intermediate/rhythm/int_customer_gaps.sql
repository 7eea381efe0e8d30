{#- Weight of the average, in gaps, against a customer's own gaps. -#}
{%- set prior_gaps = 5 -%}

with

purchase_gaps as (

    select * from {{ ref('int_purchase_gaps') }}

),

type_gaps as (

    select * from {{ ref('int_type_gaps') }}

),

compared as (

    select
        purchase_gaps.customer_id,
        purchase_gaps.gap_count,
        purchase_gaps.log_gap_sum
        - purchase_gaps.gap_count * type_gaps.mean_log_gap as log_gap_excess
    from purchase_gaps
    inner join type_gaps
        on purchase_gaps.product_type = type_gaps.product_type

),

shrunk as (

    select
        customer_id,
        sum(gap_count)::int as gap_count,
        -- With numerics a sum is the same in any order of its terms.
        (
            sum(log_gap_excess::numeric) / (sum(gap_count) + {{ prior_gaps }})
        )::double precision as log_gap_effect
    from compared
    group by customer_id

)

select * from shrunk
