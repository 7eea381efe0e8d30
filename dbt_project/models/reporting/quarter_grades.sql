with

quarter_spend as (

    select * from {{ ref('quarter_spend') }}

),

excluded_customers as (

    select * from {{ ref('int_excluded_customers') }}

),

-- Customers who exceed thresholds in several currencies get one card, in the
-- shop's own currency if possible.
numbered as (

    select
        quarter_spend.*,
        excluded_customers.reason as excluded_reason,
        first_value(quarter_spend.currency) over (
            partition by quarter_spend.customer_id, quarter_spend.quarter
            order by
                quarter_spend.tier_amount is null asc,
                quarter_spend.currency = '{{ var("shop_currency") }}' desc,
                quarter_spend.currency asc
        ) as rewarded_currency
    from quarter_spend
    left join excluded_customers
        on quarter_spend.customer_id = excluded_customers.customer_id
    where quarter_spend.is_closed

)

select
    quarter,
    customer_id,
    currency,
    spend,
    tier_threshold,
    tier_amount as amount,
    case
        when tier_amount is null then null
        when excluded_reason is not null then excluded_reason
        when currency <> rewarded_currency
            then 'is rewarded in ' || rewarded_currency
    end as left_out_reason,
    {{ as_of_date() }} as known_date
from numbered
