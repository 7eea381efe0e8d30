-- Keep a run's grades, given as columns of equal length, for ever.
insert into ledger.reward_grades (
    run,
    quarter,
    customer_id,
    currency,
    spend,
    tier_threshold,
    amount,
    left_out_reason
)
select
    %(run)s as run,
    %(quarter)s as quarter,
    grad.customer_id,
    grad.currency,
    grad.spend,
    grad.tier_threshold,
    grad.amount,
    grad.left_out_reason
from
    unnest(
        %(customer_ids)s::text[],
        %(currencies)s::text[],
        %(spends)s::numeric[],
        %(tier_thresholds)s::numeric[],
        %(amounts)s::numeric[],
        %(left_out_reasons)s::text[]
    ) as grad (
        customer_id,
        currency,
        spend,
        tier_threshold,
        amount,
        left_out_reason
    )
